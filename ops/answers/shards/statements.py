"""The statements that an operator runs, or has run: state, guards and notes of what is written, on each server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards.servers import text_of
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.shards.catalog import Catalog, Table

ELSEWHERE = "BBP01"
"""SQLSTATE of a refused write: of no class that PostgreSQL uses."""
_REFUSE = (
    "RAISE EXCEPTION 'the client lies elsewhere, or is being moved: read bbp_shards.placement and try again' "
    f"USING ERRCODE = '{ELSEWHERE}';"
)


def installed(place: int, count: int) -> Iterator[sql.Composable]:
    """What a move keeps in a database, with its place as it is today."""
    yield sql.SQL(text_of("install.sql"))
    yield sql.SQL(
        "INSERT INTO bbp_shards.placement (place, count) VALUES ({}, {}) ON CONFLICT (one) DO NOTHING"
    ).format(place, count)


def watched(catalog: Catalog) -> Iterator[sql.Composable]:
    """Guard and capture of every table."""
    text = text_of("table.sql")
    for number, table in enumerate(sorted(catalog.tables, key=lambda one: one.title)):
        yield sql.SQL(text).format(
            guard=sql.Identifier(f"guard_{number}_{table.name}"[:63]),
            capture=sql.Identifier(f"capture_{number}_{table.name}"[:63]),
            admit=sql.Identifier("admit" if table.client is not None else "admit_shared"),
            table=table.identifier,
            name=sql.Literal(table.title),
            old_client=_client(table, "old"),
            new_client=_client(table, "new"),
            old_pk=table.key_of("old"),
            new_pk=table.key_of("new"),
        )


WATCHING = """
SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE t.tgrelid = %s::regclass AND n.nspname = 'bbp_shards' AND t.tgenabled <> 'D'
"""
"""How many of the three triggers of a table are there and enabled."""
TRIGGERS = 3
"""Guard, capture, and the one that refuses TRUNCATE."""


def unwatched(catalog: Catalog) -> Iterator[sql.Composable]:
    """Take away what notes writes; the guards stay, so that a pod with an old map can write nothing."""
    for number, table in enumerate(sorted(catalog.tables, key=lambda one: one.title)):
        name = sql.Identifier(f"capture_{number}_{table.name}"[:63])
        yield sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(name, table.identifier)
        yield sql.SQL("DROP TRIGGER IF EXISTS bbp_shards_truncate ON {}").format(table.identifier)
        yield sql.SQL("DROP FUNCTION IF EXISTS bbp_shards.{}()").format(name)
    yield sql.SQL("TRUNCATE bbp_shards.changes, bbp_shards.recheck")


def placed(place: int, count: int, following: int | None = None) -> sql.Composable:
    """State a placement and admit only writes that fit it: of clients that lie here, and go on lying here.

    A row whose client is not known when the guard looks is refused, too: nobody could say where it belongs.
    """
    return sql.SQL(text_of("placement.sql")).format(
        count=sql.Literal(count),
        next=sql.Literal(following),
        check=sql.SQL(_check(place, count, following)),
        check_shared=sql.SQL("NULL;" if following is None else _REFUSE),
    )


def locked(catalog: Catalog) -> sql.Composable:
    """Wait for every writer, and let none begin, until the transaction ends."""
    tables = sorted(catalog.tables, key=lambda one: one.title)
    names = sql.SQL(", ").join(table.identifier for table in tables)
    return sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(names)


def _check(place: int, count: int, following: int | None) -> str:
    conditions = []
    for over in dict.fromkeys(one for one in (count, following) if one is not None):
        if (over == 0) != (place == PRIMARY):
            return _REFUSE
        if over:
            conditions.append(f"bbp_shards.place_of(client, {over}) IS DISTINCT FROM {place}")
    return f"IF {' OR '.join(conditions)} THEN {_REFUSE} END IF;" if conditions else "NULL;"


def _client(table: Table, alias: str) -> sql.Composable:
    return table.client_of(alias)


def script(catalog: Catalog, place: int, count: int, following: int | None, *, opened: int | None) -> str:
    """All statements of one server for people, in their order, as the steps run them."""
    parts = [f"-- {place_name(place)}: publish"]
    parts += [one.as_string() for one in (*installed(place, count), placed(place, count), *watched(catalog))]
    if following is not None:
        parts += [f"-- {place_name(place)}: cut over, refuse writes of clients that move"]
        parts += ["BEGIN;", locked(catalog).as_string() + ";", placed(place, count, following).as_string(), "COMMIT;"]
        parts += [f"-- {place_name(place)}: cut over, lead on who reads clients that have moved"]
        parts += ["BEGIN;", locked(catalog).as_string() + ";", placed(place, following, count).as_string(), "COMMIT;"]
    if opened is not None:
        parts += [f"-- {place_name(place)}: cut over, admit the clients that lie here from then on"]
        parts += ["BEGIN;", locked(catalog).as_string() + ";", placed(place, opened).as_string(), "COMMIT;"]
    return "\n".join(part if part.startswith("--") or part.rstrip().endswith(";") else f"{part};" for part in parts)
