"""A stand-in of a Network Load Balancer in front of IP targets: flows, health checks, and how it forgets a target.

What it does is what the Network Load Balancer User Guide says of TCP listeners with IP targets and preserved client
addresses, and what users measured (kubernetes-sigs/aws-load-balancer-controller, issues 1858, 2131, 2366 and 3270): a
target that leaves gets new connections for two minutes more.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.support.one_clock import OneClock

CHUNK = 65_536
ANSWER_SECONDS = 5.0
"""How long a health check waits; never scaled, because it is the test machine that takes this time."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The load balancer's numbers, in seconds of the test.

    Attributes:
        interval: between health checks.
        healthy_after: passed checks until a new target gets connections.
        unhealthy_after: failed checks until it gets none.
        forwards: how long a leaving target still gets new connections.
        delay: deregistration delay.
        cuts: whether connections are cut when the delay ends (connection termination on deregistration).
    """

    interval: float
    healthy_after: int
    unhealthy_after: int
    forwards: float
    delay: float
    cuts: bool


@dataclass(eq=False)
class Target:
    """A registered address."""

    address: str
    port: int
    health_port: int
    state: Literal["initial", "healthy", "unhealthy", "draining", "unused"] = "initial"
    forwarded: bool = False
    passed: int = 0
    failed: int = 0
    flows: set[asyncio.WriteTransport] = field(default_factory=set)


class NetworkBalancer:
    """Listens on a loopback port and passes TCP through."""

    def __init__(self, pace: Pace, clock: OneClock) -> None:
        self.pace, self.clock = pace, clock
        self.targets: list[Target] = []
        self.port = 0
        self.late = 0
        """Connections to targets that were leaving."""
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, and everything that waits."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def register(self, address: str, port: int, health_port: int) -> Target:
        """A new target, which gets connections once enough checks have passed."""
        target = Target(address, port, health_port)
        self.targets.append(target)
        self._spawn(self._check(target))
        return target

    def deregister(self, target: Target) -> None:
        """A target leaves: draining, still forwarded to for a while, its flows kept."""
        target.state = "draining"
        self._spawn(self._forget(target))

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forget(self, target: Target) -> None:
        async def end_delay() -> None:
            await self.clock.sleep(self.pace.delay)
            target.state = "unused"
            if self.pace.cuts:
                for flow in list(target.flows):
                    flow.abort()

        self._spawn(end_delay())
        await self.clock.sleep(self.pace.forwards)
        target.forwarded = False
        self.targets.remove(target)

    async def _check(self, target: Target) -> None:
        while target.state not in {"draining", "unused"}:
            good = await _healthy(target)
            target.passed, target.failed = (target.passed + 1, 0) if good else (0, target.failed + 1)
            if target.state in {"initial", "unhealthy"} and target.passed >= self.pace.healthy_after:
                target.state, target.forwarded = "healthy", True
            elif target.state == "healthy" and target.failed >= self.pace.unhealthy_after:
                target.state, target.forwarded = "unhealthy", False
            await self.clock.sleep(self.pace.interval)

    def _choose(self) -> Target | None:
        # without any healthy target it fails open, to all that are registered
        able = [target for target in self.targets if target.forwarded] or self.targets
        self._turn += 1
        return able[self._turn % len(able)] if able else None

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._spawn(self._accept(reader, writer))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = self._choose()
        client = writer.get_extra_info("peername")[0]
        transport = writer.transport
        if target is None:
            transport.abort()
            return
        self.late += target.state in {"draining", "unused"}
        try:
            # from the client's own address, which is what preserving it means
            there = await asyncio.open_connection(target.address, target.port, local_addr=(client, 0))
        except OSError:
            transport.abort()
            return
        target.flows |= {transport, there[1].transport}
        try:
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
        finally:
            target.flows -= {transport, there[1].transport}
            there[1].close()
            writer.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """One direction of a flow; its end is passed on, and a reset becomes a reset."""
    try:
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
    except OSError:
        sink.transport.abort()


async def _healthy(target: Target) -> bool:
    with suppress(OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(target.address, target.health_port)
            try:
                writer.write(b"GET /health HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n")
                return (await reader.readline()).split(b" ")[1:2] == [b"200"]
            finally:
                writer.close()
    return False
