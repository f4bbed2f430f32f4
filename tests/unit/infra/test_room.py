"""Room for pods in every zone: at the maximum while everything rolls out, and at the minimum without any one node."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from components.cluster.operator_values import OperatorsArgs, keda_values, vertical_pod_autoscaler_values
from infra.limits import operators
from infra.limits.room import (
    SPREADS,
    Machines,
    Workload,
    app_workloads,
    nodes_hold_all_pods,
    peak_load,
    pending_at_most,
    pending_in_a_zone,
    pending_without_a_node,
)
from planner.capacity.scheduling import Pod
from tests.support.configs import problems, smallest_raw
from tests.support.stack import COMBINATIONS, settings

if TYPE_CHECKING:
    from infra.problems import Problem

WEB = Workload(pod=Pod(app="web", cpu=500, memory=512, spreads=SPREADS), least=2, most=6, surge=1)
LARGE = Machines(1680, 6000, 3)


def room_problems(environment: str, phase: str, **areas: object) -> list[Problem]:
    return [
        problem for problem in problems(smallest_raw(environment, phase, **areas)) if problem.rule == "nodes-hold-pods"
    ]


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_stack_has_room_in_every_zone(environment: str, phase: str) -> None:
    assert list(nodes_hold_all_pods.find(settings(environment, phase))) == []


def test_five_nodes_in_three_zones_hold_the_sum_and_no_rollout_in_each_zone() -> None:
    load, node = peak_load(settings("prod", "optimization")), LARGE
    assert load.cpu_millicores < 5 * node.cpu
    (problem,) = room_problems("prod", "optimization", pools={"app": {"maxSize": 5}, "undivided": "only"})
    assert problem.path == "bailbondpro:pools.app.maxSize"
    assert problem.fix.startswith("set it to 6, ")


def test_two_nodes_do_not_survive_the_loss_of_one() -> None:
    (problem,) = room_problems("prod", "optimization", pools={"app": {"minSize": 2, "desiredSize": 3}})
    assert problem.path == "bailbondpro:pools.app.minSize"
    assert problem.fix.startswith("set it to 3, ")
    assert "without one of its 2 nodes" in problem.allowed


def test_a_development_stack_may_wait_for_a_node() -> None:
    assert room_problems("dev", "optimization", pools={"app": {"minSize": 1, "desiredSize": 1}}) == []


def test_the_system_pool_is_looked_at_too() -> None:
    sizes = {"minSize": 1, "desiredSize": 1, "maxSize": 1}
    paths = {item.path for item in room_problems("prod", "horizontal", pools={"system": sizes})}
    assert "bailbondpro:pools.system.minSize" in paths


def test_add_ons_and_operators_load_the_app_pool_only_without_a_system_pool() -> None:
    alone, shared = settings("prod", "horizontal"), settings("prod", "horizontal", pools={"system": {"enabled": False}})
    found = {one.pod.app for one in app_workloads(shared)} - {one.pod.app for one in app_workloads(alone)}
    assert {"coredns", "cluster-autoscaler", "prometheus", "vpa-recommender"} <= found
    extra = sum(one.pods * one.cpu_millicores for one in operators.operator_workloads(shared))
    assert peak_load(shared).cpu_millicores - peak_load(alone).cpu_millicores == extra


def test_a_full_zone_stops_a_rollout_although_another_has_room() -> None:
    wide = replace(WEB, most=9)
    # nine pods fill three nodes of one zone each: 3 x 500 of 1680 leave no room for a tenth
    assert pending_at_most((wide,), LARGE, 3) == "web"
    assert pending_in_a_zone((wide,), LARGE, 5) == "web"
    assert pending_in_a_zone((wide,), LARGE, 6) == ""


def test_a_rollout_without_a_surge_needs_no_room() -> None:
    assert pending_at_most((replace(WEB, most=9, surge=0),), LARGE, 3) == ""


def test_the_fewest_pods_fit_the_nodes_that_are_left() -> None:
    assert pending_without_a_node((replace(WEB, least=3),), LARGE, 2) == ""
    assert pending_without_a_node((replace(WEB, least=4),), LARGE, 2) == "web"


def test_a_pod_that_fits_no_node_is_named() -> None:
    assert pending_in_a_zone((replace(WEB, pod=replace(WEB.pod, cpu=2000)),), LARGE, 9) == "web"


def test_the_operators_pods_request_what_their_charts_are_told() -> None:
    args = OperatorsArgs(cluster_name="a", keda=True, vertical_pod_autoscaler=True)
    keda, vertical = keda_values(args)["resources"], vertical_pod_autoscaler_values(args)
    asked = [keda["operator"], keda["metricServer"], keda["webhooks"]]
    asked += [vertical[part]["resources"] for part in ("recommender", "updater", "admissionController")]
    known = [(f"{cpu}m", f"{memory}Mi") for _, cpu, memory in (*operators.KEDA, *operators.VERTICAL)]
    assert [(one["requests"]["cpu"], one["requests"]["memory"]) for one in asked] == known
    assert args.replicas == 2
