"""The nodes: what they use of themselves, and what pods ask of them."""

from __future__ import annotations

from ..alerts import Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import queried
from .boards import COST


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Processors and memory above what the guide allows."""
    limits = scope.thresholds
    return (
        Alert(
            name="NodeCpuHigh",
            expr='100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))'
            f" > {limits.cpu_percent}",
            for_=limits.hold,
            summary="Node {{ $labels.instance }} uses {{ $value | humanize }} % of its cpus",
            description="Look for one busy pod first; if all are busy, the pool needs more or larger nodes.",
            runbook="node-saturation",
        ),
        Alert(
            name="NodeMemoryHigh",
            expr=f"100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) > {limits.memory_percent}",
            for_=limits.hold,
            summary="Node {{ $labels.instance }} uses {{ $value | humanize }} % of its memory",
            description="Compare the pods' memory with their requests; the kernel starts killing near 100 %.",
            runbook="node-saturation",
        ),
    )


def panels(_scope: Scope) -> Panels:
    """How many there are, and how much of them nobody asked for."""
    requested = 'sum(kube_pod_container_resource_requests{{resource="{resource}"}})'
    offered = 'sum(kube_node_status_allocatable{{resource="{resource}"}})'
    shares = (
        queried(
            f"{resource.capitalize()} of the nodes that pods request",
            "percent",
            f"100 * {requested.format(resource=resource)} / {offered.format(resource=resource)}",
            legend="requested",
            note="What no pod requests is paid for and idle.",
        )
        for resource in ("cpu", "memory")
    )
    count = queried("Nodes", "short", 'count(kube_node_info{node!=""})', legend="nodes")
    return {COST: (count, *shares)}


NODES = ClusterKind(alerts=alerts, panels=panels, watches=("aws:eks/nodeGroup:NodeGroup",))
