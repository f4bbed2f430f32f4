"""Every pod of every phase requests what it needs and has a rank, and what must alert survives the loss of a node.

What charts and add-ons run is in the rows of `sandbox.drill.objects`, with the values that this platform sets.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from plan.tokens import RELEASE
from sandbox.drill.objects import Collected, collect
from tests.support.plans import edited, stack_plan
from tests.support.stack import COMBINATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.drill.objects import DrillObject

pytestmark = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)

AWS_DECIDES = {
    "aws-node": "the add-on requests CPU alone (aws/eks-charts, stable/aws-vpc-cni)",
    "kube-proxy": "the add-on requests CPU alone",
    "eks-pod-identity-agent": "the add-on's own requests are published by AWS's API alone",
    "amazon-cloudwatch-observability-controller-manager": "the add-on takes no priority class for it",
}
"""Daemons that come with EKS: what they request is reserved on every node (`planner.capacity.nodes.DAEMONS`)."""
ALERTS = ("prometheus-", "alertmanager-")


@cache
def collected(environment: str, phase: str) -> Collected:
    return collect(stack_plan(environment, phase))


def workloads(found: Collected) -> Iterator[tuple[DrillObject, dict[str, Any]]]:
    for item in found.objects:
        spec = item.pod_spec
        if spec is not None and item.name not in AWS_DECIDES:
            yield item, spec


def unranked(found: Collected) -> list[str]:
    """Every container without requests and every workload without a priority class."""
    problems = []
    for item, spec in workloads(found):
        if not spec.get("priorityClassName"):
            problems.append(f"{item.title} has no priority class")
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            asked = (container.get("resources") or {}).get("requests") or {}
            problems += [
                f"{item.title}, {container['name']}: no {one}" for one in ("cpu", "memory") if one not in asked
            ]
    return problems


def alone(found: Collected) -> list[str]:
    """What must alert and runs once, or twice in one zone."""
    problems = []
    for item, spec in workloads(found):
        if item.name.startswith(ALERTS):
            rules = spec["affinity"]["podAntiAffinity"].get("requiredDuringSchedulingIgnoredDuringExecution") or [{}]
            if item.manifest["spec"]["replicas"] < len("ab"):
                problems.append(f"{item.title} runs once")
            elif rules[0].get("topologyKey") != "topology.kubernetes.io/zone":
                problems.append(f"{item.title}: both may run in one zone")
    return problems


def test_every_pod_requests_cpu_and_memory_and_has_a_priority_class(environment: str, phase: str) -> None:
    assert unranked(collected(environment, phase)) == []


def test_nothing_that_is_installed_is_unknown(environment: str, phase: str) -> None:
    assert collected(environment, phase).omitted == ()


def test_what_must_alert_survives_the_loss_of_a_zone_in_production(environment: str, phase: str) -> None:
    if environment in {"dev", "without-cdn"}:
        assert len(alone(collected(environment, phase))) == len(ALERTS)
    else:
        assert alone(collected(environment, phase)) == []


def test_named_priority_classes_are_there(environment: str, phase: str) -> None:
    found = collected(environment, phase)
    there = {item.name for item in found.objects if item.kind == "PriorityClass"}
    named = {str(spec["priorityClassName"]) for _, spec in workloads(found)}
    assert named - there <= {"system-cluster-critical", "system-node-critical"}


def test_replicas_of_operators_never_share_a_node_or_a_zone(environment: str, phase: str) -> None:
    for item, spec in workloads(collected(environment, phase)):
        if item.origin != "stand-in" or item.urn.rpartition("::")[2].startswith("addons-"):
            continue
        if item.kind == "Deployment" and item.manifest["spec"]["replicas"] > 1:
            labels = item.manifest["spec"]["template"]["metadata"]["labels"]
            hard = {one["topologyKey"]: one for one in spec["topologySpreadConstraints"]}
            assert hard.keys() == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}, item.title
            assert hard["topology.kubernetes.io/zone"]["minDomains"] == 2, item.title
            for one in hard.values():
                assert one["whenUnsatisfiable"] == "DoNotSchedule", item.title
                assert one["nodeTaintsPolicy"] == "Honor", item.title
                assert one["labelSelector"]["matchLabels"].items() <= labels.items(), item.title


def test_a_chart_without_our_values_is_seen(environment: str, phase: str) -> None:
    plan = edited(stack_plan(environment, phase), RELEASE, values={})
    problems = " | ".join(unranked(collect(plan)))
    assert "prometheus-kube-prometheus-stack-prometheus has no priority class" in problems
    assert "kube-state-metrics: no memory" in problems
    assert len(alone(collect(plan))) == len(ALERTS)
