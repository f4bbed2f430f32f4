"""The load under which an autoscaler wants a number of pods, told from the autoscaler itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.drill.metrics.handover import OWNER_LABEL
from sandbox.drill.metrics.series import CPU, MEMORY, Series, Workload
from sandbox.drill.nodes.requests import thousandths

if TYPE_CHECKING:
    from collections.abc import Callable

Manifest: TypeAlias = dict[str, Any]

_MEBI = 1024 * 1024
WELL_ABOVE, WELL_BELOW = 1.3, 0.5
"""Shares of the load of a count that lie outside the controller's tolerance of 10 % (Kubernetes documentation,
kube-controller-manager, `--horizontal-pod-autoscaler-tolerance`)."""


def load(hpa: Manifest, template: Manifest, pods: float) -> Workload | None:
    """What the pods of an autoscaled workload use, all together, when the autoscaler wants so many of them.

    Args:
        hpa: the autoscaler as it lives in a cluster.
        template: of the workload's pods.
        pods: how many are wanted; a fraction is a load between those of two counts.

    Returns:
        None where the autoscaler goes by a metric that cannot be told from its target: of another object, or of a
        container alone.
    """
    spec, metadata = hpa["spec"], hpa["metadata"]
    resources: dict[str, Series] = {}
    custom: dict[str, Series] = {}
    external: dict[str, Series] = {}
    for metric in spec.get("metrics") or ():
        kind = str(metric["type"])
        found = _AMOUNTS.get(kind)
        amount = found(metric[kind.lower()], template, pods, spec) if found is not None else None
        if amount is None:
            return None
        series = Series(points=((0.0, amount),))
        if kind == "Resource":
            resources[metric["resource"]["name"]] = series
        else:
            named = custom if kind == "Pods" else external
            named[metric[kind.lower()]["metric"]["name"]] = series
    return Workload(
        name=spec["scaleTargetRef"]["name"],
        namespace=metadata["namespace"],
        labels=dict((template.get("metadata") or {}).get("labels") or {}),
        asked_as={OWNER_LABEL: owner} if (owner := (metadata.get("labels") or {}).get(OWNER_LABEL)) else {},
        resources=resources,
        custom=custom,
        external=external,
    )


def _resource(source: Manifest, template: Manifest, pods: float, _: Manifest) -> float | None:
    name, target = source["name"], source["target"]
    if name not in {CPU, MEMORY}:
        return None
    if "averageUtilization" in target:
        requests = [
            ((container.get("resources") or {}).get("requests") or {}).get(name)
            for container in template["spec"]["containers"]
        ]
        if None in requests:
            return None  # the controller cannot tell a share of nothing
        each = sum(thousandths(request) for request in requests) * int(target["averageUtilization"]) / 100
    elif "averageValue" in target:
        each = float(thousandths(target["averageValue"]))
    else:
        return None
    return pods * each / (1 if name == CPU else 1000 * _MEBI)


def _each(source: Manifest, _template: Manifest, pods: float, spec: Manifest) -> float | None:
    target = source["target"]
    if "averageValue" in target:
        return pods * thousandths(target["averageValue"]) / 1000
    if "value" in target:  # above it there are always too few, below it too many
        few, most = int(spec.get("minReplicas") or 1), int(spec["maxReplicas"])
        share = WELL_BELOW if pods < few else WELL_ABOVE if pods > most else 1.0
        return share * thousandths(target["value"]) / 1000
    return None


_AMOUNTS: dict[str, Callable[[Manifest, Manifest, float, Manifest], float | None]] = {
    "Resource": _resource,
    "Pods": _each,
    "External": _each,
}
