"""Rows of no client: the primary owns them, new shards get them from it, and nothing overwrites them there."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards.catalog import title_of
from ops.answers.shards.errors import MoveError
from ops.answers.shards.rows import Batch, put, rows_of
from planner.shards.clients import PRIMARY
from planner.shards.route import SHARED, Difference, place_name, unlike

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from ops.answers.shards.catalog import Catalog, Table
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Kind, Route

CHUNK = 5000
"""Rows that one statement carries."""
NAMED = 5
"""Rows that a refusal names; `./bbp shard verify` lists all."""
DROPPED = "--drop-shared"
"""The option that states what becomes of them."""


def bring(
    servers: Servers, route: Route, catalog: Catalog, say: Callable[[str], None], only: Container[int] | None = None
) -> None:
    """Make shared rows on new shards what they are on the primary: shards without clients have none of their own."""
    for table in catalog.shared:
        for aim in (one for one in route.shared_aims(PRIMARY) if only is None or one in only):
            with _snapshots(servers, (aim,)):
                found = list(_unlike(servers, table, aim))
            if others := sum(kind != "missing row" for _, kind in found):
                name = place_name(aim)
                say(f"{table.title}: {others:,} rows on {name} were otherwise than on the primary, and are its now")
            if found:
                _bring(servers[PRIMARY], servers[aim], table, found)


def _bring(owner: Server, target: Server, table: Table, found: list[tuple[str, Kind]]) -> None:
    """First everything that is otherwise goes: a unique value may have changed hands."""
    wanted = iter([key for key, kind in found if kind != "extra row"])
    gone = iter([(key, SHARED) for key, _ in found])
    with target.replica_role():
        while keys := list(islice(gone, CHUNK)):
            put(target, table, Batch(keys=keys))
        while chosen := list(islice(wanted, CHUNK)):
            put(target, table, Batch(rows=[row.line for row in rows_of(owner, table, chosen)]))


def on_shards_alone(servers: Servers, route: Route, catalog: Catalog) -> Iterator[Difference]:
    """Shared rows of shards that clients leave which the primary has not, or has otherwise; in snapshots of all.

    So are rows of tables that stay on the primary, which a trigger or the application wrote on a shard all the same.
    """
    for table in catalog.shared:
        for place in route.left:
            for key, kind in _unlike(servers, table, place):
                if kind != "missing row":
                    said = "the primary has none" if kind == "extra row" else "the primary has it otherwise"
                    detail = f"{key}: {said}, which owns rows of no client"
                    yield Difference(kind=kind, place=place, table=table.title, client=SHARED, detail=detail)
    for kept in catalog.kept:
        for place in route.left:
            if detail := _kept_alone(servers, kept, place):
                yield Difference(kind="extra row", place=place, table=title_of(*kept), client=SHARED, detail=detail)


def check_left(servers: Servers, route: Route, catalog: Catalog) -> None:
    """That nothing is lost with the shards that clients leave.

    Raises:
        MoveError: some shared rows are on them alone, or otherwise.
    """
    with _snapshots(servers, route.left):
        found = list(islice(on_shards_alone(servers, route, catalog), NAMED + 1))
    if found:
        named = "; ".join(f"{one.table} on {place_name(one.place)}, {one.detail}" for one in found[:NAMED])
        more = "; and more, `./bbp shard verify` lists them" if len(found) > NAMED else ""
        raise MoveError(
            f"rows of no client would be gone with the shards that clients leave: {named}{more}: write them on the "
            f"primary, or state with {DROPPED} that the shards' are given up"
        )


def strange(servers: Servers, catalog: Catalog, place: int) -> Iterator[tuple[str, int]]:
    """How many rows of no client a copy would replace that the primary has not, or otherwise, by table."""
    for table in catalog.shared:
        with _snapshots(servers, (place,)):
            if count := sum(kind != "missing row" for _, kind in _unlike(servers, table, place)):
                yield table.title, count


def tell_unlike(servers: Servers, route: Route, catalog: Catalog, say: Callable[[str], None]) -> None:
    """Say which shards that keep clients have shared rows otherwise than the primary: the move leaves them so."""
    if not route.shared_aims(PRIMARY):
        return
    for table in catalog.shared:
        for place in set(route.sources) & set(route.targets):
            with _snapshots(servers, (place,)):
                count = sum(1 for _ in _unlike(servers, table, place))
            if count:
                say(
                    f"{table.title}: {count:,} rows are otherwise on {place_name(place)} than on the primary, "
                    "from which new shards get theirs; the move leaves them as they are"
                )


def _snapshots(servers: Servers, places: tuple[int, ...]) -> ExitStack:
    with ExitStack() as stack:
        for place in dict.fromkeys((PRIMARY, *places)):
            stack.enter_context(servers[place].snapshot())
        return stack.pop_all()


def _unlike(servers: Servers, table: Table, place: int) -> Iterator[tuple[str, Kind]]:
    return unlike(_hashes(servers[PRIMARY], table), _hashes(servers[place], table))


_KEYED = "SELECT EXISTS (SELECT FROM pg_index WHERE indisprimary AND indrelid = %s::regclass)"


def _kept_alone(servers: Servers, name: tuple[str, str], place: int) -> str:
    """Rows of a table of the primary's that may be on a shard alone; whole ones, whose columns may come in any order.

    Where no primary key tells two rows apart, one that is as the primary's may still be another one.
    """
    table, both = sql.Identifier(*name), (servers[PRIMARY], servers[place])
    count = servers[place].one(sql.SQL("SELECT count(*) FROM {}").format(table))
    if not count:
        return ""
    if not all(server.one(_KEYED, table.as_string()) for server in both):
        return (
            f"{count:,} rows, and no primary key says whether the primary, which alone keeps this table, has them: "
            "delete them here once they are there"
        )
    query = sql.SQL(
        'SELECT hashtextextended(to_jsonb(t)::text COLLATE "C", 0)::text COLLATE "C", count(*) '
        "FROM {} AS t GROUP BY 1 ORDER BY 1"
    ).format(table)
    alone = sum(kind != "missing row" for _, kind in unlike(*(server.streamed(query) for server in both)))
    return f"{alone:,} rows: the primary has none of them, which alone keeps this table" if alone else ""


def _hashes(server: Server, table: Table) -> Iterator[tuple[str, int]]:
    """Key and hash of each row, in the order of the keys' code points."""
    query = sql.SQL(
        'SELECT jsonb_build_object({})::text COLLATE "C", hashtextextended(ROW({})::text COLLATE "C", 0) '
        "FROM {} AS t ORDER BY 1"
    ).format(table.key_of(), table.fields(), table.identifier)
    yield from server.streamed(query)
