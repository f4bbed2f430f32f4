"""A clock that stands still whenever this process does, so that a slow machine never changes the order of events."""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count

TICK_SECONDS = 0.01


class OneClock:
    """Counts ticks of the event loop; what a tick took longer than two of them is left out."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._task = asyncio.ensure_future(self._run())

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock; who is due first goes on first."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._numbers), future))
        await future

    async def _run(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            self.now += min(now - last, 2 * TICK_SECONDS)
            last = now
            while self._waiting and self._waiting[0][0] <= self.now:
                _, _, future = heapq.heappop(self._waiting)
                if not future.done():
                    future.set_result(None)
                    # each of them runs before the next is woken
                    await asyncio.sleep(0)

    def stop(self) -> None:
        """Wake nobody any more."""
        self._task.cancel()
