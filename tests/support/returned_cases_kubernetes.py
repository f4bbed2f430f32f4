"""What is sent to Kubernetes, what comes back or counts as the same; and what such a case is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.model.returned import Shows


@dataclass(frozen=True)
class Case:
    """One value.

    Attributes:
        token: the type.
        path: as its row names it.
        sent: what a program sends.
        alike: the same in another form: the service's, where a preview shows the difference.
        different: what really is another value.
        shown: the paths that a second preview shows; none where the provider takes both for the same.
    """

    token: str
    path: str
    sent: dict[str, Any]
    alike: dict[str, Any]
    different: dict[str, Any]
    shown: tuple[str, ...] = ()
    when: Shows = Shows.NEVER


def silent(token: str, path: str, *forms: dict[str, Any]) -> Case:
    """A value that is sent, one that counts as the same, and one that is another."""
    sent, alike, different = forms
    return Case(token, path, sent, alike, different)


def _amounts(at: str, *values: str) -> list[dict[str, Any]]:
    return [{"spec": {at: {"cpu": value} if at != "averageValue" else value}} for value in values]


def _containers(cpu: str) -> dict[str, Any]:
    resources = {"limits": {"cpu": cpu, "memory": "2048Mi" if cpu == "1000m" else "2Gi"}}
    return {"spec": {"template": {"spec": {"containers": [{"name": "a", "resources": resources}]}}}}


KUBERNETES: tuple[Case, ...] = (
    silent("kubernetes:apps/v1:Deployment", "", *map(_containers, ("1000m", "1", "2"))),
    silent(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "",
        *_amounts("averageValue", "1000m", "1", "2"),
    ),
    silent("kubernetes:batch/v1:Job", "", *map(_containers, ("1000m", "1", "2"))),
    silent("kubernetes:core/v1:ResourceQuota", "", *_amounts("hard", "1000m", "1", "2")),
    silent("kubernetes:networking.k8s.io/v1:Ingress", "", *_amounts("capacity", "1k", "1000", "1")),
    silent("kubernetes:policy/v1:PodDisruptionBudget", "", *_amounts("capacity", "1k", "1000", "1")),
    silent("kubernetes:rbac.authorization.k8s.io/v1:Role", "", *_amounts("hard", "1k", "1000", "1")),
    silent("kubernetes:scheduling.k8s.io/v1:PriorityClass", "", *_amounts("hard", "1k", "1000", "1")),
    silent("kubernetes:storage.k8s.io/v1:CSIStorageCapacity", "", *_amounts("hard", "1k", "1000", "1")),
    silent(
        "kubernetes:core/v1:Secret",
        "",
        {"metadata": {"name": "a"}, "stringData": {"a": "x"}},
        {"metadata": {"name": "a"}, "data": {"a": "eA=="}},
        {"metadata": {"name": "a"}, "data": {"a": "eQ=="}},
    ),
    silent(
        "kubernetes:core/v1:ConfigMap",
        "metadata.resourceVersion",
        *(
            {"metadata": {"name": name, "resourceVersion": number}}
            for name, number in (("a", "1"), ("a", "2"), ("b", "1"))
        ),
    ),
    silent(
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        "spec.preserveUnknownFields",
        {"spec": {"group": "a", "preserveUnknownFields": False}},
        {"spec": {"group": "a"}},
        {"spec": {"group": "a", "preserveUnknownFields": True}},
    ),
    silent(
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        "status",
        {"spec": {"group": "a"}, "status": {"a": 1}},
        {"spec": {"group": "a"}},
        {"spec": {"group": "b"}},
    ),
)
