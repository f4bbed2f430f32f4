"""How a move ends: its old copies are deleted, or, where it is given up, its new ones."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from ops.answers.shards import placement, statements
from ops.answers.shards.errors import MoveError
from ops.answers.shards.mover import CHUNK
from ops.answers.shards.placement import DROPPED, STANDS
from ops.answers.shards.published import left_of
from ops.answers.shards.rows import Batch, lacking, next_rows, put, row_hash, rows_of_clients, waiting
from ops.answers.shards.verify import all_rows, in_common, whole
from planner.shards.clients import PRIMARY
from planner.shards.route import Comparison, Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.answers.shards.catalog import Table
    from ops.answers.shards.ledger import State
    from ops.answers.shards.mover import Mover
    from ops.answers.shards.rows import Row
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route, Verification

NAMED = 3
"""Rows that a refusal names."""


def clean_up(mover: Mover) -> int:
    """Delete moved clients where they lay, once the new places are known to hold all that lies there.

    Returns:
        How many rows.

    Ended before, it deletes what came back with a server that was put back to before its end.

    Raises:
        MoveError: the move is not open, or old and new places differ; nothing is deleted then.
    """
    state = mover.ledger.read()
    if state.step == "cleaned" and not mover.agreed.restored:
        return 0
    if state.step not in {"opened", "cleaning", "cleaned"}:
        raise MoveError(f"the move is at step {state.step}: old copies are deleted after it is opened")
    if state.step == "opened":
        mover.keep(forever=False)
        found = whole(mover.servers, state.route.back, mover.catalog, shared="none")
        if found.different:
            raise MoveError(f"{found.different:,} differences between old and new places: `./bbp shard verify`")
        _check_noted(mover, state.route)
        mover.mark()  # who does not bear it may not hold what was compared
        mover.ledger.note("cleaning")
    known = mover.agreed.known
    _check_left(mover, state.route.targets, "restore it first")
    places = [place for place in state.route.sources if place in known]
    deleted = _deleted(mover, state.route, places, _looked(mover, state))
    _unwatched(mover, known)
    mover.mark()  # whoever was put back had every row looked at
    mover.ledger.note("cleaned")
    return deleted


def cancel(mover: Mover, *, drop_copies: bool = False) -> int:
    """Give a move up whose clients are served where they were: its copies are deleted and writes are noted no more.

    A server that knows of no move was made again, or is another one: there nothing is deleted.

    Args:
        mover: who moves.
        drop_copies: whether copies are given up that may be newer than what is served, or all that is left of it.

    Returns:
        How many rows.

    Raises:
        MoveError: clients are served at the new places, or nobody knows where; nothing is deleted then.
    """
    state = mover.ledger.read()
    if state.step == "cancelled" and not mover.agreed.restored:
        return 0
    if state.step not in {"published", "copied", "cancelling", "cancelled"}:
        raise MoveError(
            f"the move is at step {state.step}: it is given up while clients are served where they were, before the "
            "cut over or after `./bbp shard move back`"
        )
    known = [place for place, server in mover.servers.items() if placement.stated(server) is not None]
    if left_out := [server.name for place, server in mover.servers.items() if place not in known]:
        mover.say(f"{', '.join(left_out)}: {placement.LEFT_OUT}")
    if mover.ledger.copying and not drop_copies:
        _check_left(mover, state.route.sources, DROPPED)
    copies = [place for place in state.route.targets if place in known]
    for place in copies:
        left_of(mover.held, mover.servers[place])
    mover.ledger.note("cancelling")
    deleted = _deleted(mover, state.route.back, copies)
    _unwatched(mover, known)
    mover.mark()
    mover.ledger.note("cancelled")
    return deleted


def _check_left(mover: Mover, places: Iterable[int], remedy: str) -> None:
    """That no place was made again where clients are served: what lies elsewhere may be all that is left of them.

    Raises:
        MoveError: some were.
    """
    if lost := [mover.servers[place].name for place in places if placement.stated(mover.servers[place]) is None]:
        raise MoveError(
            f"{', '.join(lost)} knows of no move, and clients lie there: what would be deleted may be all that is left "
            f"of their rows; {remedy}"
        )


@dataclass(frozen=True)
class _Looked:
    """Where rows have to lie before they are deleted.

    Attributes:
        servers: all of them.
        restored: places that were restored: their notes may have been carried over long ago. At all others a row that
            was written where it has to lie, and noted there, may be otherwise.
        judged: places that are looked at. Default: all.
    """

    servers: Servers
    restored: frozenset[int] = frozenset()
    judged: frozenset[int] | None = None

    def lost(self, route: Route, source: Server, table: Table, rows: list[Row]) -> Iterator[tuple[int, list[Row]]]:
        """Each new place with those of its clients' rows that it has not, or otherwise."""
        for aim in route.targets:
            if self.judged is not None and aim not in self.judged:
                continue
            if there := [row for row in rows if aim in route.aims(row.client, source.place)]:
                yield aim, lacking(self.servers[aim], table, there, noted=aim not in self.restored)

    def check(self, route: Route, source: Server, table: Table, rows: list[Row]) -> None:
        """That the new places of clients hold their rows.

        Args:
            route: to these places.
            source: where the rows were read.
            table: whose they are.
            rows: with their hashes.

        Raises:
            MoveError: some are missing there, or otherwise.
        """
        for aim, lost in self.lost(route, source, table, rows):
            if lost:
                target = self.servers[aim]
                named = ", ".join(row.key for row in lost[:NAMED])
                unseen = "" if aim in self.restored else ", and nobody noted that they were written there"
                raise MoveError(
                    f"{len(lost):,} rows of {table.title} on {source.name} are missing on {target.name}, or otherwise "
                    f"({named}){unseen}, and are not deleted. What is newer on {target.name} is right: write no older "
                    f"row over it, but by hand only what it lost; then `./bbp shard verify {STANDS}` says that its "
                    "rows are right, and the step can be started again (docs/runbooks/shard-lost.md)"
                )


def _looked(mover: Mover, state: State) -> _Looked:
    """Once all was deleted, what comes back is older than a place that was not restored."""
    restored = mover.agreed.earlier
    return _Looked(mover.servers, restored, frozenset(mover.agreed.restored) if state.step == "cleaned" else None)


def compared(mover: Mover, *, stands: bool = False) -> Verification:
    """Compare what is left of old copies while they are being deleted, row by row: of what is gone there is none.

    Args:
        mover: who moves.
        stands: whether what differs is right where clients are served.
    """
    state = mover.ledger.read()
    route, looked = state.route, _looked(mover, state)
    comparison = Comparison(route)
    for place in (place for place in route.sources if place in mover.agreed.known):
        source = mover.servers[place]
        for table in left_of(mover.held, source).tables:
            if table.client is not None:
                alike = in_common(table, [source, *(mover.servers[aim] for aim in route.targets)])
                for rows in all_rows(alike, source):
                    comparison.seen(row.client for row in rows if route.aims(row.client, place))
                    for aim, lost in looked.lost(route, source, table, rows):
                        comparison.note(_missing(aim, table, lost))
    if stands:
        mover.stand(route.back, deleting=True)
    return comparison.found


def _missing(place: int, table: Table, lost: list[Row]) -> Iterator[Difference]:
    for client, count in Counter(row.client for row in lost).items():
        detail = f"{count} rows of an old copy are missing, or otherwise"
        yield Difference(kind="missing row", place=place, table=table.title, client=client, detail=detail)


def _check_noted(mover: Mover, route: Route) -> None:
    """That clients who are written all the time, and are not compared as a whole, lack nothing but what was written.

    Raises:
        MoveError: a row of theirs is missing at its new place, or otherwise.
    """
    looked = _Looked(mover.servers)
    clients = sorted(
        {one for place in route.back.origins for one in waiting(mover.servers[place], route.back, mover.catalog)}
    )
    for place in route.sources:
        for table in mover.catalog.tables if clients else ():
            if table.client is not None:
                source = mover.servers[place]
                looked.check(route, source, table, rows_of_clients(source, table, clients, row_hash(table)))


def _deleted(mover: Mover, route: Route, places: Iterable[int], looked: _Looked | None = None) -> int:
    """Delete the rows of clients that a route leads away from these places; of no client, on shards it leaves.

    Args:
        mover: who moves.
        route: away from the places.
        places: where rows are deleted.
        looked: where they have to lie before. Default: they are copies of what is served elsewhere.
    """
    return sum(
        _delete(route, mover.servers[place], table, looked)
        for place in places
        for table in left_of(mover.held, mover.servers[place]).tables
    )


def _delete(route: Route, source: Server, table: Table, looked: _Looked | None) -> int:
    left = source.place != PRIMARY and source.place not in route.targets
    if table.client is None and not left:
        return 0  # the primary's own tables may refer to them
    line: sql.Composable = sql.SQL("0")
    if looked is not None and table.client is not None:
        table = in_common(table, [source, *(looked.servers[aim] for aim in route.targets)])
        line = row_hash(table)
    last, deleted = None, 0
    while rows := next_rows(source, table, last, CHUNK, line):
        if looked is not None and table.client is not None:
            looked.check(route, source, table, rows)
        gone = [(row.key, row.client) for row in rows if table.client is None or route.aims(row.client, source.place)]
        last = rows[-1].key
        with source.replica_role():
            done = put(source, table, Batch(keys=gone))
            if done != len(gone):
                raise MoveError(
                    f"{source.name} keeps {len(gone) - done} rows of {table.title} that are deleted: a trigger?"
                )
        deleted += done
    return deleted


def _unwatched(mover: Mover, places: Iterable[int]) -> None:
    with ExitStack() as stack:
        for place in places:
            stack.enter_context(mover.servers[place].connection.transaction())
            for statement in statements.unwatched():
                mover.servers[place].execute(statement)
