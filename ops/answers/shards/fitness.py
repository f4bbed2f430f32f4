"""What a table must be so that its rows can be moved and found again; all else is refused in a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.shards import MAX_SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT_TYPES = ("text", "character varying", "uuid", "smallint", "integer", "bigint")
"""Types of which two values are one client exactly where their texts are one: a client's place is the hash of its text.
Others call several texts equal (numeric 1 and 1.0, char(n) with blanks, citext) or give one value several texts, by
settings of a session (dates, floats)."""
LARGE_OBJECT = "oid"
"""The type that holds the number of a large object, also as the domain `lo` (PostgreSQL documentation, lo)."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        name: of it.
        kind: its type as written.
        base: the type that a domain stands for in the end; else its own.
        required: whether it is never NULL.
        generated: whether the server computes it.
        deterministic: whether only equal texts are equal in its collation.
    """

    name: str
    kind: str = "text"
    base: str = "text"
    required: bool = True
    generated: bool = False
    deterministic: bool = True


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a database says of one table.

    Attributes:
        title: as the schema file names it.
        columns: by name.
        key: columns of the primary key.
        foreign: whether its rows lie on another server.
        unlogged: whether a crash empties it.
        inherits: whether it shares rows with another table, or has partitions that are foreign or unlogged.
        rules: rewrite rules.
        triggers: those of others that are in force where a move writes.
        sequences: name, increment and whether it begins again at its end, of each that numbers its rows.
        on_shard: whether it is a shard's, whose sequences moves have set apart.
    """

    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign: bool = False
    unlogged: bool = False
    inherits: bool = False
    rules: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    sequences: tuple[tuple[str, int, bool], ...] = ()
    on_shard: bool = False


def blocks(increment: int) -> str:
    """Why a sequence of the primary that counts by more than one cannot be set apart on shards."""
    return (
        f"which counts by {increment}: who takes a block of numbers with each would give those of other shards, whose "
        "numbers lie closer together; take one at a time, INCREMENT BY 1"
    )


def unfit(table: Facts, client: str | None) -> Iterator[str]:
    """Why its rows cannot be moved, each with the smallest change.

    Args:
        table: what is known of it.
        client: the column that names the client; None for a table that belongs to none.
    """
    title = table.title
    if not table.key:
        yield f"{title} has no primary key, by which a written row is found again"
    if table.foreign:
        yield f"{title} is a foreign table, its rows lie on another server: decide `primary` for it in shared"
    if table.unlogged:
        yield f"{title} is unlogged, and a crash empties it without a note: ALTER TABLE ... SET LOGGED"
    if table.inherits:
        yield (
            f"{title} shares its rows with tables that inherit, or has foreign or unlogged partitions: make it a table "
            "of its own, or one with plain partitions"
        )
    if table.rules:
        yield f"{title} has rewrite rules ({', '.join(table.rules)}), which change what is written: use triggers"
    if table.triggers:
        yield (
            f"{title} has triggers that change what a move writes, or keep rows that it deletes "
            f"({', '.join(table.triggers)} are ENABLE ALWAYS or REPLICA): ALTER TABLE ... ENABLE TRIGGER"
        )
    yield from _unfit_values(table)
    if client is not None:
        yield from _unfit_client(table, client)


def _unfit_values(table: Facts) -> Iterator[str]:
    for column in table.columns:
        if column.name in table.key and column.base.endswith("[]"):
            yield (
                f"{table.title}.{column.name} is {column.kind}, and of an array in a primary key a note keeps elements "
                "without their bounds: use columns of its elements, or a text"
            )
        if column.base == LARGE_OBJECT:
            yield (
                f"{table.title}.{column.name} is {column.kind}, the number of a large object that no table holds: use "
                "bytea, or bigint where it is only a number"
            )
    for name, increment, cycles in table.sequences:
        if increment < 0 or cycles:
            yield f"{table.title} is numbered by {name}, which counts down or begins again: let it count up, NO CYCLE"
        elif increment > 1 and not table.on_shard:
            yield f"{table.title} is numbered by {name}, {blocks(increment)}"


def _unfit_client(table: Facts, client: str) -> Iterator[str]:
    found = next((column for column in table.columns if column.name == client), None)
    if found is None:
        yield f"{table.title} has no column {client}"
        return
    name = f"{table.title}.{client}"
    if found.generated:
        yield f"{name} is generated: no trigger knows it before the row is written"
    elif not found.required:
        yield f"{name} may be NULL: a row without a client has no place"
    if found.base not in CLIENT_TYPES:
        yield (
            f"{name} is {found.kind}: a client's place follows from its text, and this type calls several texts equal, "
            f"or gives one value several; it must be one of {', '.join(CLIENT_TYPES)}"
        )
    elif not found.deterministic:
        yield f"{name} has a collation that calls different texts equal, while the hash tells them apart: use another"


AHEAD = 100_000
"""Numbers that a target's sequence is ahead of its source's: what is numbered between two catch-ups."""


def first_number(reached: int, top: int, step: int, rest: int) -> int | None:
    """Where a sequence of a target starts; None where it has no number left.

    Args:
        reached: the last number that any place gave.
        top: the highest number that it gives and its column holds; a small one is left room for what comes.
        step: how far the numbers of a place lie apart.
        rest: what they leave when divided by that.
    """
    least = reached + max(1, min(AHEAD, (top - reached) // MAX_SHARDS))
    start = least + (rest - least) % step
    return start if start <= top else None
