"""Which steps of a plan a revert does not take back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan.types.way_back import ONE_WAY, Back, OneWay, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan import PlannedResource

_ROWS: dict[str, list[OneWay]] = {}
for _row in ONE_WAY:
    _ROWS.setdefault(_row.token, []).append(_row)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclass(frozen=True)
class Stuck:
    """A step that a revert does not take back.

    Attributes:
        urn: the resource.
        name: its logical name.
        change: what happens to it.
        row: what is known of its way back.
    """

    urn: str
    name: str
    change: str
    row: OneWay

    def sentence(self) -> str:
        """What a reviewer has to know."""
        return f"{self.name}, {self.change}: {self.row.back.value}: {self.row.why}"

    def as_json(self) -> dict[str, str]:
        """The machine-readable form."""
        row = self.row
        return {
            "urn": self.urn,
            "change": self.change,
            "revert": row.back.name.lower(),
            "why": row.why,
            "instead": row.instead,
            "source": row.source,
        }


def stuck(changes: Iterable[PlannedResource]) -> list[Stuck]:
    """Every step that a revert does not take back, what is refused or lost before what only costs time."""
    order = list(Back)
    found = [one for item in changes for one in _stuck(item)]
    return sorted(found, key=lambda one: order.index(one.row.back))


def _stuck(item: PlannedResource) -> Iterator[Stuck]:
    for row in _ROWS.get(item.type, ()):
        if row.when is When.GONE:
            if item.op in {"delete", "replace"}:
                yield Stuck(item.urn, item.name, f"{item.op}d", row)
            continue
        if item.op == "create" and row.when is When.SET and not row.path:
            yield Stuck(item.urn, item.name, "set", row)
        if item.op != "update":
            continue
        old, new = _at(item.old_inputs, row.path), _at(item.inputs, row.path)
        if old != new and _is(row.when, old, new):
            yield Stuck(item.urn, item.name, f"{row.path or 'it'} {row.when.value}", row)


def _at(inputs: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - inputs have any shape
    found: Any = inputs
    for key in filter(None, path.split(".")):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _is(when: When, old: Any, new: Any) -> bool:  # noqa: ANN401 - inputs have any shape
    if when is When.CHANGED:
        return old is not None
    if when is When.SET:
        return new not in {None, False} if not isinstance(new, dict | list) else bool(new)
    one, other = _size(old), _size(new)
    if one is None or other is None:
        return when is When.RAISED  # which way it went cannot be told: the warning stays
    return other > one if when is When.RAISED else other < one


def _size(value: Any) -> tuple[float, ...] | None:  # noqa: ANN401 - inputs have any shape
    """A number, a version or an amount with a unit, to be compared; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return (float(value),)
    text = str(value)
    for unit, factor in _UNITS.items():
        if text.endswith(unit) and _NUMBER.fullmatch(text.removesuffix(unit)):
            return (float(text.removesuffix(unit)) * factor,)
    return tuple(float(part) for part in text.split(".")) if _NUMBER.fullmatch(text) else None
