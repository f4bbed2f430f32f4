"""Who of the operators and tools goes first on a full node, and what they request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pulumi_kubernetes as k8s

from ..kubernetes.labels import standard_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

Values: TypeAlias = dict[str, Any]

CLUSTER_CRITICAL = "system-cluster-critical"
NODE_CRITICAL = "system-node-critical"
"""Classes that every cluster has (Kubernetes documentation, "Guaranteed Scheduling For Critical Add-On Pods"). Without
the first, no pod is registered at the load balancer and no node is added."""
OPERATOR_PRIORITY = "bailbondpro-operators"
TOOL_PRIORITY = "bailbondpro-tools"
PRIORITIES: Mapping[str, int] = {OPERATOR_PRIORITY: 5000, TOOL_PRIORITY: 500}
"""What scales, measures and alerts outlives the gateway (2000) and the application (1000); what only shows or
recommends goes before them."""


def priority_classes(name: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """The classes of operators and tools, which the releases name."""
    return [
        k8s.scheduling.v1.PriorityClass(
            f"{name}-priority-{priority}",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=priority, labels=standard_labels(priority, "scheduling")),
            value=value,
            global_default=False,
            opts=opts,
        )
        for priority, value in PRIORITIES.items()
    ]


def resources(cpu: str, memory: str, limit: str) -> Values:
    """Requests, and a limit of memory alone: a limit of CPU would slow down what is to react fast."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit}}


HOOK = resources("10m", "32Mi", "128Mi")
"""Of a pod that makes a certificate and ends; by judgement."""
RELOADER = resources("10m", "32Mi", "64Mi")
"""Of the process beside Prometheus and Alertmanager that reads a changed configuration; by judgement."""
