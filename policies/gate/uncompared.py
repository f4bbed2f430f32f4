"""What changes of production's data and load without anybody comparing before and after: named, stopping nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import tokens
from plan.differing import bare_path, differing, part_of, with_one, written_path
from plan.types import TYPES
from plan.types.weaker.aws.parameters import CACHE_PARAMETERS
from plan.types.weaker.kubernetes.pods import PODS
from plan.unknown import UNKNOWN
from policies.gate.losses import COUNTS
from policies.gate.model import STRANGE, UNCOMPARED, found
from policies.gate.weaker import ROWS, value_at
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from plan.differing import Steps
    from plan.steps import Change
    from plan.types.weaker.model import Weaker
    from policies.gate.model import Finding

    Inputs = Mapping[str, Any]

HARMLESS = ("tags", "tagsAll", "description", "comment", "metadata.labels")
"""Properties that describe: nothing reads them to decide who reaches what, or what is kept."""
CHECKSUM = "checksum/"
"""Annotations that only say that something else changed, which is judged where it stands."""
READ = frozenset((tokens.PARAMETER_GROUP, CACHE_PARAMETERS))
"""What holds nothing, and what databases are run by."""
MOST = 6
"""Properties that are named; more are counted."""


def uncompared(change: Change, *, production: bool) -> Iterator[Finding]:
    """The properties of one change that no row compares.

    Args:
        change: what happens.
        production: whether the plan is of production.
    """
    before, after = change.before, change.after
    if not production or before is None or after is None or before.leftover or change.kind == "same":
        return
    row = TYPES.get(change.type)
    if row is None or (row.holds is None and not row.bears and change.type not in READ):
        return
    known = {*HARMLESS, *COUNTS, *POLICIES.get(change.type, ())}
    if row.holds is not None:
        known |= {
            *row.holds.names,
            *row.holds.grows,
            *row.holds.one_way,
            *(guard.property for guard in row.holds.guards),
        }
    rows = [one for one in ROWS.get(change.type, ()) if one.path or one.label]
    places = differing(before.inputs, after.inputs)
    changed = sorted({written_path(at) for at in places if not _compared(at, known, rows, before.inputs, after.inputs)})
    if changed:
        more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
        says = f"nothing here compares before and after of {', '.join(changed[:MOST])}{more}"
        yield found(UNCOMPARED, change.urn, says, tuple(changed))


def _compared(at: Steps, known: set[str], rows: Iterable[Weaker], old: Inputs, new: Inputs) -> bool:
    path = bare_path(at)
    if CHECKSUM in path or any(path == one or path.startswith(f"{one}.") for one in known):
        return True
    single = not any(isinstance(part_of(side, at, after=side is new), (dict, list)) for side in (old, new))
    other: Inputs | None = None
    for row in rows:
        about = _about(row)
        if single and path == about:
            return True
        if path == about or path.startswith(f"{about}.") or about.startswith(f"{path}.") or not about:
            other = with_one(old, new, at) if other is None else other
            if _sees(row, old, other):
                return True
    return False


def _about(row: Weaker) -> str:
    """The path of what a row compares; of a row over whole pods the one part of them that it is about."""
    path = ".".join(map(str, row.path))
    return f"{path}.{row.shown}" if row.path == PODS.get(row.token) else path


def _sees(row: Weaker, old: Inputs, new: Inputs) -> bool:
    """Whether a row tells two values from each other, whichever comes first: one over a whole compares parts."""
    if row.where is not None and row.where[1] not in {old.get(row.where[0]), UNKNOWN}:
        return False
    first, second = (value_at(side, row.path) for side in (old, new))
    try:
        return bool(row.than(first, second) or row.than(second, first))
    except STRANGE:
        return False
