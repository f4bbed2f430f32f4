"""Whether a copy is complete: counts and checksums of every client and table, over real connections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards.sequences import sequences_behind
from planner.shards.route import Difference, Tally, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.shards.catalog import Catalog, ForeignKey, Table
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route, Tallies, Verification


def whole(servers: Servers, route: Route, catalog: Catalog) -> Verification:
    """Compare everything, but for clients whose last writes are on their way.

    Whoever calls this has the lock of the move on every server: nobody else carries rows over meanwhile.
    """
    found = _compared(servers, route, catalog, None)
    if not found.differences:
        for place in route.sources:
            servers[place].execute(
                "DELETE FROM bbp_shards.recheck AS r WHERE NOT EXISTS "
                "(SELECT 1 FROM bbp_shards.changes AS c WHERE c.client = r.client)"
            )
    return found


def rechecked(servers: Servers, route: Route, catalog: Catalog, *, everything: bool) -> Verification:
    """Compare the clients that were written since the whole was compared; all of them where it never was."""
    if everything:
        return _compared(servers, route, catalog, None)
    clients = {
        row[0] for place in route.sources for row in servers[place].rows("SELECT client FROM bbp_shards.recheck")
    }
    return _compared(servers, route, catalog, sorted(clients))


def _compared(servers: Servers, route: Route, catalog: Catalog, only: list[str] | None) -> Verification:
    behind: set[str] = set()
    found: dict[int, Tallies] = {}
    crossing: list[Difference] = []
    shared = {table.title for table in catalog.tables if table.client is None}
    for place in dict.fromkeys((*route.sources, *route.targets)):
        server = servers[place]
        with server.snapshot():
            if place in route.sources:
                waiting = server.rows("SELECT DISTINCT tbl, client FROM bbp_shards.changes")
                behind |= {client for title, client in waiting if title in shared or route.aims(client, place)}
                crossing += _crossing(server, catalog)
            found[place] = {table.title: _tallies(server, table, only) for table in catalog.tables}
    verification = compare(route, found, behind, sequences_behind(servers, route, catalog), shared)
    return replace(verification, differences=(*verification.differences, *crossing))


def _tallies(server: Server, table: Table, only: list[str] | None) -> dict[str, Tally]:
    """Rows and checksum of each client: the sum of a 64-bit hash of every row, with its columns by name."""
    chosen: sql.Composable = sql.SQL("true")
    if only is not None and table.client is not None:
        chosen = sql.SQL("{} = ANY({})").format(table.client_of(), sql.Literal(only))
    query = sql.SQL(
        'SELECT {}, count(*), sum(hashtextextended(ROW({})::text COLLATE "C", 0)::numeric)::text FROM {} AS t WHERE {} '
        "GROUP BY 1"
    ).format(table.client_of(), table.fields(), table.identifier, chosen)
    return {client: Tally(rows, int(checksum)) for client, rows, checksum in server.rows(query)}


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
