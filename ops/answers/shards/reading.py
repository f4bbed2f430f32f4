"""What the databases say about the tables of a move, and what nobody decided about them yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ops.answers.shards.catalog import Catalog, ForeignKey, Sequence, Table, title_of
from ops.answers.shards.errors import MoveError
from ops.answers.shards.fitness import Column, Facts, blocks, unfit
from ops.answers.shards.servers import text_of
from planner.shards.clients import PRIMARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.answers.shards.schema import Schema
    from ops.answers.shards.servers import Server, Servers

_KEYS = """
SELECT i.indrelid, a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = ANY(%s) AND i.indisprimary ORDER BY i.indrelid, k.position
"""
_FOREIGN = """
SELECT k.conname, coalesce(pg_partition_root(k.conrelid)::oid, k.conrelid),
  coalesce(pg_partition_root(k.confrelid)::oid, k.confrelid),
  array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
    ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.o),
  array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
    ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.o)
FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY 1
"""
_COMPUTED = """
SELECT ARRAY[n.nspname, c.relname]::text[], a.attname, pg_get_expr(f.adbin, f.adrelid) FROM pg_attribute a
JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attgenerated <> '' AND NOT a.attisdropped ORDER BY 1, 2
"""


@dataclass
class _Read:
    """Tables of one database: those that take part, and those that stay where they are."""

    found: dict[int, Table] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)
    kept: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_catalog(server: Server, schema: Schema) -> Catalog:
    """The tables of one database, as the schema file divides them.

    Raises:
        MoveError: something is undecided or cannot be moved; everything at once.
    """
    read = _tables(server, schema)
    known = {table.title for table in read.found.values()} | set(read.left.values())
    read.problems += [
        f"{name} is no table of {server.name}" for name in (*schema.tables, *schema.shared) if name not in known
    ]
    within, undecided = _foreign(server, schema, read)
    free, unfree = _free(server, read)
    if problems := [*read.problems, *undecided, *unfree]:
        raise MoveError(f"{server.name}: " + "; ".join(problems))
    return Catalog(tuple(read.found.values()), within, free, tuple(read.kept))


def _free(server: Server, read: _Read) -> tuple[tuple[Sequence, ...], list[str]]:
    """Sequences that belong to no column, whose numbers every shard may give: they are set apart as all others."""
    oids = [*read.found, *read.left]
    rows = server.rows(text_of("free_sequences.sql"), oids, list(read.found), oids)
    problems = [
        f"sequence {title_of(space, name)} counts down or begins again, and shards would give its numbers twice: let "
        "it count up, NO CYCLE, or drop it"
        for space, name, unfit_, *_ in rows
        if unfit_
    ]
    problems += [
        f"sequence {title_of(space, name)}, {blocks(increment)}"
        for space, name, _, increment, _ in rows
        if increment > 1 and server.place == PRIMARY
    ]
    return tuple(Sequence(space, name, "", top) for space, name, *_, top in rows), problems


def check_alike(catalog: Catalog, servers: Servers, schema: Schema) -> None:
    """That every place has the same tables.

    Raises:
        MoveError: a table, a column, a type or a primary key differs; everything at once.
    """
    problems: list[str] = []
    here = _computed(servers[PRIMARY])
    for server in servers.values():
        if server.place == PRIMARY:
            continue  # the catalog was read there
        other = read_catalog(server, schema)
        computed = _computed(server)
        problems += _free_unlike(catalog, other, server.name)
        for table in catalog.tables:
            there = other.by_title[table.title]
            if (there.columns, there.key, there.computed) != (table.columns, table.key, table.computed):
                problems.append(f"{table.title} has other columns on {server.name}")
            elif computed.get(table.title) != here.get(table.title):
                problems.append(f"{table.title} computes a generated column otherwise on {server.name}")
            elif set(there.sequences) != set(table.sequences):
                problems.append(f"{table.title} is numbered by other sequences on {server.name}, or to another end")
    if problems:
        raise MoveError("; ".join(problems) + ": create the same schema on every server (pg_dump --schema-only)")


def _free_unlike(catalog: Catalog, other: Catalog, there: str) -> Iterator[str]:
    ours, theirs = ({title_of(one.schema, one.name): one.top for one in every.free} for every in (catalog, other))
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield f"sequence {name} is not on both the primary and {there}"
        elif ours[name] != theirs[name]:
            yield f"sequence {name} ends at {theirs[name]} on {there}, and at {ours[name]} on the primary"


def _computed(server: Server) -> dict[str, list[str]]:
    """How each table's generated columns are computed."""
    found: dict[str, list[str]] = {}
    for title, column, expression in server.rows(_COMPUTED):
        found.setdefault(title_of(*title), []).append(f"{column}: {expression}")
    return found


def _tables(server: Server, schema: Schema) -> _Read:
    rows = server.rows(text_of("tables.sql"))
    oids = [row[0] for row in rows]
    columns = _grouped(server.rows(text_of("columns.sql"), oids))
    keys, sequences = _grouped(server.rows(_KEYS, oids)), _grouped(server.rows(text_of("sequences.sql"), oids))
    read, seen = _Read(), set()
    for oid, space, name, foreign, unlogged, inherits, rules, triggers in rows:
        title = title_of(space, name)
        if title in seen:
            read.problems.append(f"{title} names two tables, one by its schema: rename one of them")
        seen.add(title)
        if title not in schema.tables and schema.shared.get(title) != "copied":
            read.left[oid] = title
            read.kept += [] if foreign else [(space, name)]
            if title not in schema.shared:
                said = "name its client's column, or decide copied or primary"
                read.problems.append(f"{title} is in neither tables nor shared: {said}")
            continue
        facts = Facts(
            title=title,
            columns=tuple(map(_column, columns.get(oid, ()))),
            key=tuple(row[0] for row in keys.get(oid, ())),
            foreign=foreign,
            unlogged=unlogged,
            inherits=inherits,
            rules=tuple(rules),
            triggers=tuple(triggers),
            sequences=tuple((row[1], row[3], row[4]) for row in sequences.get(oid, ())),
            on_shard=server.place != PRIMARY,
        )
        client = schema.tables.get(title)
        read.problems += unfit(facts, client)
        read.found[oid] = Table(
            space,
            name,
            columns=tuple((one.name, one.kind) for one in facts.columns if not one.generated),
            key=facts.key,
            client=client,
            sequences=tuple(Sequence(row[0], row[1], row[2], row[5]) for row in sequences.get(oid, ())),
            computed=tuple((one.name, one.kind) for one in facts.columns if one.generated),
        )
    return read


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows by their first column, without it."""
    groups: dict[int, list[tuple[Any, ...]]] = {}
    for oid, *rest in rows:
        groups.setdefault(oid, []).append(tuple(rest))
    return groups


def _column(row: tuple[Any, ...]) -> Column:
    name, kind, required, generated, base, deterministic = row
    return Column(name=name, kind=kind, base=base, required=required, generated=generated, deterministic=deterministic)


def _foreign(server: Server, schema: Schema, read: _Read) -> tuple[tuple[ForeignKey, ...], list[str]]:
    within: list[ForeignKey] = []
    problems: list[str] = []
    names = set()
    for name, child_oid, parent_oid, ours, theirs in server.rows(_FOREIGN):
        names.add(name)
        child, parent = read.found.get(child_oid), read.found.get(parent_oid)
        decided = schema.foreign_keys.get(name)
        if child is None:
            problems += _kept_behind(name, server, read, child_oid, parent)
            continue
        if decided == "dropped":
            continue
        if parent is None:
            where = read.left.get(parent_oid, "a table")
            problems.append(
                f"{name}: {child.title} refers to {where}, which stays on the primary: copy that table, or decide in "
                "foreign_keys that the shards do without the constraint (dropped)"
            )
        elif child.client is None or parent.client is None:
            problems += _without_client(name, child, parent)
        elif (child.client, parent.client) in zip(ours, theirs, strict=True):
            continue
        elif decided == "within":
            within.append(ForeignKey(name, child, parent, tuple(zip(ours, theirs, strict=True))))
        else:
            problems.append(
                f"{name}: rows of {child.title} may refer to another client's {parent.title}: decide in foreign_keys "
                "that it stays within one client, or that the shards do without the constraint (dropped)"
            )
    if server.place == PRIMARY:
        problems += [
            f"foreign_keys: no constraint is named {name}" for name in schema.foreign_keys if name not in names
        ]
    return tuple(within), problems


def _kept_behind(name: str, server: Server, read: _Read, child_oid: int, parent: Table | None) -> Iterator[str]:
    """Old copies are deleted past every constraint: what refers to them and stays would refer to nothing."""
    if server.place == PRIMARY and parent is not None and parent.client is not None and child_oid in read.left:
        child = read.left[child_oid]
        yield (
            f"{name}: {child} stays on the primary and refers to {parent.title}, whose rows lie on shards: name the "
            f"column of {child} with its client in tables, or drop the constraint on the primary"
        )


def _without_client(name: str, child: Table, parent: Table) -> Iterator[str]:
    """Every shard has all rows of no client, so that only they may be referred to by everybody."""
    if parent.client is not None:
        yield (
            f"{name}: {child.title} is copied to every shard and refers to {parent.title}, whose rows lie on one each: "
            "decide in foreign_keys that the shards do without the constraint (dropped)"
        )
