"""Pods of add-ons and operators: how many there are and what each requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings


@dataclass(frozen=True)
class OperatorPods:
    """Pods of one part of an add-on or operator.

    Attributes:
        name: what it is.
        pods: how many.
        cpu_millicores: requested by each.
        memory_mib: requested by each.
        held: how many of them stay where they are when a node is lost: their volume is bound to its zone.
    """

    name: str
    pods: int
    cpu_millicores: float
    memory_mib: float
    held: int = 0


ADDONS = (
    OperatorPods("coredns", 2, 100, 70),
    OperatorPods("metrics-server", 2, 100, 200),
    OperatorPods("ebs-csi-controller", 2, 60, 240),
)
"""Requests of EKS add-ons as their default configuration has them; from memory, not checked against a cluster."""
BASE = (("aws-load-balancer-controller", 100, 128), ("cluster-autoscaler", 100, 256))
KEDA = (("keda-operator", 100, 128), ("keda-metrics-server", 50, 64), ("keda-webhooks", 10, 32))
RECOMMENDER = OperatorPods("vpa-recommender", 1, 50, 256)
VERTICAL = (("vpa-recommender", 50, 256), ("vpa-updater", 50, 128), ("vpa-admission", 50, 64))
"""Millicores and MiB that the charts' values ask for (`components.cluster.operator_values`). Where pods are not
changed, one recommender runs and nothing else."""
PROMETHEUS_PAIR, ALERTMANAGER_PAIR = (260, 1056), (30, 96)
"""Each with the process beside it that reads a changed configuration."""
PROMETHEUS = (OperatorPods("prometheus-operator", 1, 50, 128), OperatorPods("kube-state-metrics", 1, 20, 96))
GRAFANA = OperatorPods("grafana", 1, 70, 256)
"""With its two sidecars. All as the chart's values ask for."""


def operator_workloads(settings: Settings) -> Iterator[OperatorPods]:
    """Every pod of the system: on the system pool where there is one, else on the application's."""
    yield from ADDONS
    parts = [*BASE]
    parts += KEDA if settings.autoscaling.metrics_backend == "keda" else ()
    vertical = settings.autoscaling.vpa.mode
    parts += VERTICAL if vertical in {"memory", "full"} else ()
    if vertical == "recommend":
        yield RECOMMENDER
    pods = 2 if settings.environment.production else 1
    yield from (OperatorPods(name, pods, cpu, memory) for name, cpu, memory in parts)
    if settings.monitoring.prometheus.enabled:
        # of two servers, one waits for a node in the zone of its volume; the other one alerts
        yield OperatorPods("prometheus", pods, *PROMETHEUS_PAIR, held=pods - 1)
        yield OperatorPods("alertmanager", pods, *ALERTMANAGER_PAIR)
        yield from PROMETHEUS
        if settings.monitoring.prometheus.grafana:
            yield GRAFANA
