"""Autoscalers and disruption budgets that get into each other's way, or that can do nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import block, items, number
from sandbox.services.kubernetes.inventory import objects
from sandbox.services.kubernetes.kinds import Kind, name_of, namespace_of
from sandbox.services.kubernetes.pairs.cluster import Workload, selects, workloads
from sandbox.services.kubernetes.targets import kind_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

HPA = Kind("autoscaling", "v2", "HorizontalPodAutoscaler")
SCALED_OBJECT = Kind("keda.sh", "v1alpha1", "ScaledObject")
VPA = Kind("autoscaling.k8s.io", "v1", "VerticalPodAutoscaler")
PDB = Kind("policy", "v1", "PodDisruptionBudget")
_HPAS = ("kubernetes:autoscaling/*:HorizontalPodAutoscaler",)
_VPAS = ("kubernetes:autoscaling.k8s.io/*:VerticalPodAutoscaler",)
_BUDGETS = ("kubernetes:policy/*:PodDisruptionBudget",)
_RESOURCES = ("cpu", "memory")
PASSIVE = frozenset({"Off", "Initial"})
"""Modes in which the vertical autoscaler changes no running pod."""


def _target(item: CloudObject) -> tuple[str, str, str, str] | None:
    """What an autoscaler scales: namespace, group, kind and name."""
    spec, namespace = block(item.inputs, "spec"), namespace_of(item.inputs)
    reference = spec.get("scaleTargetRef") or spec.get("targetRef")
    if namespace is None or not isinstance(reference, dict) or not isinstance(reference.get("name"), str):
        return None
    kind = kind_from(reference)
    return namespace, kind.group, kind.name, str(reference["name"])


def _others(context: Context, kind: Kind) -> list[CloudObject]:
    """Other autoscalers of a kind with the same target, the ones that come first in the alphabet only."""
    cloud = context.cloud
    mine = cloud.get(context.token, context.id) if cloud is not None else None
    if cloud is None or mine is None or (wanted := _target(mine)) is None:
        return []
    return [item for item in objects(cloud, kind) if item is not mine and _target(item) == wanted]


def _twice(kind: Kind, says: str) -> Any:  # noqa: ANN401 - the check of a rule
    def check(context: Context) -> Iterator[Violation]:
        path = "spec.targetRef" if kind is VPA else "spec.scaleTargetRef"
        for other in _others(context, kind):
            if (other.token, other.id) < (context.token, context.id):  # of two, the one that comes second is named
                wanted = block(block(context.inputs, "spec"), path.split(".")[1]).get("name")
                yield Violation(path, f"{wanted!r} is the target of {other.name} already: {says}")
                return

    return check


def _metrics(context: Context) -> set[str]:
    """The resources by whose use of requests an autoscaler scales."""
    return {
        str(block(metric, "resource").get("name"))
        for metric in items(block(context.inputs, "spec"), "metrics")
        if metric.get("type") == "Resource"
        and block(block(metric, "resource"), "target").get("type", "Utilization") == "Utilization"
    }


def _vertical_beside(context: Context) -> Iterator[Violation]:
    used = {
        str(block(metric, "resource").get("name"))
        for metric in items(block(context.inputs, "spec"), "metrics")
        if metric.get("type") == "Resource"
    }
    for other in _others(context, VPA):
        spec = block(other.inputs, "spec")
        policies = items(block(spec, "resourcePolicy"), "containerPolicies")
        chosen = {str(name) for policy in policies for name in policy.get("controlledResources") or _RESOURCES}
        all_off = bool(policies) and all(policy.get("mode") == "Off" for policy in policies)
        both = used & (chosen or set(_RESOURCES))
        if block(spec, "updatePolicy").get("updateMode", "Recreate") not in PASSIVE and both and not all_off:
            yield Violation(
                "spec.metrics",
                f"{other.name} changes the requests for {' and '.join(sorted(both))} of the same pods, by whose use "
                "this scales: both follow each other (VPA documentation, Known limitations); scale by another metric, "
                "or set updateMode to Off or Initial",
            )


def _requests(context: Context) -> Iterator[Violation]:
    cloud, mine = context.cloud, None
    if cloud is not None and (item := cloud.get(context.token, context.id)) is not None:
        mine = _target(item)
    if cloud is None or mine is None or any(objects(cloud, Kind("", "v1", "LimitRange"))):
        return  # a limit range may give requests
    for found in workloads(cloud, mine[0]):
        if (found.kind, name_of(found.item.inputs)) != mine[2:]:
            continue
        if known(found.pod.get("resources")):
            continue
        for name in sorted(_metrics(context)):
            for at, container in found.containers:
                resources = block(container, "resources")
                given = {**block(resources, "limits"), **block(resources, "requests")}
                if "initContainers" not in at and name not in given:
                    yield Violation(
                        "spec.metrics",
                        f"scales by the share of requested {name}, and {at} of {found.item.name} requests none: it "
                        f"would never scale (FailedGetResourceMetric: missing request for {name})",
                    )


def _budget_of_several(context: Context) -> Iterator[Violation]:
    cloud, namespace = context.cloud, namespace_of(context.inputs)
    if cloud is None or namespace is None:
        return
    for found in _chosen(cloud, namespace, context.inputs):
        for other in objects(cloud, PDB):
            first = (other.token, other.id) < (context.token, context.id)
            if first and namespace_of(other.inputs) == namespace and _covers(other.inputs, found):
                yield Violation(
                    "spec.selector",
                    f"the pods of {found.kind} {found.item.name} are under {other.name}, too: no eviction of them "
                    "succeeds (This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
                    "support); give each budget pods of its own",
                )
                return


def _covers(budget: dict[str, Any], found: Workload) -> bool:
    selector = block(budget, "spec").get("selector")
    return isinstance(selector, dict) and selects(selector, found.labels)


def _chosen(cloud: Cloud, namespace: str, budget: dict[str, Any]) -> list[Workload]:
    return [found for found in workloads(cloud, namespace) if found.kind != "CronJob" and _covers(budget, found)]


def _budget_blocks(context: Context) -> Iterator[Violation]:
    """As many pods must stay as there ever are: a drain of their nodes waits for ever."""
    cloud, namespace = context.cloud, namespace_of(context.inputs)
    least = block(context.inputs, "spec").get("minAvailable")
    if cloud is None or namespace is None or not known(least):
        return
    chosen = _chosen(cloud, namespace, context.inputs)
    most = [_most(cloud, found) for found in chosen]
    if not chosen or any(count is None for count in most):
        return
    total = sum(count for count in most if count is not None)
    needed = _needed(least, total)
    if needed is not None and total > 0 and needed >= total:
        names = ", ".join(found.item.name for found in chosen)
        yield Violation(
            "spec.minAvailable",
            f"{least!r} of the {total:g} pods of {names}: none may ever be evicted, so that a drain, an upgrade or a "
            "scale-down of nodes waits for ever (Cannot evict pod as it would violate the pod's disruption budget); "
            "lower it, or run more pods",
        )


def _needed(least: object, total: float) -> int | None:
    if isinstance(least, str) and least.endswith("%") and least[:-1].isdecimal():
        return math.ceil(int(least[:-1]) * total / 100)
    found = number(least)
    return None if found is None else int(found)


def _most(cloud: Cloud, found: Workload) -> float | None:
    """The most pods that a workload ever has, or None where that is not known."""
    kind, name = found.kind, name_of(found.item.inputs)
    for scaler, most in ((HPA, "maxReplicas"), (SCALED_OBJECT, "maxReplicaCount")):
        for item in objects(cloud, scaler):
            wanted = _target(item)
            if wanted is not None and (wanted[0], *wanted[2:]) == (found.namespace, kind, name):
                return number(block(item.inputs, "spec").get(most)) or math.inf
    return found.replicas


SETTLED = (
    Rule(
        "autoscaled-twice",
        "Kubernetes documentation, Horizontal Pod Autoscaling; pull request 116155: condition AmbiguousSelector",
        _HPAS,
        _twice(
            HPA,
            "both are accepted and neither scales (AmbiguousSelector: pods are controlled by multiple "
            "HPAs); keep one of them",
        ),
    ),
    Rule(
        "autoscaled-vertically-twice",
        "Kubernetes Autoscaler documentation, Vertical Pod Autoscaler, Known limitations",
        _VPAS,
        _twice(VPA, "two vertical autoscalers that match the same pods have undefined behavior; keep one of them"),
    ),
    Rule(
        "autoscaled-both-ways",
        "Kubernetes Autoscaler documentation, Vertical Pod Autoscaler, Known limitations",
        _HPAS,
        _vertical_beside,
    ),
    Rule(
        "autoscaler-requests",
        "Kubernetes documentation, Horizontal Pod Autoscaling, Algorithm details: FailedGetResourceMetric",
        _HPAS,
        _requests,
    ),
    Rule(
        "budget-of-several",
        "Kubernetes documentation, Specifying a Disruption Budget for your Application, arbitrary workloads; "
        "pkg/registry/core/pod/storage/eviction.go",
        _BUDGETS,
        _budget_of_several,
    ),
    Rule(
        "budget-blocks",
        "Kubernetes documentation, Specifying a Disruption Budget for your Application; Safely Drain a Node",
        _BUDGETS,
        _budget_blocks,
    ),
)
"""What is accepted and does nothing, once everything is there."""
