"""Rows on their way: read at a source in the text form of COPY, and put where they belong, any number of times."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards.errors import MoveError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.answers.shards.catalog import Catalog, Table
    from ops.answers.shards.servers import Server
    from planner.shards.route import Route

_ESCAPED = re.compile(rb"\\(.)")
_MEANS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
"""Escapes in the text form of COPY (PostgreSQL documentation, COPY, File Formats)."""


@dataclass(frozen=True)
class Row:
    """One row of a source: whose it is, its primary key as JSON, and the line that COPY reads."""

    client: str
    key: str
    line: bytes


@dataclass
class Batch:
    """What one target gets of one table: rows to delete, by key and client, and rows to insert."""

    keys: list[tuple[str, str]] = field(default_factory=list)
    rows: list[bytes] = field(default_factory=list)


def _field(raw: bytes) -> str:
    return _ESCAPED.sub(lambda found: _MEANS.get(found[1], found[1]), raw).decode()


def _read(server: Server, query: sql.Composable) -> list[Row]:
    rows = []
    for line in server.copied(query):
        client, key, rest = line.split(b"\t", 2)
        rows.append(Row(_field(client), _field(key), rest))
    return rows


def next_rows(
    server: Server, table: Table, after: str | None, limit: int, line: sql.Composable | None = None
) -> list[Row]:
    """The rows behind a primary key, in its order; from the first one without a key.

    Args:
        server: where.
        table: of which.
        after: the key.
        limit: how many.
        line: what is read of each beside client and key. Default: all that is written.
    """
    beyond: sql.Composable = sql.SQL("true")
    if after is not None:
        beyond = sql.SQL("({}) > (SELECT {} FROM jsonb_to_record({}) AS k({}))").format(
            sql.SQL(", ").join(sql.Identifier("t", one) for one in table.key),
            sql.SQL(", ").join(sql.Identifier("k", one) for one in table.key),
            sql.Literal(after) + sql.SQL("::jsonb"),
            table.key_types(),
        )
    query = sql.SQL("SELECT {}, jsonb_build_object({})::text, {} FROM {} AS t WHERE {} ORDER BY {} LIMIT {}").format(
        table.client_of(),
        table.key_of(),
        table.fields() if line is None else line,
        table.identifier,
        beyond,
        sql.SQL(", ").join(sql.Identifier("t", one) for one in table.key),
        sql.Literal(limit),
    )
    return _read(server, query)


def rows_of(server: Server, table: Table, keys: Iterable[str]) -> list[Row]:
    """The rows of these primary keys that exist, each once, also where two keys are equal: numeric 1.0 and 1.00."""
    query = sql.SQL(
        "SELECT {}, jsonb_build_object({})::text, {} FROM jsonb_to_recordset({}) AS k({}) JOIN {} AS t ON {}"
    ).format(
        table.client_of(),
        table.key_of(),
        table.fields(),
        sql.Literal(f"[{','.join(keys)}]") + sql.SQL("::jsonb"),
        table.key_types(),
        table.identifier,
        table.same_key("t", "k"),
    )
    return list({row.key: row for row in _read(server, query)}.values())


def rows_of_clients(server: Server, table: Table, clients: list[str], line: sql.Composable) -> list[Row]:
    """All rows of these clients, with something of each."""
    query = sql.SQL("SELECT {}, jsonb_build_object({})::text, {} FROM {} AS t WHERE {} = ANY({})").format(
        table.client_of(), table.key_of(), line, table.identifier, table.client_of(), sql.Literal(clients)
    )
    return _read(server, query)


def waiting(server: Server, route: Route, catalog: Catalog) -> dict[str, int]:
    """Notes of writes that a source still has to carry over, by client.

    A shard keeps most of its clients in a split: they are written all the time, and the move waits for none of them.
    """
    found: dict[str, int] = {}
    for title, client, notes in server.rows("SELECT tbl, client, count(*) FROM bbp_shards.changes GROUP BY 1, 2"):
        table = catalog.by_title.get(title)
        if table is not None and route.carries(client, server.place, shared=table.client is None):
            found[client] = found.get(client, 0) + notes
    return found


def check_keys(server: Server, title: str, table: Table | None, keys: Iterable[str]) -> None:
    """That what was noted names the primary key as it is now: else nobody could tell which rows were written.

    Args:
        server: where it was noted.
        title: of the table.
        table: as it is now; None where no table has that title.
        keys: that were noted.

    Raises:
        MoveError: it names another one.
    """
    if table is None or any(set(json.loads(key)) != set(table.key) for key in keys):
        raise MoveError(
            f"{server.name}: writes to {title} were noted by another name or primary key than it has now, and are not "
            "carried over yet: undo that change on every server, `./bbp shard move keep --once`, then make it again "
            "while nothing is written there, and start `./bbp shard move publish` again"
        )


def divided(
    route: Route, here: int, table: Table, rows: Iterable[Row], written: Iterable[tuple[str, str]] = ()
) -> dict[int, Batch]:
    """What each target gets: rows of clients that move there, and deletions of what was written.

    Args:
        route: who goes where.
        here: the source.
        table: whose rows they are.
        rows: as they are.
        written: key and client of what was written; what is not among the rows is gone.
    """
    batches: dict[int, Batch] = {}
    everywhere = route.shared_aims(here) if table.client is None else None
    for key, client in written:
        for aim in route.aims(client, here) if everywhere is None else everywhere:
            batches.setdefault(aim, Batch()).keys.append((key, client))
    for row in rows:
        for aim in route.aims(row.client, here) if everywhere is None else everywhere:
            batch = batches.setdefault(aim, Batch())
            batch.keys.append((row.key, row.client))
            batch.rows.append(row.line)
    return batches


def put(server: Server, table: Table, batch: Batch) -> int:
    """Delete, then insert; inside of a transaction in the replica role. Doing it again changes nothing.

    Returns:
        How many rows were deleted.
    """
    named = (_named(key, client) for key, client in batch.keys)
    deleted = server.run(
        sql.SQL("DELETE FROM {} AS t USING {} WHERE {} AND {} = e.v ->> 'client'").format(
            table.identifier, _listed(table, named), table.same_key("t", "k"), table.client_of()
        )
    )
    if not batch.rows:
        return deleted
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in table.columns)
    stage = table.own_name("stage")
    server.execute(
        sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} WITH NO DATA").format(
            stage, names, table.identifier
        )
    )
    server.copy_in(sql.SQL("pg_temp.{} ({})").format(stage, names), batch.rows)
    server.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM pg_temp.{}").format(
            table.identifier, names, names, stage
        )
    )
    return deleted


def lacking(server: Server, table: Table, rows: list[Row], *, noted: bool) -> list[Row]:
    """Rows that a server has not, or otherwise.

    Args:
        server: that should have them.
        table: whose rows they are.
        rows: read with `row_hash`.
        noted: whether those are left out whose writing this server noted: what it holds, or not, is newer.
    """
    named = (_named(row.key, row.client, hash=row.line.decode()) for row in rows)
    query = sql.SQL(
        "SELECT e.n FROM {} WHERE NOT EXISTS (SELECT FROM {} AS t WHERE {} AND {} = e.v ->> 'client' "
        "AND {} = (e.v ->> 'hash')::bigint) ORDER BY 1"
    ).format(_listed(table, named), table.identifier, table.same_key("t", "k"), table.client_of(), row_hash(table))
    found = [rows[number - 1] for (number,) in server.rows(query)]
    if not found or not noted:
        return found
    query = sql.SQL(
        "SELECT e.n FROM {} WHERE NOT EXISTS (SELECT FROM bbp_shards.changes AS c "
        "CROSS JOIN LATERAL jsonb_to_record(c.pk) AS w({}) WHERE c.tbl = {} AND c.client = e.v ->> 'client' AND {}) "
        "ORDER BY 1"
    ).format(
        _listed(table, (_named(row.key, row.client) for row in found)),
        table.key_types(),
        sql.Literal(table.title),
        table.same_key("w", "k"),
    )
    return [found[number - 1] for (number,) in server.rows(query)]


def row_hash(table: Table) -> sql.Composable:
    """A 64-bit hash of a row with its columns by name, generated ones too."""
    return sql.SQL('hashtextextended(ROW({})::text COLLATE "C", 0)').format(table.all_fields())


def _listed(table: Table, named: Iterable[str]) -> sql.Composable:
    """Objects as rows: the object `e.v`, its number `e.n` from 1 on, and its primary key as columns of `k`.

    A column may have any name: nothing else stands among those of the key.
    """
    return sql.SQL(
        "jsonb_array_elements({}::jsonb) WITH ORDINALITY AS e(v, n) "
        "CROSS JOIN LATERAL jsonb_to_record(e.v -> 'key') AS k({})"
    ).format(sql.Literal(f"[{','.join(named)}]"), table.key_types())


def _named(key: str, client: str, **more: str) -> str:
    """A primary key, which is JSON, and whose row it is."""
    return f'{{"key": {key}, {json.dumps({"client": client, **more})[1:]}'
