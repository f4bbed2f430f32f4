"""What the databases say about the tables of a move, and what nobody decided about them yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards.errors import MoveError
from planner.shards.route import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.shards.schema import Schema
    from ops.answers.shards.servers import Server, Servers

_TABLES = """
SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bbp_shards') AND n.nspname NOT LIKE 'pg_toast%%'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 2, 3
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> ''
FROM pg_attribute a WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname
"""
_KEY = """
SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = %s AND i.indisprimary ORDER BY k.position
"""
_SEQUENCES = """
SELECT DISTINCT n.nspname, s.relname, a.attname, q.seqincrement
FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_sequence q ON q.seqrelid = s.oid
JOIN pg_attribute a ON a.attrelid = %s AND a.attnum > 0
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
JOIN pg_depend d ON (d.objid = s.oid AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
  AND d.deptype IN ('a', 'i'))
  OR (d.objid = f.oid AND d.refobjid = s.oid AND d.classid = 'pg_attrdef'::regclass)
ORDER BY 1, 2
"""
_FOREIGN = """
SELECT k.conname, k.conrelid, k.confrelid,
  array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
    ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.o),
  array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
    ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.o)
FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY 1
"""


@dataclass(frozen=True)
class Table:
    """One table that takes part.

    Attributes:
        schema: of the database.
        name: within it.
        columns: those that are written, with their types, by name.
        key: the primary key's columns.
        client: the column that names the client; None for a table that belongs to none.
        sequences: schema, name and column of those that number its rows.
        computed: generated columns, which every server computes by itself.
    """

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    client: str | None
    sequences: tuple[tuple[str, str, str], ...] = ()
    computed: tuple[str, ...] = ()

    @cached_property
    def title(self) -> str:
        """As the schema file names it."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @cached_property
    def identifier(self) -> sql.Identifier:
        """For statements."""
        return sql.Identifier(self.schema, self.name)

    @cached_property
    def types(self) -> dict[str, str]:
        """Column to type."""
        return dict(self.columns)

    def fields(self, alias: str = "t") -> sql.Composable:
        """All written columns, in the order that every statement uses."""
        return sql.SQL(", ").join(sql.Identifier(alias, name) for name, _ in self.columns)

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
    """All tables of a move."""

    tables: tuple[Table, ...]
    within: tuple[ForeignKey, ...]

    @cached_property
    def by_title(self) -> dict[str, Table]:
        """Tables by their names in the schema file."""
        return {table.title: table for table in self.tables}


def read_catalog(server: Server, schema: Schema) -> Catalog:
    """The tables of one database, as the schema file divides them.

    Raises:
        MoveError: something is undecided or cannot be moved; everything at once.
    """
    problems: list[str] = []
    found: dict[int, Table] = {}
    left: dict[int, str] = {}
    for oid, space, name in server.rows(_TABLES):
        title = name if space == "public" else f"{space}.{name}"
        if title in schema.tables or schema.shared.get(title) == "copied":
            table = _table(server, oid, (space, name), schema.tables.get(title))
            problems += _unfit(table, server, oid)
            found[oid] = table
        elif title in schema.shared:
            left[oid] = title
        else:
            problems.append(
                f"{title} is in neither tables nor shared: name its client's column, or decide copied or primary"
            )
    known = {table.title for table in found.values()} | set(left.values())
    problems += [
        f"{name} is no table of {server.name}" for name in (*schema.tables, *schema.shared) if name not in known
    ]
    within, undecided = _foreign(server, schema, found, left)
    if problems := [*problems, *undecided]:
        raise MoveError(f"{server.name}: " + "; ".join(problems))
    return Catalog(tuple(found.values()), within)


def check_alike(catalog: Catalog, servers: Servers, schema: Schema) -> None:
    """That every place has the same tables.

    Raises:
        MoveError: a table, a column, a type or a primary key differs; everything at once.
    """
    problems = []
    for server in servers.values():
        other = read_catalog(server, schema)
        for table in catalog.tables:
            there = other.by_title[table.title]
            if (there.columns, there.key, there.computed) != (table.columns, table.key, table.computed):
                problems.append(f"{table.title} has other columns on {server.name}")
    if problems:
        raise MoveError("; ".join(problems) + ": create the same schema on every server (pg_dump --schema-only)")


def _table(server: Server, oid: int, name: tuple[str, str], client: str | None) -> Table:
    columns = server.rows(_COLUMNS, oid)
    return Table(
        *name,
        columns=tuple((column, kind) for column, kind, _, computed in columns if not computed),
        key=tuple(row[0] for row in server.rows(_KEY, oid)),
        client=client,
        sequences=tuple(row[:3] for row in server.rows(_SEQUENCES, oid)),
        computed=tuple(column for column, _, _, computed in columns if computed),
    )


def _unfit(table: Table, server: Server, oid: int) -> Iterator[str]:
    if not table.key:
        yield f"{table.title} has no primary key, by which a written row is found again"
    if table.client is None:
        return
    facts = {column: required for column, _, required, _ in server.rows(_COLUMNS, oid)}
    if table.client not in facts:
        yield f"{table.title} has no column {table.client}"
    elif table.client in table.computed:
        yield f"{table.title}.{table.client} is generated: no trigger knows it before the row is written"
    elif not facts[table.client]:
        yield f"{table.title}.{table.client} may be NULL: a row without a client has no place"


def _foreign(
    server: Server, schema: Schema, found: dict[int, Table], left: dict[int, str]
) -> tuple[tuple[ForeignKey, ...], list[str]]:
    within: list[ForeignKey] = []
    problems: list[str] = []
    names = set()
    for name, child_oid, parent_oid, ours, theirs in server.rows(_FOREIGN):
        names.add(name)
        child, parent = found.get(child_oid), found.get(parent_oid)
        if child is None or child.client is None or (parent is not None and parent.client is None):
            continue  # tables of no client keep their own rows together: all are copied, or none is
        decided = schema.foreign_keys.get(name)
        if decided == "dropped":
            continue
        if parent is None:
            problems.append(
                f"{name}: {child.title} refers to {left.get(parent_oid, 'a table')}, which stays on the primary: copy "
                "that table, or decide in foreign_keys that the shards do without the constraint (dropped)"
            )
        elif (child.client, parent.client) in zip(ours, theirs, strict=True):
            continue
        elif decided == "within":
            within.append(ForeignKey(name, child, parent, tuple(zip(ours, theirs, strict=True))))
        else:
            problems.append(
                f"{name}: rows of {child.title} may refer to another client's {parent.title}: decide in foreign_keys "
                "that it stays within one client, or that the shards do without the constraint (dropped)"
            )
    if server.place < 0:
        problems += [
            f"foreign_keys: no constraint is named {name}" for name in schema.foreign_keys if name not in names
        ]
    return tuple(within), problems
