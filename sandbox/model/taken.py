"""The rule that a name is free, from what the rows say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.names import Unique
    from sandbox.model.rows import Row


def name_taken(rows: Iterable[Row]) -> Rule:
    """The rule that a name is free."""
    by_token = {row.token: row for row in rows if row.unique}

    def check(context: Context) -> Iterator[Violation]:
        row = by_token[context.token]
        for unique in row.unique:
            wanted = _key(row, unique, context.inputs)
            if wanted is None or context.cloud is None or context.inputs.get(unique.unless):
                continue
            bearer = _bearer(context.cloud, row, unique, wanted, context.id)
            if bearer is not None:
                yield Violation(unique.keys[-1], f"{wanted[-2]!r} is taken by {bearer.name} ({unique.error})")

    return Rule("name-taken", "API reference of each service, the create operation's errors", tuple(by_token), check)


def _key(row: Row, unique: Unique, inputs: dict[str, Any]) -> tuple[str, ...] | None:
    """The values that must be unique, with the region, or None where one is not known."""
    stored = row.stored(inputs)
    found = [stored.get(name) for name in unique.keys]
    region = "" if unique.everywhere else str(inputs.get("region") or "")
    return (*map(str, found), region) if all(map(known, found)) else None


def _bearer(cloud: Cloud, row: Row, unique: Unique, wanted: tuple[str, ...], identity: str) -> CloudObject | None:
    seen = cloud.everywhere() if unique.everywhere else cloud
    bearers = seen.having(row.token, _Name(row.token, unique, row), (wanted,))
    return next((item for item in bearers if item.id != identity), None)


@dataclass(frozen=True)
class _Name:
    """An object by what must be unique of it; a type has one row."""

    token: str
    unique: Unique
    row: Row = field(compare=False)

    def __call__(self, item: CloudObject) -> tuple[tuple[str, ...], ...]:
        found = _key(self.row, self.unique, item.inputs)
        return () if found is None else (found,)
