"""The workloads of a cluster with the fewest and the most pods that their autoscalers give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sandbox.drill.readiness import WORKLOADS
from sandbox.drill.recorder import condition, name_of
from sandbox.kubernetes.api import UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.drill.api import ClusterApi
    from sandbox.kubernetes.api import Manifest

Size = Literal["minimum", "maximum"]

KEDA_LEAST, KEDA_MOST = 0, 100
"""Pods where a ScaledObject names no numbers (KEDA documentation, ScaledObject: minReplicaCount, maxReplicaCount)."""


@dataclass(frozen=True)
class StepsDown:
    """How far an autoscaler goes down in one period (Kubernetes documentation, HorizontalPodAutoscaler, behavior).

    Attributes:
        policies: kind and value of each; all pods at once where the manifest names none.
        smallest: whether the policy that takes fewest pods away decides, and not the one that takes most.
        disabled: whether it never goes down.
    """

    policies: tuple[tuple[str, int], ...] = (("Percent", 100),)
    smallest: bool = False
    disabled: bool = False

    def fewer(self, now: int) -> int:
        """The fewest pods after one period that began with so many."""
        if self.disabled:
            return now
        counts = [now - value if kind == "Pods" else now * (100 - value) // 100 for kind, value in self.policies]
        return max(0, max(counts) if self.smallest else min(counts))


@dataclass(frozen=True)
class Workload:
    """A Deployment or StatefulSet.

    Attributes:
        name: `namespace/name`.
        kind: `Deployment` or `StatefulSet`.
        least: fewest pods that its autoscaler gives it; its own number without one.
        most: most pods.
        scaler: `HorizontalPodAutoscaler` or `ScaledObject`; empty without.
        down: the steps in which that one takes pods away.
    """

    name: str
    kind: str
    least: int
    most: int
    scaler: str = ""
    down: StepsDown = StepsDown()

    @property
    def reference(self) -> Manifest:
        """Enough of the object to ask for it."""
        namespace, _, name = self.name.partition("/")
        return {"apiVersion": "apps/v1", "kind": self.kind, "metadata": {"namespace": namespace, "name": name}}

    def wanted(self, size: Size) -> int:
        """Its pods at a size."""
        return self.least if size == "minimum" else self.most


def workloads(api: ClusterApi) -> tuple[Workload, ...]:
    """Every workload of the cluster, by name."""
    bounds = dict(_bounds(api))
    found = []
    for version, kind in WORKLOADS:
        for live in api.find(version, kind):
            name = name_of(live["metadata"])
            own = int(live["spec"].get("replicas", 1))
            least, most, scaler, down = bounds.get((kind, name), (own, own, "", StepsDown()))
            found.append(Workload(name, kind, least, most, scaler, down))
    return tuple(sorted(found, key=lambda item: item.name))


def _bounds(api: ClusterApi) -> Iterator[tuple[tuple[str, str], tuple[int, int, str, StepsDown]]]:
    for live in api.find("autoscaling/v2", "HorizontalPodAutoscaler"):
        spec, target = live["spec"], live["spec"]["scaleTargetRef"]
        owner = f"{live['metadata']['namespace']}/{target['name']}"
        numbers = int(spec.get("minReplicas") or 1), int(spec["maxReplicas"])
        yield (target["kind"], owner), (*numbers, "HorizontalPodAutoscaler", _down(spec))
    try:
        scaled = api.find("keda.sh/v1alpha1", "ScaledObject")
    except UnknownKindError:
        return  # a cluster without KEDA
    for live in scaled:
        spec, target = live["spec"], live["spec"]["scaleTargetRef"]
        owner = f"{live['metadata']['namespace']}/{target['name']}"
        numbers = int(spec.get("minReplicaCount", KEDA_LEAST)), int(spec.get("maxReplicaCount", KEDA_MOST))
        own = (spec.get("advanced") or {}).get("horizontalPodAutoscalerConfig") or {}
        yield (target.get("kind", "Deployment"), owner), (*numbers, "ScaledObject", _down(own))


def _down(spec: Manifest) -> StepsDown:
    """Of the spec of a HorizontalPodAutoscaler, or of the part of a ScaledObject that becomes one."""
    rules = (spec.get("behavior") or {}).get("scaleDown") or {}
    policies = tuple((str(item["type"]), int(item["value"])) for item in rules.get("policies") or ())
    how = rules.get("selectPolicy")
    return StepsDown(policies or StepsDown().policies, smallest=how == "Min", disabled=how == "Disabled")


def refusals(api: ClusterApi) -> dict[str, str]:
    """The pods that wait for a node, with the scheduler's own reason."""
    return {
        name_of(pod["metadata"]): str(said.get("message") or said.get("reason") or "not looked at yet")
        for pod in api.find("v1", "Pod")
        if not pod["spec"].get("nodeName") and (said := condition(pod, "PodScheduled")) is not None
    }
