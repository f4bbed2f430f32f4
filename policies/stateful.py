"""Which resources hold what cannot be made again: data, keys, and what everything else hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan.tokens import DATABASE
from plan.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import PlannedResource

_HOLDS = {token: row.holds for token, row in TYPES.items() if row.holds is not None}
STATEFUL = {token: holds.what for token, holds in _HOLDS.items()}
"""Types whose replacement or deletion loses data or takes the platform down, and what they hold."""
UNDESCRIBED = "resource of a type that `plan.types` does not describe"
"""What is said to be lost with a resource whose type has no row: whether it keeps data, nobody knows."""


@dataclass(frozen=True)
class Loss:
    """A planned change that would lose data or break what others depend on."""

    urn: str
    op: str
    holds: str
    properties: tuple[str, ...]
    reason: str


def is_stateful(resource: PlannedResource) -> bool:
    """Whether a resource holds what cannot be made again."""
    return resource.type in STATEFUL


def losses(changes: Iterable[PlannedResource]) -> list[Loss]:
    """Stateful resources that a plan replaces, deletes or renames, and those of which nobody knows what they hold."""
    found = []
    for item in changes:
        if item.op == "update":
            found += _renamed(item)
        holds = STATEFUL.get(item.type) or (UNDESCRIBED if item.custom and item.type not in TYPES else "")
        if not holds or item.op not in {"replace", "delete"}:
            continue
        forcing = tuple(path for path, kind in item.changed if kind.endswith("replace"))
        why = (
            f"{', '.join(forcing)} cannot change in place"
            if forcing
            else f"the program no longer contains it ({item.op})"
        )
        found.append(Loss(item.urn, item.op, holds, forcing or tuple(p for p, _ in item.changed), why))
    return found


def _renamed(item: PlannedResource) -> list[Loss]:
    """The loss of a name: everybody who holds it is cut off, although the data stays."""
    holds = _HOLDS.get(item.type)
    names = tuple(path for path, _ in item.changed if holds and path in holds.names)
    if not names:
        return []
    why = f"{', '.join(names)} would change, and with it the name that clients connect to"
    return [Loss(item.urn, "rename", STATEFUL[item.type], names, why)]


def shrinkages(changes: Iterable[PlannedResource], before: dict[str, dict[str, Any]]) -> list[Loss]:
    """Stateful resources whose storage, shards or replicas would become fewer.

    Args:
        changes: the planned changes.
        before: inputs by URN as they were before the change.
    """
    found = []
    for item in changes:
        for name in _HOLDS[item.type].grows if is_stateful(item) else ():
            old, new = before.get(item.urn, {}).get(name), item.inputs.get(name)
            if isinstance(old, (int, float)) and isinstance(new, (int, float)) and new < old:
                found.append(
                    Loss(item.urn, item.op, STATEFUL[item.type], (name,), f"{name} would go from {old} to {new}")
                )
    return found


def one_way_changes(changes: Iterable[PlannedResource]) -> list[tuple[PlannedResource, str]]:
    """Changes that cannot be taken back, in the plan's order: the first is the point of no return."""
    found = []
    for item in changes:
        for path, reason in _HOLDS[item.type].one_way.items() if is_stateful(item) else ():
            if any(changed == path or changed.startswith((f"{path}.", f"{path}[")) for changed, _ in item.changed):
                found.append((item, reason))
        is_server = item.type == DATABASE and not item.inputs.get("replicateSourceDb")
        if item.op == "create" and is_server and item.system == "shards":
            found.append(
                (
                    item,
                    "a shard that goes takes its rows along; clients on one have to be moved first",
                )
            )
    return found
