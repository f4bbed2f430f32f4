"""What is found by an index is what a look at every object finds, and work grows with the objects, not faster."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.cloud import Cloud, CloudObject
from sandbox.model.base import Context
from sandbox.model.found import ByInputs, ByOutputs
from sandbox.protocol.packages import packages
from sandbox.protocol.wire import encode
from sandbox.providers.deletion import refusal
from sandbox.providers.deps import Deps
from sandbox.providers.provider import SandboxProvider
from tests.support.servicer import ORACLE, Call

if TYPE_CHECKING:
    from pathlib import Path

    import grpc

TOKENS = ("aws:x/a:A", "aws:x/b:B")
SCOPES = ("", "1/", "1/one", "1/two")
FOUND_BY = (ByInputs("names[*]"), ByInputs("one.name"), ByOutputs(("arn", "one.name")))
FEW = tuple(f"v{number}" for number in range(6))
CALL = cast("grpc.ServicerContext", Call())


def _properties(chance: random.Random) -> dict[str, Any]:
    return {"names": chance.sample(FEW, 2), "one": {"name": chance.choice(FEW)}, "arn": chance.choice(FEW)}


def _changed(cloud: Cloud, chance: random.Random) -> None:
    """Something that happens to a cloud: an object is made, changed, drifts, is imported anew, goes or never was."""
    token, identity = chance.choice(TOKENS), f"id{chance.randrange(12)}"
    here = cloud.within("aws", chance.choice(SCOPES))
    made = CloudObject(token, identity, f"urn::{identity}", _properties(chance), _properties(chance), here.scope)
    there = here.get(token, identity)
    what = chance.choice(("put", "put", "put", "drift", "delete", "forget", "keep"))
    if what == "put":
        cloud.put_all([made, replace(made, id=f"{identity}b")])
    elif what == "drift" and there is not None:
        there.inputs = _properties(chance)  # as `Faults.strike_cloud` does it: where it stands
        cloud.put(there)
    elif what == "delete":
        here.delete(token, identity)
    elif what == "forget" and there is not None:
        cloud.forget([there])
    elif what == "keep" and chance.random() < 0.1:
        cloud.keep_only({(item.token, item.id) for item in cloud.all() if chance.random() < 0.7})


@pytest.mark.parametrize("seed", range(8))
def test_an_index_finds_what_a_look_at_every_object_finds_whatever_happens(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    cloud = Cloud(tmp_path / "cloud.jsonl")
    for step in range(150):
        _changed(cloud, chance)
        if step == 100:
            cloud = Cloud(tmp_path / "cloud.jsonl")
        view = chance.choice((cloud, *(cloud.within("aws", scope) for scope in SCOPES)))
        for token in TOKENS:
            values = chance.sample(FEW, 2)
            for keys in FOUND_BY:
                scanned = [item for item in view.of_type(token) if not keys(item).isdisjoint(values)]
                assert view.having(token, keys, values) == scanned
            identity = f"id{chance.randrange(12)}"
            first = next((item for item in cloud.of_type(token) if item.id == identity), None)
            assert cloud.get(token, identity) == (cloud.within("aws", "").get(token, identity) or first)


def _inputs(number: int) -> tuple[str, dict[str, Any]]:
    name = f"it-{number}"
    if number % 2:
        return "aws:cloudwatch/logGroup:LogGroup", {"name": name}
    return "kubernetes:core/v1:ConfigMap", {"metadata": {"name": name, "namespace": "default"}, "data": {"key": name}}


def _calls(folder: Path, objects: int) -> dict[str, int]:
    """How many functions are called to make, change and delete so many objects, by operation."""
    deps = Deps(Cloud(folder / f"{objects}.jsonl"), ORACLE, lambda: None)
    servicers = {name: SandboxProvider(packages()[name], deps) for name in ("aws", "kubernetes")}
    made: list[tuple[SandboxProvider, str, provider_pb2.CreateResponse, Any]] = []
    counted = {}

    def create() -> None:
        for number in range(objects):
            token, given = _inputs(number)
            servicer, urn = servicers[token.partition(":")[0]], f"urn:pulumi:dev::it::{token}::it-{number}"
            inputs = encode(given)
            answer = servicer.Create(provider_pb2.CreateRequest(urn=urn, properties=inputs), CALL)
            made.append((servicer, urn, answer, inputs))

    def update() -> None:
        for servicer, urn, answer, inputs in made:
            request = provider_pb2.UpdateRequest(
                id=answer.id, urn=urn, old_inputs=inputs, olds=answer.properties, news=inputs
            )
            servicer.Update(request, CALL)

    def delete() -> None:
        for servicer, urn, answer, _ in made:
            servicer.Delete(provider_pb2.DeleteRequest(id=answer.id, urn=urn, properties=answer.properties), CALL)

    for operation in (create, update, delete):
        calls = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal calls
            calls += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            operation()
        finally:
            sys.setprofile(before)
        counted[operation.__name__] = calls
    return counted


def test_four_times_the_objects_take_four_times_the_work(tmp_path: Path) -> None:
    _calls(tmp_path, 2)  # what is read once and kept
    few, many = _calls(tmp_path, 50), _calls(tmp_path, 200)
    assert {name: round(many[name] / few[name], 2) for name in few if many[name] > 4.5 * few[name]} == {}


def test_asking_what_refers_to_an_object_takes_no_more_work_when_more_exists(tmp_path: Path) -> None:
    def calls(objects: int) -> int:
        cloud = Cloud(tmp_path / f"{objects}.jsonl")
        group, user = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/vpcEndpoint:VpcEndpoint"
        cloud.put_all([CloudObject(group, f"sg-{number}", "urn::group") for number in range(objects)])
        ends = [{"securityGroupIds": [f"sg-{number}"]} for number in range(1, objects)]
        cloud.put_all([CloudObject(user, f"vpce-{at}", f"urn::end-{at}", given) for at, given in enumerate(ends)])
        asked = [Context(group, "group", "urn::group", {}, cloud, id=f"sg-{number}") for number in (0, 1)]
        assert [bool(refusal(context)) for context in asked] == [False, True]  # makes the indexes
        found = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal found
            found += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            refusal(asked[0])
        finally:
            sys.setprofile(before)
        return found

    calls(2)
    assert calls(200) <= 1.1 * calls(50)
