"""Visitors of the sample application who write, read back what they wrote, and count what they did not get.

Each has an address, a client and a bond type of its own, so that it knows every right answer. A write without an
answer may have happened or not: both are right until the next one that is answered.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.live_nginx import HOST, VISITOR

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

    from tests.support.live_nginx import Gateway

PAUSE_SECONDS = 0.12
"""Between two requests of one visitor: below the gateway's ten a second."""
PATIENCE_SECONDS = 20.0
GATEWAY_WAITS_SECONDS = 30.0
FAILED = 500
FIXED = {"name": "fixed", "premiumPercent": 10}
"""A bond type that nobody changes."""


@dataclass(frozen=True)
class Asked:
    """One request.

    Attributes:
        what: kind of it, such as "write shared".
        began: seconds of the monotonic clock.
        seconds: until its answer, or its failure.
        status: 0 for no answer at all.
    """

    what: str
    began: float
    seconds: float
    status: int

    @property
    def failed(self) -> bool:
        """Whether the visitor saw an error."""
        return self.status == 0 or self.status >= FAILED

    @property
    def ended(self) -> float:
        """When, by the monotonic clock."""
        return self.began + self.seconds


@dataclass
class Visitor:
    """One visitor with a cookie jar, on a kept connection.

    Attributes:
        address: where it asks from; `elsewhere` takes turns with it where it is given, so that both pods are asked: the
            gateway chooses one by the first three numbers (nginx documentation, ip_hash).
    """

    gateway: Gateway
    address: str
    client: str
    shared: str
    elsewhere: str = ""
    asked: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    premiums: set[int] = field(default_factory=lambda: {0})
    bonds: list[str] = field(default_factory=list)
    open_key: str | None = None
    cookie: str = ""
    _connection: http.client.HTTPConnection | None = None

    def ask(
        self, what: str, path: str, method: str = "GET", body: object = None, headers: Sequence[tuple[str, str]] = ()
    ) -> tuple[int, object]:
        """One request; status 0 for no answer."""
        began = time.monotonic()
        status, document, retry = 0, None, None
        try:
            response = self._exchange(path, method, body, headers)
            status, retry = response.status, response.getheader("Retry-After")
            self.cookie = (response.getheader("Set-Cookie") or self.cookie).split(";")[0]
            content = response.read()
            if (response.getheader("Content-Type") or "").startswith("application/json"):
                document = json.loads(content)
        except (OSError, http.client.HTTPException):
            self.hang_up()
        self.asked.append(Asked(what, began, time.monotonic() - began, status))
        if status == http.HTTPStatus.SERVICE_UNAVAILABLE and document is not None and retry is None:
            self.wrong.append(f"{what}: 503 without Retry-After")
        return status, document

    def _exchange(
        self, path: str, method: str, body: object, headers: Sequence[tuple[str, str]]
    ) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(HOST)
            self._connection.sock = self._socket()
        address = self.elsewhere if self.elsewhere and len(self.asked) % 2 else self.address
        sent = {VISITOR: address, **dict(headers), **({"Cookie": self.cookie} if self.cookie else {})}
        content = None if body is None else json.dumps(body)
        if content is not None:
            sent["Content-Type"] = "application/json"
        self._connection.request(method, path, content, sent)
        return self._connection.getresponse()

    def _socket(self) -> socket.socket:
        return self.gateway.open_connection(PATIENCE_SECONDS)

    def hang_up(self) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write_shared(self) -> None:
        """The next premium of the own bond type."""
        premium = (max(self.premiums) + 1) % 100
        status, _ = self.ask("write shared", f"/api/bond-types/{self.shared}", "PUT", {"premiumPercent": premium})
        self.premiums = {premium} if status == http.HTTPStatus.OK else {*self.premiums, premium}

    def read_shared(self) -> None:
        """The own bond type: what was written last, or an error."""
        status, found = self.ask("read shared", f"/api/bond-types/{self.shared}")
        if status == http.HTTPStatus.OK and isinstance(found, dict):
            if found["premiumPercent"] not in self.premiums:
                self.wrong.append(f"{self.shared} is {found['premiumPercent']}, not one of {self.premiums}")
        elif status and status < FAILED:
            self.wrong.append(f"{self.shared}: {status} {found}")

    def read_fixed(self) -> None:
        """A bond type that everybody reads."""
        status, found = self.ask("read fixed", f"/api/bond-types/{FIXED['name']}")
        if status < FAILED and status and found != FIXED:
            self.wrong.append(f"fixed: {status} {found}")

    def write_client(self) -> None:
        """One more bond; a try without an answer is repeated with the same key."""
        self.open_key = self.open_key or str(uuid.uuid4())
        path, headers = f"/api/clients/{self.client}/bonds", (("Idempotency-Key", self.open_key),)
        status, made = self.ask("write client", path, "POST", {"amountCents": 5000}, headers)
        if status == http.HTTPStatus.CREATED and isinstance(made, dict):
            self.bonds.append(made["id"])
            self.open_key = None
        elif status and status < FAILED:
            self.wrong.append(f"{path}: {status} {made}")

    def read_client(self) -> None:
        """All bonds of the own client: each that was answered once, and the open one or not."""
        status, found = self.ask("read client", f"/api/clients/{self.client}/bonds")
        if status == http.HTTPStatus.OK and isinstance(found, list):
            ids = [bond["id"] for bond in found]
            further = ids[len(self.bonds) :] if ids[: len(self.bonds)] == self.bonds else None
            if further is None or len(further) > (self.open_key is not None):
                self.wrong.append(f"{self.client} has {ids}, not {self.bonds}")
        elif status and status < FAILED:
            self.wrong.append(f"{self.client}: {status} {found}")

    def read_page(self) -> None:
        """A page that needs no database."""
        status, _ = self.ask("page", "/")
        if status and status != http.HTTPStatus.OK and status < FAILED:
            self.wrong.append(f"/: {status}")

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """What it does again and again, each read after its write."""
        return (
            self.write_shared,
            self.read_shared,
            self.write_client,
            self.read_client,
            self.read_fixed,
            self.read_page,
        )

    def settle(self) -> None:
        """When nothing is broken any more: every answer comes at the first try, and nothing happened twice."""
        before = len(self.asked)
        for step in (*self.steps, self.read_client, self.read_shared):
            step()
            time.sleep(PAUSE_SECONDS)
        late = [one for one in self.asked[before:] if one.failed]
        if late or self.open_key is not None:
            self.wrong.append(f"not healed: {late}")


@dataclass(frozen=True)
class Seen:
    """What visitors saw of one fault.

    Attributes:
        asked: every request that ended after the fault began.
        wrong: every wrong answer.
        began: of the fault, by the monotonic clock.
        healed: when its cause was gone; when it began, where it stays.
    """

    asked: tuple[Asked, ...]
    wrong: tuple[str, ...]
    began: float
    healed: float

    def of(self, *kinds: str) -> Seen:
        """Of some kinds of requests alone."""
        return Seen(tuple(one for one in self.asked if one.what in kinds), self.wrong, self.began, self.healed)

    @property
    def failed(self) -> list[Asked]:
        """Those that visitors saw fail."""
        return [one for one in self.asked if one.failed]

    @property
    def after_seconds(self) -> float:
        """From the end of the cause to the end of the last request that failed; 0 without one."""
        return max((one.ended - self.healed for one in self.failed), default=0.0)

    @property
    def slowest_seconds(self) -> float:
        """The longest wait for any answer."""
        return max((one.seconds for one in self.asked), default=0.0)

    def __str__(self) -> str:
        """One line for people."""
        kinds = sorted({one.what for one in self.failed})
        return (
            f"{len(self.asked)} requests, {len(self.failed)} failed ({', '.join(kinds) or 'none'}), last of them "
            f"{self.after_seconds:.1f} s after the cause was gone, slowest {self.slowest_seconds:.1f} s"
        )


class Crowd:
    """Visitors that go on in threads until they are told to end."""

    def __init__(self, visitors: Sequence[Visitor]) -> None:
        self.visitors = visitors
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._go, args=(visitor, number), daemon=True)
            for number, visitor in enumerate(visitors)
        ]

    def _go(self, visitor: Visitor, number: int) -> None:
        while not self._ending.wait(PAUSE_SECONDS):
            visitor.steps[number % len(visitor.steps)]()
            number += 1

    @contextmanager
    def asking(self) -> Iterator[None]:
        """For as long as the block runs; every request that is under way is waited for."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in self._threads:
                thread.join(GATEWAY_WAITS_SECONDS)
            assert not any(thread.is_alive() for thread in self._threads), "a request got no answer at all"

    def saw(self, began: float, healed: float) -> Seen:
        """What they saw of a fault; they settle first."""
        with ThreadPoolExecutor(len(self.visitors)) as pool:
            list(pool.map(Visitor.settle, self.visitors))
        for visitor in self.visitors:
            visitor.hang_up()
        asked = tuple(one for visitor in self.visitors for one in visitor.asked if one.ended >= began)
        wrong = tuple(text for visitor in self.visitors for text in visitor.wrong)
        return Seen(asked, wrong, began, healed)
