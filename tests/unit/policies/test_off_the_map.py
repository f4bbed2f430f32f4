"""Pods are told what the plan publishes: a plan in which the two differ is refused, whoever made it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.policies import _placement as policy
from plan import Plan, PlannedResource
from plan.placement import map_stated, told_of, unreadable
from policies.off_the_map import off_the_map
from policies.placement import unplaced
from tests.support.placements import DATABASE, STACK, app, at, published, shard

if TYPE_CHECKING:
    from collections.abc import Callable

PRIMARY, MOVING, FILLED = at(0, 0), at(0, 1, 4), at(4, 2)
FOUR = tuple(shard(index) for index in range(4))
SERVER = PlannedResource(
    f"{STACK}bailbondpro:postgres:Postgres${DATABASE}::postgres-primary", DATABASE, "p", "same", {}
)


def plan(placement: dict[str, Any], *more: PlannedResource) -> Plan:
    return Plan((*published(placement, placement).resources, SERVER, *more))


def targets(*told: int) -> PlannedResource:
    """The application, told of shards that a move fills."""
    names = ["DATABASE_PRIMARY_URL", *(f"DATABASE_TARGET_SHARD_{index}_URL" for index in told)]
    env = {"containers": [{"env": [{"name": name} for name in names]}]}
    urn = f"{STACK}bailbondpro:workload:Workload$kubernetes:apps/v1:Deployment::app"
    return PlannedResource(urn, "kubernetes:apps/v1:Deployment", "app", "same", env, old_inputs=env)


def config_map(said: dict[str, Any] | str) -> PlannedResource:
    """What pods read the map from."""
    kind = "kubernetes:core/v1:ConfigMap"
    text = said if isinstance(said, str) else json.dumps(said)
    return PlannedResource(f"{STACK}{kind}::shard-map", kind, "shard-map", "same", {"data": {"map.json": text}})


WRONG: dict[str, tuple[Plan, str]] = {
    "pods on shards, placement on the primary": (
        plan(PRIMARY, *FOUR, app(4, 4)),
        "its pods would be told of shard_0 to shard_3, and the published placement has clients on the primary",
    ),
    "new pods on shards, placement on the primary": (
        plan(PRIMARY, *FOUR, app(4, None, "create")),
        "would be told of shard_0 to shard_3",
    ),
    "pods on shards in the middle of the move": (plan(MOVING, *FOUR, app(4, 4)), "has clients on the primary"),
    "pods on fewer": (plan(FILLED, *FOUR, app(2, 2)), "would be told of shard_0 to shard_1"),
    "pods on more": (plan(FILLED, *FOUR, app(6, 6)), "would be told of shard_0 to shard_5"),
    "pods on none": (plan(FILLED, *FOUR, targets()), "no pod would be told of any shard"),
    "targets without a move": (plan(FILLED, *FOUR, app(4, 4), targets(4, 5)), "told of shard_4 to shard_5 as targets"),
    "targets beyond the move": (plan(MOVING, *FOUR, targets(3, 4)), "as targets, and no move fills them"),
    "fewer servers": (plan(FILLED, *FOUR[:2], app(4, 4)), "has no server of shard_2 to shard_3"),
    "no server": (plan(FILLED, app(4, 4)), "has no server of shard_0 to shard_3"),
    "no servers that a move fills": (plan(MOVING, FOUR[0], targets()), "has no server of shard_1 to shard_3"),
    "another map for pods": (
        plan(PRIMARY, *FOUR, config_map({"placement": "shards", "count": 4, "version": 2})),
        "shard-map, which pods read, would have clients on 4 shards in version 2",
    ),
    "another version for pods": (
        plan(FILLED, *FOUR, app(4, 4), config_map({"placement": "shards", "count": 4, "version": 1})),
        "in version 1, and the published placement on 4 shards in version 2",
    ),
    "another published map": (
        Plan((*plan(PRIMARY, *FOUR).resources, *published(FILLED, None, "map").resources)),
        "the published map would have clients on 4 shards",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_plan_whose_pods_know_another_placement_is_refused(name: str) -> None:
    wrong, said = WRONG[name]
    assert said in unplaced(wrong)
    assert policy(wrong).state == "failed"


RIGHT: dict[str, Plan] = {
    "on the primary": plan(PRIMARY, *FOUR, app(0, 0)),
    "moving": plan(MOVING, *FOUR, targets(0, 1, 2, 3), config_map("04da6b54-80e4-46f7-96ec-b56ff0331ba9")),
    "on shards": plan(FILLED, *FOUR, app(4, 4), config_map({"placement": "shards", "count": 4, "version": 2})),
    "a service that uses no shards": plan(FILLED, *FOUR, app(4, 4), targets()),
    "a split": plan(
        at(4, 5, 8), *(shard(index) for index in range(8)), app(4, 4), targets(4, 5, 6, 7),
        config_map({"placement": "shards", "count": 4, "version": 5, "moving": {"to": 8}}),
    ),
    "the way back": plan(at(4, 5, 0), *FOUR, app(4, 4)),
    "pods that go": plan(PRIMARY, *FOUR, app(4, 4, "delete")),
    "no placement at all": Plan((SERVER, app(4, 4))),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_plan_whose_pods_know_its_placement_is_not(name: str) -> None:
    assert off_the_map(RIGHT[name]) == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda said: {**said, "placement": "primary"},
        lambda said: {**said, "count": 0},
        lambda said: {**said, "count": 17},
        lambda said: {**said, "count": True},
        lambda said: {**said, "count": 4.0},
        lambda said: {**said, "count": "4"},
        lambda said: {**said, "count": [4]},
        lambda said: {**said, "version": 10**400},
        lambda said: {**said, "version": -1},
        lambda said: {**said, "movingTo": 10**9},
        lambda said: {**said, "placement": ["shards"]},
        lambda said: {**said, "placement": None},
    ],
)
def test_a_placement_that_contradicts_itself_is_read_as_none(
    change: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    assert unreadable(published(change(FILLED), None))
    assert not unreadable(published(FILLED, None))


def test_what_pods_are_told_of_is_read_by_name_and_number() -> None:
    names = (
        "DATABASE_URL",
        "DATABASE_PRIMARY_URL",
        "DATABASE_REPLICA_2_URL",
        "DATABASE_SHARD_10_URL",
        "MY_SHARD_1_URL",
    )
    env = {"spec": {"containers": [{"env": [{"name": name} for name in names]}, {"env": None}]}}
    assert told_of(env) == {("DATABASE_PRIMARY", 0), ("DATABASE_REPLICA", 2), ("DATABASE_SHARD", 10)}
    assert list(map_stated(Plan((config_map("no map"),)))) == []
