"""Which shards pods are told of by a plan, and which steps between databases are refused."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ops.answers.journey import Journey, JourneyStep, _step
from ops.views.journey import section
from plan import Plan, PlannedResource
from plan.placement import (
    Stated,
    empty_shards,
    placement_said,
    shard_index,
    shard_servers,
    shards_in_use,
    shards_told,
    stated,
)
from policies.placement import misplaced, shards_entered_empty, shards_left
from policies.stateful import one_way_changes
from tests.support.placements import STACK, app, at, pods, published, shard
from tests.support.told import told


def test_shards_in_use_are_those_that_pods_are_told_of() -> None:
    shards = tuple(shard(index) for index in range(12))
    assert shards_in_use(Plan((*shards, app(0, 0)))) == 0
    assert shards_in_use(Plan((*shards, app(4, 4)))) == 4
    assert shards_in_use(Plan((*shards, app(4, 4, "delete")))) == 0
    assert [shard_index(item) for item in shard_servers(Plan((*shards[::-1], shard(3, role="replica-1"))))] == [
        *range(12)
    ]
    cron_job = {"spec": {"jobTemplate": pods(2)}}
    assert shards_told(cron_job) == 2


def test_a_new_shard_is_there_for_good_and_a_new_replica_of_one_is_not() -> None:
    new = [shard(0, "create"), shard(0, "create", "replica-1")]
    assert [item.name for item, _ in one_way_changes(new)] == ["shards-0-primary"]


@pytest.mark.parametrize(
    ("existing", "in_use", "said"),
    [
        (4, 0, "no pod is pointed at the 4 shards: every client is on the primary"),
        (8, 4, "no pod is pointed at shard_4 to shard_7;"),
        (5, 4, "no pod is pointed at shard_4;"),
    ],
)
def test_what_stands_empty_is_said_in_one_sentence(existing: int, in_use: int, said: str) -> None:
    assert empty_shards(existing, in_use).startswith(said)
    source = in_use or "primary"
    assert f"./bbp shard plan --from {source} --to {existing}" in empty_shards(existing, in_use)


def test_nothing_is_said_where_every_shard_is_in_use() -> None:
    assert empty_shards(0, 0) == empty_shards(4, 4) == ""


def test_pods_may_not_be_pointed_at_shards_that_the_same_step_creates() -> None:
    created = tuple(shard(index, "create") for index in range(4))
    assert "shard_0 to shard_3" in shards_entered_empty(Plan((*created, app(4, 0))))
    grown = (*(shard(index) for index in range(4)), *(shard(index, "create") for index in range(4, 8)))
    assert "shard_4 to shard_7" in shards_entered_empty(Plan((*grown, app(8, 4))))
    assert shards_entered_empty(Plan((*grown, app(4, 4)))) == ""
    assert shards_entered_empty(Plan((*(shard(index) for index in range(4)), app(4, 0)))) == ""


def test_a_new_stack_may_begin_on_its_shards() -> None:
    created = tuple(shard(index, "create") for index in range(4))
    assert shards_entered_empty(Plan((*created, app(4, None, "create")))) == ""


@pytest.mark.parametrize(("was", "told", "named"), [(4, 0, "shard_0 to shard_3"), (8, 4, "shard_4 to shard_7")])
def test_pods_that_leave_shards_lose_the_clients_there(was: int, told: int, named: str) -> None:
    (loss,) = shards_left(Plan((*(shard(index) for index in range(8)), app(told, was))))
    assert loss.holds == "clients on shards"
    assert named in loss.reason
    assert loss.properties == tuple(f"DATABASE_SHARD_{index}_URL" for index in range(told, was))


def test_a_removed_workload_leaves_no_clients_behind() -> None:
    assert shards_left(Plan((app(0, 4, "delete"), app(4, 4)))) == []


def test_a_journey_stops_before_the_update_that_no_move_led_to() -> None:
    class Session:
        def preview(self, _bar: object) -> tuple[Plan, None]:
            return published(at(4, 4), at(0, 0)), None

        def up(self, _bar: object) -> None:
            raise AssertionError("it was carried out")

    step = _step(cast("Any", Session()), "horizontal", "microservices", {}, may_shrink=True)
    assert not step.ok
    assert "where nothing was copied" in step.refused[0]


def test_a_stack_that_published_only_a_map_is_judged_by_it() -> None:
    old = published(None, {"version": 4, "hash": "x", "placement": "shards", "count": 4, "shards": []}, "map")
    assert stated(old, before=True) == Stated(placement="shards", count=4, version=4)
    both = Plan((*old.resources, *published(at(0, 5), None).resources))
    assert "where nothing was copied" in misplaced(both)


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", None, {"unknown": True}])
def test_a_placement_that_nobody_can_read_is_none(text: object) -> None:
    urn = f"{STACK}bailbondpro:shards:Shards$aws:ssm/parameter:Parameter::shards-placement"
    one = PlannedResource(urn, "aws:ssm/parameter:Parameter", "shards-placement", "update", {"insecureValue": text})
    assert stated(Plan((one,))) is None


@pytest.mark.parametrize(
    ("placement", "said"),
    [
        (Stated(), "every client on the primary, whatever shards exist; no row is copied or deleted"),
        (Stated(moving_to=4, version=1), "on the primary, until"),
        (Stated(count=4, version=4), "on shard_0 to shard_3; no row is copied or deleted"),
        (Stated(count=4, moving_to=8, version=5), "rows are copied to shard_0 to shard_7 and deleted nowhere"),
        (Stated(count=4, moving_to=0, version=5), "rows are copied to the primary and deleted nowhere"),
    ],
)
def test_one_sentence_says_what_a_placement_means_for_rows(placement: Stated, said: str) -> None:
    assert f"map version {placement.version}" in placement_said(placement)
    assert said in placement_said(placement)


def test_a_step_of_a_journey_says_that_the_new_shards_are_empty() -> None:
    created = tuple(shard(index, "create") for index in range(4))
    step = JourneyStep("horizontal", "microservices", (*created, app(0, 0)))
    assert "no pod is pointed at the 4 shards: every client is on the primary" in told(
        section(Journey("prod", (step,)))
    )
    assert step.as_json()["placement"] == step.placement
