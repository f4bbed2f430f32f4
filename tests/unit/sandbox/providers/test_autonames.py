"""Automatic names, and names that a service keeps in another case, as the real provider and service have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cloud import Cloud, CloudObject
from sandbox.providers.autonames import NAMED, with_name
from sandbox.providers.computed import computed_outputs, resource_id
from sandbox.providers.rules import Context, reference_violations, value_violations

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
ALIAS = "aws:kms/alias:Alias"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"


def named(token: str, logical: str) -> str:
    return str(with_name(token, logical, {}, {}, b"seed")[NAMED[token]])


def refusals(token: str, key: str, name: str) -> list[str]:
    context = Context(token, "x", f"urn:pulumi:dev::bailbondpro::{token}::x", {key: name})
    return [item.reason for item in value_violations(context) if item.path == key]


@pytest.mark.parametrize("token", ["aws:s3/bucket:Bucket", GROUP, "aws:elasticache/cluster:Cluster"])
def test_an_automatic_name_is_in_lower_case_where_the_provider_writes_it_so(token: str) -> None:
    name = named(token, "MyUploads")
    assert name.startswith("myuploads-")
    assert refusals(token, NAMED[token], name) == []


def test_an_automatic_alias_of_a_key_begins_as_the_service_demands() -> None:
    token = ALIAS
    assert named(token, "Data").startswith("alias/Data-")
    assert named(token, "alias/data").startswith("alias/data-")
    assert refusals(token, "name", named(token, "Data")) == []


@pytest.mark.parametrize("token", ["aws:ecr/repository:Repository", "aws:rds/subnetGroup:SubnetGroup"])
def test_other_automatic_names_keep_their_case_and_are_refused_as_by_the_real_service(token: str) -> None:
    assert named(token, "MyThing").startswith("MyThing-")
    assert refusals(token, "name", named(token, "MyThing")) != []


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (GROUP, "replicationGroupId"),
        ("aws:elasticache/cluster:Cluster", "clusterId"),
        ("aws:elasticache/subnetGroup:SubnetGroup", "name"),
        (PARAMETERS, "name"),
    ],
)
def test_a_name_with_capitals_is_accepted_and_kept_in_lower_case(token: str, key: str) -> None:
    inputs: dict[str, Any] = {key: "MyCache"}
    assert refusals(token, key, "MyCache") == []
    assert resource_id(token, "c", inputs) == "mycache"
    assert computed_outputs(token, "c", inputs, "mycache")[key] == "mycache"
    assert key not in computed_outputs(token, "c", {key: "mycache"}, "mycache")


def test_two_names_that_differ_in_case_alone_are_one_name(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(CloudObject(PARAMETERS, "mycache", "urn::a::b::first", {"name": "mycache"}))
    urn = f"urn:pulumi:dev::bailbondpro::{PARAMETERS}::second"
    found = reference_violations(Context(PARAMETERS, "second", urn, {"name": "MyCache", "family": "valkey8"}, cloud))
    assert [item.reason for item in found] == ["'mycache' is taken by first (CacheParameterGroupAlreadyExists)"]
