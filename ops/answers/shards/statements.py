"""The statements that an operator runs, or has run: state, guards and notes of what is written, on each server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards.servers import TEXTS, text_of
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.shards.catalog import Catalog
    from planner.shards.route import Route

ELSEWHERE = "BBP01"
"""SQLSTATE of a refused write: of no class that PostgreSQL uses."""
_REFUSE = (
    "RAISE EXCEPTION 'the client lies elsewhere, or is being moved: read bbp_shards.placement and try again' "
    f"USING ERRCODE = '{ELSEWHERE}';"
)


_REFUSE_SHARED = (
    "RAISE EXCEPTION 'rows of no client are written on the primary, and on shards that hold clients unless they are "
    f"being moved: read bbp_shards.placement and try again' USING ERRCODE = '{ELSEWHERE}';"
)


def installed(place: int, count: int) -> Iterator[sql.Composable]:
    """What a move keeps in a database, with its place as it is today."""
    yield sql.SQL(text_of("install.sql"))
    yield sql.SQL(
        "INSERT INTO bbp_shards.placement (place, count) VALUES ({}, {}) ON CONFLICT (one) DO NOTHING"
    ).format(place, count)


def joined(set_id: str, mark: str) -> sql.Composable:
    """Make a database one of a set of servers, of this moment."""
    return sql.SQL(
        "INSERT INTO bbp_shards.identity (set_id, mark) VALUES ({}, {}) "
        "ON CONFLICT (one) DO UPDATE SET mark = excluded.mark"
    ).format(set_id, mark)


def watched(catalog: Catalog) -> Iterator[sql.Composable]:
    """Guards and capture of every table; triggers that earlier versions named otherwise go."""
    yield sql.SQL(text_of("unwatched.sql")).format(kept=sql.Literal(r"bbp\_shards\_%"))
    text, truncate = text_of("table.sql"), text_of("truncate.sql")
    for table in sorted(catalog.tables, key=lambda one: one.title):
        yield sql.SQL(text).format(
            guard=table.own_name("guard"),
            capture=table.own_name("capture"),
            settings=sql.SQL(" ".join(f"SET {setting}" for setting in TEXTS)),
            admit=sql.Identifier("admit" if table.client is not None else "admit_shared"),
            not_the_move=sql.SQL(_NOT_THE_MOVE),
            table=table.identifier,
            name=sql.Literal(table.title),
            old_client=table.client_of("old"),
            new_client=table.client_of("new"),
            old_pk=table.key_of("old"),
            new_pk=table.key_of("new"),
        )
        yield sql.SQL(truncate).format(name=sql.Literal(table.identifier.as_string()))


_NOT_THE_MOVE = (
    "pg_catalog.current_setting('session_replication_role') <> 'replica' OR "
    "pg_catalog.current_setting('bbp_shards.mover', true) IS DISTINCT FROM 'on'"
)
"""Only who may set session_replication_role can leave the guards out, and nobody does by accident."""
UNWATCHED = """
SELECT DISTINCT t.schema, t.name FROM unnest(%s::text[], %s::text[]) AS t(schema, name)
JOIN pg_class c ON c.relname = t.name AND c.relnamespace = to_regnamespace(quote_ident(t.schema))
CROSS JOIN LATERAL (SELECT c.oid AS relid UNION SELECT p.relid FROM pg_partition_tree(c.oid) AS p) AS r
WHERE %s <> (
  SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = r.relid AND g.tgenabled = 'A'
    AND g.tgfoid IN (SELECT oid FROM pg_proc WHERE pronamespace = to_regnamespace('bbp_shards'))
) ORDER BY 1, 2
"""
"""Tables that lack a trigger of a move which nothing leaves out, or have a partition that does."""
TRIGGERS = 4
"""Guard before and after a row is written, capture, and the one that refuses TRUNCATE."""


def unwatched() -> Iterator[sql.Composable]:
    """Take away what notes writes; the guards stay, so that a pod with an old map can write nothing."""
    yield sql.SQL(text_of("unwatched.sql")).format(kept=sql.Literal(r"bbp\_shards\_guard%"))
    yield sql.SQL("TRUNCATE bbp_shards.changes, bbp_shards.recheck")


def placed(place: int, count: int, following: int | None = None) -> sql.Composable:
    """State a placement and admit only writes that fit it: of clients that lie here, and go on lying here.

    Of no client, a shard without clients takes none: the primary owns them, and the next move would overwrite them. A
    row whose client is not known when the guard looks is refused, too: nobody could say where it belongs.
    """
    return sql.SQL(text_of("placement.sql")).format(
        count=sql.Literal(count),
        next=sql.Literal(following),
        check=sql.SQL(_check(place, count, following)),
        check_shared=sql.SQL("NULL;" if following is None and place in {PRIMARY, *places(count)} else _REFUSE_SHARED),
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


def script(catalog: Catalog, route: Route, place: int) -> str:
    """All statements of one server for people, in their order, as the steps run them."""
    steps = {"publish": [*installed(place, route.before), placed(place, route.before), *watched(catalog)]}
    if place in route.origins:
        steps["cut over, refuse writes of what moves"] = [*_alone(catalog, placed(place, route.before, route.after))]
    if place in route.sources:
        lead_on = [*_alone(catalog, placed(place, route.after, route.before))]
        steps["cut over, lead on who reads clients that have moved"] = lead_on
    steps["cut over, admit the clients that lie here from then on"] = [*_alone(catalog, placed(place, route.after))]
    parts = []
    for title, run in steps.items():
        parts.append(f"-- {place_name(place)}: {title}")
        parts += [text if text.rstrip().endswith(";") else f"{text};" for text in (one.as_string() for one in run)]
    return "\n".join(parts)


def _alone(catalog: Catalog, statement: sql.Composable) -> Iterator[sql.Composable]:
    """After every writer, and before the next one."""
    yield from (sql.SQL("BEGIN"), locked(catalog), statement, sql.SQL("COMMIT"))
