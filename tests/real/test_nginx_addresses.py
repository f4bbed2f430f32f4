"""No address leaves with a port or a name of the inside, whatever header of the application has it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.live_nginx import HOST, config_of, gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_nginx import Answer, Gateway

POD = "127.0.0.87"
SHIPPED = replace(config_of("prod", "horizontal"), verify_client=False)


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(SHIPPED, (POD,)) as made:
        yield made


def with_headers(live: Gateway, path: str, *headers: tuple[str, str]) -> Answer:
    pod = live.backends[POD]
    pod.further = headers
    try:
        return live.get(path)
    finally:
        pod.further = ()


INNER = (
    *("localhost:3000", "127.0.0.1:3000", "10.0.3.7", "0.0.0.0:3000", "[::1]:3000", "[fd00::7]", "203.0.113.9:8443"),
    *("bailbondpro_backend", "web", "web:3000", "web.bailbondpro.svc", "web.bailbondpro.svc.cluster.local:3000"),
    *("ip-10-0-3-7.ec2.internal", "node.local", "LOCALHOST:3000", "localhost.:3000", "user:x@localhost:3000"),
    *("lb-1.elb.eu-central-1.amazonaws.com", "lb-1.eu-central-1.elb.amazonaws.com", "a.compute-1.amazonaws.com"),
    *(f"{HOST}:3000", f"{HOST}:8443", f"{HOST}.:80", f"x@{HOST}:3000"),
    *("web.production:3000", "web.prod:3000", "127.1:3000", "2130706433", "0x7f.1:3000", "%6cocalhost:3000"),
    *(f"lb-cdn.{HOST}", f"alb1.{HOST}", f"origin2-eu.{HOST}:8443", "x.elb.cn-north-1.amazonaws.com.cn"),
    *("localhost..:3000", "localhost..", "localhost;x", "localhost:3000;x", "web!x", "localhost:x", f"{HOST}:3000;x"),
)


def assert_put_right(live: Gateway, path: str, inner: str, begin: str, rest: str) -> None:
    there = f"{begin}{inner}{rest}"
    link = f"</a.css>; rel=preload, <{there}>; rel=next"
    said = [("Location", there), ("Refresh", f"5; url={there}"), ("Content-Location", there), ("Link", link)]
    said += [("SourceMap", there), ("X-SourceMap", there), ("X-Nextjs-Rewritten-Path", there)]
    answer = with_headers(live, path, *said)
    assert answer.headers["location"] == f"https://{HOST}{rest}", there
    assert answer.headers["refresh"] == f"5; url=https://{HOST}{rest}", there
    assert not {"content-location", "link", "sourcemap", "x-sourcemap", "x-nextjs-rewritten-path"} & set(
        answer.headers
    ), there


@pytest.mark.parametrize("inner", INNER)
def test_where_the_application_sends_people_has_no_port_and_no_name_of_the_inside(live: Gateway, inner: str) -> None:
    assert_put_right(live, "/page", inner, "http://", "/x?y=http://localhost:1/#z")


@pytest.mark.parametrize("path", ["/page", "/static/a.js"])
@pytest.mark.parametrize(
    "begin", ["http://", "HTTPS://", "//", "/\\", "\\\\", "http:\\\\", "http:/", "http:", "https:///"]
)
@pytest.mark.parametrize("rest", ["", "/", "?y", "//evil.test/x"])
def test_however_it_begins_and_ends(live: Gateway, path: str, begin: str, rest: str) -> None:
    assert_put_right(live, path, "localhost:3000", begin, rest)


@pytest.mark.parametrize(
    "there",
    [
        *(
            "/x",
            "x?y=1",
            "?y",
            "https://accounts.example.org/o?redirect_uri=http://localhost:3000/",
            f"https://{HOST}/x",
        ),
        *(f"https://api.{HOST}/x", "https://bucket.s3.eu-central-1.amazonaws.com/a?X-Amz-Signature=1", "mailto:a@b.c"),
        *("https://example.org:8443/x", "https://internal.example.org/x", "bailbondpro://open", "https:/x/y"),
        *(f"https://www.{HOST}/x", "https://web.production/x", "https://evil.test.example.org/"),
        *("https://user:pw@example.org/x", f"https://album.{HOST}/x", "https://b\u00fccher.example.org/x"),
    ],
)
def test_an_address_that_anybody_can_ask_leaves_as_it_is(live: Gateway, there: str) -> None:
    link = f"<{there}>; rel=next"
    said = (("Location", there), ("Refresh", f"5; url={there}"), ("Content-Location", there), ("Link", link))
    answer = with_headers(live, "/page", *said, ("SourceMap", there))
    assert answer.headers["sourcemap"] == there
    assert [answer.headers[name.lower()] for name, _ in said] == [value for _, value in said]


def test_an_address_of_another_host_of_ours_keeps_its_name_and_loses_its_port(live: Gateway) -> None:
    answer = with_headers(live, "/page", ("Location", f"http://api.{HOST}:4000/x"))
    assert answer.headers["location"] == f"https://api.{HOST}/x"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("0;URL='http://web:3000/x'", f"0;URL='https://{HOST}/x'"),
        ('0; url="http://localhost:3000"', f'0; url="https://{HOST}"'),
        ("5;http://localhost:3000/x", f"5;https://{HOST}/x"),
        ("5, http://localhost:3000/x", f"5, https://{HOST}/x"),
        ("5; url = //web:3000/x", f"5; url = https://{HOST}/x"),
        (f"5; url='http://api.{HOST}:4000/x'", f"5; url='https://api.{HOST}/x'"),
        ("0; url='  http://web:3000/x'", f"0; url='  https://{HOST}/x'"),
        ("0;; url=http://web:3000/x", f"0;; url=https://{HOST}/x"),
        ("0; url=http://web:3000;x", f"0; url=https://{HOST}"),
        ("5;\turl\t=\t/x", "5;\turl\t=\t/x"),
        ("5", "5"),
        ("5; url=/x", "5; url=/x"),
        ("5; url='https://example.org/'", "5; url='https://example.org/'"),
    ],
)
def test_a_refresh_is_put_right_in_every_form_that_browsers_take(live: Gateway, said: str, left: str) -> None:
    for path in ("/page", "/static/a.js"):
        assert with_headers(live, path, ("Refresh", said)).headers["refresh"] == left


def test_a_port_of_another_name_in_our_zone_does_not_leave(live: Gateway) -> None:
    answer = with_headers(live, "/page", ("Location", f"https://www.{HOST}:8443/x"), ("Alt-Svc", 'h3=":8443"'))
    assert answer.headers["location"] == f"https://www.{HOST}/x"
    assert "alt-svc" not in answer.headers


@pytest.mark.parametrize(
    ("domain", "left"),
    [
        *(("web.prod.svc.cluster.local", "invalid"), (".localhost", "invalid"), (HOST, HOST), (f".{HOST}", f".{HOST}")),
        *(("web.prod", "invalid"), (f"{HOST}:8443", "invalid"), (f".api.{HOST}:3000", "invalid")),
        *((f"api.{HOST}", f"api.{HOST}"), ("example.org", "example.org")),
    ],
)
def test_a_cookie_names_no_host_of_the_inside(live: Gateway, domain: str, left: str) -> None:
    answer = with_headers(live, "/page", ("Set-Cookie", f"a=1; Domain={domain}; Path=/; Secure"))
    assert answer.headers["set-cookie"].lower() == f"a=1; domain={left}; path=/; secure"


@pytest.mark.parametrize(
    "link",
    [
        '</a>; rel="x"; anchor="http://localhost:3000/"',
        "</a>;rel=x;anchor=http://web:3000/",
        f"</a>;rel=x;anchor='https://{HOST}:8443/'",
        "</a>; rel=next, <//web.prod:3000/b>; rel=x",
    ],
)
def test_no_parameter_of_a_link_names_the_inside(live: Gateway, link: str) -> None:
    assert "link" not in with_headers(live, "/page", ("Link", link)).headers
    kept = f'</a>; rel="x"; anchor="https://{HOST}/#b", <https://example.org/?u=http://localhost:1/>;\trel=next'
    assert with_headers(live, "/page", ("Link", kept)).headers["link"] == kept


@pytest.mark.parametrize("there", ["/\t/localhost:3000/x", "ht\ttp://web:3000/", "http:/\t/10.0.0\t.7/", "/x\ty"])
def test_an_address_with_a_tab_which_browsers_drop_sends_nobody_to_what_is_left(live: Gateway, there: str) -> None:
    said = [("Location", there), ("Content-Location", there), ("Link", f"<{there}>; rel=x"), ("SourceMap", there)]
    answer = with_headers(live, "/page", *said, ("Refresh", f"0;url={there}"))
    assert answer.headers["location"] == f"https://{HOST}/"
    assert not {"content-location", "link", "sourcemap", "refresh"} & set(answer.headers)


def test_no_header_of_the_application_ends_in_the_middle_of_another(live: Gateway) -> None:
    for said in ("5; url=http://web:3000/x\rX-Evil: 1", "5; url=http://web:3000/\rx"):
        answer = with_headers(live, "/page", ("Refresh", said))
        assert (answer.status, "x-evil" in answer.headers, "refresh" in answer.headers) == (502, False, False)
