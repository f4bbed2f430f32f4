"""What changes of production's data and load without anybody comparing before and after: named, stopping nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.types import TYPES
from plan.types.compared.pods import PODS
from plan.types.weaker import WEAKER
from policies.gate.losses import COUNTS
from policies.gate.model import UNCOMPARED, found
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.steps import Change
    from plan.types.weaker import Weaker
    from policies.gate.model import Finding

HARMLESS = ("tags", "tagsAll", "description", "comment", "metadata.labels", "spec.template.metadata.labels")
"""Properties that describe: nothing reads them to decide who reaches what, or what is kept."""
CHECKSUM = "checksum/"
"""Annotations that only say that something else changed, which is judged where it stands."""
MOST = 6
"""Properties that are named; more are counted."""


def uncompared(change: Change, *, production: bool) -> Iterator[Finding]:
    """The properties of one change in place that no row compares.

    Args:
        change: what happens.
        production: whether the plan is of production.
    """
    before, after = change.before, change.after
    if not production or before is None or after is None or before.leftover or change.kind == "same":
        return
    row = TYPES.get(change.type)
    if row is None or (row.holds is None and not row.bears):
        return
    known = {*HARMLESS, *COUNTS, *POLICIES.get(change.type, ())}
    known |= {_compares(one) for one in WEAKER if one.token == change.type and one.path and not one.only_made}
    if row.holds is not None:
        known |= {
            *row.holds.names,
            *row.holds.grows,
            *row.holds.one_way,
            *(guard.property for guard in row.holds.guards),
        }
    changed = sorted(path for path in set(_differing(before.inputs, after.inputs)) if not _compared(path, known))
    if changed:
        more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
        says = f"nothing here compares before and after of {', '.join(changed[:MOST])}{more}"
        yield found(UNCOMPARED, change.urn, says, tuple(changed))


def _compares(row: Weaker) -> str:
    """The path of what a row compares; of a row over whole pods the one part of them that it is about."""
    path = ".".join(map(str, row.path))
    return f"{path}.{row.shown}" if row.path == PODS.get(row.token) else path


def _differing(old: object, new: object, path: str = "") -> Iterator[str]:
    """The paths of all values that differ; a list is one value."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {*old, *new}:
            yield from _differing(old.get(name), new.get(name), f"{path}.{name}" if path else str(name))
    elif old != new:
        yield path


def _compared(path: str, known: set[str]) -> bool:
    return CHECKSUM in path or any(
        path == one or path.startswith((f"{one}.", f"{one}[")) or one.startswith(f"{path}.") for one in known
    )
