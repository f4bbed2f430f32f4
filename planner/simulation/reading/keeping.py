"""Whether pods of stations start, are asked, reach their servers and may be moved: what of that a plan prevents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.selectors import directions, selects
from plan.tokens import CACHE, DATABASE, DISRUPTION_BUDGET, NETWORK_POLICY, SERVICE
from planner.plan_values import at, items, number, scalers_of, text
from planner.simulation.reading.resources import containers_of, environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
DEFAULT_GRACE, DEFAULT_FAILURES = 30, 3
"""Seconds between asking a pod to stop and ending it, and failures of a probe in a row that count (Kubernetes API
reference, PodSpec and Probe; unverified 2026-12-01)."""
BOUNDING = ("kubernetes:core/v1:ResourceQuota", "kubernetes:core/v1:LimitRange")


def unstarted(plan: Plan, simulated: list[PlannedResource]) -> Iterator[str]:
    """What keeps pods of stations from starting or from staying, in words.

    Args:
        plan: the plan.
        simulated: the Deployments that are stations of the simulation.
    """
    for item in simulated:
        name, pod = _named(item), at(item.inputs, "spec", "template", "spec")
        ports = _ports(item)
        if items(pod, "schedulingGates"):
            yield f"{name}: schedulingGates, no pod gets a node"
        grace = number(pod, "terminationGracePeriodSeconds", default=DEFAULT_GRACE)
        for container in containers_of(item):
            if text(container, "imagePullPolicy") == "Never":
                yield f"{name}: imagePullPolicy Never, nodes start without any image"
            for probe in PROBES:
                asked = _probed(at(container, probe))
                if asked is not None and ports and asked not in ports:
                    yield f"{name}: its {probe} asks port {asked}, which no container has"
            live = at(container, "livenessProbe")
            if live is not None and number(live, "failureThreshold", default=DEFAULT_FAILURES) <= 1:
                yield f"{name}: its livenessProbe ends a container by one slow answer"
            stopping = number(container, "lifecycle", "preStop", "sleep", "seconds", default=0)
            if grace <= stopping:
                yield f"{name}: {grace:g} s to stop, and requests in progress have none of them after {stopping:g} s"
    for item in plan.of_type(*BOUNDING):
        yield f"{item.type.rpartition(':')[2]} {_named(item)}: how many pods it lets start is not read"


def unasked(plan: Plan, simulated: list[PlannedResource]) -> Iterator[str]:
    """What keeps requests from pods of stations, or those from their servers, in words."""
    for item in simulated:
        name, ports = _named(item), _ports(item)
        beside = (one for one in plan.of_type(SERVICE) if one.parent and one.parent == item.parent)
        for service in beside:
            for port in items(service.inputs, "spec", "ports"):
                aimed = _port(at(port, "targetPort") or at(port, "port"))
                if ports and aimed is not None and aimed not in ports:
                    yield f"Service {_named(service)}: no container of {name} has its target port {aimed}"
        if _silenced(plan, item):
            yield f"{name}: its network policies let it ask nobody"
        told = frozenset(known for one in containers_of(item)[:1] for known in environment_of(one))
        databases = any(known.startswith("DATABASE_") and known.endswith("URL") for known in told)
        if databases and not any(plan.of_type(DATABASE)):
            yield f"{name}: it is told of databases, and there are none"
        if not databases and item.system == "workload" and told and any(plan.of_type(DATABASE)):
            yield f"{name}: it is told of no database"
        if "REDIS_URL" in told and not any(plan.of_type(CACHE)):
            yield f"{name}: it is told of a cache, and there is none"


def unmoved(plan: Plan, simulated: list[PlannedResource]) -> Iterator[str]:
    """Budgets that let no pod of a station go, so that no node is ever drained, in words."""
    for item in simulated:
        for budget in plan.of_type(DISRUPTION_BUDGET):
            if selects(at(budget.inputs, "spec", "selector"), labels_of(item)) and _holds_all(plan, item, budget):
                yield f"{_named(item)}: its PodDisruptionBudget lets no pod go, nodes cannot be replaced"


def labels_of(item: PlannedResource) -> dict[str, Any]:
    """The labels of a Deployment's pods."""
    found = at(item.inputs, "spec", "template", "metadata", "labels")
    return found if isinstance(found, dict) else {}


def policies_of(plan: Plan, item: PlannedResource, direction: str) -> list[PlannedResource]:
    """The network policies that hold for a Deployment's pods in a direction, `Ingress` or `Egress`."""
    return [
        policy
        for policy in plan.of_type(NETWORK_POLICY)
        if text(policy.inputs, "metadata", "namespace") == text(item.inputs, "metadata", "namespace")
        and selects(at(policy.inputs, "spec", "podSelector") or {}, labels_of(item))
        and direction in directions(at(policy.inputs, "spec") or {})
    ]


def _silenced(plan: Plan, item: PlannedResource) -> bool:
    """Policies together admit what any of them admits (Kubernetes documentation, Network Policies)."""
    own = policies_of(plan, item, "Egress")
    return bool(own) and not any(items(policy.inputs, "spec", "egress") for policy in own)


def _holds_all(plan: Plan, item: PlannedResource, budget: PlannedResource) -> bool:
    most, least = (at(budget.inputs, "spec", key) for key in ("maxUnavailable", "minAvailable"))
    if most is not None:
        return most in (0, "0", "0%")
    if isinstance(least, str):
        return least == "100%"
    scalers = scalers_of(plan, item)
    fewest = number(item.inputs, "spec", "replicas", default=1)
    for scaler in scalers[:1]:
        fewest = number(scaler.inputs, "spec", "minReplicas", default=0)
        fewest = fewest or number(scaler.inputs, "spec", "minReplicaCount", default=1)
    return isinstance(least, (int, float)) and least >= fewest


def _probed(probe: object) -> str | None:
    """The port that a probe asks; None where it asks none."""
    for way in ("httpGet", "tcpSocket", "grpc"):
        if (port := at(probe, way, "port")) is not None:
            return _port(port)
    return None


def _ports(item: PlannedResource) -> frozenset[str]:
    """Names and numbers of all ports that the containers say they have; none where they say none."""
    found = [port for container in containers_of(item) for port in items(container, "ports")]
    return frozenset(said for port in found for said in (_port(at(port, "containerPort")), text(port, "name")) if said)


def _port(value: object) -> str | None:
    if isinstance(value, (int, float)):
        return f"{value:g}"
    return value if isinstance(value, str) else None


def _named(item: PlannedResource) -> str:
    return text(item.inputs, "metadata", "name") or item.name
