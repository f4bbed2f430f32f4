"""What the edge does with several hundred URLs, and the promises that must hold for any request at all."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import explain
from bailbondpro.edge.origin import cache_class, expected_response
from bailbondpro.edge.policy import HARMLESS_COOKIES, PRIVATE_PREFIXES, CdnHosts, EdgePolicy
from bailbondpro.edge.proof.corpus import SESSION_COOKIES
from tests.support.paths import DATA

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(
    domain=DOMAIN,
    hosts=CdnHosts.under(DOMAIN),
    session_cookie_names=("session", "connect.sid"),
    public_html_paths=("/", "/pricing", "/about"),
    public_api_prefixes=("/api/public",),
)
TABLE = DATA / "cdn_urls.tsv"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "html": "text/html"}
IMAGES = ("png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "tif", "bmp", "tiff")


def _careless(request: Request) -> Response:
    """An origin that calls everything public, and everything without an extension a page or data."""
    extension = request.extension
    bare = "application/json" if request.path.startswith("/api/") else "text/html" if not extension else ""
    other = bare or "application/octet-stream"
    kind = TYPES.get(extension, f"image/{extension}" if extension in IMAGES else other)
    return Response.of(200, {"Cache-Control": "public, max-age=600", "Content-Type": kind})


def _headers(text: str) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in text.split(" | ") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _cases() -> list[tuple[str, str, str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _outcome(asked: str, headers: str, answer: str) -> str:
    method, url = asked.split(" ", 1)
    request = Request.of(url, method=method, headers=_headers(headers))
    if answer == "-":
        response = _careless(request)
    else:
        status, _, rest = answer.partition(" ")
        response = Response.of(int(status), _headers(rest))
    found = explain(POLICY, request, response)
    if found.blocked_by:
        return "blocked"
    return str(cache_class(POLICY, request)) if found.cacheable else "none"


@pytest.mark.parametrize(("outcome", "asked", "headers", "answer"), _cases())
def test_a_url_gets_the_outcome_of_the_table(outcome: str, asked: str, headers: str, answer: str) -> None:
    assert _outcome(asked, headers, answer) == outcome


def test_the_table_has_hundreds_of_cases_and_every_outcome() -> None:
    cases = _cases()
    assert len(cases) == len(set(cases)) >= 200
    assert set(Counter(case[0] for case in cases)) == {"images", "css", "js", "html", "api", "none", "blocked"}


@pytest.mark.parametrize(
    ("url", "lifetime", "stale", "tag"),
    [
        (f"https://images.{DOMAIN}/logo.png", 31_536_000, 86_400, "images"),
        (f"https://cdn.{DOMAIN}/static/app.css", 31_536_000, 3_600, "static"),
        (f"https://assets.{DOMAIN}/static/app.js", 31_536_000, 3_600, "static"),
        (f"https://{DOMAIN}/pricing", 3_600, 300, "html"),
        (f"https://api.{DOMAIN}/api/public/courts", 300, 60, "api"),
    ],
)
def test_the_guide_s_seconds_reach_the_edge_and_the_browser(url: str, lifetime: int, stale: int, tag: str) -> None:
    request = Request.of(url)
    found = explain(POLICY, request, expected_response(POLICY, request))
    assert (found.edge_ttl, found.browser_ttl, found.stale_while_revalidate) == (lifetime, lifetime, stale)
    assert found.cache_tags == (tag,)


def _kind(url: str) -> str:
    return "application/json" if "/api/" in url else "text/html"


PUBLIC = (f"https://{DOMAIN}/pricing", f"https://api.{DOMAIN}/api/public/courts")


@pytest.mark.parametrize("url", PUBLIC)
@pytest.mark.parametrize(
    ("header", "edge", "browser", "stale"),
    [
        ("public, max-age=0", 0, 0, None),
        ("public, max-age=60", 60, 60, None),
        ("public, max-age=60, stale-while-revalidate=5", 60, 60, 5),
        ("public, s-maxage=60, max-age=10", 60, 10, None),
        ("public, max-age=60, must-revalidate", 60, 60, None),
        ("max-age=60", 60, 60, None),
        ("public, max-age=7200", 7200, 7200, None),
    ],
)
def test_the_origin_s_own_lifetime_of_a_page_or_of_data_is_never_raised(
    url: str, header: str, edge: int, browser: int, stale: int | None
) -> None:
    response = Response.of(200, {"Cache-Control": header, "Content-Type": _kind(url)})
    found = explain(POLICY, Request.of(url), response)
    assert (found.edge_ttl, found.browser_ttl, found.stale_while_revalidate) == (edge, browser, stale)


@pytest.mark.parametrize("url", PUBLIC)
@pytest.mark.parametrize("header", ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control"])
def test_what_the_origin_says_to_the_edge_alone_decides_there_and_not_in_browsers(url: str, header: str) -> None:
    headers = {"Cache-Control": "public, max-age=600", header: "max-age=30", "Content-Type": _kind(url)}
    found = explain(POLICY, Request.of(url), Response.of(200, headers))
    assert (found.edge_ttl, found.browser_ttl) == (30, 600)
    closed = explain(POLICY, Request.of(url), Response.of(200, {**headers, header: "max-age=30, No-Store"}))
    assert (closed.cacheable, closed.browser_ttl) == (False, 600)


@pytest.mark.parametrize(("url", "lifetime", "stale"), [(PUBLIC[0], 3_600, 300), (PUBLIC[1], 300, 60)])
def test_where_the_origin_says_public_alone_the_edge_keeps_the_guide_s_seconds(
    url: str, lifetime: int, stale: int
) -> None:
    response = Response.of(200, {"Cache-Control": "Public", "Content-Type": _kind(url)})
    found = explain(POLICY, Request.of(url), response)
    assert (found.edge_ttl, found.stale_while_revalidate, found.browser_ttl) == (lifetime, stale, None)


@pytest.mark.parametrize("url", PUBLIC)
@pytest.mark.parametrize("header", ["no-cache", "public, no-cache", "public, max-age=600, no-cache", ""])
def test_a_page_without_a_lifetime_or_with_no_cache_is_not_stored(url: str, header: str) -> None:
    response = Response.of(200, {"Content-Type": _kind(url), **({"Cache-Control": header} if header else {})})
    assert not explain(POLICY, Request.of(url), response).cacheable


@pytest.mark.parametrize("name", SESSION_COOKIES)
@pytest.mark.parametrize("url", PUBLIC)
def test_a_session_of_any_framework_is_answered_by_the_origin_on_pages_that_are_opted_in(url: str, name: str) -> None:
    for cookie in (f"{name}=abc", f"_ga=GA1.1.2; {name}=abc", f"{name}=abc; _ga=GA1.1.2", f"{name}.0=a; {name}.1=b"):
        request = Request.of(url, headers={"Cookie": cookie})
        assert not explain(POLICY, request, expected_response(POLICY, request)).cacheable, cookie


def test_no_cookie_of_a_session_counts_as_harmless() -> None:
    assert [name for name in SESSION_COOKIES if f"{name}=".startswith(HARMLESS_COOKIES)] == []
    assert len(SESSION_COOKIES) > 60


@pytest.mark.parametrize("name", ["connect.sid", "connect.sid.0", "__Host-session", "__Secure-session", "SESSION.1"])
@pytest.mark.parametrize("url", [f"https://cdn.{DOMAIN}/static/app.css", f"https://images.{DOMAIN}/a.png", *PUBLIC])
def test_a_configured_session_counts_by_the_beginning_of_its_name_everywhere(url: str, name: str) -> None:
    for cookie in (f"{name}=abc", f"theme=dark; {name}=abc", f"theme=dark;{name}=abc"):
        request = Request.of(url, headers={"Cookie": cookie})
        assert not explain(POLICY, request, expected_response(POLICY, request)).cacheable, cookie


def test_a_static_file_gets_the_guide_s_headers_from_an_origin_that_sends_none() -> None:
    request = Request.of(f"https://cdn.{DOMAIN}/static/app.css")
    headers = dict(explain(POLICY, request, Response.of(200, {"Content-Type": "text/css"})).response_headers)
    assert headers["cache-control"] == "public, max-age=31536000, stale-while-revalidate=3600, immutable"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_browser_sees_what_the_origin_says_about_a_personal_response() -> None:
    request = Request.of(f"https://{DOMAIN}/dashboard")
    found = explain(POLICY, request, Response.of(200, {"Cache-Control": "private, max-age=30"}))
    assert found.browser_ttl == 30
    assert dict(found.response_headers)["cache-control"] == "private, max-age=30"


@pytest.mark.parametrize(
    "path", ["/uploads/id.png", "/x/..;/uploads/id.png", "/cdn-cgi/image/width=320/uploads/id.png"]
)
def test_the_edge_calls_no_private_file_public(path: str) -> None:
    request = Request.of(f"https://images.{POLICY.domain}{path}")
    found = explain(POLICY, request, Response.of(200, {"Content-Type": "image/png"}))
    assert "cache-control" not in dict(found.response_headers)
    open_file = Request.of(f"https://images.{POLICY.domain}/logo.png", headers={"Cookie": "session=abc"})
    shown = dict(explain(POLICY, open_file, Response.of(200, {"Content-Type": "image/png"})).response_headers)
    assert shown["cache-control"].startswith("public, max-age=31536000")


def test_a_signed_in_visitor_s_browser_sees_the_origin_s_own_lifetime_of_a_public_page() -> None:
    request = Request.of(f"https://{DOMAIN}/pricing", headers={"Cookie": "session=abc"})
    found = explain(POLICY, request, _careless(request))
    assert (found.cacheable, found.browser_ttl) == (False, 600)


def test_s_maxage_of_the_origin_decides_and_forbids_stale_copies_of_a_page() -> None:
    request = Request.of(f"https://{DOMAIN}/pricing")
    response = Response.of(200, {"Cache-Control": "public, s-maxage=60", "Content-Type": "text/html"})
    found = explain(POLICY, request, response)
    assert (found.cacheable, found.edge_ttl, found.stale_while_revalidate) == (True, 60, None)


def test_the_login_is_counted_by_its_own_limit_alone() -> None:
    def counted_by(path: str, plan: Plan = Plan.PRO) -> str | None:
        policy = dataclasses.replace(POLICY, plan=plan)
        request = Request.of(f"https://{DOMAIN}{path}", method="POST")
        limit = explain(policy, request, Response.of(200)).rate_limit
        return limit.ref if limit else None

    assert counted_by("/api/auth/login") == "login_rate_limit"
    assert counted_by("/api/bonds") == "api_rate_limit"
    assert counted_by("/api/bonds", Plan.FREE) is None
    assert counted_by("/pricing") is None


def test_nothing_of_the_app_is_cached_until_someone_opts_in() -> None:
    closed = dataclasses.replace(POLICY, public_html_paths=(), public_api_prefixes=())
    for url in (f"https://{DOMAIN}/", f"https://{DOMAIN}/pricing", f"https://api.{DOMAIN}/api/public/courts"):
        request = Request.of(url)
        assert not explain(closed, request, _careless(request)).cacheable


HOSTS = st.sampled_from([name for _, name in POLICY.hosts.by_role()] + ["example.com", f"x.{DOMAIN}"])
SEGMENTS = st.sampled_from(
    [
        "static",
        "api",
        "public",
        "auth",
        "clients",
        "admin",
        "account",
        "uploads",
        "..",
        ".",
        "%2e%2e",
        "",
        "x",
        "pricing",
    ]
)
ENDINGS = st.sampled_from(["", "/", "app.css", "app.js", "logo.png", "id.jpg", "contract.pdf", "x.svg", "login"])
PATHS = st.builds(lambda segments, ending: "/" + "/".join([*segments, ending]), st.lists(SEGMENTS, max_size=4), ENDINGS)
METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "POST"])
REQUESTS = st.builds(
    lambda host, path, method: Request.of(f"https://{host}{path}", method=method), HOSTS, PATHS, METHODS
)
CREDENTIALS = st.sampled_from(
    [
        {"Authorization": "Bearer x"},
        {"Cookie": "session=abc"},
        {"Cookie": "a=b; connect.sid=abc; c=d"},
        {"AUTHORIZATION": "", "Cookie": "a=b"},
    ]
)
PERSONAL = st.sampled_from(
    [
        {"Set-Cookie": "a=b"},
        {"Cache-Control": "private"},
        {"Cache-Control": "public, no-store"},
        {"Vary": "Cookie"},
        {"Vary": "Accept-Encoding, COOKIE"},
    ]
)


@settings(deadline=None)
@given(REQUESTS, CREDENTIALS)
def test_a_request_with_credentials_is_never_cached(request: Request, credentials: dict[str, str]) -> None:
    signed_in = Request.of(f"https://{request.host}{request.path}", method=request.method, headers=credentials)
    assert not explain(POLICY, signed_in, _careless(signed_in)).cacheable


@settings(deadline=None)
@given(HOSTS, st.sampled_from(PRIVATE_PREFIXES), ENDINGS, st.booleans())
def test_a_private_path_is_never_cached(host: str, prefix: str, ending: str, shout: bool) -> None:
    path = f"{prefix.upper() if shout else prefix}/{ending}"
    request = Request.of(f"https://{host}{path}")
    assert not explain(POLICY, request, _careless(request)).cacheable


@settings(deadline=None)
@given(REQUESTS, PERSONAL)
def test_a_personal_response_is_never_cached(request: Request, personal: dict[str, str]) -> None:
    response = _careless(request)
    headers = {**dict(response.headers), **{name.lower(): value for name, value in personal.items()}}
    assert not explain(POLICY, request, Response.of(200, headers)).cacheable


@settings(deadline=None)
@given(REQUESTS, st.integers(100, 599).filter(lambda code: code not in {200, 304}))
def test_only_a_plain_success_is_ever_cached(request: Request, code: int) -> None:
    response = _careless(request)
    assert not explain(POLICY, request, dataclasses.replace(response, code=code)).cacheable


@settings(deadline=None)
@given(REQUESTS)
def test_what_is_cached_belongs_to_a_class_on_one_of_our_hosts(request: Request) -> None:
    if explain(POLICY, request, _careless(request)).cacheable:
        assert cache_class(POLICY, request) is not None
        assert request.host in POLICY.host_names()
        assert request.extension not in {"pdf", "docx", "csv", "zip"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"https://{DOMAIN}/a\nb.css", "U+000A"),
        (f"https://{DOMAIN}/a\x1b[31mb.css", "U+001B"),
        (f"https://{DOMAIN}/a b.css", "U+0020"),
        (f"https://{DOMAIN}:99999/a.css", "no port of 1 to 65535"),
        (f"https://{DOMAIN}:0/a.css", "port 0"),
        (f"https://{DOMAIN}:x/a.css", "no port of 1 to 65535"),
        ("javascript:alert(1)", "no port of 1 to 65535"),
        ("javascript://bailbondpro.com/a.css", "the scheme 'javascript'"),
        (f"ftp://{DOMAIN}/a.css", "the scheme 'ftp'"),
        (f"https://user@{DOMAIN}/a.css", "a user name"),
    ],
)
def test_a_url_that_no_browser_sends_is_not_judged(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        Request.of(url)


@pytest.mark.parametrize("url", [f"https://{DOMAIN}:8443/a", f"HTTPS://{DOMAIN}/a", f"{DOMAIN}/a", f"{DOMAIN}:443/ä"])
def test_other_ports_cases_and_letters_are_judged(url: str) -> None:
    assert Request.of(url).host == DOMAIN
