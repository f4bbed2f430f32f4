"""Pods are told what the plan publishes: a plan in which the two differ is refused, whoever made it."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ops.answers.journey import _step
from ops.answers.policies import _placement as policy
from ops.answers.review.step import _lost as of_a_review
from plan import Plan, PlanError, PlannedResource
from plan.model import parse_preview
from plan.placement import map_stated, told_of, unreadable
from plan.unknown import UNKNOWN
from planner.evidence import EvidenceError, whole
from policies.gate.judge import _placement as of_the_gate
from policies.off_the_map import off_the_map
from policies.placement import unplaced
from tests.support.placements import DATABASE, STACK, app, at, published, shard

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan.steps import Preview

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


class Session:
    """A rehearsal whose preview is this plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def preview(self, _bar: object) -> tuple[Plan, None]:
        return self.plan, None

    def up(self, _bar: object) -> None:
        raise AssertionError("it was carried out")


def by_the_gate(wrong: Plan) -> str:
    preview = cast("Preview", SimpleNamespace(after=wrong, stack="prod"))
    return "; ".join(f"{one.rule}: {one.says}" for one in of_the_gate(preview))


def by_a_journey(wrong: Plan) -> str:
    step = _step(cast("Any", Session(wrong)), "microservices", "microservices", {}, may_shrink=True)
    return "" if step.ok else "; ".join(step.refused)


def by_a_review(wrong: Plan) -> str:
    return "; ".join(loss.reason for loss in of_a_review(wrong))


ASKED: dict[str, Callable[[Plan], str]] = {
    "gate": by_the_gate,
    "journey": by_a_journey,
    "policies": lambda wrong: policy(wrong).detail,
    "review": by_a_review,
}
GUARDS: dict[str, tuple[Plan, str]] = {
    "entered empty": (
        Plan((*published(FILLED, at(0, 1, 4)).resources, *(shard(index, "create") for index in range(4)), app(4, 0))),
        "which this step creates empty",
    ),
    "skipped": (published(FILLED, PRIMARY), "where nothing was copied"),
    "another move": (published(at(0, 2, 8), MOVING), "goes on, and this update would begin one to"),
    "not acknowledged": (published(at(0, 3), at(4, 2, 0)), "back to the primary, and the shards hold"),
    "acknowledged in vain": (published(at(4, 3, returnedFrom=2), FILLED), "acknowledges a way back"),
    "version": (published(at(4, 1), MOVING), "nobody could tell the maps apart"),
    "taken away": (
        Plan((*published(FILLED, FILLED).resources, *FOUR[:3], shard(3, "delete"))),
        "the servers of shard_3 would be deleted",
    ),
    "off the map": WRONG["pods on shards, placement on the primary"],
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("name", GUARDS)
def test_each_guard_is_asked_by_everybody_who_judges_an_update(name: str, asked: str) -> None:
    wrong, said = GUARDS[name]
    assert said in ASKED[asked](wrong)


def test_the_gate_names_pods_that_leave_shards_and_a_placement_that_nobody_can_read() -> None:
    assert "placement: pods would leave shard_0 to shard_3" in by_the_gate(Plan((*FOUR, app(0, 4))))
    assert "cannot be read" in by_the_gate(published({**FILLED, "count": True}, FILLED))


def test_a_plan_of_several_stacks_or_with_lost_steps_is_judged_by_nobody() -> None:
    other = PlannedResource(SERVER.urn.replace("prod", "dev"), DATABASE, "p", "same", {})
    with pytest.raises(EvidenceError, match=r"of several stacks \(dev, prod\)"):
        whole(Plan((SERVER, other)), "plan.json")
    with pytest.raises(PlanError, match="steps are missing from this preview: 2 update are counted and 0 named"):
        parse_preview({"steps": [], "changeSummary": {"update": 2}})


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


def test_a_map_that_contradicts_itself_is_read_as_none_and_one_that_is_not_known_yet_is_passed_over() -> None:
    assert unreadable(published({**PRIMARY, "count": 4}, PRIMARY, name="map"))
    assert not unreadable(published(MOVING, PRIMARY, name="map"))
    known = published(PRIMARY, PRIMARY, name="map")
    later = [replace(item, inputs={"insecureValue": UNKNOWN}) for item in known]
    assert not unreadable(Plan(tuple(later)))


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
