"""What clients, scanners and attackers send, line by line of a data file, and what one real nginx makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
import yaml

from components.gateway.guide import API_UPSTREAM, WEB_UPSTREAM
from tests.support.http2 import ask
from tests.support.live_nginx import HOST, VISITOR, config_of, gateway, one_request_per_visitor
from tests.support.paths import DATA
from tests.support.servers import wait_until

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from components.gateway.model import GatewayConfig
    from tests.support.live_nginx import Gateway

POD = "127.0.0.75"
HOSTS = {name: f"{name}.{HOST}" for name in ("api", "cdn", "assets", "images")} | {"app": HOST}
UPSTREAMS = {"web": WEB_UPSTREAM, "api": API_UPSTREAM, "auth": "service_auth", "web_service": "service_web"}
LEAST = 100
"""Fewer would not be the promise."""


@dataclass(frozen=True, kw_only=True)
class Trick:
    """A line of the data file; it says what the fields mean."""

    trick: str
    status: int
    path: str = "/"
    line: str = ""
    raw: str = ""
    host: str = "app"
    headers: tuple[str, ...] = ()
    body: str = ""
    reaches: str = ""
    arrives: str = ""
    limited: bool = False
    says: dict[str, str | None] = field(default_factory=dict)
    fields: dict[str, str | None] = field(default_factory=dict)

    @property
    def request_line(self) -> str:
        return self.line or f"GET {self.path} HTTP/1.1"

    @property
    def target(self) -> str:
        """What the upstream is asked for."""
        return self.arrives or self.fields.get(":path") or filled(self.request_line.split(" ")[1])

    def pairs(self, visitor: str) -> list[tuple[str, str]]:
        """The fields of a request over HTTP/2, pseudo headers first."""
        usual = {":method": "GET", ":scheme": "https", ":authority": HOST, ":path": "/", VISITOR.lower(): visitor}
        found = {name: said for name, said in {**usual, **self.fields}.items() if said is not None}
        return sorted(found.items(), key=lambda pair: not pair[0].startswith(":"))

    def bytes(self, visitor: str) -> bytes:
        host = HOSTS.get(self.host, self.host)
        head = [self.request_line, f"Host: {host}", f"{VISITOR}: {visitor}", "Connection: close", *self.headers]
        if any(header.startswith("Connection") for header in self.headers):
            head.remove("Connection: close")
        text = self.raw or "\r\n".join([*head, "", ""]) + self.body
        return filled(text.replace("<host>", host).replace("<visitor>", visitor)).encode("latin-1")


def filled(text: str) -> str:
    """`<8000>` as so many letters."""
    return re.sub(r"<(\d+)>", lambda found: "a" * int(found[1]), text)


def tricks() -> list[Trick]:
    groups = yaml.safe_load((DATA / "gateway_requests.yaml").read_text(encoding="utf-8"))
    return [Trick(**{**line, "headers": tuple(line.get("headers", ()))}) for group in groups.values() for line in group]


TRICKS = tricks()


def ports_apart(config: GatewayConfig) -> GatewayConfig:
    """A port of its own for each upstream, so that a pod tells whom it was asked as."""
    upstreams = [
        replace(upstream, members=tuple(replace(member, port=3000 + number) for member in upstream.members))
        for number, upstream in enumerate(config.upstreams)
    ]
    return replace(config, upstreams=tuple(upstreams))


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    shipped = replace(config_of("prod", "microservices"), verify_client=False)
    with gateway(ports_apart(one_request_per_visitor(shipped)), (POD,)) as made:
        yield made


def answered(live: Gateway, trick: Trick, visitor: str) -> int:
    """The status of the first answer on a connection; 0 for none."""
    if trick.fields:
        with live.connection(protocols=["h2"]) as sock:
            return ask(sock, trick.pairs(visitor), trick.body.encode("latin-1"))
    with live.connection() as sock:
        sock.sendall(trick.bytes(visitor))
        said = b""
        while b"\r\n\r\n" not in said and (more := _received(sock)):
            said += more
        found = re.match(rb"HTTP/1\.[01] (\d{3})", said)
        return int(found[1]) if found else 0


def _received(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65536)
    except OSError:
        return b""


def arrivals(live: Gateway, trick: Trick, visitor: str) -> tuple[int, list[tuple[str, str]]]:
    """The status, and which upstreams were asked for what meanwhile."""
    pod = live.backends[POD]
    before = len(pod.ports_asked)
    status = answered(live, trick, visitor)
    if trick.reaches:
        wait_until(lambda: len(pod.ports_asked) > before or status != trick.status, "the request to arrive")
    names = {group.members[0].port: group.name for group in live.config.upstreams}
    return status, [(names[port], path) for port, path in pod.ports_asked[before:]]


def visitor_of(number: int) -> str:
    return f"198.18.{number // 250}.{number % 250 + 1}"


def test_there_are_more_than_a_hundred_lines_and_each_has_a_name_of_its_own() -> None:
    assert len(TRICKS) >= LEAST
    assert len({trick.trick for trick in TRICKS}) == len(TRICKS)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.trick)
def test_a_request_is_answered_and_passed_on_as_its_line_says(live: Gateway, trick: Trick) -> None:
    visitor = visitor_of(TRICKS.index(trick))
    passed = [(UPSTREAMS[trick.reaches], trick.target)] if trick.reaches else []
    assert arrivals(live, trick, visitor) == (trick.status, passed)
    if trick.reaches:
        headers = live.backends[POD].requests[-1][1]
        wanted = {name: said and said.replace("<visitor>", visitor) for name, said in trick.says.items()}
        assert {name: headers.get(name) for name in wanted} == wanted
    if trick.limited:
        assert arrivals(live, replace(trick, reaches=""), visitor) == (429, [])


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        ("Content-Length: 30", b"amount=10"),
        ("Transfer-Encoding: chunked", b"9\r\namount=10\r\n"),
        ("Transfer-Encoding: chunked", b"9\r\namount"),
    ],
)
def test_a_body_that_ends_early_reaches_the_application_as_one_that_is_cut_off(
    live: Gateway, framing: str, body: bytes
) -> None:
    pod, path = live.backends[POD], f"/cut-{framing[:1]}{len(body)}"
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\n{VISITOR}: {visitor_of(2000)}\r\n{framing}\r\n\r\n"
    with live.connection() as sock:
        sock.sendall(head.encode() + body)
        wait_until(lambda: path in pod.begun, "the request's head to arrive")
    wait_until(lambda: path in pod.cut_off, "the pod to learn that the rest never comes")
    assert path not in pod.paths()


def spellings(path: str) -> tuple[str, ...]:
    bare = path.rstrip("/")
    first, rest = bare[1], bare[2:]
    parameter = bare.replace("/", ";v=1/").removeprefix(";v=1") + ";v=1"
    return bare, bare.upper(), bare.title(), f"/%{ord(first):02x}{rest}", f"/%{ord(first.upper()):02X}{rest}", parameter


LIMITED = tuple(route.path for route in config_of("prod", "microservices").routes if route.rate_limit is not None)


@pytest.mark.parametrize("path", LIMITED)
def test_no_spelling_of_a_limited_path_slips_past_its_limit_or_to_another_upstream(live: Gateway, path: str) -> None:
    route = next(route for route in live.config.routes if route.path == path)
    for number, spelling in enumerate(spellings(path)):
        visitor = visitor_of(1000 + 10 * LIMITED.index(path) + number)
        trick = Trick(trick="", path=spelling, status=200, reaches="some")
        assert arrivals(live, trick, visitor) == (200, [(route.upstream, spelling)])
        assert arrivals(live, replace(trick, reaches=""), visitor) == (429, []), spelling
