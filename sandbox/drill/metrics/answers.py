"""The answers of the three metrics APIs to the HorizontalPodAutoscaler controller. Pure.

Documents as kubernetes/metrics defines them: metrics.k8s.io/v1beta1, custom.metrics.k8s.io/v1beta2 and
external.metrics.k8s.io/v1beta1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.drill.metrics.series import CPU, MEMORY, WINDOW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sandbox.drill.metrics.series import Workload

Manifest: TypeAlias = dict[str, Any]

GROUPS = {"metrics.k8s.io": "v1beta1", "custom.metrics.k8s.io": "v1beta2", "external.metrics.k8s.io": "v1beta1"}
"""The versions that kube-controller-manager asks for first."""
_MEBI = 1024 * 1024
_RESOURCE, _CUSTOM, _EXTERNAL = (f"/apis/{group}/{version}" for group, version in GROUPS.items())
_PODS = re.compile(rf"{_RESOURCE}/namespaces/([^/]+)/pods")
_METRIC = re.compile(rf"{_CUSTOM}/namespaces/([^/]+)/pods/\*/([^/]+)")
_VALUE = re.compile(rf"{_EXTERNAL}/namespaces/([^/]+)/([^/]+)")


@dataclass(frozen=True)
class Look:
    """A question of the controller.

    Attributes:
        at: simulated seconds.
        workload: whose metric it was.
        metric: `resources`, or the metric's name.
    """

    at: float
    workload: str
    metric: str


@dataclass(frozen=True)
class Asked:
    """A question and what is answered.

    Attributes:
        document: the answer; None where there is no such path.
        look: what was asked for; None where it was nothing of a workload.
    """

    document: Manifest | None
    look: Look | None = None


def wanted_labels(selector: str) -> dict[str, str]:
    """The labels of a selector of equalities, as the controller sends those of Deployments."""
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", selector) if part.strip()]
    found = (re.fullmatch(r"([^\s=!]+)\s*(?:==?|in)\s*\(?([^(),]*)\)?", part) for part in parts)
    return {match[1]: match[2] for match in found if match is not None}


class Replay:
    """Answers from series, for the pods that exist.

    Args:
        workloads: what is measured.
        pods: the pods of a workload that are running, the oldest first.
        offset: seconds from the clock's start until that of the series.
    """

    def __init__(
        self, workloads: Iterable[Workload], pods: Callable[[Workload], Sequence[Manifest]], offset: float = 0
    ) -> None:
        self.workloads = tuple(workloads)
        self.offset = offset
        self._pods = pods

    def answer(self, target: str, at: float, stamp: str) -> Asked:
        """The answer to a path with its query.

        Args:
            target: as it stands in the request.
            at: simulated seconds.
            stamp: the same as the API writes it.
        """
        address = urlsplit(target)
        path = unquote(address.path).rstrip("/")
        labels = wanted_labels(parse_qs(address.query).get("labelSelector", [""])[0])
        if found := _PODS.fullmatch(path):
            return self._resources(found[1], labels, at, stamp)
        if found := _METRIC.fullmatch(path):
            return self._custom(found[1], found[2], labels, at, stamp)
        if found := _VALUE.fullmatch(path):
            return self._external(found[1], found[2], labels, at, stamp)
        return Asked(discovery(path))

    def _chosen(self, namespace: str, labels: Mapping[str, str]) -> list[Workload]:
        return [
            workload
            for workload in self.workloads
            if workload.namespace == namespace and labels.items() <= {**workload.labels, **workload.asked_as}.items()
        ]

    def _resources(self, namespace: str, labels: Mapping[str, str], at: float, stamp: str) -> Asked:
        items, name = [], ""
        for workload in self._chosen(namespace, labels):
            name = workload.name
            items += self._measured(workload, at, stamp)
        document = _list("metrics.k8s.io", "PodMetricsList", items)
        return Asked(document, Look(at, name, "resources") if name else None)

    def _measured(self, workload: Workload, at: float, stamp: str) -> list[Manifest]:
        pods = self._pods(workload)
        ready = [is_ready(pod) for pod in pods]
        amounts = {name: series.each(at - self.offset, ready) for name, series in workload.resources.items()}
        found = []
        for index, pod in enumerate(pods):
            usage = {
                name: _quantity(name, value) for name, values in amounts.items() if (value := values[index]) is not None
            }
            if usage:
                found.append(_pod_metrics(pod, usage, stamp))
        return found

    def _custom(self, namespace: str, metric: str, labels: Mapping[str, str], at: float, stamp: str) -> Asked:
        items, name = [], ""
        for workload in self._chosen(namespace, labels):
            if (series := workload.custom.get(metric)) is None:
                continue
            name = workload.name
            pods = self._pods(workload)
            values = series.each(at - self.offset, [is_ready(pod) for pod in pods])
            items += [
                _value(pod, metric, value, stamp) for pod, value in zip(pods, values, strict=True) if value is not None
            ]
        return Asked(_list("custom.metrics.k8s.io", "MetricValueList", items), Look(at, name, metric) if name else None)

    def _external(self, namespace: str, metric: str, labels: Mapping[str, str], at: float, stamp: str) -> Asked:
        items, name = [], ""
        for workload in self._chosen(namespace, labels):
            if (series := workload.external.get(metric)) is None:
                continue
            name = workload.name
            if (amount := series.amount(at - self.offset)) is not None:
                value = f"{round(amount * 1000)}m"
                items.append({"metricName": metric, "metricLabels": dict(labels), "timestamp": stamp, "value": value})
        return Asked(
            _list("external.metrics.k8s.io", "ExternalMetricValueList", items), Look(at, name, metric) if name else None
        )


def is_ready(pod: Manifest) -> bool:
    """Whether a pod is ready and not going."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    ready = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")


def discovery(path: str) -> Manifest | None:
    """What an API says of itself; None for a path that it does not have."""
    for group, version in GROUPS.items():
        if path != f"/apis/{group}/{version}":
            continue
        kinds = {"pods": "PodMetrics"} if group == "metrics.k8s.io" else {"pods/*": "MetricValueList"}
        resources = [
            {"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
            for name, kind in kinds.items()
        ]
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": f"{group}/{version}",
            "resources": resources,
        }
    return None


def _list(group: str, kind: str, items: list[Manifest]) -> Manifest:
    return {"kind": kind, "apiVersion": f"{group}/{GROUPS[group]}", "metadata": {}, "items": items}


def _quantity(name: str, thousandths: int) -> str:
    if name == CPU:
        return f"{thousandths}u"  # thousandths of a millicore
    return str(thousandths * _MEBI // 1000) if name == MEMORY else f"{thousandths}m"


def _pod_metrics(pod: Manifest, usage: dict[str, str], stamp: str) -> Manifest:
    """All of it in the first container: an autoscaler sums them up."""
    metadata = {key: pod["metadata"].get(key) for key in ("name", "namespace", "labels")}
    containers = [
        {"name": container["name"], "usage": dict.fromkeys(usage, "0") if index else usage}
        for index, container in enumerate(pod["spec"]["containers"])
    ]
    return {
        "metadata": {**metadata, "creationTimestamp": stamp},
        "timestamp": stamp,
        "window": f"{WINDOW_SECONDS}s",
        "containers": containers,
    }


def _value(pod: Manifest, metric: str, thousandths: int, stamp: str) -> Manifest:
    described = {
        "kind": "Pod",
        "namespace": pod["metadata"]["namespace"],
        "name": pod["metadata"]["name"],
        "apiVersion": "/v1",
    }
    return {
        "describedObject": described,
        "metric": {"name": metric, "selector": None},
        "timestamp": stamp,
        "value": f"{thousandths}m",
        "windowSeconds": WINDOW_SECONDS,
    }
