"""Custom resources whose controller must still run to let them go (KEDA and AWS Load Balancer Controller sources)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.rows import Deletion
from sandbox.services.kubernetes.inventory import served
from sandbox.services.kubernetes.kinds import kind_of

if TYPE_CHECKING:
    from sandbox.cloud import Cloud, CloudObject


FINALIZED = {
    ("elbv2.k8s.aws", "TargetGroupBinding"): "elbv2.k8s.aws/resources",
    ("keda.sh", "ScaledJob"): "finalizer.keda.sh",
    ("keda.sh", "ScaledObject"): "finalizer.keda.sh",
}
"""Group and kind -> the finalizer that its controller puts on every object (the controllers' sources)."""


def held(cloud: Cloud, item: CloudObject) -> str | None:
    """Why an object would never go with its namespace, or None."""
    kind = kind_of(item.token)
    finalizer = FINALIZED.get((kind.group, kind.name)) if kind is not None else None
    refuses = finalized(finalizer).refuses if finalizer is not None else None
    reason = refuses(cloud, item) if refuses is not None else None
    return f"it holds {item.name}, and {reason}" if reason is not None else None


def finalized(finalizer: str) -> Deletion:
    """The deletion of an object that its controller must release."""

    def refuses(cloud: Cloud, item: CloudObject) -> str | None:
        kind = kind_of(item.token)
        if kind is None or served(cloud, kind):
            return None
        return (
            f"the controller of {kind.group} is gone, and nobody removes the finalizer {finalizer}: the deletion would "
            "hang; make the object depend on the release that brings its controller"
        )

    return Deletion(refuses=refuses)
