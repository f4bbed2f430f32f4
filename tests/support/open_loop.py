"""An open-loop load: requests leave when their time has come, however many others are still without an answer.

A time is counted from when a request was to leave, so that a client that is late does not hide how late answers are.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence
    from pathlib import Path

GOOD = 200


@dataclass(frozen=True)
class Where:
    """Whom to ask.

    Attributes:
        port: on this machine.
        host: name in the certificate and in the requests.
        authority: file with who signed it; None for a connection without TLS.
    """

    port: int
    host: str
    authority: Path | None = None


@dataclass(frozen=True)
class Sent:
    """One request.

    Attributes:
        due: seconds after the start when it was to leave.
        late: seconds that it left later than that.
        seconds: from when it was to leave until its answer was there.
        status: of the answer; 0 for none.
    """

    due: float
    late: float
    seconds: float
    status: int


def schedule(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """When requests leave: by chance, so many a second on average (Poisson)."""
    found: list[float] = []
    now = chance.expovariate(rate)
    while now < seconds:
        found.append(now)
        now += chance.expovariate(rate)
    return found


def sent(
    where: Where, due: Sequence[float], request: Callable[[int], Sequence[str]], patience: float = 20
) -> list[Sent]:
    """Send requests when they are due.

    Args:
        where: whom to ask.
        due: seconds after the start, in order.
        request: the head of the request with this number, line by line, without `Host`.
        patience: seconds after which an answer is given up.
    """
    return asyncio.run(_sent(where, due, request, patience))


async def _sent(
    where: Where, due: Sequence[float], request: Callable[[int], Sequence[str]], patience: float
) -> list[Sent]:
    client = _Client(where)
    began = time.monotonic()

    async def one(number: int, at: float) -> Sent:
        late = time.monotonic() - began - at
        head = "\r\n".join([*request(number), f"Host: {where.host}", "", ""]).encode()
        try:
            status = await asyncio.wait_for(client.ask(head), patience)
        except (OSError, EOFError, TimeoutError, ValueError):
            status = 0
        return Sent(at, late, time.monotonic() - began - at, status)

    tasks = []
    for number, at in enumerate(due):
        await asyncio.sleep(max(began + at - time.monotonic(), 0))
        tasks.append(asyncio.create_task(one(number, at)))
    found = await asyncio.gather(*tasks)
    client.close()
    return list(found)


class _Client:
    """Kept connections; a request takes a free one, or opens one."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._context = None if where.authority is None else ssl.create_default_context(cafile=str(where.authority))

    async def ask(self, head: bytes) -> int:
        """The status of the answer, once all of it is there."""
        reader, writer = self._free.pop() if self._free else await self._opened()
        try:
            writer.write(head)
            status, kept = await _answer(reader)
        except BaseException:
            writer.close()
            raise
        if kept:
            self._free.append((reader, writer))
        else:
            writer.close()
        return status

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = self._where.host if self._context else None
        return await asyncio.open_connection("127.0.0.1", self._where.port, ssl=self._context, server_hostname=name)

    def close(self) -> None:
        """Hang up."""
        for _, writer in self._free:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Its status, and whether the connection may be used again."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split(" ")[1]), headers.get("connection") != "close"


def percentile(found: Sequence[Sent], percent: float) -> float:
    """Seconds within which so many of the good answers came."""
    ordered = sorted(item.seconds for item in found if item.status == GOOD)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]
