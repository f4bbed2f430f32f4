"""What the edge hears from the gateway of lifetimes and Vary, line by line, and what it makes of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge.exchange import Request, Response, headers_of
from bailbondpro.edge.explain import explain
from bailbondpro.edge.origin import guide_headers
from bailbondpro.edge.policy import CdnHosts
from tests.support.edge_policies import POLICY
from tests.support.live_nginx import HOST, as_the_edge_hears, config_of, gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.origin import ClassName
    from tests.support.live_nginx import Gateway

POD = "127.0.0.88"
API, CDN, IMAGES = (f"{label}.{HOST}" for label in ("api", "cdn", "images"))
ZONE = replace(POLICY, hosts=CdnHosts.under(HOST))


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(replace(config_of("prod", "microservices"), verify_client=False), (POD,)) as made:
        yield made


SERVED: dict[ClassName, tuple[str, str, str]] = {
    "html": (HOST, "/pricing", "text/html; charset=utf-8"),
    "api": (API, "/api/public/courts", "application/json"),
    "css": (CDN, "/static/app.3f9a.css", "text/css"),
    "js": (HOST, "/static/app.3f9a.js", "text/javascript"),
    "images": (IMAGES, "/a.png", "image/png"),
}


@pytest.mark.parametrize("name", list(SERVED))
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_the_guide_has_an_application_say_is_kept_for_the_guides_time(
    live: Gateway, name: ClassName, encoding: str
) -> None:
    host, path, kind = SERVED[name]
    pod = live.backends[POD]
    pod.further, pod.pages = tuple(guide_headers(POLICY, name).items()), {path: (kind, "x" * 4000)}
    pod.pages[f"/images{path}"] = pod.pages[path]
    try:
        answer = live.get(path, host=host, headers=[("Accept-Encoding", encoding)])
    finally:
        pod.further, pod.pages = (), {}
    lifetime = dict(POLICY.cache_classes.by_name())[name]
    # a vendor shows lines of one name apart, or joined
    joined = {line: value for line, value in answer.headers.items() if line != "x-backend"}
    assert sum(line == "vary" for line, _ in answer.lines) <= 1
    for response in (as_the_edge_hears(answer), Response(answer.status, headers_of(joined))):
        found = explain(ZONE, Request.of(f"https://{host}{path}"), response)
        assert found.edge_ttl == lifetime.max_age, (found.reason, *response.headers)
    assert answer.headers.get("content-encoding", "identity") == (encoding if name != "images" else "identity")


@pytest.mark.parametrize(
    "said",
    [
        (("Cache-Control", "max-age=60"), ("Cache-Control", "max-age=99999")),
        (("Cache-Control", "public, max-age=0"), ("Cache-Control", "s-maxage=5, max-age=600")),
        (("X-Accel-Expires", "0"),),
        (("Cache-Control", "public"), ("X-Accel-Expires", "off")),
    ],
)
def test_the_edge_is_told_to_store_nothing_whose_lifetime_is_said_twice_or_to_nginx_alone(
    live: Gateway, said: tuple[tuple[str, str], ...]
) -> None:
    live.backends[POD].further = said
    try:
        for host, path in ((CDN, "/static/a.css"), (HOST, "/"), (API, "/api/public"), (IMAGES, "/a.png")):
            answer = live.get(path, "198.51.100.46", host=host)
            assert (answer.headers["cdn-cache-control"], "x-accel-expires" in answer.headers) == ("no-store", False)
            assert "31536000" not in answer.headers.get("cache-control", "")
    finally:
        live.backends[POD].further = ()


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (["Origin"], None),
        (["origin, Accept-Encoding"], None),
        (["Accept-Encoding", "Origin"], None),
        (["Origin, Cookie"], "Origin, Cookie"),
        (["*"], "*"),
        (["Origins"], "Origins"),
    ],
)
def test_of_a_file_for_every_origin_vary_does_not_name_the_origin(
    live: Gateway, said: list[str], left: str | None
) -> None:
    live.backends[POD].further = tuple(("Vary", value) for value in said)
    try:
        assert live.get("/static/a.css", host=CDN).headers.get("vary") == left
        assert live.get("/page", host=HOST).headers["vary"] == ", ".join(said)
        live.backends[POD].further += (("Content-Encoding", "br"),)
        compressed = live.get("/static/a.css", host=CDN).headers.get("vary")
        assert compressed == (left or ("Accept-Encoding" if "Accept-Encoding" in ", ".join(said) else None))
    finally:
        live.backends[POD].further = ()


@pytest.mark.parametrize("host", [HOST, CDN])
def test_a_renewal_says_in_vary_what_the_answer_that_it_renews_says(live: Gateway, host: str) -> None:
    pod = live.backends[POD]
    pod.further, pod.pages = (("Vary", "Accept-Encoding"),), {"/static/a.css": ("text/css", "x" * 4000)}
    try:
        whole = live.get("/static/a.css", host=host, headers=[("Accept-Encoding", "gzip")])
        pod.status = 304
        renewal = live.get("/static/a.css", host=host, headers=[("If-None-Match", '"a"'), ("Accept-Encoding", "gzip")])
    finally:
        pod.further, pod.pages, pod.status = (), {}, 200
    assert (whole.status, renewal.status) == (200, 304)
    assert [value for name, value in renewal.lines if name == "vary"] == ["Accept-Encoding"]
    assert [value for name, value in whole.lines if name == "vary"] == ["Accept-Encoding"]


@pytest.mark.parametrize("said", ["Cookie", "*", "Origin, Accept-Encoding"])
def test_what_varies_on_more_leaves_as_it_is_said_and_is_given_to_nobody_else(live: Gateway, said: str) -> None:
    pod = live.backends[POD]
    pod.further = (("Vary", said), ("Cache-Control", "public, max-age=60"))
    pod.pages = {"/pricing": ("text/html", "x" * 4000)}
    try:
        answer = live.get("/pricing", host=HOST, headers=[("Accept-Encoding", "gzip")])
    finally:
        pod.further, pod.pages = (), {}
    assert [value for name, value in answer.lines if name == "vary"] == ["Accept-Encoding", said]
    joined = {line: value for line, value in answer.headers.items() if line != "x-backend"}
    for response in (as_the_edge_hears(answer), Response(answer.status, headers_of(joined))):
        assert not explain(ZONE, Request.of(f"https://{HOST}/pricing"), response).cacheable
