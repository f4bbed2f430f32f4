"""Servers that are a copy of another one's past, which stands in the same plan and is held to every rule itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import PlannedResource


def restored_copies(resources: Iterable[PlannedResource]) -> tuple[str, ...]:
    """Names of the servers of `postgres.restored`, in the plan's order.

    Rows are taken out of them, and then they go (docs/restore.md): nothing is lost with one that the backups which it
    was made of do not bring back. Without a server beside it in the plan it is no copy: it may be all that there is.
    """
    kept = [item for item in resources if item.op != "delete" and item.type == DATABASE]
    sources = {item.urn for item in kept if not _is_restored(item)}
    return tuple(item.name for item in kept if _is_restored(item) and sources.intersection(item.dependencies))


def _is_restored(item: PlannedResource) -> bool:
    return any(item.inputs.get(name) is not None for name in ("restoreToPointInTime", "snapshotIdentifier"))
