"""What reaches the application of what clients claim, and that no spelling of a path slips past its route and limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from components.gateway.trusted_headers import SET, STRIPPED
from tests.support.live_nginx import HOST, STRANGER, config_of, gateway, one_request_per_visitor
from tests.support.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_nginx import Gateway

POD = "127.0.0.71"
SHIPPED = replace(config_of("prod", "horizontal"), verify_client=False)


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(one_request_per_visitor(SHIPPED), (POD,)) as made:
        yield made


@pytest.mark.parametrize("source", ["127.0.0.1", STRANGER])
def test_of_every_header_that_a_framework_trusts_nothing_arrives_but_what_the_gateway_says(
    live: Gateway, source: str
) -> None:
    corpus = yaml.safe_load((DATA / "trusted_headers_of_frameworks.yaml").read_text(encoding="utf-8"))["trusted"]
    listed = {name for line in corpus for name in line["headers"]} | {header.name for header in (*SET, *STRIPPED)}
    claimed = sorted(listed - {"Host", "CF-Connecting-IP"})
    path = f"/claims/{source}"
    # nginx admits so many bytes of headers, so the claims come in several requests
    for start in range(0, len(claimed), 200):
        part = [(name, "evil.test") for name in claimed[start : start + 200]]
        live.get(path, "203.0.113.9", source=source, headers=part)
    seen = live.received(path)
    headers = {name: value for found in seen for name, value in found.items()}
    visitor = STRANGER if source == STRANGER else "203.0.113.9"
    assert not [name for found in seen for name, value in found.items() if "evil.test" in value]
    assert not [name for name in headers if name.startswith("$")]
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
