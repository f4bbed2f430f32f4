"""Names that only one living resource may carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.rows import Row


@dataclass(frozen=True)
class Named:
    """The name that a provider makes up in Check when a program gives none: `<logical name>-<7 hexadecimal digits>`.

    Attributes:
        key: the property where it stands (Pulumi documentation, Autonaming).
        lowered: the provider writes it in lower case (pulumi-aws, provider/resources.go: AutoNameTransform). Any other
            gets the logical name as it is, and a service that refuses capitals refuses it there, too.
        beginning: what it begins with because the service demands it (same file).
        kept_lowered: the service takes the name in any case and keeps it in lower case.
    """

    key: str = "name"
    lowered: bool = False
    beginning: str = ""
    kept_lowered: bool = False

    @property
    def prefix(self) -> str:
        """The property that gives the beginning of the name instead."""
        return f"{self.key}Prefix"


@dataclass(frozen=True)
class Unique:
    """Properties that no two living objects of a type share.

    Attributes:
        keys: the properties, the one that a message names last.
        error: what the real service answers to the second object.
        unless: a switch by which the second object takes the place of the first.
    """

    keys: tuple[str, ...]
    error: str
    unless: str = ""

    def key(self, row: Row, inputs: dict[str, Any]) -> tuple[str, ...] | None:
        """The values that must be unique, with the region, or None where one is not known."""
        stored = row.stored(inputs)
        found = [stored.get(name) for name in self.keys]
        return (*map(str, found), str(inputs.get("region") or "")) if all(map(known, found)) else None


def name_taken(rows: Iterable[Row]) -> Rule:
    """The rule that a name is free."""
    by_token = {row.token: row for row in rows if row.unique}

    def check(context: Context) -> Iterator[Violation]:
        row = by_token[context.token]
        for unique in row.unique:
            wanted = unique.key(row, context.inputs)
            if wanted is None or context.cloud is None or context.inputs.get(unique.unless):
                continue
            bearer = _bearer(context.cloud, row, unique, wanted, context.id)
            if bearer is not None:
                yield Violation(unique.keys[-1], f"{wanted[-2]!r} is taken by {bearer.name} ({unique.error})")

    return Rule("name-taken", "API reference of each service, the create operation's errors", tuple(by_token), check)


def _bearer(cloud: Cloud, row: Row, unique: Unique, wanted: tuple[str, ...], identity: str) -> CloudObject | None:
    for item in cloud.of_type(row.token):
        if item.id != identity and unique.key(row, item.inputs) == wanted:
            return item
    return None
