"""Availability: what stops when a part of a plan is removed, and what production may not depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from ops.answers.availability import accepted_of
from plan import Plan
from plan.tokens import CACHE, DATABASE, NODE_GROUP
from planner.availability.accepted import Accepted, AcceptedLoss, AcceptedUptime
from planner.availability.analysis import OBJECTIVE_PERCENT, Availability, availability
from planner.availability.graph import availability_graph
from planner.availability.model import Element, Function, Graph, Group, removals
from tests.support.kept_drills import SURVIVES
from tests.support.plans import changed_plan, edited, planned, stack_plan
from tests.support.stack import COMBINATIONS, FILLED, settings

if TYPE_CHECKING:
    from planner.availability.analysis import SinglePoint

TODAY = date(2026, 11, 29)
SPREAD = {"topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone", "labelSelector": {}}]}


def judged(
    plan: Plan, environment: str = "prod", phase: str = "horizontal", accepted: Accepted | None = None
) -> Availability:
    """A plan by what the checked-in stack of an environment accepts in a phase, or by something else."""
    allowed = accepted or accepted_of(settings(environment, phase).availability, TODAY)
    return availability(plan, phase=phase, accepted=allowed, cloudflare_plan="pro", pods=SURVIVES)


def refused(plan: Plan, phase: str = "horizontal") -> list[SinglePoint]:
    found = judged(plan, phase=phase)
    assert not found.ok
    return [point for point in found.single_points if not point.accepted]


def titles(points: list[SinglePoint], kind: str) -> list[str]:
    return sorted(point.title for point in points if point.kind == kind)


@cache
def weakened() -> Plan:
    """The last phase of production with every setting lowered that takes a second one of something away."""
    return changed_plan(
        "prod",
        "microservices",
        network={"natGateways": 2},
        postgres={
            "replicas": 1,
            "multiAz": False,
            "pooler": {"replicas": 1},
            "placement": "shards",
            "shards": {"placedOn": 4, "multiAz": False},
        },
        redis={"clientIsClusterAware": True, "replicasPerShard": 0, "multiAz": False},
    )


@cache
def filled() -> Plan:
    """The last phase of production once its clients lie on shards."""
    return changed_plan("prod", "microservices", postgres=FILLED)


@cache
def one_way_out() -> Plan:
    return changed_plan("prod", "horizontal", network={"natGateways": 1})


@pytest.mark.parametrize("phase", ["horizontal", "microservices"])
def test_production_has_no_single_point_of_failure_from_the_second_phase_on(phase: str) -> None:
    found = judged(stack_plan("prod", phase), phase=phase)
    assert found.single_points == ()
    assert found.ok


def test_everything_that_can_fail_is_removed_once() -> None:
    kinds = [removal.element.kind for removal in judged(stack_plan("prod", "microservices")).removals]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted["zone"] == counted["nat gateway"] == counted["origin"] == 3
    assert counted["database"] == 2 + 3 + 4 * 2
    assert counted["cache node"] == 9
    assert counted["shard"] == 4
    assert counted["node"] == 6
    assert counted["node pool"] == 2
    assert counted["pod"] > 20


def test_one_nat_gateway_is_named_with_the_zones_that_lose_their_way_out() -> None:
    points = refused(one_way_out())
    assert titles(points, "nat gateway") == ["network-nat-a"]
    assert titles(points, "zone") == ["us-east-1a"]
    assert points[0].stops == ("the way out of us-east-1b", "the way out of us-east-1c")


def test_every_lowered_setting_is_named() -> None:
    points = refused(weakened(), "microservices")
    shards = [f"shards-{number}-primary" for number in range(4)]
    assert titles(points, "nat gateway") == ["network-nat-a"]
    assert titles(points, "database") == ["postgres-primary", "postgres-replica-1", *shards]
    assert titles(points, "cache node") == [f"redis-group shard {number} node 1" for number in (1, 2, 3)]
    assert titles(points, "pod") == ["pgbouncer/1"]
    assert len(titles(points, "zone")) == 3


def test_the_only_zone_that_a_nat_gateway_serves_may_fail_with_it() -> None:
    removal = next(
        item for item in judged(stack_plan("prod", "horizontal")).removals if item.element.title == "network-nat-b"
    )
    assert removal.stops == ()


def test_a_primary_without_a_standby_fails_with_any_zone() -> None:
    points = refused(edited(stack_plan("prod", "horizontal"), DATABASE, "postgres-primary", multiAz=False))
    assert titles(points, "database") == ["postgres-primary"]
    assert len(titles(points, "zone")) == 3
    assert all(point.stops == ("writes to postgres-primary",) for point in points)


@pytest.mark.parametrize(("count", "named"), [(0, ["postgres-primary"]), (1, ["postgres-replica-1"]), (2, None)])
def test_a_phase_of_read_replicas_wants_more_than_one(count: int, named: list[str] | None) -> None:
    plan = stack_plan("prod", "horizontal")
    extra = {f"postgres-replica-{number}" for number in range(count + 1, 4)}
    fewer = Plan(tuple(item for item in plan if item.name not in extra))
    if named is None:
        assert judged(fewer).ok
    else:
        assert titles(refused(fewer), "database") == named


def test_a_cache_in_one_zone_fails_with_any_zone_and_with_no_single_node() -> None:
    points = refused(edited(stack_plan("prod", "horizontal"), CACHE, multiAzEnabled=False))
    assert len(titles(points, "zone")) == 3
    assert titles(points, "cache node") == []


def test_replicas_of_a_cache_that_never_take_over_keep_nothing_running() -> None:
    points = refused(edited(stack_plan("prod", "horizontal"), CACHE, automaticFailoverEnabled=False))
    assert len(titles(points, "cache node")) == 3


def test_one_pooler_is_named_with_everything_behind_it() -> None:
    points = refused(weakened(), "microservices")
    stops = next(point.stops for point in points if point.title == "pgbouncer/1")
    assert {"writes to postgres-primary", "reads away from postgres-primary"} < set(stops)
    assert list(stops) == sorted(stops)
    assert len(stops) == 2 + 4


def test_a_pool_of_one_node_takes_every_pod_along() -> None:
    plan = stack_plan("prod", "horizontal")
    for zone, least in (("a", 1), ("b", 0), ("c", 0)):
        plan = edited(plan, NODE_GROUP, f"node-pools-app-{zone}", scalingConfig={"minSize": least, "maxSize": 1})
    points = refused(plan)
    assert titles(points, "node") == ["app/1"]
    assert "answers of bailbondpro-app" in next(point.stops for point in points if point.kind == "node")


def test_development_accepts_its_single_points_and_says_why() -> None:
    found = judged(stack_plan("dev", "optimization"), "dev", "optimization")
    assert found.ok
    assert {point.kind for point in found.single_points} >= {"zone", "nat gateway", "node", "database", "pod"}
    assert all("development" in point.accepted for point in found.single_points)


def test_the_first_phase_of_production_accepts_a_shared_nat_gateway_only() -> None:
    found = judged(stack_plan("prod", "optimization"), phase="optimization")
    assert found.ok
    assert {(point.kind, point.stops) for point in found.single_points} == {
        ("nat gateway", ("the way out of us-east-1c",)),
        ("zone", ("the way out of us-east-1c",)),
    }
    assert all("first phase" in point.accepted for point in found.single_points)


def test_the_first_phase_of_production_accepts_no_other_single_point() -> None:
    found = judged(
        edited(stack_plan("prod", "optimization"), DATABASE, "postgres-primary", multiAz=False), phase="optimization"
    )
    assert not found.ok
    open_points = [point for point in found.single_points if not point.accepted]
    assert "database" in {point.kind for point in open_points}
    assert all("writes to postgres-primary" in point.stops for point in open_points)


def test_a_point_is_accepted_when_everything_that_it_stops_is_and_until_the_day_that_was_stated() -> None:
    ways = AcceptedLoss(stops="the way out of us-east-1b", reason="a test")
    some = judged(one_way_out(), accepted=Accepted(losses=(ways,), today=TODAY))
    assert [point.accepted for point in some.single_points] == ["", ""]
    until = AcceptedLoss(stops="the way out of *", reason="the second gateway is ordered", until=TODAY)
    last_day = judged(one_way_out(), accepted=Accepted(losses=(until,), today=TODAY))
    assert last_day.ok
    assert {point.accepted for point in last_day.single_points} == {"the second gateway is ordered (until 2026-11-29)"}
    over = judged(one_way_out(), accepted=Accepted(losses=(until,), today=date(2026, 11, 30)))
    assert not over.ok
    assert all("was accepted until 2026-11-29" in point.fix for point in over.single_points)


def test_less_uptime_than_the_objective_fails_unless_it_is_accepted_with_a_reason() -> None:
    found = judged(filled(), phase="microservices")
    assert found.single_points == ()
    assert not found.ok
    assert "wanted are 99.9 %" in found.short_of_uptime
    assert "{percent: 99.87, reason: ...}" in found.short_of_uptime
    enough = AcceptedUptime(percent=99.87, reason="a client's shard is one database more")
    assert judged(filled(), phase="microservices", accepted=Accepted(uptime=enough, today=TODAY)).ok
    too_much = AcceptedUptime(percent=99.88, reason="a client's shard is one database more")
    assert not judged(filled(), phase="microservices", accepted=Accepted(uptime=too_much, today=TODAY)).ok
    over = AcceptedUptime(percent=99.87, reason="a client's shard is one database more", until=date(2026, 11, 28))
    assert not judged(filled(), phase="microservices", accepted=Accepted(uptime=over, today=TODAY)).ok


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_stack_meets_what_it_states(environment: str, phase: str) -> None:
    found = judged(stack_plan(environment, phase), environment, phase)
    assert found.short_of_uptime == ""
    assert environment != "prod" or found.composite_percent >= OBJECTIVE_PERCENT


def test_the_same_plan_is_not_accepted_in_a_later_phase() -> None:
    assert not judged(stack_plan("prod", "optimization"), phase="horizontal").ok


def test_operators_may_be_away_because_no_request_passes_them() -> None:
    found = judged(stack_plan("prod", "microservices"), phase="microservices")
    stopped = [item for removal in found.removals for item in removal.stops if not item.critical]
    assert any("prometheus" in item.title for item in stopped)
    assert all(item.note for item in stopped)


def test_a_failover_is_reported_as_a_pause_and_only_where_one_happens() -> None:
    found = {item.element.title: item for item in judged(stack_plan("prod", "horizontal")).removals}
    assert [item.title for item in found["postgres-primary"].pauses] == ["writes to postgres-primary"]
    assert found["pgbouncer/1"].pauses == ()
    assert [item.title for item in found["pgbouncer/1"].weakens] == [
        "writes to postgres-primary",
        "reads away from postgres-primary",
    ]


def test_losing_a_whole_shard_is_reported_and_takes_several_failures() -> None:
    found = judged(filled(), phase="microservices")
    shard = next(item for item in found.removals if item.element.kind == "shard")
    assert [item.title for item in shard.stops] == [f"the clients of {shard.element.title.split(' ')[0]}"]
    assert not shard.single_point


@pytest.mark.parametrize(("spec", "nodes"), [(SPREAD, 2), ({}, 1)])
def test_pods_that_nothing_spreads_may_all_sit_on_one_node(spec: dict[str, object], nodes: int) -> None:
    pool = planned("aws:eks/nodeGroup:NodeGroup", "pool", labels={"pool": "app"}, scalingConfig={"minSize": 3})
    deployment = planned(
        "kubernetes:apps/v1:Deployment",
        metadata={"name": "web"},
        spec={"replicas": 2, "template": {"spec": {"nodeSelector": {"pool": "app"}, **spec}}},
    )
    urn = f"urn:pulumi:test::bailbondpro::bailbondpro:workload:Workload${deployment.type}::web"
    graph = availability_graph(Plan((pool, replace(deployment, urn=urn))))
    needed = {node for item in graph.elements.values() if item.kind == "pod" for node in item.needs}
    assert len(needed) == nodes


def test_a_failure_spreads_to_whatever_needs_the_failed_part() -> None:
    parts = [
        Element(id="zone:a", kind="zone", title="a"),
        Element(id="node:1", kind="node", title="1", needs=frozenset({"zone:a"})),
        Element(id="pod:1", kind="pod", title="pod", needs=frozenset({"node:1"})),
    ]
    function = Function(title="it", groups=(Group(title="pods", members=("pod:1",)),))
    graph = Graph(elements={part.id: part for part in parts}, functions=(function,))
    assert [item.single_point for item in removals(graph)] == [True, True, True]
    assert graph.zones_of("pod:1") == {"a"}


def test_promises_multiply_and_what_nobody_promises_is_left_out_and_named() -> None:
    found = judged(stack_plan("prod", "horizontal"))
    assert found.composite_percent == pytest.approx(0.9999 * 0.9999 * 0.9995 * 0.9999 * 100)
    assert found.composite_percent > 99.9
    assert found.unpromised == ["Cloudflare (pro)"]


def test_an_empty_shard_is_on_the_way_of_no_request() -> None:
    plan = edited(stack_plan("prod", "microservices"), DATABASE, "shards-0-primary", multiAz=False)
    found = judged(plan, phase="microservices")
    assert found.single_points == ()
    removal = next(item for item in found.removals if item.element.title == "shards-0-primary")
    assert [item.title for item in removal.stops] == ["the clients of shards-0-primary"]
    assert not removal.stops[0].critical
    assert found.composite_percent == judged(stack_plan("prod", "horizontal")).composite_percent
    in_use = judged(edited(filled(), DATABASE, "shards-0-primary", multiAz=False), phase="microservices")
    assert "shards-0-primary" in titles(list(in_use.single_points), "database")


def test_one_more_database_on_the_way_costs_the_third_phase_its_three_nines_on_paper() -> None:
    found = judged(filled(), phase="microservices")
    assert found.composite_percent == pytest.approx(0.9999 * 0.9999 * 0.9995 * 0.9995 * 0.9999 * 100)
    assert found.composite_percent < 99.9
