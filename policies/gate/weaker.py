"""Properties that are weaker than they were, as the rows of `plan.types.weaker` say."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from plan.differing import differing, part_of, written_path
from plan.types.weaker.rows import WEAKER
from plan.unknown import is_unknown
from policies.gate.model import ALONE, ELSEWHERE, LED, PROTECTION_LOST, ROOM, UNCOMPARED, WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.differing import Steps
    from plan.steps import Change
    from plan.types.weaker.model import Loses, Weaker
    from policies.gate.model import Finding, StepRule

RULES: Mapping[Loses, StepRule] = {
    "copies": PROTECTION_LOST,
    "defence": WEAKENED,
    "redundancy": ALONE,
    "address": ELSEWHERE,
    "room": ROOM,
    "way": LED,
    "nothing": UNCOMPARED,
}
ROWS: Mapping[str, list[Weaker]] = defaultdict(list)
for _row in WEAKER:
    if not _row.only_made:
        ROWS[_row.token].append(_row)
OF_PRODUCTION = frozenset(("redundancy", "room", "nothing"))
"""What elsewhere nobody need have twice, or in plenty, or be told of."""
MOST = 2
"""Parts of a long value that are shown."""
LONGEST = 60
"""Characters of a value that are shown."""
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
"""Names of hosts, which are shown whole (RFC 1035, 2.3.4)."""


def weakened(change: Change, *, production: bool) -> Iterator[Finding]:
    """Every property of one change that is weaker than before.

    Args:
        change: what happens.
        production: whether the plan is of production: elsewhere nothing need be there twice.
    """
    before, after = change.before, change.after
    if after is None or (before is not None and before.leftover):
        return
    was = before.inputs if before is not None else {}
    if was == after.inputs:
        return
    for row in ROWS.get(change.type, ()):
        if row.silent or (row.loses in OF_PRODUCTION and not production):
            continue
        if before is None and not _beside(row, after.inputs):
            continue
        if row.where is not None and row.where[1] not in {(was or after.inputs).get(row.where[0]), "[unknown]"}:
            continue
        yield from _compared(row, change.urn, *(value_at(inputs, row.path) for inputs in (was, after.inputs)))


def _compared(row: Weaker, urn: str, old: Any, new: Any) -> Iterator[Finding]:  # noqa: ANN401 - any value of a plan
    """What a row says of two values."""
    if old == new or is_unknown(old) or (is_unknown(new) and not _has_part(row, old)):
        return
    rule = RULES[row.loses]
    if is_unknown(new) and not row.by_presence:
        yield found(rule, urn, f"{_shown(row, old, new)}: {row.says}", _tops(row), judged=False, noted=row.noted)
    elif row.tells is not None:
        for told in row.tells(old, new):
            yield found(rule, urn, f"{told.says}: {row.says}", _tops(row), noted=row.noted, fix=told.fix)
    elif row.than(old, new):
        yield found(rule, urn, f"{_shown(row, old, new)}: {row.says}", _tops(row), noted=row.noted)


def _has_part(row: Weaker, old: object) -> bool:
    """Whether there was what a row is about; one over a part of an object is about that part, `data.nginx.conf`."""
    whole = f"{'.'.join(map(str, row.path))}."
    if not row.path or not row.label.startswith(whole) or not isinstance(old, dict):
        return True
    return row.label.removeprefix(whole) in old


def _beside(row: Weaker, inputs: Mapping[str, Any]) -> bool:
    """Whether what is made belongs to something that stands already: ids of what does not are not known yet."""
    return bool(row.made) and inputs.get(row.made) is not None and not is_unknown(inputs[row.made])


def value_at(value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any value of a plan
    """What stands at a path; None for nothing. A provider's own inputs hold lists and objects as JSON."""
    for step in path:
        if is_unknown(value):
            return value
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
        value = _unpacked(value) if isinstance(value, str) and value[:1] in {"[", "{"} else value
    return value


def _unpacked(text: str) -> Any:  # noqa: ANN401 - any value of a plan
    try:
        return json.loads(text)
    except ValueError:
        return text


def _tops(row: Weaker) -> tuple[str, ...]:
    return (row.shown,)


def _shown(row: Weaker, old: object, new: object) -> str:
    """What happens to the property: short values by themselves, others by its name alone."""
    first, second = said(old), said(new)
    if is_unknown(new):
        return f"{row.shown} goes from {first or 'what it is'} to what an update decides"
    if first and second:
        return f"{row.shown} would go from {first} to {second}"
    parts = [part for at in differing(old, new) if (part := _part(at, old, new))]
    return f"{row.shown} would be weaker" + (f" ({', '.join(sorted(parts)[:MOST])})" if parts else "")


def _part(at: Steps, old: object, new: object) -> str:
    """What happens to one part of a long value; empty where it is long, too."""
    first, second = (said(part_of(side, at, after=side is new)) for side in (old, new))
    return f"{written_path(at)}: {first} to {second}" if at and first and second else ""


def said(value: object) -> str:
    """A value in a few letters; empty where it has more."""
    if value is None:
        return "unset"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = json.dumps(value, sort_keys=True) if isinstance(value, (bool, list, dict)) else str(value)
    return text if len(text) <= LONGEST or HOST.fullmatch(text) else ""
