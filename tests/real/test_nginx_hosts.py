"""Each host name serves what it is for, and a name that is none of ours serves nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge.exchange import Request
from bailbondpro.edge.explain import explain
from bailbondpro.edge.policy import FILE_TYPES, CdnHosts
from components.gateway.response_headers import replaced
from tests.support.edge_policies import POLICY
from tests.support.live_nginx import HOST, as_the_edge_hears, config_of, gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_nginx import Gateway

POD = "127.0.0.81"
SHIPPED = config_of("prod", "microservices")
API, CDN, BACKUP, ASSETS, IMAGES = (
    f"{label}.bailbondpro.com" for label in ("api", "cdn", "cdn-backup", "assets", "images")
)


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(replace(SHIPPED, verify_client=False, private_files=("/static/reports/",)), (POD,)) as made:
        yield made


def asked(live: Gateway) -> list[str]:
    return live.backends[POD].paths()


@pytest.mark.parametrize("host", [API, CDN, BACKUP, ASSETS, IMAGES])
@pytest.mark.parametrize(
    "path", ["/", "/cases", "/clients/7/mugshot", "/portal/photo.php", "/admin", "/uploads/id.pdf", "/ready", "/static"]
)
def test_pages_of_the_application_do_not_exist_on_hosts_with_a_purpose_of_their_own(
    live: Gateway, host: str, path: str
) -> None:
    before = len(asked(live))
    assert live.get(path, host=host).status in {301, 404}
    assert len(asked(live)) == before


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics;v=1/x",
        "/internal/contract",
        "/INTERNAL;a/cache/x",
        "/internal",
        "/%69nternal/",
    ],
)
def test_what_pods_answer_to_the_cluster_alone_reaches_no_pod_from_the_applications_own_host(
    live: Gateway, path: str
) -> None:
    before = len(asked(live))
    assert live.get(path, host=HOST).status == 404
    assert len(asked(live)) == before


@pytest.mark.parametrize("host", [CDN, BACKUP, ASSETS, IMAGES])
@pytest.mark.parametrize("path", ["/api/clients/7/photo.png", "/API/auth/login", "/portal/me.jpg", "/clients/7/me.png"])
def test_no_route_that_ends_like_an_image_reaches_the_application_on_a_host_that_caches_for_a_year(
    live: Gateway, host: str, path: str
) -> None:
    live.get(path, host=host)
    assert path not in asked(live)


def test_the_image_host_serves_the_folder_of_public_images_by_its_own_paths(live: Gateway) -> None:
    answer = live.get("/team/anna%20b.jpg?w=320", host=IMAGES)
    assert (answer.status, answer.body) == (200, f"{POD} /images/team/anna%20b.jpg?w=320\n".encode())
    assert live.get("/LOGO.PNG", host=IMAGES).status == 200


def test_the_image_host_reaches_nothing_outside_of_its_folder(live: Gateway) -> None:
    for path in (
        "/../uploads/id.png",
        "/..%2fuploads/id.png",
        "/x/..;/uploads/id.png",
        "//uploads/id.png",
        "/uploads/id.png",
    ):
        live.get(path, host=IMAGES)
    assert not [path for path in asked(live) if "uploads" in path and not path.startswith("/images/uploads")]


@pytest.mark.parametrize("host", [CDN, BACKUP, ASSETS, HOST])
def test_fingerprinted_files_are_served_on_every_host_of_assets_and_on_the_applications(
    live: Gateway, host: str
) -> None:
    answer = live.get("/static/app.3f9a.woff2", host=host)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("host", [CDN, HOST])
@pytest.mark.parametrize(
    "said",
    [
        {"cache-control": "private, no-store", "expires": "0", "pragma": "no-cache"},
        {"cache-control": "public, max-age=60"},
        {"cache-control": "max-age=0"},
        {"cache-control": "public, no-transform"},
        {"cache-control": "publicly"},
        {"expires": "0"},
        {"pragma": "no-cache"},
    ],
)
def test_what_the_application_says_of_a_files_lifetime_is_never_overruled(
    live: Gateway, host: str, said: dict[str, str]
) -> None:
    live.backends[POD].further = tuple(said.items())
    try:
        headers = live.get("/static/app.3f9a.css", host=host).headers
    finally:
        live.backends[POD].further = ()
    assert {name: headers[name] for name in ("cache-control", "expires", "pragma") if name in headers} == said


def test_a_lifetime_in_two_lines_is_passed_on_as_one(live: Gateway) -> None:
    live.backends[POD].further = (("Cache-Control", "public"), ("Cache-Control", "max-age=5"))
    try:
        assert live.get("/static/a.css", host=CDN).headers["cache-control"] == "public, max-age=5"
    finally:
        live.backends[POD].further = ()


@pytest.mark.parametrize("value", ["public", "Public, Immutable", "immutable", "public,immutable"])
def test_a_file_whose_lifetime_is_left_open_gets_the_guides_year(live: Gateway, value: str) -> None:
    live.backends[POD].further = (("Cache-Control", value),)
    try:
        answer = live.get("/static/a.css", host=CDN)
    finally:
        live.backends[POD].further = ()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("value", ["max-age=5m", "public max-age=60", "max-age=60,s-maxage=0s", "public, x-max-age=3"])
def test_the_edge_is_told_to_store_nothing_whose_lifetime_is_no_number(live: Gateway, value: str) -> None:
    live.backends[POD].further = (("Cache-Control", value),)
    try:
        for host, path in ((CDN, "/static/a.css"), (HOST, "/"), (API, "/api/public"), (IMAGES, "/a.png")):
            assert live.get(path, "198.51.100.44", host=host).headers["cdn-cache-control"] == "no-store"
    finally:
        live.backends[POD].further = ()
    assert "cdn-cache-control" not in live.get("/", host=HOST).headers


@pytest.mark.parametrize(
    "said", [(), (("ETag", '"1"'),), (("Cache-Control", ""),), (("Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"),)]
)
@pytest.mark.parametrize("host", [CDN, HOST])
def test_what_the_gateway_answers_for_a_file_of_which_the_application_says_nothing_is_kept_for_a_year(
    live: Gateway, host: str, said: tuple[tuple[str, str], ...]
) -> None:
    year, policy = 31_536_000, replace(POLICY, hosts=CdnHosts.under(HOST))
    files = {f"/static/app.3f9a.{extension}": kind for extension, kind in (*FILE_TYPES.items(), ("png", "image/png"))}
    pod = live.backends[POD]
    pod.further, pod.pages = said, {path: (kind, "x") for path, kind in files.items()}
    try:
        answers = {path: live.get(path, host=host) for path in files}
    finally:
        pod.further, pod.pages = (), {}
    for path, answer in answers.items():
        found = explain(policy, Request.of(f"https://{host}{path}"), as_the_edge_hears(answer))
        assert (found.edge_ttl, found.browser_ttl) == (year, year), (path, found.reason, *answer.headers.items())


@pytest.mark.parametrize("said", [(), (("Cache-Control", ""),), (("Expires", "0"),)])
def test_of_an_answer_that_says_nothing_of_its_lifetime_the_edge_is_told_nothing_either(
    live: Gateway, said: tuple[tuple[str, str], ...]
) -> None:
    live.backends[POD].further = said
    try:
        for host, path in ((CDN, "/static/a.css"), (HOST, "/"), (API, "/api/public"), (IMAGES, "/a.png")):
            answer = live.get(path, "198.51.100.45", host=host)
            assert (answer.status, answer.headers.get("cdn-cache-control")) == (200, None)
    finally:
        live.backends[POD].further = ()


@pytest.mark.parametrize(
    "path", ["/static/reports/7.css", "/static/Reports/7.css", "/static/%72eports/7.css", "/static/reports;x/7.css"]
)
def test_no_lifetime_is_said_of_a_private_file(live: Gateway, path: str) -> None:
    for host in (CDN, HOST):
        assert live.get(path, host=host).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/clients/7", "/API/Clients/7", "/api/auth/login", "/api"])
def test_the_api_is_served_on_its_own_host_and_on_the_applications(live: Gateway, path: str) -> None:
    assert live.get(path, "198.51.100.7", host=API).status == 200
    assert live.get(path, "198.51.100.8", host=HOST).status == 200


@pytest.mark.parametrize(("host", "path"), [(CDN, "/static/a.js"), (IMAGES, "/a.png")])
def test_hosts_of_public_files_pass_no_credentials_on_and_no_cookie_back(live: Gateway, host: str, path: str) -> None:
    live.backends[POD].further = (("Set-Cookie", "session=new"), ("Access-Control-Allow-Origin", "https://evil.test"))
    sent = [("Cookie", "session=abc"), ("Authorization", "Bearer x"), ("X-Forwarded-User", "admin"), ("Accept", "*/*")]
    sent += [("X-Country", "DE"), ("RSC", "1"), ("Accept-Language", "de"), ("User-Agent", "x"), ("Referer", "x")]
    try:
        answer = live.get(path, host=host, headers=sent)
    finally:
        live.backends[POD].further = ()
    headers = live.backends[POD].requests[-1][1]
    assert not {"cookie", "authorization", "x-forwarded-user"} & set(headers)
    assert not {"x-country", "rsc", "accept-language", "user-agent", "referer"} & set(headers)
    assert (headers["host"], headers["x-real-ip"], headers["accept"]) == (host, "192.0.2.1", "*/*")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/static/a.mjs", "/static/a.woff2", "/static/status/404"])
def test_modules_and_fonts_of_the_asset_hosts_may_be_used_by_pages_of_another_host(live: Gateway, path: str) -> None:
    answer = live.get(path, host=CDN, headers=[("Origin", f"https://{HOST}")])
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in live.get(path, host=HOST).headers


@pytest.mark.parametrize("host", [CDN, IMAGES])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_hosts_of_public_files_are_read_and_never_written(live: Gateway, host: str, method: str) -> None:
    before = len(asked(live))
    assert live.get("/static/a.png", host=host, method=method).status == 405
    assert len(asked(live)) == before


@pytest.mark.parametrize("host", ["evil.test", "bailbondpro.com.evil.test", "x.bailbondpro.com", "127.0.0.1"])
def test_a_host_that_is_none_of_ours_is_refused_with_and_without_tls(live: Gateway, host: str) -> None:
    before = len(asked(live))
    answers = (live.get("/cases", host=host), live.plain("/cases", host=host))
    assert [answer.status for answer in answers] == [421, 421]
    assert not [answer for answer in answers if "location" in answer.headers]
    assert len(asked(live)) == before


@pytest.mark.parametrize(
    ("accept", "kind"), [("application/json", "application/problem+json"), ("text/html", "text/html")]
)
def test_a_host_that_is_none_of_ours_is_told_so_as_every_other_error_is_told(
    live: Gateway, accept: str, kind: str
) -> None:
    wanted = {header.name.lower(): header.value for header in SHIPPED.headers}
    with_tls = live.get("/cases?ssn=1", host="evil.test", headers=[("Accept", accept)])
    assert (with_tls.status, with_tls.headers["content-type"]) == (421, kind)
    assert wanted.items() <= with_tls.headers.items()
    for answer in (with_tls, live.plain("/cases", host="evil.test")):
        assert answer.headers["cache-control"] == "no-store"
        assert b"does not answer here" in answer.body
        assert b"nginx" not in answer.body


@pytest.mark.parametrize("host", [HOST, API, CDN, BACKUP, ASSETS, IMAGES])
def test_plain_http_redirects_every_name_of_ours_to_itself(live: Gateway, host: str) -> None:
    answer = live.plain("/x?y=1", host=host)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{host}/x?y=1")
    assert live.plain("/health", host="10.0.0.1").status == 200


@pytest.mark.parametrize("host", [API, CDN, IMAGES])
def test_liveness_is_the_same_on_every_name_and_every_answer_has_the_security_headers(live: Gateway, host: str) -> None:
    site = next(site for site in SHIPPED.sites if host in site.names)
    for path in ("/health", "/nothing"):
        answer = live.get(path, host=host)
        for header in replaced(SHIPPED.headers, site.headers):
            assert answer.headers[header.name.lower()] == header.value
    assert live.get("/health", host=host).body == b"healthy\n"


def test_an_application_that_is_dead_is_not_ready_where_visitors_arrive_and_nginx_is_healthy_all_the_same() -> None:
    with gateway(replace(SHIPPED, verify_client=False), (POD,)) as live:
        assert live.get("/ready").status == 200
        live.backends[POD].stop()
        assert live.get("/ready").status in {502, 504}
        assert live.get("/health").status == 200
