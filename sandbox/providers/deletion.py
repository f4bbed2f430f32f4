"""Why the real services refuse to delete an object, and what else goes or changes when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.found import ByInputs
from sandbox.services import REFERENCE_TABLES, ROWS, row_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.base import Context

_THROUGH = {
    held: tuple(
        (row.through, row.token) for row in ROWS.values() if row.through is not None and row.through.held == held
    )
    for held in {row.through.held for row in ROWS.values() if row.through is not None}
}
"""Type -> by what it may be held, and through which group."""


def refusal(context: Context) -> str | None:
    """Why the object cannot be deleted now, or None."""
    cloud = context.cloud
    item = cloud.get(context.token, context.id) if cloud is not None else None
    if cloud is None or item is None:
        return None  # deleting what is gone succeeds, as with the real services' idempotent deletes
    for check in (_protected, _own_reason, _held_through, _referred_to):
        if (reason := check(cloud, item)) is not None:
            return reason
    return None


def _protected(_: Cloud, item: CloudObject) -> str | None:
    row = row_of(item.token)
    switch, answer = (row.deletion.protection if row is not None else None) or ("", "")
    return f"{switch} is on: {answer}" if switch and item.inputs.get(switch) is True else None


def _own_reason(cloud: Cloud, item: CloudObject) -> str | None:
    row = row_of(item.token)
    return row.deletion.refuses(cloud, item) if row is not None and row.deletion.refuses is not None else None


def _held_through(cloud: Cloud, item: CloudObject) -> str | None:
    """Another object may hold this one through a third, as a database its subnets through their group."""
    for through, token in _THROUGH.get(item.token, ()):
        groups = {group.id for group in cloud.having(through.group, ByInputs(f"{through.members}[*]"), (item.id,))}
        for user in cloud.having(token, ByInputs(through.path), groups):
            return f"{user.token} {user.name} {through.error}"
    return None


def _referred_to(cloud: Cloud, item: CloudObject) -> str | None:
    for table in REFERENCE_TABLES:
        found = table.blocking(cloud, item)
        if found is not None:
            user, row = found
            return f"{user.token} {user.name} refers to it by {row.path} ({row.blocks})"
    return None


def effects(context: Context) -> list[Callable[[Cloud], None]]:
    """What else happens when an object is deleted, to be done after it is gone."""
    cloud = context.cloud
    item = cloud.get(context.token, context.id) if cloud is not None else None
    row = row_of(context.token)
    if cloud is None or item is None or row is None or row.deletion.effects is None:
        return []
    return row.deletion.effects(cloud, item)
