"""What the gateway answers itself: errors by what was asked for, headers, and nothing of the inside."""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from components.gateway.guide import API_UPSTREAM
from components.gateway.response_headers import TELLTALE_HEADERS, replaced
from tests.support.live_nginx import HOST, config_of, gateway, one_request_per_visitor, read
from tests.support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_nginx import Answer, Gateway

POD, IMAGES = "127.0.0.85", f"images.{HOST}"
SHIPPED = replace(config_of("prod", "horizontal"), verify_client=False)
PAGE, JSON = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("Accept", "application/json, text/html;q=0.1")


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(one_request_per_visitor(SHIPPED), (POD,)) as made:
        yield made


def provoked(live: Gateway, status: int, accept: tuple[str, str]) -> Answer:
    """An error that the gateway answers itself."""
    visitor = f"203.0.113.{status % 250}"
    if status == 502:
        live.backends[POD].stop()
        try:
            return live.get("/down?ssn=1", visitor, headers=[accept])
        finally:
            live.backends[POD].start()
            wait_until(lambda: live.get("/up").status == 200, "the pod to be back")
    if status == 429:
        live.get("/api/x", visitor, headers=[accept])
        return live.get("/api/x?ssn=1", visitor, headers=[accept])
    if status == 413:
        return live.get("/upload", visitor, method="PUT", headers=[accept, ("Content-Length", "99999999")])
    path, method = {
        400: ("/x//y?ssn=1", "GET"),
        404: ("/internal/x?ssn=1", "GET"),
        405: ("/x?ssn=1", "PURGE"),
        414: (f"/{'x' * 17000}?ssn=1", "GET"),
        431: ("/x?ssn=1", "GET"),
    }[status]
    return live.get(
        path, visitor, method=method, headers=[*([("X-Big", "x" * 17000)] if status == 431 else []), accept]
    )


RETRIED = {429: "1", 502: "5"}
STATUSES = (400, 404, 405, 413, 414, 429, 431, 502)


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_of_the_gateway_is_a_page_or_json_as_it_was_asked_for(live: Gateway, status: int) -> None:
    page, problem = provoked(live, status, PAGE), provoked(live, status, JSON)
    # headers that were too large are not read to their end, so what they accept may be unknown
    if status not in {414, 431}:
        assert (page.headers["content-type"], page.body[:15]) == ("text/html", b"<!doctype html>")
    assert problem.headers["content-type"] == "application/problem+json"
    said = json.loads(problem.body)
    assert said.keys() == {"type", "title", "status", "detail", "request_id"}
    assert (problem.status, page.status, said["status"]) == (status, status, status)
    assert said["title"]
    assert said["detail"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html;q=0", "json"),
        ("text/html; q=0.000, application/json", "json"),
        ("TEXT/HTML;level=1;Q=0, */*", "json"),
        ("text/html;q=0, text/*", "json"),
        ("*/*;q=0", "json"),
        ("text/*;q=0", "json"),
        ("application/json;q=0, text/html", "html"),
        ("application/problem+json;q=0.0, */*", "html"),
        ("application/*;q=0", "html"),
        ("*/*;q=0, text/html;q=0.001", "html"),
        ("text/*", "html"),
        ("text/htmlx", "json"),
        ("application/json;q=0.1, text/html", "html"),
        ("application/json ; q=0.9, text/plain, text/html;level=1", "html"),
        ("application/problem+json;v=1;q=0.5,text/html;q=1", "html"),
        ("text/html;q=0.1, application/json", "json"),
        ("text/html;q=0.2, */*;q=0.1, application/json;q=1.0", "json"),
        ("application/json, application/problem+json;q=0.5, text/html", "json"),
        ("application/json, text/html", "json"),
        ("text/html, application/json", "html"),
    ],
)
def test_what_has_the_weight_zero_is_never_answered_and_what_has_a_lower_one_gives_way(
    live: Gateway, accept: str, kind: str
) -> None:
    answer = live.get("/internal/x", headers=[("Accept", accept)])
    assert answer.status == 404
    assert answer.headers["content-type"] == {"json": "application/problem+json", "html": "text/html"}[kind]


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_of_the_gateway_is_never_cached_and_says_when_to_come_back_where_that_helps(
    live: Gateway, status: int
) -> None:
    answer = provoked(live, status, PAGE)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get("retry-after") == RETRIED.get(status)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_of_the_gateway_has_the_security_headers_once_and_names_nothing_of_the_inside(
    live: Gateway, status: int
) -> None:
    answer = provoked(live, status, JSON)
    assert {header.name: answer.headers.get(header.name.lower()) for header in SHIPPED.headers} == {
        header.name: header.value for header in SHIPPED.headers
    }
    text = str(answer.headers) + answer.body.decode()
    inside = (str(live.config.https_port), POD, "bailbondpro-headless", API_UPSTREAM, "nginx/", "ssn")
    assert not [word for word in inside if word in text]


def test_a_maintenance_answers_everybody_with_a_page_that_nobody_keeps_and_asks_the_application_nothing() -> None:
    with gateway(replace(SHIPPED, maintenance=True), (POD,)) as live:
        before = len(live.backends[POD].requests)
        for host, path in (
            (HOST, "/"),
            (HOST, "/api/x"),
            (HOST, "/metrics"),
            (f"cdn.{HOST}", "/static/a.js"),
            (IMAGES, "/a.png"),
        ):
            answer = live.get(path, host=host, headers=[PAGE])
            assert (answer.status, answer.headers["retry-after"], answer.headers["cache-control"]) == (
                503,
                "60",
                "no-store",
            )
            assert answer.body.startswith(b"<!doctype html>")
        assert len(live.backends[POD].requests) == before
        assert (live.get("/health").status, live.get("/ready").status) == (200, 200)
        live.backends[POD].stop()
        assert live.get("/ready").status == 502, "a dead application is seen all the same"


def test_hosts_of_files_answer_errors_with_headers_of_their_own(live: Gateway) -> None:
    site = next(site for site in SHIPPED.sites if IMAGES in site.names)
    wanted = {header.name.lower(): header.value for header in replaced(SHIPPED.headers, site.headers)}
    assert "sandbox" in wanted["content-security-policy"]
    assert wanted["cross-origin-resource-policy"] == "cross-origin"
    for path, status in (("/a.png", 200), ("/x", 404), ("/a//b.png", 400)):
        answer = live.get(path, host=IMAGES)
        assert (answer.status, wanted.items() <= answer.headers.items()) == (status, True)
    refused = live.get("/a.png", host=IMAGES, method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_errors_of_the_application_pass_as_it_wrote_them(live: Gateway) -> None:
    for status in (404, 429, 503):
        answer = live.get(f"/status/{status}", method="POST", body=b"{}", headers=[JSON])
        assert (answer.status, answer.backend) == (status, POD)
        assert "retry-after" not in answer.headers


def with_headers(live: Gateway, path: str, *headers: tuple[str, str]) -> Answer:
    pod = live.backends[POD]
    pod.further = headers
    try:
        return live.get(path)
    finally:
        pod.further = ()


@pytest.mark.parametrize("path", ["/page", "/static/a.js", "/ready"])
def test_what_the_application_says_of_a_header_of_the_gateway_counts_only_where_that_yields(
    live: Gateway, path: str
) -> None:
    yielding = {"referrer-policy", "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"}
    own = {header.name.lower(): header.name.lower() in yielding for header in SHIPPED.headers}
    own["strict-transport-security"] = False
    said = with_headers(live, path, *((name, "its own") for name in own if name != "content-security-policy"))
    assert {name: said.headers.get(name) == "its own" for name in own} == own
    assert not [name for name, value in said.headers.items() if ", " in value and "its own" in value]


def test_a_content_security_policy_of_the_application_holds_beside_the_gateways(live: Gateway) -> None:
    answer = with_headers(live, "/page", ("Content-Security-Policy", "default-src 'self'"))
    own = "frame-ancestors 'none'; upgrade-insecure-requests"
    assert answer.headers["content-security-policy"].split(", ") == ["default-src 'self'", own]


@pytest.mark.parametrize("path", ["/page", "/static/a.js", "/ready"])
def test_names_and_versions_of_programs_do_not_leave(live: Gateway, path: str) -> None:
    telltale = {*TELLTALE_HEADERS, "X-Powered-By", "X-AspNet-Version", "X-Generator", "X-Runtime", "X-Served-By", "Via"}
    answer = with_headers(live, path, ("Server", "Kestrel/9"), *((name, "PHP/8.1") for name in sorted(telltale)))
    assert answer.headers["server"] == "nginx"
    assert not {name.lower() for name in telltale} & set(answer.headers)


def test_an_answer_of_the_application_chooses_no_location_inside_of_nginx(live: Gateway) -> None:
    answer = with_headers(live, "/page", ("X-Accel-Redirect", "/_error/json"), ("X-Accel-Limit-Rate", "1"))
    assert (answer.status, answer.backend) == (200, POD)


@pytest.mark.parametrize("path", ["/ready", "/health"])
def test_health_is_never_cached_whatever_the_application_says(live: Gateway, path: str) -> None:
    answer = with_headers(live, path, ("Cache-Control", "public, max-age=600"))
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")


def test_no_log_knows_a_query(live: Gateway) -> None:
    provoked(live, 502, PAGE)
    live.get("/x%0a?ssn=1")
    log = live.folder / "access.log"
    wait_until(lambda: '"/down"' in log.read_text() and '"/x%0a"' in log.read_text(), "the lines of the log")
    assert "ssn" not in log.read_text() + live.server.said


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("PUT", 2), ("POST", 1), ("PATCH", 1)])
def test_only_what_may_be_done_twice_is_asked_of_another_pod(method: str, times: int) -> None:
    pods = (POD, "127.0.0.86")
    with gateway(SHIPPED, pods) as live:
        assert live.get(f"/status/503/{method}", method=method, body=b"{}").status == 503
        assert len(live.received(f"/status/503/{method}")) == times


def test_a_reload_under_load_loses_no_request() -> None:
    with gateway(SHIPPED, (POD,)) as live:
        stopping, lost, answered = threading.Event(), list[str](), list[int]()

        def ask_on_one_connection() -> None:
            request = f"GET /page HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
            while not stopping.is_set():
                try:
                    with live.connection() as sock:
                        closing = False
                        while not closing and not stopping.is_set():
                            sock.sendall(request)
                            answer = read(sock, "GET")
                            answered.append(answer.status)
                            closing = answer.headers.get("connection") == "close"
                except OSError as error:
                    lost.append(repr(error))

        def ask_for_a_slow_page() -> None:
            try:
                answered.append(live.get("/wait/1.5").status)
            except OSError as error:
                lost.append(repr(error))

        threads = [threading.Thread(target=ask_on_one_connection) for _ in range(3)]
        threads.append(threading.Thread(target=ask_for_a_slow_page))
        for thread in threads:
            thread.start()
        try:
            for _ in range(2):
                more(answered, 20)
                live.server.process.send_signal(signal.SIGHUP)
            more(answered, 20)
        finally:
            stopping.set()
            for thread in threads:
                thread.join()
    assert (set(answered), lost) == ({200}, [])


def more(answered: list[int], count: int) -> None:
    """Wait for so many further answers."""
    wanted = len(answered) + count
    wait_until(lambda: len(answered) >= wanted, "requests to run")
