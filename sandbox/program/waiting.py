"""Waits for a program's outputs in time that grows with their number, not with its square.

The SDK waits for the first of all outstanding outputs, puts the others back and begins again, so that every output
costs a look at all others (pulumi 3.272.0, `pulumi/runtime/stack.py: wait_for_rpcs`; pulumi/pulumi#22411 is about the
same place). Here each is looked at when it is done. What a program sees is the same: failures and cancellations are
raised at once, also while others hang; outputs that are made meanwhile are waited for, too. That was compared with the
versions in `COMPARED`, and only these are replaced (docs/adr/0084-two-repairs-of-the-sdk.md).
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pulumi.runtime import stack
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARED = frozenset({"3.272.0"})
"""Versions of the SDK with which programs end the same both ways (tests/unit/sandbox/program/test_waiting.py)."""
_OF_THE_SDK = stack.wait_for_rpcs


def needed() -> bool:
    """Whether the installed SDK still waits for the first of all, in a way that ours was compared with."""
    return version("pulumi") in COMPARED and "FIRST_COMPLETED" in _OF_THE_SDK.__code__.co_names


@contextmanager
def outputs_awaited_once() -> Iterator[None]:
    """Let what runs meanwhile in this process wait in linear time; nothing changes with a repaired SDK."""
    before = stack.wait_for_rpcs
    if needed():
        stack.wait_for_rpcs = wait_for_rpcs
    try:
        yield
    finally:
        stack.wait_for_rpcs = before


async def wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:  # noqa: FBT001, FBT002 - the SDK's signature
    """Wait until the engine has answered everything and, if asked for, until every output is known."""
    while True:
        await _OF_THE_SDK(await_all_outstanding_tasks=False)
        if not await_all_outstanding_tasks:
            return
        await _outputs()
        if not _get_rpc_manager().rpcs:
            return


async def _outputs() -> None:
    finished = _Finished()
    outstanding = 0
    while True:
        with SETTINGS.lock:
            new = list(SETTINGS.outputs)
            SETTINGS.outputs.clear()
        for task in new:
            task.add_done_callback(finished.add)
        outstanding += len(new)
        if not outstanding:
            return
        done = await finished.taken()
        outstanding -= len(done)
        for task in done:
            await task


class _Finished:
    """Outputs that are done and not looked at yet.

    Unlike `asyncio.Queue` it asks nothing of the event loop when a wait is given up: the SDK drops programs that failed
    or were stopped when their loop is closed already (`pulumi/automation/_server.py: Run`), and a queue's wait ends
    with "Event loop is closed" then, which nobody catches.
    """

    def __init__(self) -> None:
        self._done: list[asyncio.Future[Any]] = []
        self._waiter: asyncio.Future[None] | None = None

    def add(self, task: asyncio.Future[Any]) -> None:
        self._done.append(task)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def taken(self) -> list[asyncio.Future[Any]]:
        """All that are done; waits until there is one."""
        if not self._done:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        done, self._done = self._done, []
        return done
