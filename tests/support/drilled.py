"""Objects for drills: nodes and workloads of a size, without anything that a test is not about."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]


def node(name: str, zone: str = "zone-a", cpu: str = "4", **labels: str) -> Manifest:
    """A node with room for some pods."""
    named = {"topology.kubernetes.io/zone": zone, "kubernetes.io/hostname": name, **labels}
    return {
        "metadata": {"name": name, "labels": named},
        "status": {"capacity": {"cpu": cpu, "memory": "16Gi", "pods": "58"}},
    }


def deployment(
    name: str, replicas: int, *, cpu: str = "500m", min_ready: int = 0, pre_stop: int = 0, **pod: object
) -> Manifest:
    """A Deployment in namespace `default` whose pods answer a probe.

    Args:
        name: also its pods' label `app`.
        replicas: wanted.
        cpu: request of each pod.
        min_ready: `minReadySeconds`.
        pre_stop: seconds that its hook sleeps; 0 for none.
        pod: more of the pod's spec.
    """
    container: Manifest = {
        "name": "app",
        "image": "example.com/app:1",
        "resources": {"requests": {"cpu": cpu}},
        "readinessProbe": {"tcpSocket": {"port": 80}, "initialDelaySeconds": 5, "periodSeconds": 5},
    }
    if pre_stop:
        container["lifecycle"] = {"preStop": {"sleep": {"seconds": pre_stop}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "minReadySeconds": min_ready,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"terminationGracePeriodSeconds": 60, "containers": [container], **pod},
            },
        },
    }


def budget(name: str, **spec: object) -> Manifest:
    """A disruption budget for the pods of a Deployment."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": name}}, **spec},
    }
