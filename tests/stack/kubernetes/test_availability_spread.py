"""Availability of pods whose own constraints decide where they may start."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from plan import Plan
from plan.tokens import DEPLOYMENT
from planner.availability.accepted import Accepted, AcceptedLoss
from planner.availability.analysis import Availability, availability
from planner.availability.pods import stranded
from tests.support.cli import Cli
from tests.support.kept_drills import SURVIVES
from tests.support.plans import stack_plan, write_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

EVERYTHING = Accepted(losses=(AcceptedLoss(stops="*", reason="a test"),))


def judged(plan: Plan, phase: str = "horizontal", accepted: Accepted = EVERYTHING) -> Availability:
    return availability(plan, phase=phase, accepted=accepted, cloudflare_plan="pro", pods=SURVIVES)


def spread_as(plan: Plan, **policy: object) -> Plan:
    """The plan with hard spread constraints that carry a policy; None takes a key away."""
    changed = Plan(tuple(replace(item, inputs=copy.deepcopy(item.inputs)) for item in plan))
    for item in changed.of_type(DEPLOYMENT):
        spec = item.inputs["spec"]["template"]["spec"]
        spec["topologySpreadConstraints"] = [
            {key: value for key, value in {**found, **policy}.items() if value is not None}
            if found["whenUnsatisfiable"] == "DoNotSchedule"
            else found
            for found in spec["topologySpreadConstraints"]
        ]
    return changed


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_pod_finds_a_node_with_any_zone_lost_or_drained(environment: str, phase: str) -> None:
    assert stranded(stack_plan(environment, phase)) == []


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_a_spread_that_counts_lost_zones_is_refused_in_every_phase(phase: str) -> None:
    found = judged(spread_as(stack_plan("prod", phase), nodeTaintsPolicy=None), phase, EVERYTHING)
    points = [point for point in found.single_points if not point.accepted]
    assert {point.kind for point in points} == {"spread"}
    assert {point.title.split(" ")[-1] for point in points} == {"us-east-1a", "us-east-1b", "us-east-1c"}
    assert all("nodeTaintsPolicy: Honor" in point.fix for point in points)


def test_what_counts_a_lost_zone_leaves_two_of_ten_pods_running() -> None:
    found = stranded(spread_as(stack_plan("prod", "horizontal"), nodeTaintsPolicy=None))
    apps = [case for case in found if case.name == "bailbondpro-app"]
    assert [(case.zone, case.running, case.wanted) for case in apps] == [(f"us-east-1{zone}", 2, 10) for zone in "abc"]


def test_development_does_not_accept_pods_that_stay_pending_either() -> None:
    found = judged(spread_as(stack_plan("dev", "horizontal"), nodeTaintsPolicy=None), "horizontal", EVERYTHING)
    assert not found.ok


def test_a_minimum_of_three_zones_holds_pods_back_once_one_is_gone() -> None:
    assert not judged(spread_as(stack_plan("prod", "horizontal"), minDomains=3)).ok
    assert judged(spread_as(stack_plan("prod", "horizontal"), minDomains=2)).ok


def test_the_command_refuses_a_plan_file_whose_spread_counts_lost_zones(tmp_path: Path) -> None:
    old = spread_as(stack_plan("prod", "horizontal"), nodeTaintsPolicy=None, nodeAffinityPolicy=None)
    ran = Cli(tmp_path).run("availability", "prod", "--plan", str(write_plan(tmp_path / "old.json", old)))
    assert ran.code == 1
    assert "bailbondpro-app without us-east-1a: loses 8 of 10 pods" in ran.out


ZONE_KEY = "topology.kubernetes.io/zone"
TO_NODES = "requiredDuringSchedulingIgnoredDuringExecution"


def with_pods(change: Callable[[dict[str, Any]], object]) -> Plan:
    """The second phase of production with the specification of the application's pods changed."""
    plan = stack_plan("prod", "horizontal")
    changed = Plan(tuple(replace(item, inputs=copy.deepcopy(item.inputs)) for item in plan))
    for item in changed.of_type(DEPLOYMENT):
        if item.inputs["metadata"]["name"] == "bailbondpro-app":
            change(item.inputs["spec"]["template"]["spec"])
    return changed


def to_nodes(key: str, operator: str, *values: str) -> dict[str, Any]:
    found = {"key": key, "operator": operator, "values": list(values)}
    return {"affinity": {"nodeAffinity": {TO_NODES: {"nodeSelectorTerms": [{"matchExpressions": [found]}]}}}}


@pytest.mark.parametrize(
    "keys",
    [
        {"nodeSelector": {"pool": "app", ZONE_KEY: "us-east-1a"}},
        to_nodes(ZONE_KEY, "In", "us-east-1a"),
        to_nodes(ZONE_KEY, "NotIn", "us-east-1b", "us-east-1c"),
    ],
)
def test_pods_that_accept_one_zone_only_are_lost_with_it(keys: dict[str, Any]) -> None:
    found = stranded(with_pods(lambda spec: spec.update(keys)))
    assert [(case.name, case.zone, case.running) for case in found] == [("bailbondpro-app", "us-east-1a", 0)]


@pytest.mark.parametrize(
    "keys",
    [
        {"nodeSelector": {"pool": "nothing"}},
        {"nodeSelector": {"pool": "app", "kubernetes.io/os": "windows"}},
        to_nodes("pool", "In", "nothing"),
        to_nodes("pool", "DoesNotExist"),
    ],
)
def test_pods_that_accept_no_node_never_run(keys: dict[str, Any]) -> None:
    found = stranded(with_pods(lambda spec: spec.update(keys)))
    assert ("bailbondpro-app", "", 0) in [(case.name, case.zone, case.running) for case in found]


@pytest.mark.parametrize(
    "keys",
    [
        {"nodeSelector": {"pool": "app", "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64"}},
        to_nodes(ZONE_KEY, "In", "us-east-1a", "us-east-1b", "us-east-1c"),
        to_nodes("eks.amazonaws.com/capacityType", "In", "ON_DEMAND"),
    ],
)
def test_what_nodes_of_every_zone_have_holds_nobody_back(keys: dict[str, Any]) -> None:
    assert stranded(with_pods(lambda spec: spec.update(keys))) == []


@pytest.mark.parametrize("key", [None, "node.kubernetes.io/unschedulable"])
def test_a_pod_put_on_a_lost_node_does_not_run(key: str | None) -> None:
    toleration = {"operator": "Exists", **({"key": key} if key else {})}
    found = stranded(with_pods(lambda spec: spec.update(tolerations=[toleration])))
    assert [case.zone for case in found] == ["us-east-1a", "us-east-1b", "us-east-1c"]


def test_pods_that_must_be_in_different_regions_are_one() -> None:
    apart = {"topologyKey": "topology.kubernetes.io/region", "labelSelector": {"matchLabels": {"app": "bailbondpro"}}}
    keys = {"affinity": {"podAntiAffinity": {TO_NODES: [apart]}}}
    found = stranded(with_pods(lambda spec: spec.update(keys)))
    assert (found[0].zone, found[0].running) == ("", 1)


@pytest.mark.parametrize("selector", [None, {"matchLabels": {"app": "another"}}])
def test_a_spread_that_selects_other_pods_than_its_own_spreads_nothing(selector: object) -> None:
    def change(spec: dict[str, Any]) -> None:
        for wish in spec["topologySpreadConstraints"]:
            wish["labelSelector"] = selector

    found = judged(with_pods(change), accepted=Accepted())
    assert ("node", ("answers of bailbondpro-app",)) in [(point.kind, point.stops) for point in found.single_points]
