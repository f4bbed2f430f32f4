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
    """

    name: str
    pods: int
    cpu_millicores: float
    memory_mib: float


ADDONS = (
    OperatorPods("coredns", 2, 100, 70),
    OperatorPods("metrics-server", 2, 100, 200),
    OperatorPods("ebs-csi-controller", 2, 60, 240),
)
"""Requests of EKS add-ons as their default configuration has them; from memory, not checked against a cluster."""
BASE = (("aws-load-balancer-controller", 100, 128), ("cluster-autoscaler", 100, 256))
KEDA = (("keda-operator", 100, 128), ("keda-metrics-server", 50, 64), ("keda-webhooks", 10, 32))
VERTICAL = (("vpa-recommender", 50, 256), ("vpa-updater", 50, 128), ("vpa-admission", 50, 64))
"""Millicores and MiB that the charts' values ask for (`components.cluster.operator_values`)."""
PROMETHEUS = (
    OperatorPods("prometheus", 1, 250, 1024),
    OperatorPods("alertmanager", 1, 20, 64),
    OperatorPods("prometheus-operator", 1, 50, 128),
)
"""As the chart's values ask for; Grafana and kube-state-metrics request nothing."""


def operator_workloads(settings: Settings) -> Iterator[OperatorPods]:
    """Every pod of the system: on the system pool where there is one, else on the application's."""
    yield from ADDONS
    parts = [*BASE]
    parts += KEDA if settings.autoscaling.metrics_backend == "keda" else ()
    parts += VERTICAL if settings.autoscaling.vpa.mode != "off" else ()
    pods = 2 if settings.environment == "prod" else 1
    yield from (OperatorPods(name, pods, cpu, memory) for name, cpu, memory in parts)
    if settings.monitoring.prometheus.enabled:
        yield from PROMETHEUS
