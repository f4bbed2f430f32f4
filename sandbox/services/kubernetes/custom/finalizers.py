"""Custom resources whose controller must still run to let them go (KEDA and AWS Load Balancer Controller sources)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.rows import Deletion
from sandbox.services.kubernetes.inventory import served
from sandbox.services.kubernetes.kinds import kind_of

if TYPE_CHECKING:
    from sandbox.cloud import Cloud, CloudObject


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
