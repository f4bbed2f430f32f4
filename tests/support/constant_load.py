"""Clients that ask without a pause, over kept and new connections, and count every answer that they did not get."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tests.support.live_nginx import HOST, VISITOR

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.support.one_clock import OneClock

ANSWER_SECONDS = 30.0
FAILED_SECONDS = 0.1
"""Of a client that got no answer, until it asks again."""
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        method: of HTTP.
        path: `{n}` in it is another number each time, `{seconds}` the time of a slow answer.
        body: JSON, empty for none.
        status: of the answer that is wanted.
    """

    method: str
    path: str
    body: bytes = b""
    status: str = "200"


@dataclass(frozen=True)
class Visits:
    """What clients ask an application for: a pair of requests each, of which the second may not be sent twice."""

    kept: tuple[Request, Request]
    single: tuple[Request, Request]
    slow: tuple[Request, Request]


_BODY = b'{"amount": 5000}'
PATIENT = Visits(
    (Request("GET", "/page"), Request("POST", "/page", _BODY)),
    (Request("GET", "/api/bonds"), Request("POST", "/api/bonds", _BODY)),
    (Request("GET", "/wait/{seconds}"), Request("POST", "/wait/{seconds}", _BODY)),
)
"""Of `PatientPod`, which answers every path."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How many clients do what at the same time.

    Attributes:
        kept: over connections that are kept, one request after another; every third is a POST.
        single: one request for each connection; every third is a POST.
        slow_kept: requests of `slow_seconds` over kept connections, GET and POST in turn.
        slow_single: the same, one for each connection.
        sockets: WebSockets, opened again when they end.
        slow_seconds: how long a slow answer takes.
        pause: of every fast client between two requests, in seconds.
        visits: what they ask for.
    """

    kept: int = 4
    single: int = 3
    slow_kept: int = 6
    slow_single: int = 4
    sockets: int = 2
    slow_seconds: float = 0.5
    pause: float = 0.03
    visits: Visits = PATIENT


@dataclass
class Counts:
    """What came of the requests, by kind of client."""

    asked: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """All of them."""
        return self.asked.total()

    @property
    def failures(self) -> int:
        """Requests without the answer 200."""
        return self.failed.total()


class Load:
    """Runs until it is stopped; a request that is under way is waited for."""

    def __init__(self, port: int, authority: str, mix: Mix, clock: OneClock) -> None:
        self.port, self.mix, self.clock = port, mix, clock
        self.counts = Counts()
        self.beats = 0
        self._context = ssl.create_default_context(cafile=authority)
        self._visitors = count(1)
        self._numbers = count(1)
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to ask."""
        mix, visits = self.mix, self.mix.visits

        def late(number: float) -> float:
            """Slow clients never ask in step, so that some wait for an answer at any moment."""
            return mix.slow_seconds * number / max(mix.slow_kept, mix.slow_single, 1)

        work: list[Awaitable[None]] = [
            *(self._kept("kept", visits.kept, mix.pause) for _ in range(mix.kept)),
            *(self._single("single", visits.single, mix.pause) for _ in range(mix.single)),
            *(self._kept("slow kept", visits.slow, 0, late(number)) for number in range(mix.slow_kept)),
            *(self._single("slow single", visits.slow, 0, late(number + 0.5)) for number in range(mix.slow_single)),
            *(self._socket() for _ in range(mix.sockets)),
        ]
        self._tasks = [asyncio.ensure_future(one) for one in work]

    async def stop(self) -> Counts:
        """Let every request end, and count."""
        self._ending.set()
        await asyncio.gather(*self._tasks)
        return self.counts

    async def _kept(self, kind: str, visit: tuple[Request, Request], pause: float, late: float = 0) -> None:
        await self.clock.sleep(late)
        pair: Pair | None = None
        for number in count():
            if self._ending.is_set():
                break
            once = number % 3 == 2 or (pause == 0 and number % 2 == 1)
            pair = await self._ask(kind, visit[once], pair)
            await asyncio.sleep(pause)
        if pair is not None:
            pair[1].close()

    async def _single(self, kind: str, visit: tuple[Request, Request], pause: float, late: float = 0) -> None:
        await self.clock.sleep(late)
        for number in count():
            if self._ending.is_set():
                break
            pair = await self._ask(kind, visit[number % 3 == 2], None)
            if pair is not None:
                pair[1].close()
            await asyncio.sleep(pause)

    async def _ask(self, kind: str, request: Request, pair: Pair | None) -> Pair | None:
        """One request; the connection, where it may be used again."""
        self.counts.asked[kind] += 1
        kept = pair is not None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                pair = pair or await self._connect()
                status, again = await self._exchange(pair, request)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ssl.SSLError) as error:
            self._fail(kind, f"{type(error).__name__} on a {'kept' if kept else 'new'} connection")
            if pair is not None:
                pair[1].transport.abort()
            await self.clock.sleep(FAILED_SECONDS)
            return None
        if status != request.status:
            self._fail(kind, f"status {status}")
            await self.clock.sleep(FAILED_SECONDS)
        if again:
            return pair
        pair[1].close()
        return None

    def _fail(self, kind: str, reason: str) -> None:
        self.counts.failed[kind] += 1
        self.counts.reasons[f"{kind}: {reason}"] += 1

    async def _connect(self) -> Pair:
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self._context, server_hostname=HOST)

    def _head(self, method: str, path: str, *further: str) -> bytes:
        number = next(self._visitors)
        visitor = f"198.51.{number // 250 % 250}.{number % 250}"
        return "\r\n".join(
            [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"{VISITOR}: {visitor}", *further, "", ""]
        ).encode()

    async def _exchange(self, pair: Pair, request: Request) -> tuple[str, bool]:
        reader, writer = pair
        body, number = request.body, next(self._numbers)
        path = request.path.format(n=number, seconds=self.mix.slow_seconds)
        further = (f"Content-Length: {len(body)}", "Content-Type: application/json", f"Idempotency-Key: {number}")
        writer.write(self._head(request.method, path, *(further if body else ())) + body)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split("\r\n")[0] or 0)
        await reader.readexactly(length)
        return head.split(" ")[1], "connection: close" not in head

    async def _socket(self) -> None:
        """A WebSocket may end with its pod, but a new one must open at once and beat."""
        while not self._ending.is_set():
            self.counts.asked["socket"] += 1
            beats = 0
            pair: Pair | None = None
            try:
                pair = await self._connect()
                pair[1].write(self._head("GET", "/live", "Upgrade: websocket", "Connection: Upgrade"))
                await pair[0].readuntil(b"\r\n\r\n")
                while not self._ending.is_set() and await pair[0].readexactly(3):
                    beats += 1
            except (OSError, asyncio.IncompleteReadError, ssl.SSLError) as error:
                if not beats:
                    self._fail("socket", type(error).__name__)
            finally:
                self.beats += beats
                if pair is not None:
                    with suppress(OSError):
                        pair[1].transport.abort()
