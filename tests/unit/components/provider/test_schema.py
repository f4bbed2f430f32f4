"""The schema of the provider host: every component, derived from its types, and what cannot cross said by name."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.provider.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2

from components.provider.host import ComponentHost, exported
from components.provider.schema import token
from components.provider.shapes import UncrossableError, left_out, shape_of
from tests.support import component_sources as sources
from tests.support.loops import run as run_loop
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def schema() -> dict[str, Any]:
    """What the host answers the engine."""
    servicer = ProviderServicer(ComponentHost(), [], engine_address="127.0.0.1:0")
    answer = run_loop(servicer.GetSchema(provider_pb2.GetSchemaRequest(), None))
    document = json.loads(answer.schema)
    assert isinstance(document, dict)
    return document


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for item in part.values():
            yield from references(item)
    elif isinstance(part, list):
        for item in part:
            yield from references(item)


def test_the_schema_has_every_component_under_the_type_of_its_urns() -> None:
    assert {component.__name__ for component in exported()} == {item.name for item in sources.components()}
    assert set(schema()["resources"]) == {token(component) for component in exported()}
    assert all(re.fullmatch(r"bailbondpro:[a-z_]+:[A-Z]\w+", name) for name in schema()["resources"])


def test_every_type_that_is_referred_to_is_there_and_none_is_left_over() -> None:
    used = {name.removeprefix("#/types/") for name in references(schema())}
    assert used == set(schema()["types"])


def test_what_is_required_is_a_property() -> None:
    for name, item in {**schema()["resources"], **schema()["types"]}.items():
        assert set(item.get("required", ())) <= set(item.get("properties", ())), name
        assert set(item.get("requiredInputs", ())) <= set(item.get("inputProperties", ())), name


def test_properties_say_what_must_be_known_and_what_is_allowed() -> None:
    redis = schema()["resources"]["bailbondpro:redis:Redis"]
    inputs = redis["inputProperties"]
    assert inputs["shards"]["type"] == "integer"
    assert inputs["shards"]["plain"] is True
    assert inputs["vpcId"] == {"type": "string", "description": "VPC of the security group."}
    assert inputs["subnetIds"]["items"] == {"type": "string"}
    assert inputs["tokenUpdateStrategy"]["description"].endswith("One of: ROTATE, SET.")
    assert inputs["credential"]["$ref"] == "#/types/bailbondpro:security:CredentialReference"
    assert "replicationGroupId" in redis["requiredInputs"]
    assert "shards" not in redis["requiredInputs"]
    assert redis["properties"]["host"]["type"] == "string"
    assert all("plain" not in item for item in redis["properties"].values())


def test_unions_enumerations_and_maps_keep_their_meaning() -> None:
    resources, types = schema()["resources"], schema()["types"]
    env = resources["bailbondpro:workload:Workload"]["inputProperties"]["env"]["items"]["oneOf"]
    assert [item["$ref"].rpartition(":")[2] for item in env] == ["EnvVar", "SecretEnvVar"]
    targets = resources["bailbondpro:monitoring:Alarms"]["inputProperties"]["targets"]["items"]["oneOf"]
    kinds = [item["$ref"].rpartition(":")[2] for item in targets]
    assert kinds == ["BackupsTarget", "BillTarget", "CacheTarget", "DatabaseTarget", "LoadBalancerTarget"]
    assert {item["value"] for item in types["bailbondpro:cluster:CapacityType"]["enum"]} == {"ON_DEMAND", "SPOT"}
    assert types["bailbondpro:cluster:NodePool"]["properties"]["labels"]["additionalProperties"]["type"] == "string"


def test_what_other_languages_cannot_give_is_exactly_what_the_documents_say() -> None:
    text = (ROOT / "docs" / "components.md").read_text("utf-8").split("## In other languages")[1].split("\n## ")[0]
    told = re.findall(r"`(\w+)\.(\w+)` is left out", text)
    assert told == [(item.__name__, name) for item in exported() for name in left_out(item)]
    assert told == [("Addons", "nodes"), ("Pooler", "users_ready")]


@pytest.mark.parametrize("annotation", [pulumi.Resource, str | int, object, list[pulumi.Resource]])
def test_a_type_that_no_other_language_has_is_refused(annotation: Any) -> None:  # noqa: ANN401 - annotations
    with pytest.raises(UncrossableError):
        shape_of(annotation)
