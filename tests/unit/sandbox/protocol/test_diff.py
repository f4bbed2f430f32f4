from typing import Any

import pytest

from sandbox.protocol.diff import changes, format_path
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import Secret
from sandbox.providers.replacement import known_types, replacing
from sandbox.services import row_of
from sandbox.services.kubernetes.custom.definitions import definitions

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"


def paths(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    return {change.path: change.kind for change in changes(old, new)}


def test_equal_bags_have_no_changes() -> None:
    assert paths({"a": [1, {"b": "c"}]}, {"a": [1, {"b": "c"}]}) == {}


def test_each_changed_leaf_is_named_with_its_kind() -> None:
    old = {"keep": 1, "size": "a", "gone": True, "list": [1, 2]}
    new = {"keep": 1, "size": "b", "list": [1, 2, 3], "more": {"x": 1}}
    assert paths(old, new) == {"size": "update", "gone": "delete", "list[2]": "add", "more": "add"}


def test_a_secret_with_the_same_value_is_no_change() -> None:
    assert paths({"p": Secret("x")}, {"p": Secret("x")}) == {}
    assert paths({"p": Secret("x")}, {"p": Secret("y")}) == {"p": "update"}


def test_keys_with_dots_and_slashes_are_quoted() -> None:
    assert format_path(("metadata", "labels", "app.kubernetes.io/name")) == (
        'metadata.labels["app.kubernetes.io/name"]'
    )
    assert format_path(("rules", 0, "name")) == "rules[0].name"


def replaced(token: str, old: dict[str, Any], new: dict[str, Any]) -> frozenset[str]:
    return replacing(token, changes(old, new), old, new)


@pytest.mark.parametrize(
    ("token", "old", "new", "expected"),
    [
        ("aws:rds/instance:Instance", {"instanceClass": "a"}, {"instanceClass": "b"}, set()),
        ("aws:rds/instance:Instance", {"identifier": "a"}, {"identifier": "b"}, set()),
        (
            "aws:rds/instance:Instance",
            {"availabilityZone": "a"},
            {"availabilityZone": "b"},
            {"availabilityZone"},
        ),
        ("aws:rds/instance:Instance", {"storageEncrypted": False}, {"storageEncrypted": True}, {"storageEncrypted"}),
        (NODE_GROUP, {"scalingConfig": {"maxSize": 3}}, {"scalingConfig": {"maxSize": 9}}, set()),
        (NODE_GROUP, {"instanceTypes": ["a"]}, {"instanceTypes": ["b"]}, {"instanceTypes[0]"}),
        (
            NODE_GROUP,
            {"launchTemplate": {"version": "1"}},
            {"launchTemplate": {"version": "2"}},
            set(),
        ),
        (
            NODE_GROUP,
            {"launchTemplate": {"id": "1"}},
            {"launchTemplate": {"id": "2"}},
            {"launchTemplate.id"},
        ),
        ("aws:eks/cluster:Cluster", {}, {"encryptionConfig": {"resources": ["secrets"]}}, set()),
        ("aws:eks/cluster:Cluster", {"encryptionConfig": {"resources": ["secrets"]}}, {}, {"encryptionConfig"}),
        ("aws:ec2/route:Route", {"natGatewayId": "a"}, {"natGatewayId": "b"}, set()),
        ("cloudflare:index/ruleset:Ruleset", {"name": "a"}, {"name": "b"}, {"name"}),
        ("cloudflare:index/dnsRecord:DnsRecord", {"content": "a"}, {"content": "b"}, set()),
        ("kubernetes:apps/v1:Deployment", {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}, {"metadata.name"}),
        (
            "kubernetes:apps/v1:Deployment",
            {"spec": {"selector": {"matchLabels": {"app": "a"}}}},
            {"spec": {"selector": {"matchLabels": {"app": "b"}}}},
            {"spec.selector.matchLabels.app"},
        ),
        ("kubernetes:apps/v1:Deployment", {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, set()),
    ],
)
def test_replacement_follows_the_real_providers(
    token: str, old: dict[str, Any], new: dict[str, Any], expected: set[str]
) -> None:
    assert replaced(token, old, new) == expected


def test_every_type_and_property_of_the_replacement_tables_exists_in_an_sdk_or_a_definition() -> None:
    oracle = SchemaOracle()
    unknown = []
    for token in sorted(known_types()):
        schema = oracle.get(token)
        if schema is None:
            unknown += [] if token in definitions() else [token]
            continue
        row = row_of(token)
        assert row is not None
        assert row.replaced is not None
        tops = {path.split(".")[0] for path in row.replaced.paths}
        # A certificate that is ready for renewal is replaced for the sake of an output.
        unknown += [f"{token} {name}" for name in sorted(tops - schema.inputs.keys() - {*schema.computed})]
    assert unknown == []
