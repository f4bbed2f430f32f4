"""The tables of a move, as statements name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from psycopg import sql

from planner.shards.route import SHARED

NAME_BYTES = 63
"""Longest name of anything in a database (PostgreSQL documentation, Identifiers and Key Words)."""


def title_of(schema: str, name: str) -> str:
    """A table as the schema file names it."""
    return name if schema == "public" else f"{schema}.{name}"


@dataclass(frozen=True)
class Sequence:
    """What numbers the rows of a table, or whatever a trigger or the application numbers.

    Attributes:
        schema: of the database.
        name: within it.
        column: that it numbers; empty where it belongs to none.
        top: the highest number that it gives and the column holds.
    """

    schema: str
    name: str
    column: str
    top: int


@dataclass(frozen=True)
class Table:
    """One table that takes part.

    Attributes:
        schema: of the database.
        name: within it.
        columns: those that are written, with their types, by name.
        key: the primary key's columns.
        client: the column that names the client; None for a table that belongs to none.
        sequences: those that number its rows.
        computed: generated columns with their types, which every server computes by itself.
    """

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    client: str | None
    sequences: tuple[Sequence, ...] = ()
    computed: tuple[tuple[str, str], ...] = ()

    @cached_property
    def title(self) -> str:
        """As the schema file names it."""
        return title_of(self.schema, self.name)

    @cached_property
    def identifier(self) -> sql.Identifier:
        """For statements."""
        return sql.Identifier(self.schema, self.name)

    @cached_property
    def types(self) -> dict[str, str]:
        """Column to type; a primary key may hold a generated one."""
        return dict((*self.columns, *self.computed))

    def own_name(self, what: str) -> sql.Identifier:
        """The name of something that a move makes for this table and no other, whatever tables come and go.

        Names that differ in their last letters, or where a schema ends and a table begins, stay apart by the hash.
        """
        mark = blake2b(f"{self.schema}\0{self.name}".encode(), digest_size=6).hexdigest()
        return sql.Identifier(f"{what}_{mark}_{self.name}".encode()[:NAME_BYTES].decode(errors="ignore"))

    def fields(self, alias: str = "t") -> sql.Composable:
        """All written columns, in the order that every statement uses."""
        return sql.SQL(", ").join(sql.Identifier(alias, name) for name, _ in self.columns)

    def all_fields(self, alias: str = "t") -> sql.Composable:
        """All columns, also those that each server computes by itself."""
        names = (name for name, _ in (*self.columns, *self.computed))
        return sql.SQL(", ").join(sql.Identifier(alias, name) for name in names)

    def client_of(self, alias: str = "t") -> sql.Composable:
        """The client of a row as text."""
        if self.client is None:
            return sql.Literal(SHARED)
        return sql.SQL("{}::text").format(sql.Identifier(alias, self.client))

    def key_of(self, alias: str = "t") -> sql.Composable:
        """Arguments that make the primary key of a row one JSON object."""
        pairs = (sql.SQL("{}, {}").format(sql.Literal(one), sql.Identifier(alias, one)) for one in self.key)
        return sql.SQL(", ").join(pairs)

    def key_types(self) -> sql.Composable:
        """The primary key as a column list for `jsonb_to_recordset`."""
        typed = (sql.SQL("{} {}").format(sql.Identifier(one), sql.SQL(self.types[one])) for one in self.key)
        return sql.SQL(", ").join(typed)

    def same_key(self, one: str, other: str) -> sql.Composable:
        """That two rows have the same primary key."""
        pairs = (sql.SQL("{} = {}").format(sql.Identifier(one, key), sql.Identifier(other, key)) for key in self.key)
        return sql.SQL(" AND ").join(pairs)


@dataclass(frozen=True)
class ForeignKey:
    """A constraint that the schema file says stays within one client.

    Attributes:
        name: of the constraint.
        child: the table that refers.
        parent: the table that it refers to.
        columns: pairs of their columns.
    """

    name: str
    child: Table
    parent: Table
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Catalog:
    """All tables of a move.

    Attributes:
        tables: those that take part.
        within: constraints that stay within one client.
        free: sequences that belong to no column.
        kept: schema and name of those that the primary alone keeps, where they are no foreign tables.
    """

    tables: tuple[Table, ...]
    within: tuple[ForeignKey, ...]
    free: tuple[Sequence, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_title(self) -> dict[str, Table]:
        """Tables by their names in the schema file."""
        return {table.title: table for table in self.tables}

    @cached_property
    def shared(self) -> tuple[Table, ...]:
        """Those whose rows belong to no client."""
        return tuple(table for table in self.tables if table.client is None)
