"""What the shipped gateway does to traffic: limits, balancing, failures, headers, TLS, addresses."""

from __future__ import annotations

import json
import math
import socket
import ssl
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.live_nginx import HOST, PROXY, STRANGER, config_of, gateway, read
from tests.support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_nginx import Answer, Gateway

PODS = ("127.0.0.11", "127.0.0.12", "127.0.0.13")
SHIPPED = config_of("prod", "horizontal")
OPEN = replace(SHIPPED, verify_client=False)
"""As shipped, but for clients without a certificate; one test is about them."""


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(OPEN, PODS) as made:
        yield made


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def test_of_sixty_api_requests_at_once_the_first_and_a_burst_of_twenty_pass(live: Gateway) -> None:
    began = time.monotonic()
    found = statuses(live.at_once("/api/clients", 60, lambda _: "198.51.100.1"))
    # while 60 requests arrive, the bucket leaks ten times a second
    leaked = math.ceil(10 * (time.monotonic() - began))
    assert 21 <= found[200] <= 21 + leaked
    assert found[200] + found[429] == 60


def test_each_gateway_pod_counts_for_itself_and_all_of_them_admit_no_more_than_the_documented_bound(
    live: Gateway,
) -> None:
    visitor = "198.51.100.3"
    with gateway(OPEN, PODS) as other:
        began = time.monotonic()
        found = [statuses(pod.at_once("/api/clients", 60, lambda _: visitor))[200] for pod in (live, other)]
        passed = time.monotonic() - began
    assert min(found) >= 21
    # docs/gateway.md: pods x (1 + burst + rate x seconds)
    assert sum(found) <= 2 * (1 + 20 + math.ceil(10 * passed))


def test_of_twenty_logins_at_once_the_first_and_a_burst_of_five_pass(live: Gateway) -> None:
    began = time.monotonic()
    found = statuses(live.at_once("/api/auth/login", 20, lambda _: "198.51.100.2"))
    assert 6 <= found[200] <= 6 + math.ceil(time.monotonic() - began)
    assert found[200] + found[429] == 20


def test_one_visitors_limit_is_not_anothers(live: Gateway) -> None:
    live.at_once("/api/auth/login", 20, lambda _: "198.51.100.3")
    assert live.get("/api/auth/login", "198.51.100.3").status == 429
    assert live.get("/api/auth/login", "198.51.100.4").status == 200


def test_the_login_has_a_limit_of_its_own_beside_the_apis(live: Gateway) -> None:
    live.at_once("/api/auth/login", 20, lambda _: "198.51.100.5")
    assert live.get("/api/clients", "198.51.100.5").status == 200


def test_pages_are_not_limited(live: Gateway) -> None:
    assert statuses(live.at_once("/cases", 60, lambda _: "198.51.100.6")) == {200: 60}


def test_a_limit_recovers_with_time(live: Gateway) -> None:
    live.at_once("/api/clients", 60, lambda _: "198.51.100.7")
    wait_until(lambda: live.get("/api/clients", "198.51.100.7").status == 200, "the bucket to leak")


def test_pages_go_to_the_pods_with_the_fewest_open_requests(live: Gateway) -> None:
    slow = live.backends[PODS[0]]
    slow.delay, before = 2.0, len(slow.requests)
    threads: list[threading.Thread] = []

    def busy() -> bool:
        # among pods with equally many open requests nginx takes turns, and whose turn it is, earlier tests decided
        threads.append(threading.Thread(target=live.get, args=("/page",)))
        threads[-1].start()
        return "/page" in slow.paths()[before:]

    try:
        wait_until(busy, "the slow pod to be busy")
        answered = Counter(live.get("/cases").backend for _ in range(20))
    finally:
        slow.delay = 0.0
    for thread in threads:
        thread.join()
    assert answered[PODS[0]] == 0
    assert min(answered[PODS[1]], answered[PODS[2]]) > 0


def test_a_visitor_of_the_api_stays_with_one_pod(live: Gateway) -> None:
    visitors = [f"198.18.{number}.1" for number in range(12)]
    pods = {visitor: {live.get("/api/bonds", visitor).backend for _ in range(4)} for visitor in visitors}
    assert all(len(stuck) == 1 for stuck in pods.values())
    assert len(set.union(*pods.values())) == len(PODS)


def test_a_post_is_not_sent_twice(live: Gateway) -> None:
    answer = live.get("/status/503/once", method="POST", body=b"{}")
    assert answer.status == 503
    assert len(live.received("/status/503/once")) == 1


def test_a_page_that_fails_is_asked_of_one_more_pod_and_no_third(live: Gateway) -> None:
    assert live.get("/status/503/page").status == 503
    assert len(live.received("/status/503/page")) == 2


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/status/404", 404), ("/status/500", 500), ("/health", 200)])
def test_security_headers_are_on_every_answer(live: Gateway, path: str, status: int) -> None:
    assert_secured(live.get(path), status)


def test_security_headers_are_on_refused_requests(live: Gateway) -> None:
    answers = live.at_once("/api/auth/login", 10, lambda _: "198.51.100.8")
    assert_secured(next(answer for answer in answers if answer.status == 429), 429)


def test_security_headers_are_on_static_files_and_on_missing_ones(live: Gateway) -> None:
    assert_secured(live.get("/static/app.123.js"), 200)
    assert_secured(live.get("/static/status/404"), 404)


def assert_secured(answer: Answer, status: int) -> None:
    assert answer.status == status
    for header in OPEN.headers:
        assert answer.headers.get(header.name.lower()) == header.value
    assert answer.headers["server"] == "nginx"


def test_static_files_may_be_kept_for_a_year_and_missing_ones_not_at_all(live: Gateway) -> None:
    assert live.get("/static/app.123.js").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert live.get("/static/status/404").headers["cache-control"] == "no-store"
    assert live.get("/page").headers["cache-control"] == "private"


def test_pods_see_the_visitor_that_cloudflare_names_and_nothing_the_visitor_claims(live: Gateway) -> None:
    with live.connection() as sock:
        claims = f"Host: {HOST}\r\nX-Forwarded-For: 10.0.0.1\r\nX-Real-IP: 10.0.0.1\r\nX-Forwarded-Proto: http"
        sock.sendall(
            f"GET /claims HTTP/1.1\r\n{claims}\r\nCF-Connecting-IP: 203.0.113.9\r\nConnection: close\r\n\r\n".encode()
        )
        read(sock, "GET")
    headers = live.received("/claims")[0]
    assert (headers["x-forwarded-for"], headers["x-real-ip"]) == ("203.0.113.9", "203.0.113.9")
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == HOST


def test_a_stranger_that_names_another_visitor_is_still_itself(live: Gateway) -> None:
    answers = [live.get("/api/auth/login", f"203.0.113.{number}", source=STRANGER) for number in range(12)]
    assert statuses(answers)[200] <= 8
    headers = [
        headers for pod in live.backends.values() for path, headers in pod.requests if headers["x-real-ip"] == STRANGER
    ]
    assert headers


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(live: Gateway, version: ssl.TLSVersion) -> None:
    with live.connection(minimum_version=version, maximum_version=version) as sock:
        assert sock.version() == version.name.replace("_", ".")


@pytest.mark.parametrize(("minor", "name"), [(1, "1.0"), (2, "1.1")])
def test_older_tls_is_refused_with_an_alert_about_the_version(live: Gateway, minor: int, name: str) -> None:
    """Speaks the first message by hand: this machine's own library may refuse to offer an old version at all."""
    suites = bytes.fromhex("c013c014c009c00a002f0035")
    extensions = server_name(HOST) + bytes.fromhex("000a00040002001d" + "000b00020100")
    hello = bytes([3, minor]) + bytes(32) + b"\0" + sized(suites, 2) + b"\1\0" + sized(extensions, 2)
    message = b"\1" + sized(hello, 3)
    with socket.create_connection(("127.0.0.1", live.config.https_port), timeout=10) as sock:
        sock.sendall(bytes([22, 3, 1]) + sized(message, 2))
        answer = sock.recv(7)
    assert answer[0] == 21, f"TLS {name} got no alert"
    assert answer[5:7] == b"\x02\x46", "a fatal alert: protocol_version (RFC 8446, 6.2)"


def sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def server_name(host: str) -> bytes:
    return b"\0\0" + sized(sized(b"\0" + sized(host.encode(), 2), 2), 2)


def test_a_name_that_is_not_ours_gets_no_certificate(live: Gateway) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"), live.connection(name="somebody-else.test"):
        pass


def test_plain_http_answers_probes_and_redirects_everything_else(live: Gateway) -> None:
    assert live.plain("/health").body == b"healthy\n"
    assert live.plain("/ready").backend in PODS
    redirect = live.plain("/cases?id=1")
    assert (redirect.status, redirect.headers["location"]) == (301, f"https://{HOST}/cases?id=1")


def test_the_log_is_json_without_query_strings(live: Gateway) -> None:
    live.get("/logged?ssn=123-45-6789", "203.0.113.77")
    log = live.folder / "access.log"
    wait_until(lambda: '"/logged"' in log.read_text(), "the line of the log")
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    entry = next(entry for entry in entries if entry["path"] == "/logged")
    assert entry["client"] == "203.0.113.77"
    assert entry["proxy"] == PROXY
    assert "123-45-6789" not in log.read_text() + live.server.said


def test_websockets_pass_and_other_requests_keep_the_pods_connection_open(live: Gateway) -> None:
    with live.connection() as sock:
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade"
        sock.sendall(f"GET /socket HTTP/1.1\r\nHost: {HOST}\r\n{upgrade}\r\n\r\n".encode())
        read(sock, "GET")
    socket_headers = live.received("/socket")[0]
    assert (socket_headers["upgrade"], socket_headers["connection"]) == ("websocket", "upgrade")
    live.get("/plain")
    assert "connection" not in live.received("/plain")[0]


def test_an_upload_above_the_limit_is_refused_and_one_below_passes(live: Gateway) -> None:
    assert live.get("/upload", method="POST", body=b"x" * 2_000_000).status == 200
    with live.connection() as sock:
        length = OPEN.max_body_mib * 1024 * 1024 + 1
        sock.sendall(f"POST /upload HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {length}\r\n\r\n".encode())
        assert read(sock, "POST").status == 413
