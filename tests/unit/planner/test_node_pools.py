"""Pools of nodes, whatever groups they are made of."""

from __future__ import annotations

from typing import Any

import pytest

from plan import Plan, PlannedResource
from plan.tokens import NODE_GROUP, SUBNET
from planner.capacity.node_pools import bound, groups_by_pool, homes, is_spot, repels


def _item(kind: str, name: str, inputs: dict[str, Any], *needs: str) -> PlannedResource:
    return PlannedResource(urn=name, type=kind, name=name, op="create", inputs=inputs, dependencies=needs)


def _group(name: str, zones: str, least: int = 0, most: int = 3, **inputs: Any) -> PlannedResource:  # noqa: ANN401 - inputs of a plan are JSON
    sizes = {"minSize": least, "desiredSize": least, "maxSize": most}
    return _item(NODE_GROUP, name, {"scalingConfig": sizes, "labels": {"pool": "app"}, **inputs}, *zones)


def _plan(*groups: PlannedResource) -> Plan:
    return Plan((*(_item(SUBNET, zone, {"availabilityZone": zone}) for zone in "abc"), *groups))


DIVIDED = (_group("app-b", "b", 1), _group("app-a", "a", 2), _group("app-c", "c", 1, most=2))


def test_groups_of_one_label_are_one_pool_and_a_group_without_it_is_its_own() -> None:
    other = _item(NODE_GROUP, "other", {})
    found = groups_by_pool(_plan(*DIVIDED, other))
    assert {pool: [group.name for group in groups] for pool, groups in found.items()} == {
        "app": ["app-a", "app-b", "app-c"],
        "other": ["other"],
    }


def test_the_nodes_of_a_pool_go_round_its_zones_as_those_of_one_group_do() -> None:
    whole = _group("app", "abc", 4)
    assert homes(_plan(*DIVIDED), DIVIDED, "minSize") == homes(_plan(whole), [whole], "minSize") == ["a", "b", "c", "a"]
    assert homes(_plan(*DIVIDED), DIVIDED, "maxSize") == ["a", "b", "c", "a", "b", "c", "a", "b"]
    assert (bound(DIVIDED, "minSize"), bound(DIVIDED, "maxSize")) == (4, 8)


def test_a_pool_that_may_be_empty_is_reckoned_with_one_node() -> None:
    empty = [_group("app-b", "b"), _group("app-c", "c")]
    assert homes(_plan(*empty), empty, "minSize") == ["b"]
    assert homes(_plan(), [], "minSize") == []


@pytest.mark.parametrize(
    ("effect", "tolerated", "expected"),
    [
        ("NO_SCHEDULE", (), True),
        ("NO_EXECUTE", ("other",), True),
        ("NO_SCHEDULE", ("undivided",), False),
        ("NO_SCHEDULE", ("",), False),
        ("PREFER_NO_SCHEDULE", (), False),
    ],
)
def test_a_taint_that_is_not_tolerated_repels(effect: str, tolerated: tuple[str, ...], expected: bool) -> None:
    drained = _group("app", "abc", taints=[{"key": "undivided", "effect": effect}])
    assert repels(drained, tolerated) is expected
    assert not repels(DIVIDED[0])


def test_machines_that_may_be_taken_away_are_told_apart() -> None:
    assert is_spot(_group("spot-a", "a", capacityType="SPOT"))
    assert not is_spot(DIVIDED[0])
