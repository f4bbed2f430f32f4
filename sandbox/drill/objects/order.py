"""The order of application: what others name or are admitted by comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.drill.objects.model import DrillObject

FIRST = (
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "PodDisruptionBudget",
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
)
"""Quotas and defaults stand before the first pod that they are to count, budgets before the pods that they guard."""


def ordered(found: Iterable[DrillObject]) -> list[DrillObject]:
    """Objects by kind; within a kind as they came. Kinds of custom resources come last."""
    ranks = {kind: rank for rank, kind in enumerate(FIRST)}
    return sorted(found, key=lambda item: ranks.get(item.kind, len(ranks)))
