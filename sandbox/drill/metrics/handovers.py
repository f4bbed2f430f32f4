"""The handovers of one workload in both directions, with objects as small as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.drill.metrics.handover import AUTOSCALING, OWNER_LABEL, SCALED, Handed, hand_over
from sandbox.drill.metrics.series import CPU, Series, Workload

if TYPE_CHECKING:
    from sandbox.drill.cluster import Cluster
    from sandbox.drill.metrics.server import Metrics

Manifest: TypeAlias = dict[str, Any]

NAME, NAMESPACE = "web", "default"
FEWEST, MOST = 3, 10
REQUEST, LOAD, PERCENT = 500, 1600, 70
"""Millicores of a pod and of the load, and percent that a pod should use: five pods."""
WANTED = 5
FIRST_SECONDS = 300.0
_METADATA: Manifest = {"name": NAME, "namespace": NAMESPACE}
NATIVE: Manifest = {
    "apiVersion": AUTOSCALING,
    "kind": "HorizontalPodAutoscaler",
    "metadata": _METADATA,
    "spec": {
        "minReplicas": FEWEST,
        "maxReplicas": MOST,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": NAME},
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": CPU, "target": {"type": "Utilization", "averageUtilization": PERCENT}},
            }
        ],
    },
}
SCALED_OBJECT: Manifest = {
    "apiVersion": SCALED,
    "kind": "ScaledObject",
    # Without it the operator's own admission refuses an object whose workload has an autoscaler already.
    "metadata": {**_METADATA, "annotations": {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}},
    "spec": {
        "scaleTargetRef": {"name": NAME},
        "minReplicaCount": FEWEST,
        "maxReplicaCount": MOST,
        "advanced": {"horizontalPodAutoscalerConfig": {"name": NAME}},
        "triggers": [
            {"type": CPU, "metricType": "Utilization", "metadata": {"value": str(PERCENT)}},
            {
                "type": "prometheus",
                "metadata": {"serverAddress": "http://127.0.0.1:9", "query": "requests", "threshold": "100"},
            },
        ],
    },
}
DEPLOYMENT: Manifest = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": _METADATA,
    "spec": {
        "replicas": FEWEST,
        "selector": {"matchLabels": {"app": NAME}},
        "template": {
            "metadata": {"labels": {"app": NAME}},
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "example.com/app:1",
                        "resources": {"requests": {CPU: f"{REQUEST}m"}},
                    }
                ]
            },
        },
    },
}


class HandoverError(Exception):
    """The workload did not come up before a handover; the message says how far it came."""


def both_ways(cluster: Cluster, metrics: Metrics) -> tuple[Handed, ...]:
    """To KEDA, back as one update does it, and back as two updates do it; a node is added that has room for all.

    Raises:
        HandoverError: the workload does not run as its first autoscaler wants.
    """
    room = {"cpu": "64", "memory": "400Gi", "pods": "200"}
    cluster.add_node({"metadata": {"name": "roomy"}, "status": {"capacity": room}})
    web = Workload(
        name=NAME,
        namespace=NAMESPACE,
        labels={"app": NAME},
        asked_as={OWNER_LABEL: NAME},
        resources={CPU: Series(points=((0, LOAD),))},
        external={"s1-prometheus": Series(points=((0, 100.0 * WANTED),))},
    )
    cluster.apply([DEPLOYMENT])
    metrics.begin([web])
    cluster.apply([NATIVE])

    def ready() -> int:
        return len(cluster.ready_pods(NAMESPACE, f"app={NAME}"))

    if not cluster.clock.wait_until(lambda: ready() == WANTED, FIRST_SECONDS):
        raise HandoverError(f"{ready()} of {WANTED} pods are ready")
    return (
        hand_over(cluster, "to KEDA", SCALED_OBJECT, NATIVE),
        hand_over(cluster, "from KEDA", SCALED_OBJECT, NATIVE),
        hand_over(cluster, "from KEDA", SCALED_OBJECT, NATIVE, "old first"),
    )
