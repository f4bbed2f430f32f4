"""Values across a language border: what a program gives becomes the very arguments, or is refused by its property."""

from __future__ import annotations

import ast
import asyncio
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.errors import InputPropertiesError

from components import FileMount, NodePool, RedisArgs, WorkloadArgs
from components.kubernetes.pods import Annotation, EnvVar, SecretEnvVar
from components.provider.host import ComponentHost, exported
from components.provider.values import record, state
from tests.support import component_sources as sources
from tests.support.crossing import plain
from tests.support.examples import code_of, names_for

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = {"password": "a1" * 20, "passwordVersion": 1.0, "secretId": "acme/redis", "secretArn": "arn"}
REDIS = {
    "replicationGroupId": "acme",
    "nodeType": "cache.t4g.small",
    "subnetIds": ["subnet-1", "subnet-2"],
    "vpcId": "vpc-1",
    "clientSecurityGroupIds": [],
    "credential": TOKEN,
    "keyArn": "arn:aws:kms:us-east-1:000000000000:key/1",
}


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """Outputs are made inside a running program."""
    current = asyncio.new_event_loop()
    asyncio.set_event_loop(current)
    yield
    current.run_until_complete(asyncio.gather(*asyncio.all_tasks(current), return_exceptions=True))
    current.close()
    asyncio.set_event_loop(asyncio.new_event_loop())  # the tests after these need an open one


def known(value: object) -> object:
    """Plain values without outputs: two of them cannot be compared."""
    if isinstance(value, dict):
        return {key: known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [known(item) for item in value]
    return "an output" if isinstance(value, pulumi.Output) else value


class _TakenError(Exception):
    """The arguments that an example gives its component."""


@pytest.mark.parametrize("component", sources.components(), ids=lambda item: item.name)
def test_the_arguments_of_every_component_s_example_cross_and_come_back(component: sources.Named) -> None:
    def take(_name: str, args: object, _opts: object = None) -> None:
        raise _TakenError(args)

    (block, *_) = code_of(ast.get_docstring(sources.classes()[component]) or "")
    with pytest.raises(_TakenError) as caught:
        exec(compile(block, component.name, "exec"), names_for(component.module) | {component.name: take})  # noqa: S102 - our own docstring
    (args,) = caught.value.args
    assert known(plain(record(type(args), plain(args)))) == known(plain(args))


def refused(owner: type[Any], given: dict[str, Any]) -> dict[str, str]:
    """The reasons by property."""
    with pytest.raises(InputPropertiesError) as caught:
        record(owner, {key: value for key, value in given.items() if value is not None})
    return {error["property_path"]: error["reason"] for error in caught.value.errors or ()}


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"vpcId": None}, "vpcId", "missing required property"),
        ({"nodeTypes": "a"}, "nodeTypes", "unknown property; did you mean nodeType?"),
        ({"shards": 1.5}, "shards", "must be a whole number, got 1.5"),
        ({"shards": True}, "shards", "must be a whole number, got True"),
        ({"multiAz": "yes"}, "multiAz", "must be true or false, got 'yes'"),
        ({"subnetIds": "subnet-1"}, "subnetIds", "must be a list, got 'subnet-1'"),
        ({"subnetIds": ["subnet-1", 2.0]}, "subnetIds[1]", "must be a text, got 2.0"),
        ({"tokenUpdateStrategy": "ADD"}, "tokenUpdateStrategy", "must be one of ROTATE, SET, got 'ADD'"),
        ({"credential": "token"}, "credential", "must be the outputs of the component, got 'token'"),
        ({"credential": {**TOKEN, "secretId": None}}, "credential.secretId", "missing required property"),
        ({"shards": 0.0}, "RedisArgs", "Redis 'acme': shards is 1..90, not 0"),
    ],
)
def test_what_is_wrong_is_told_by_property(change: dict[str, Any], path: str, reason: str) -> None:
    assert refused(RedisArgs, {**REDIS, **change}) == {path: reason}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    given = {**REDIS, "vpcId": None, "shards": "3", "credential": {**TOKEN, "passwordVersion": 1.5}, "protection": True}
    assert set(refused(RedisArgs, given)) == {"vpcId", "shards", "credential.passwordVersion", "protection"}


def test_every_wrong_item_of_a_list_is_told_at_once() -> None:
    assert refused(RedisArgs, {**REDIS, "subnetIds": [1.0, "subnet-1", True]}) == {
        "subnetIds[0]": "must be a text, got 1.0",
        "subnetIds[2]": "must be a text, got True",
    }


def test_a_value_that_must_be_known_is_no_output() -> None:
    reasons = refused(RedisArgs, {**REDIS, "shards": pulumi.Output.from_input(3)})
    assert reasons == {"shards": "must be known before anything exists: give a plain value, no output"}


def test_numbers_arrive_as_floating_point_and_become_whole() -> None:
    args = record(RedisArgs, {**REDIS, "shards": 3.0})
    assert args.shards == 3
    assert isinstance(args.shards, int)
    assert args.credential.username is None
    assert isinstance(args.credential.password, pulumi.Output)


def test_records_of_a_union_are_told_apart_by_their_fields() -> None:
    env = [{"name": "A", "value": "1"}, {"name": "B", "secret": "s", "key": "k"}]
    args = record(WorkloadArgs, {"namespace": "acme", "image": "acme:1", "env": env})
    assert args.env == (EnvVar(name="A", value="1"), SecretEnvVar(name="B", secret="s", key="k"))  # noqa: S106 - a name
    given = {"namespace": "acme", "image": "acme:1", "env": [{"name": "A"}]}
    assert refused(WorkloadArgs, given) == {"env[0]": "is none of EnvVar, SecretEnvVar: name given"}


def test_members_of_enumerations_are_given_by_value() -> None:
    pool = {"name": "app", "instanceTypes": ["m7g.large"], "minNodes": 1.0, "maxNodes": 2.0, "diskGib": 50.0}
    assert refused(NodePool, {**pool, "capacityType": "FREE"})["capacityType"] == (
        "must be one of ON_DEMAND, SPOT, got 'FREE'"
    )


def test_outputs_are_lists_and_records_by_the_names_of_the_schema() -> None:
    found = next(item for item in exported() if item.__name__ == "DatabaseTrust")
    made: Any = found.__new__(found)
    made.mount = FileMount(kind="config_map", name="trust", object_name="trust", path="/etc/trust")
    made.checksum = Annotation(key="checksum", value="1")
    assert state(made)["mount"] == {"kind": "config_map", "name": "trust", "objectName": "trust", "path": "/etc/trust"}


def test_a_type_that_the_package_does_not_have_is_refused() -> None:
    for name in ("bailbondpro:redis:Mainframe", "bailbondpro:index:Redis", "bailbondpro:redis:RedisArgs"):
        with pytest.raises(ValueError, match=f"no component {name}"):
            ComponentHost().construct("a", name, {})
