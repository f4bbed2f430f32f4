"""State on real servers where clients lie: who waits for whom, and in which order old and new places change."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg

from ops.answers.shards import statements

if TYPE_CHECKING:
    from ops.answers.shards.catalog import Catalog
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route

TRIES = 10
"""How often a table that is in use is waited for, 5 seconds each."""
BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
"""What a writer that holds a table for long makes of a lock."""


def state(server: Server, catalog: Catalog, count: int, following: int | None = None) -> None:
    """State a placement on one server, after every writer that is at it."""
    with ExitStack() as stack:
        _stated(stack, server, catalog, count, following)


def lead_on(opened: ExitStack, servers: Servers, route: Route, catalog: Catalog) -> None:
    """Admit clients where they lie from here on, once they are refused everywhere.

    A new place is written as soon as it is open, and who reads an old one that does not know of it would miss that. So
    every old place leads on before a new one opens. What is in use is waited for before both.

    Args:
        opened: at its end the new places open. Old ones among the places are open after `lift`.
        servers: all of them.
        route: the move.
        catalog: its tables.
    """
    for place in sorted(set(route.everywhere) - set(route.sources)):
        _stated(opened, servers[place], catalog, route.after)
    for place in route.sources:
        state(servers[place], catalog, route.after, route.before)


def lift(server: Server, count: int) -> None:
    """Admit clients of whom it is certain that they lie here, and refuse nobody more than before.

    It waits for no writer: who still sees the old statement is refused once more, and tries again.
    """
    with server.connection.transaction():
        server.execute(statements.placed(server.place, count))


def _stated(stack: ExitStack, server: Server, catalog: Catalog, count: int, following: int | None = None) -> None:
    """State it in a transaction that ends with the stack."""
    for attempt in range(TRIES):
        try:
            with ExitStack() as own:
                own.enter_context(server.connection.transaction())
                server.execute(statements.locked(catalog), statements.placed(server.place, count, following))
                stack.enter_context(own.pop_all())
        except BUSY:
            if attempt == TRIES - 1:
                raise
        else:
            return
