"""Pods and their names: small HTTP and DNS servers on loopback addresses, for a gateway to balance over."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """A Python server in a thread, for as long as the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Names:
    """A DNS server on a loopback port: every name in `records` has these IPv4 addresses, others do not exist."""

    def __init__(self) -> None:
        self.records: dict[str, tuple[str, ...]] = {}
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, server = self.request
                server.sendto(names.answer(query), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.port: int = self.server.server_address[1]

    def answer(self, query: bytes) -> bytes:
        """The answer to a question of one name (RFC 1035); other types than A have no records."""
        end = query.index(b"\0", 12)
        labels, at = [], 12
        while at < end:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12 : end + 5]
        name, kind = ".".join(labels).lower(), int.from_bytes(query[end + 1 : end + 3])
        known = name in self.records
        found = self.records.get(name, ()) if kind == 1 else ()
        header = query[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\0\1" + len(found).to_bytes(2) + b"\0\0\0\0"
        records = [b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(address) for address in found]
        return header + question + b"".join(records)


class Backend:
    """A pod: answers with its address, and does what the path says: /status/503, /wait/2.5.

    Attributes:
        requests: path and headers (by lower-case name) of everything received.
        ports_asked: the port and the path of everything received.
        delay: seconds before every answer.
        status: of every answer whose path names none.
        further: headers of every answer.
        pages: content type and body of paths that answer otherwise than with the address.
        begun: the path of everything whose head arrived.
        cut_off: paths of requests whose body ended before it was whole; `requests` has none of them.
        patience: seconds without a request after which a kept connection counts as given up: a later request on it is
            never answered. None for endless patience.
    """

    def __init__(self, address: str, ports: tuple[int, ...]) -> None:
        self.address, self.ports = address, ports
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.ports_asked: list[tuple[int, str]] = []
        self.begun: list[str] = []
        self.cut_off: list[str] = []
        self.delay, self.status = 0.0, 200
        self.further: tuple[tuple[str, str], ...] = ()
        self.pages: dict[str, tuple[str, str]] = {}
        self.patience: float | None = None
        self._open: set[socket.socket] = set()
        self._running: ExitStack | None = None

    def start(self) -> None:
        """Listen."""
        self._running = ExitStack()
        for port in self.ports:
            self._running.enter_context(serving(_listener(self, port)))

    def stop(self) -> None:
        """Stop listening and hang up on everybody, as a pod that dies."""
        if self._running is not None:
            self._running.close()
            self._running = None
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.requests]

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection."""
        self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        self._open.discard(connection)

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.begun.append(request.path)
        if not _has_body(request):
            self.cut_off.append(request.path)
            request.close_connection = True
            return
        path = request.path
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.requests.append((path, headers))
        self.ports_asked.append((request.connection.getsockname()[1], path))
        wait = re.search(r"/wait/([\d.]+)", path)
        time.sleep(float(wait[1]) if wait else self.delay)
        status = re.search(r"/status/(\d+)", path)
        kind, text = self.pages.get(path, ("", f"{self.address} {path}\n"))
        body = text.encode()
        code = int(status[1]) if status else self.status
        request.send_response(code)
        request.send_header("X-Backend", self.address)
        told = any(name.lower() == "cache-control" for name, _ in self.further)
        if not (told or path.startswith("/static/")):  # of files an application says nothing, and the gateway does
            request.send_header("Cache-Control", "private")
        for name, value in (*((("Content-Type", kind),) if kind else ()), *self.further):
            request.send_header(name, value)
        if code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            request.end_headers()
            return
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)


def _has_body(request: BaseHTTPRequestHandler) -> bool:
    """Read it to its end, so that what follows is the next request; False where it is cut off (RFC 9112, 6 to 8)."""
    if "chunked" not in (request.headers.get("Transfer-Encoding") or ""):
        length = int(request.headers.get("Content-Length") or 0)
        return len(request.rfile.read(length)) == length
    while line := request.rfile.readline():
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        request.rfile.read(size + 2)
    while (line := request.rfile.readline()).strip():
        pass
    return bool(line)


def _listener(backend: Backend, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            backend.opened(self.request)
            self.last = time.monotonic()
            super().setup()

        def finish(self) -> None:
            super().finish()
            backend.closed(self.request)

        def do_GET(self) -> None:
            given_up = backend.patience is not None and time.monotonic() - self.last > backend.patience
            if given_up:
                self.close_connection = True
                return
            backend.serve(self)
            self.last = time.monotonic()

        do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - names of the base class

        def log_message(self, *_: object) -> None:
            """Nothing: tests look at what was received."""

    class Listener(ThreadingHTTPServer):
        request_queue_size = 512

        def handle_error(self, *_: object) -> None:
            """Nothing: nginx hangs up on timeouts."""

    return Listener((backend.address, port), Handler)
