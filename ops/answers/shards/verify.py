"""Whether a copy is complete: counts and checksums of every client and table, over real connections."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from psycopg import sql

from ops.answers.shards.rows import lacking, next_rows, row_hash, waiting
from ops.answers.shards.sequences import sequences_behind
from ops.answers.shards.shared import on_shards_alone
from planner.shards.clients import PRIMARY
from planner.shards.route import SHARED, Comparison, Difference, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.answers.shards.catalog import Catalog, ForeignKey, Table
    from ops.answers.shards.rows import Row
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route, Verification


Shared = Literal["all", "aims", "none"]
"""Which rows of no client are compared: those of new shards, and of those that are left; of new ones alone, where it is
stated that the others are given up; or none, where old copies go and the primary's stand."""

AT_ONCE = 5000
"""Rows that are read at once where they are compared one by one: some megabytes."""


def whole(
    servers: Servers,
    route: Route,
    catalog: Catalog,
    *,
    shared: Shared = "all",
    restored: frozenset[int] = frozenset(),
) -> Verification:
    """Compare everything, but for clients whose last writes are on their way.

    Whoever calls this has the lock of the move on every server: nobody else carries rows over meanwhile.

    Args:
        servers: all that take part.
        route: the move.
        catalog: its tables.
        shared: which rows of no client are compared.
        restored: places of another moment. Their notes of writes are not trusted: they may have been carried over long
            ago, and then what lies at their target is newer; nor are notes of what goes there, where more may be lost.
    """
    found = _compared(servers, route, catalog, None, shared, restored=restored)
    if not found.different:
        for place in route.origins:
            servers[place].execute(
                "DELETE FROM bbp_shards.recheck AS r WHERE NOT EXISTS "
                "(SELECT 1 FROM bbp_shards.changes AS c WHERE c.client = r.client)"
            )
    return found


def unopened(servers: Servers, route: Route, catalog: Catalog, places: frozenset[int]) -> Verification:
    """Compare what should lie at some targets, while nothing is written of it anywhere."""
    everywhere = frozenset(route.everywhere)
    return _compared(servers, route, catalog, None, "none", restored=everywhere, judged=places)


def rechecked(servers: Servers, route: Route, catalog: Catalog, *, shared: Shared = "all") -> Verification:
    """Compare the clients that were written since the whole was compared."""
    clients = {
        client
        for place in route.sources
        for (client,) in servers[place].rows("SELECT client FROM bbp_shards.recheck")
        if route.aims(client, place)
    }
    return _compared(servers, route, catalog, sorted(clients), shared)


def _compared(
    servers: Servers,
    route: Route,
    catalog: Catalog,
    only: list[str] | None,
    shared: Shared,
    *,
    restored: frozenset[int] = frozenset(),
    judged: frozenset[int] | None = None,
) -> Verification:
    """All places at once, each as it is at one moment: rows come in the order of their clients, and none is kept."""
    places = dict.fromkeys((*route.sources, *route.targets))
    with ExitStack() as stack:
        for place in dict.fromkeys((PRIMARY, *places)):
            stack.enter_context(servers[place].snapshot())
            servers[place].execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # it waits for the others' rows
        behind = {
            one
            for place in route.origins
            for one in waiting(servers[place], route, catalog)
            if restored.isdisjoint({place, *route.aims(one, place), *_shared_aims(route, one, place)})
        }
        comparison = Comparison(route, behind, judged)
        for table in catalog.tables:
            if table.client is not None:
                streams = {place: _tallies(servers[place], table, only) for place in places}
                comparison.table(table.title, streams)
        for table in catalog.shared if shared != "none" else ():
            owned = (PRIMARY, *route.shared_aims(PRIMARY))
            comparison.table(
                table.title, {place: _tallies(servers[place], table, None) for place in owned}, shared=True
            )
        if shared == "all":
            comparison.note(on_shards_alone(servers, route, catalog))
        comparison.note(sequences_behind(servers, route, catalog))
        for place in route.sources:
            comparison.note(_crossing(servers[place], catalog))
    return comparison.found


def _shared_aims(route: Route, client: str, place: int) -> tuple[int, ...]:
    return route.shared_aims(place) if client == SHARED else ()


def noted_anew(
    servers: Servers, route: Route, catalog: Catalog, places: frozenset[int], *, deleting: bool = False
) -> int:
    """Note rows that differ, where they are served, so that these stand: they are carried over, or known as newer.

    Args:
        servers: all that take part.
        route: from where clients are served.
        catalog: the tables.
        places: those where something may differ.
        deleting: whether rows at the aims are being deleted: what is missing there is no difference then.

    Returns:
        How many rows.
    """
    count = 0
    for table in (table for table in catalog.tables if table.client is not None):
        for place in route.sources:
            for aim in route.targets:
                if aim == place or places.isdisjoint({aim, place}):
                    continue
                alike = in_common(table, [servers[place], servers[aim]])
                for here, there in ((aim, place), (place, aim))[: 1 if deleting else 2]:
                    for rows in all_rows(alike, servers[here]):
                        moving = [row for row in rows if aim in route.aims(row.client, place)]
                        differ = lacking(servers[there], alike, moving, noted=False) if moving else []
                        count += servers[place].run(
                            "INSERT INTO bbp_shards.changes (tbl, pk, client) "
                            "SELECT %s, k::jsonb, c FROM unnest(%s::text[], %s::text[]) AS n(k, c)",
                            table.title,
                            [row.key for row in differ],
                            [row.client for row in differ],
                        )
    return count


def all_rows(table: Table, server: Server) -> Iterator[list[Row]]:
    """All rows with their hashes, some at a time."""
    last = None
    while rows := next_rows(server, table, last, AT_ONCE, row_hash(table)):
        yield rows
        last = rows[-1].key


def in_common(table: Table, servers: Iterable[Server]) -> Table:
    """With the columns that all servers have: others may have come or gone since deleting began."""
    query = (
        "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
    )
    name = table.identifier.as_string()
    names = set.intersection(*({row[0] for row in server.rows(query, name)} for server in servers))
    kept, computed = (tuple(one for one in every if one[0] in names) for every in (table.columns, table.computed))
    return replace(table, columns=kept, computed=computed)


def _tallies(server: Server, table: Table, only: list[str] | None) -> Iterator[tuple[str, Tally]]:
    """Rows and checksum of each client: the sum of a 64-bit hash of every row, with its columns by name."""
    chosen: sql.Composable = sql.SQL("true")
    if only is not None and table.client is not None:
        chosen = sql.SQL("{} = ANY({})").format(table.client_of(), sql.Literal(only))
    query = sql.SQL(
        "SELECT client, rows, checksum::text FROM (SELECT {} AS client, count(*) AS rows, "
        "sum({}::numeric) AS checksum FROM {} AS t WHERE {} GROUP BY 1) "
        'AS found ORDER BY client COLLATE "C"'
    ).format(table.client_of(), row_hash(table), table.identifier, chosen)
    for client, rows, checksum in server.streamed(query):
        yield client, Tally(rows, int(checksum))


def _crossing(server: Server, catalog: Catalog) -> Iterator[Difference]:
    """Rows that refer to another client's row over a constraint of which the schema file says that none does."""
    for one in catalog.within:
        count, client = server.rows(_query(one))[0]
        if count:
            detail = f"{one.name}: {count} rows refer to another client's {one.parent.title}, such as {client}'s"
            yield Difference(
                kind="wrong shard", place=server.place, table=one.child.title, client=client, detail=detail
            )


def _query(one: ForeignKey) -> sql.Composable:
    pairs = (
        sql.SQL("{} = {}").format(sql.Identifier("c", ours), sql.Identifier("p", theirs))
        for ours, theirs in one.columns
    )
    child, parent = one.child.client_of("c"), one.parent.client_of("p")
    return sql.SQL("SELECT count(*), min({}) FROM {} AS c JOIN {} AS p ON {} WHERE {} <> {}").format(
        child, one.child.identifier, one.parent.identifier, sql.SQL(" AND ").join(pairs), child, parent
    )
