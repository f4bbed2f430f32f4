"""Event loops of tests: none takes that of the tests that come after, and who needs one has one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


def have_open_loop() -> None:
    """Gives the thread an event loop where it has none that is open; the next to come finds it open.

    `asyncio.run` leaves its thread without one, and whoever closes his own leaves a closed one. Futures of the SDK are
    made before anything runs, and need one.
    """
    try:
        loop = asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())
        return
    if loop.is_closed():
        asyncio.set_event_loop(asyncio.new_event_loop())


def run(coroutine: Coroutine[object, object, T]) -> T:
    """What a coroutine returns; `asyncio.run` would leave its thread without a loop, and the SDK's mocks need one."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # failures that a test provokes are no news at its end
    try:
        return loop.run_until_complete(coroutine)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()
