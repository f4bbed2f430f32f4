"""What changes of production's data and load without anybody comparing before and after: named, stopping nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan import tokens
from plan.differing import bare_path, differing, part_of, with_one, written_path
from plan.placement import states_placement
from plan.types import TYPES
from plan.types.weaker.aws.parameters import CACHE_PARAMETERS
from plan.types.weaker.configured import SSM
from plan.types.weaker.kubernetes.pods import PODS
from plan.unknown import SECRET, UNKNOWN
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
CONTENT = frozenset((tokens.CONFIG_MAP, tokens.KUBERNETES_SECRET, tokens.SECRET_VERSION, SSM))
"""What holds nothing, and what pods read: one text of it may be anything, of which a row knows some forms."""
READ = frozenset((tokens.PARAMETER_GROUP, CACHE_PARAMETERS)) | CONTENT
"""What holds nothing, and what databases and pods are run by."""
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
    if _draws(after.inputs) and _draws(before.inputs):
        known |= {"data"}
    rows = [one for one in ROWS.get(change.type, ()) if one.path or one.label]
    places = [at for at in differing(before.inputs, after.inputs) if not _stated(at, before.inputs, after.inputs)]
    texts = change.type not in CONTENT
    changed = sorted(
        {written_path(at) for at in places if not _compared(at, known, rows, before.inputs, after.inputs, texts=texts)}
    )
    if changed:
        says = f"nothing here compares before and after of {_some(changed)}"
        yield found(UNCOMPARED, change.urn, says, tuple(changed))
    if hidden := sorted(set(_masked(change.changed, before.inputs, after.inputs)) - known):
        says = f"{_some(hidden)} would change, and is masked as a secret: nothing here has read it"
        yield found(UNCOMPARED, change.urn, says, tuple(hidden))


def _draws(inputs: Inputs) -> bool:
    """Whether this is a dashboard, by which nothing is decided (Grafana's chart, values `sidecar.dashboards.label`)."""
    return value_at(inputs, ("metadata", "labels", "grafana_dashboard")) is not None


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")


def _masked(paths: Iterable[str], old: Inputs, new: Inputs) -> Iterator[str]:
    """Properties that change, as the engine says, and that a preview writes alike before and after."""
    for path in paths:
        top = re.split(r"[.\[]", path, maxsplit=1)[0]
        if top in new and old.get(top) == new[top] and _has_secret(new[top]):
            yield top


def _has_secret(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_secret, value.values()))
    return any(map(_has_secret, value)) if isinstance(value, list) else value == SECRET


def _stated(at: Steps, old: Inputs, new: Inputs) -> bool:
    """Whether a place says where clients' rows lie, before and after: `policies.placement` compares it."""
    return all(states_placement(part_of(side, at, after=side is new)) for side in (old, new))


def _compared(at: Steps, known: set[str], rows: Iterable[Weaker], old: Inputs, new: Inputs, *, texts: bool) -> bool:
    path = bare_path(at)
    if CHECKSUM in path or any(path == one or path.startswith(f"{one}.") for one in known):
        return True
    single = not any(isinstance(part_of(side, at, after=side is new), (dict, list)) for side in (old, new))
    other: Inputs | None = None
    for row in rows:
        about = _about(row)
        if texts and single and path == about:
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
