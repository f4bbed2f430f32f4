"""What reaches the application of what clients claim, and that no spelling of a path slips past its route and limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from components.gateway.guide import API_UPSTREAM, WEB_UPSTREAM
from components.gateway.model import RateLimit
from components.gateway.trusted_headers import SET, STRIPPED
from tests.support.live_nginx import HOST, STRANGER, config_of, gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.gateway.model import GatewayConfig
    from tests.support.live_nginx import Gateway

POD = "127.0.0.71"
SHIPPED = replace(config_of("prod", "horizontal"), verify_client=False)


def one_request_per_visitor(config: GatewayConfig) -> GatewayConfig:
    """No burst and a rate of one, so that a second request of a visitor tells whether a path is limited."""
    routes = tuple(
        route if route.rate_limit is None else replace(route, rate_limit=RateLimit(zone=route.rate_limit.zone, burst=0))
        for route in config.routes
    )
    zones = tuple(replace(zone, requests_per_second=1) for zone in config.zones)
    return replace(config, routes=routes, zones=zones)


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(one_request_per_visitor(SHIPPED), (POD,)) as made:
        yield made


@pytest.mark.parametrize("source", ["127.0.0.1", STRANGER])
def test_of_every_header_that_a_framework_trusts_nothing_arrives_but_what_the_gateway_says(
    live: Gateway, source: str
) -> None:
    claimed = [header.name for header in (*SET, *STRIPPED) if header.name not in {"Host", "CF-Connecting-IP"}]
    path = f"/claims/{source}"
    live.get(path, "203.0.113.9", source=source, headers=[(name, "evil.test") for name in claimed])
    (headers,) = live.received(path)
    visitor = STRANGER if source == STRANGER else "203.0.113.9"
    assert "evil.test" not in headers.values()
    assert not {header.name.lower() for header in STRIPPED} & set(headers)
    said = {header.name.lower(): headers[header.name.lower()] for header in SET}
    assert said.pop("x-request-id")
    assert said == {
        "host": HOST,
        "x-forwarded-for": visitor,
        "x-forwarded-host": HOST,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-real-ip": visitor,
        "cf-connecting-ip": visitor,
    }


@pytest.mark.parametrize(
    "name", ["X_Forwarded_Host", "X_Forwarded_For", "X.Forwarded.Host", "REMOTE_USER", "HTTP_PROXY"]
)
def test_a_name_that_cgi_would_read_as_a_trusted_header_does_not_arrive(live: Gateway, name: str) -> None:
    path = f"/cgi/{name.lower()}"
    live.get(path, headers=[(name, "evil.test")])
    assert "evil.test" not in live.received(path)[0].values()


def test_what_applications_need_of_a_request_arrives_unchanged(live: Gateway) -> None:
    needed = {
        "accept": "application/json",
        "authorization": "Bearer x",
        "cookie": "session=1",
        "content-type": "application/json",
        "idempotency-key": "7",
        "origin": f"https://{HOST}",
        "x-csrf-token": "t",
        "x-requested-with": "XMLHttpRequest",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    live.get("/needed", headers=list(needed.items()))
    assert needed.items() <= live.received("/needed")[0].items()


@pytest.mark.parametrize(
    ("offer", "passed"), [("websocket", True), ("WebSocket", True), ("h2c", False), ("TLS/1.0", False)]
)
def test_a_connection_is_upgraded_to_a_websocket_and_to_nothing_else(live: Gateway, offer: str, passed: bool) -> None:
    path = f"/upgrade/{offer}"
    live.get(path, headers=[("Upgrade", offer), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")])
    (headers,) = live.received(path)
    assert (headers.get("upgrade") == "websocket", headers.get("connection") == "upgrade") == (passed, passed)


@pytest.mark.parametrize("path", ["/static", "/static?x=1"])
def test_a_redirect_of_nginx_itself_names_no_host_and_no_port(live: Gateway, path: str) -> None:
    answer = live.get(path)
    assert answer.status == 301
    assert answer.headers["location"] == path.replace("/static", "/static/")


def test_the_folder_of_the_api_belongs_to_the_api(live: Gateway) -> None:
    assert live.get("/api", "198.51.100.1").status == 200
    assert live.received("/api")


API = (
    "/api/x",
    "/API/x",
    "/Api/x",
    "/%61pi/x",
    "/%61%70%69/x",
    "//api/x",
    "/api//x",
    "/api",
    "/API",
    "/api;v=1/x",
    "/api;/x",
    "/API;a=b;c/x",
    "/api%2fx",
    "/%2fapi/x",
    "/api%3bv=1/x",
    "/api?x=/../",
)
LOGIN = (
    "/api/auth/login",
    "/API/AUTH/LOGIN",
    "/api/auth/login/",
    "/api/auth//login",
    "//api/auth/login",
    "/api/auth/%6cogin",
    "/api/auth/%4Cogin",
    "/api%2fauth%2flogin",
    "/api/auth;x/login;y",
    "/api/auth/login;jsessionid=1",
)
ODD = (
    "/api/../login",
    "/./api/x",
    "/api/./x",
    "/x/../api/x",
    "/x/..",
    "/..",
    "/x/%2e%2e/api/x",
    "/x/.%2E/api/x",
    "/x/..%2fapi/x",
    "/x%2f..%2fapi/x",
    "/x/..;/api/x",
    "/x/..;a=b/api/x",
    "/x/..%3b/api/x",
    "/api\\x",
    "/x/..\\api",
    "/api%5cauth%5clogin",
    "/x%5C..%5Capi",
    "/%2561pi/x",
    "/x/%252e%252e/api/x",
    "/x%252fapi",
    "/api/auth/login%0a",
    "/x%0d%0aX-Evil:1",
    "/x%7f",
)
OPEN = (
    "/",
    "/apix",
    "/api-docs",
    "/x/api",
    "/cases",
    "/..x",
    "/x..",
    "/.well-known/x",
    "/100%25",
    "/a%20b",
    "/x?y=/../%5c%252e",
)


def ask_twice(live: Gateway, path: str, number: int) -> tuple[Counter[int], set[int]]:
    """What a visitor of its own is answered, and which ports of the pod were asked."""
    visitor, pod = f"198.51.100.{number + 2}", live.backends[POD]
    before = len(pod.ports_asked)
    answers = Counter(live.get(path, visitor).status for _ in range(2))
    return answers, {port for port, _ in pod.ports_asked[before:]}


def port_of(live: Gateway, upstream: str) -> int:
    return next(group.members[0].port for group in live.config.upstreams if group.name == upstream)


@pytest.mark.parametrize("path", [*API, *LOGIN])
def test_every_spelling_of_the_api_goes_to_the_api_under_its_limit(live: Gateway, path: str) -> None:
    asked = ask_twice(live, path, (*API, *LOGIN).index(path))
    assert asked == ({200: 1, 429: 1}, {port_of(live, API_UPSTREAM)})


@pytest.mark.parametrize("path", ODD)
def test_a_path_that_can_be_read_in_two_ways_is_refused_before_the_application_sees_it(
    live: Gateway, path: str
) -> None:
    assert ask_twice(live, path, 60 + ODD.index(path)) == ({400: 2}, set())


@pytest.mark.parametrize("path", OPEN)
def test_paths_beside_the_api_are_pages_without_a_limit(live: Gateway, path: str) -> None:
    assert ask_twice(live, path, 100 + OPEN.index(path)) == ({200: 2}, {port_of(live, WEB_UPSTREAM)})


@pytest.mark.parametrize(
    ("first", "second", "limited"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", True),
        ("2001:db8:1:3::1", "2001:db8:1:4::1", False),
        ("2001:db8:9::1", "2001:db8:9::2", True),
        ("203.0.113.77", "203.0.113.78", False),
    ],
)
def test_a_limit_counts_the_network_of_an_ipv6_visitor_and_the_address_of_others(
    live: Gateway, first: str, second: str, limited: bool
) -> None:
    assert live.get("/api/network", first).status == 200
    assert live.get("/api/network", second).status == (429 if limited else 200)
