"""Application pods as Node.js runs them, in one event loop with their clients: keep-alive, slow answers, WebSockets."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.one_clock import OneClock

BEAT_SECONDS = 0.1
"""Between two messages of a WebSocket."""


class PatientPod:
    """Answers any path with 200, /wait/0.5 after half a second, and beats on a WebSocket."""

    def __init__(self, address: str, ports: tuple[int, ...], clock: OneClock, keep_seconds: float = 60.0) -> None:
        self.address, self.ports, self.clock, self.keep_seconds = address, ports, clock, keep_seconds
        self.stopping = False
        self.served = 0
        self.busy = 0
        self._idle: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        for port in self.ports:
            self._servers.append(await asyncio.start_server(self._accepted, self.address, port, backlog=512))

    def finish(self) -> None:
        """What an application does with SIGTERM: nothing new, idle connections and WebSockets end, answers do not."""
        self.stopping = True
        for server in self._servers:
            server.close()
        for writer in list(self._idle):
            writer.close()

    def kill(self) -> None:
        """End at once."""
        self.finish()
        for writer in list(self._open):
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            self._idle.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self._idle.add(writer)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self.keep_seconds)).decode().lower()
        self._idle.discard(writer)
        self.busy += 1
        try:
            length = re.search(r"content-length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            if "upgrade: websocket" in head:
                await self._beat(writer)
                return False
            wait = re.search(r"/wait/([\d.]+)", head)
            if wait:
                await self.clock.sleep(float(wait[1]))
            last = self.stopping or "connection: close" in head
            kept = "close" if last else "keep-alive"
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: {kept}\r\n\r\nok\n".encode())
            await writer.drain()
            self.served += 1
            return not last
        finally:
            self.busy -= 1

    async def _beat(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
        with suppress(OSError):
            while not writer.is_closing() and not self.stopping:
                writer.write(b"\x81\x01b")
                await writer.drain()
                await self.clock.sleep(BEAT_SECONDS)
