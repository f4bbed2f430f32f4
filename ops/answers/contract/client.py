"""Requests to the application, each remembered: what was asked, what came back, how long it took."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from ops.foreign import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Part: TypeAlias = Literal["web", "api"]
PROBE_SECONDS = 1.0
"""How long the kubelet waits for an answer (Kubernetes documentation, "Configure Liveness, Readiness and Startup
Probes", timeoutSeconds; unverified)."""
PATIENCE_SECONDS = 30.0
"""How long anything else may take: the gateway's read timeout of the API (scaling guide, Load Balancing)."""
SLOW_SECONDS = 0.3
"""How long a request takes that shows the unit of a time: in milliseconds it would be 300."""
MOST_BYTES = 16 * 2**20
"""Of an answer: far above every page, document and metric."""
IMPATIENT_SECONDS = 3.0
"""How long an answer is waited for once `GIVEN_UP` requests got none in their time: the test ends."""
GIVEN_UP = 2
LOOPBACK = ("127.0.0.1", "127.0.0.2")
"""Addresses that this machine can ask from; the second one exists on Linux without being set up."""


class UnreachableError(Exception):
    """Nothing answers, or not as HTTP."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back.

    Attributes:
        part: which of the application's ports was asked.
        method: of the request.
        path: of the request, with its query.
        status: of the answer.
        headers: of the answer by lower-case name; several of one name are joined by commas.
        body: of the answer.
        seconds: how long it took.
        pause: how long of that the application waited for the other half of the body.
    """

    part: Part
    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    pause: float = 0

    @property
    def request_id(self) -> str:
        """X-Request-Id of the answer."""
        return self.headers.get("x-request-id", "")

    @property
    def document(self) -> object:
        """The body as JSON, None where it is none."""
        try:
            document: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document


@dataclass
class Application:
    """A running application.

    Attributes:
        web: URL of the port of pages, probes and metrics.
        api: URL of the port of /api/ and /internal/.
        answers: everything that came back, in order.
    """

    web: str
    api: str
    answers: list[Answer] = field(default_factory=list)
    unanswered: int = 0

    def ask(
        self,
        path: str,
        *,
        part: Part = "web",
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        source: str | None = None,
        patience: float | None = None,
        pause: float = 0,
    ) -> Answer:
        """One request on a connection of its own; with a pause its body comes in two halves, so that it takes so long.

        Raises:
            UnreachableError: no answer of HTTP within the time.
        """
        connection = self.connection(part, source=source, patience=patience)
        try:
            return self.ask_on(connection, path, part=part, method=method, headers=headers, body=body, pause=pause)
        finally:
            connection.close()

    def ask_on(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        *,
        part: Part = "web",
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        pause: float = 0,
    ) -> Answer:
        """One request on a connection that stays open.

        Raises:
            UnreachableError: see `ask`.
        """
        began = time.monotonic()
        try:
            with self.in_time(connection):
                if pause and body:
                    begin(connection, method, path, headers or {}, body)
                    time.sleep(pause)
                    connection.send(body[len(body) // 2 :])
                else:
                    connection.request(method, path, body=body, headers=dict(headers or {}))
                response = connection.getresponse()
                content = response.read(MOST_BYTES + 1)
                if response.length and len(content) <= MOST_BYTES:
                    raise http.client.IncompleteRead(content, response.length)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnreachableError(f"{method} {one_line(path)}: {said(error)}") from error
        if len(content) > MOST_BYTES:
            connection.close()
            raise UnreachableError(f"{method} {one_line(path)}: the answer is longer than {MOST_BYTES // 2**20} MiB")
        answer = Answer(
            part=part,
            method=method,
            path=path,
            status=response.status,
            headers=joined(response.getheaders()),
            body=content,
            seconds=time.monotonic() - began,
            pause=pause,
        )
        self.answers.append(answer)
        return answer

    @contextmanager
    def in_time(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        """Ends a request that has no whole answer in its time, however the server drips.

        Raises:
            TimeoutError: the time is over.
        """
        seconds = connection.timeout or PATIENCE_SECONDS
        late = threading.Event()

        def end() -> None:
            late.set()
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except TimeoutError:
            late.set()
        except (OSError, http.client.HTTPException):
            if not late.is_set():
                raise
        finally:
            timer.cancel()
        if late.is_set():
            self.unanswered += 1
            raise TimeoutError(f"no whole answer within {seconds:g} s")

    def connection(
        self, part: Part, *, source: str | None = None, patience: float | None = None
    ) -> http.client.HTTPConnection:
        """A connection that is opened by its first request."""
        url = urlsplit(self.web if part == "web" else self.api)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        address = None if source is None else (source, 0)
        patience = PATIENCE_SECONDS if patience is None else patience
        if self.unanswered >= GIVEN_UP:
            patience = min(patience, IMPATIENT_SECONDS)
        return kind(url.hostname or "", url.port, timeout=patience, source_address=address)

    def sources(self) -> tuple[str, ...]:
        """Where this machine can ask from: two addresses where the application runs on the same machine."""
        host = urlsplit(self.api).hostname or ""
        local = host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)
        return LOOPBACK if local else ()


def begin(
    connection: http.client.HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Sends a request up to the first half of its body."""
    connection.putrequest(method, path)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[: len(body) // 2])


def said(error: Exception) -> str:
    """What an error says; its name where it says nothing, and what it means where a server speaks another protocol."""
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, ConnectionError):
        return f"the answer is no HTTP: {one_line(error)!r}"
    return one_line(error) or type(error).__name__


def is_address(text: str) -> bool:
    """Whether it is an IP address and no name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Headers by lower-case name."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found
