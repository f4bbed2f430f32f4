"""How a move ends: its old copies are deleted, or, where it is given up, its new ones."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from ops.answers.shards import placement, statements
from ops.answers.shards.errors import MoveError
from ops.answers.shards.mover import CHUNK
from ops.answers.shards.published import left_of
from ops.answers.shards.rows import Batch, next_rows, put
from ops.answers.shards.verify import whole
from planner.shards.clients import PRIMARY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.answers.shards.catalog import Table
    from ops.answers.shards.mover import Mover
    from ops.answers.shards.servers import Server
    from planner.shards.route import Route


def clean_up(mover: Mover) -> int:
    """Delete moved clients where they lay, once the new places are known to hold all that lies there.

    Returns:
        How many rows.

    Raises:
        MoveError: the move is not open, or old and new places differ; nothing is deleted then.
    """
    state = mover.ledger.read()
    if state.step not in {"opened", "cleaning"}:
        raise MoveError(f"the move is at step {state.step}: old copies are deleted after it is opened")
    if state.step == "opened":
        mover.keep(forever=False)
        found = whole(mover.servers, state.route.back, mover.catalog, shared="none")
        if found.different:
            raise MoveError(f"{found.different:,} differences between old and new places: `./bbp shard verify`")
        mover.ledger.note("cleaning")
    deleted = _deleted(mover, state.route, state.route.sources)
    _unwatched(mover, state.route.everywhere)
    mover.ledger.note("cleaned")
    return deleted


def cancel(mover: Mover) -> int:
    """Give a move up whose clients are served where they were: its copies are deleted and writes are noted no more.

    A server that knows of no move was made again, or is another one: there nothing is deleted.

    Returns:
        How many rows.

    Raises:
        MoveError: clients are served at the new places, or nobody knows where; nothing is deleted then.
    """
    state = mover.ledger.read()
    if state.step not in {"published", "copied", "cancelling"}:
        raise MoveError(
            f"the move is at step {state.step}: it is given up while clients are served where they were, before the "
            "cut over or after `./bbp shard move back`"
        )
    known = [place for place, server in mover.servers.items() if placement.stated(server) is not None]
    copies = [place for place in state.route.targets if place in known]
    for place in copies:
        left_of(mover.held, mover.servers[place])
    mover.ledger.note("cancelling")
    deleted = _deleted(mover, state.route.back, copies)
    _unwatched(mover, known)
    mover.ledger.note("cancelled")
    return deleted


def _deleted(mover: Mover, route: Route, places: Iterable[int]) -> int:
    """Delete the rows of clients that a route leads away from these places; of no client, on shards it leaves."""
    return sum(
        _delete(route, mover.servers[place], table)
        for place in places
        for table in left_of(mover.held, mover.servers[place]).tables
    )


def _delete(route: Route, source: Server, table: Table) -> int:
    left = source.place != PRIMARY and source.place not in route.targets
    if table.client is None and not left:
        return 0  # the primary's own tables may refer to them
    known = {*table.key, table.client}
    table = replace(table, columns=tuple(one for one in table.columns if one[0] in known))
    last, deleted = None, 0
    while rows := next_rows(source, table, last, CHUNK):
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
