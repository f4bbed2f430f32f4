"""Classes that pods and claims name: of priority, of storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, block, number
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.immutable import IMMUTABLE
from sandbox.services.kubernetes.kinds import row, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

HIGHEST_USER_PRIORITY = 1_000_000_000


def _priority(context: Context) -> Iterator[Violation]:
    name, value = block(context.inputs, "metadata").get("name"), number(context.inputs.get("value"))
    if isinstance(name, str) and name.startswith("system-"):
        yield Violation("metadata.name", "priority class names with 'system-' prefix are reserved for system use only")
    if value is not None and value > HIGHEST_USER_PRIORITY:
        yield Violation(
            "value", f"{value:.10g}: maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}"
        )


_priorities = On("priority-class", source="pkg/apis/scheduling/validation")
_storage = On("storage-class", source="pkg/apis/storage/validation")
ROWS = (
    row(
        "kubernetes:scheduling.k8s.io/v1:PriorityClass",
        Replaced(),
        _priorities.custom("class", _priority),
        IMMUTABLE,
        sources=stored("Kubernetes documentation, Pod Priority and Preemption: read when a pod is made"),
    ),
    row(
        "kubernetes:storage.k8s.io/v1:StorageClass",
        Replaced(
            (
                "parameters",
                "provisioner",
            )
        ),
        _storage.one_of("reclaimPolicy", ("Delete", "Retain"), "Unsupported value"),
        _storage.one_of("volumeBindingMode", ("Immediate", "WaitForFirstConsumer"), "Unsupported value"),
        IMMUTABLE,
        sources=stored("Kubernetes documentation, Storage Classes: read when a volume is made"),
    ),
)
