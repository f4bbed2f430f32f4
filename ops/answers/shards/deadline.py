"""What servers are asked ends in time: they end it themselves, and who does not even do that is cut off."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from ops.answers.shards.errors import OverdueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.answers.shards.servers import Server

GRACE = 1.0
"""Seconds that a server has to end what takes too long; then its session is cut off."""
LOOK = 0.5
"""Seconds between two looks at whoever owes an answer after that."""


@contextmanager
def limited(servers: Iterable[Server], seconds: float, what: str) -> Iterator[None]:
    """End everything that is asked of these servers in here in time, also where one does not answer at all.

    Args:
        servers: who is asked.
        seconds: how long all of it may take.
        what: it is, to be named.

    Raises:
        OverdueError: it was not ready in time.
    """
    asked, left = tuple(servers), threading.Event()
    end = time.monotonic() + seconds
    guard = threading.Thread(target=_cut_off, args=(asked, end, left), daemon=True)
    for server in asked:
        server.end_by(end)
    guard.start()
    try:
        yield
    except (OverdueError, psycopg.Error) as error:
        if time.monotonic() < end and not isinstance(error, OverdueError):
            raise
        raise OverdueError(f"{what} took more than {seconds:g} s") from error
    finally:
        left.set()
        guard.join()
        for server in asked:
            server.end_by(None)


def _cut_off(servers: Iterable[Server], end: float, left: threading.Event) -> None:
    if left.wait(max(0.0, end + GRACE - time.monotonic())):
        return
    while True:
        for server in servers:
            server.cut_off()
        if left.wait(LOOK):
            return
