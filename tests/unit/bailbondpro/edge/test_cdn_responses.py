"""What may be stored is said in known words: type, Cache-Control and headers of a response, whoever invented others."""

from __future__ import annotations

import pytest

from bailbondpro.edge.cache_control import OPEN_CONTROLS
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import evaluate
from bailbondpro.edge.policy import FILE_TYPES, HARMLESS_RESPONSE_HEADERS
from tests.support.edge_policies import DOMAIN, RULES

PAGE, DATA = f"https://{DOMAIN}/pricing", f"https://api.{DOMAIN}/api/public/courts"
FILE, IMAGE = f"https://cdn.{DOMAIN}/static/app.css", f"https://images.{DOMAIN}/a.png"
TYPES = {PAGE: "text/html; charset=utf-8", DATA: "application/json", FILE: "text/css", IMAGE: "image/png"}


def kept(
    url: str, *headers: tuple[str, str], control: str | None = "public, max-age=600", kind: str = ""
) -> int | None:
    """Seconds for which the edge keeps a response; None for not at all."""
    said = (("content-type", kind or TYPES[url]), *headers)
    answer = Response(200, (*said, ("cache-control", control)) if control is not None else said)
    found = evaluate(RULES, Request.of(url), answer)
    return found.edge_ttl if found.cacheable else None


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "application/pdf",
            "application/zip",
            "text/csv",
            "text/plain",
            "application/msword",
            "image/png",
            "text/css",
        ),
        *("application/xml", "text/calendar", "message/rfc822", "application/x-ndjsn", "x", "application/octet-stream"),
        *("image/png; text/html", "text/x;type=application/json", "application/pdf; x=text/html"),
        *("text/x-html-template", "application/xhtml+xml", "text/html, text/csv", "multipart/form-data"),
    ],
)
def test_of_pages_and_data_nothing_is_stored_but_pages_and_data(kind: str) -> None:
    assert kept(PAGE, kind=kind) is kept(DATA, kind=kind) is None


def test_of_pages_and_data_nothing_without_a_type_is_stored_nor_one_for_the_other() -> None:
    for url in (PAGE, DATA):
        found = evaluate(RULES, Request.of(url), Response.of(200, {"Cache-Control": "public, max-age=600"}))
        assert not found.cacheable
    assert kept(PAGE, kind="application/json") is kept(DATA, kind="text/html") is None
    assert kept(PAGE, kind="Text/HTML") == kept(DATA, kind="application/geo+json") == 600


@pytest.mark.parametrize("url", list(TYPES))
@pytest.mark.parametrize(
    "said", ["inline; filename=bond.pdf", "attachment", "ATTACHMENT; filename=x", "filename=a", "x"]
)
def test_what_has_a_disposition_is_not_stored(url: str, said: str) -> None:
    assert kept(url, ("content-disposition", said)) is None


@pytest.mark.parametrize("url", list(TYPES))
@pytest.mark.parametrize(
    "control",
    [
        *("no_store", "no store", "nostore", "No_Store", "no-stor", "nocache", "no_cache", "max-age=600, nostore"),
        *(
            "private_",
            "privat",
            "max-age=600, privat",
            "",
            " ",
            "-",
            "0",
            "none",
            "foo",
            "foo=bar",
            '"public"',
            "'public'",
        ),
        *(
            "public; max-age=600",
            "max-age=600; private",
            "max-age",
            "max-age=",
            "max-age=x",
            'max-age="600"',
            "maxage=600",
        ),
        *(
            "max_age=600",
            "max-age:600",
            "must-revalidate",
            "proxy-revalidate",
            "must-understand",
            "public,,x",
            "pub lic",
        ),
        *("s-maxage=", "stale-while-revalidate=60", "only-if-cached", "min-fresh=60", "public, x", "\u200bpublic"),
    ],
)
def test_a_cache_control_that_says_nothing_known_is_no_consent(url: str, control: str) -> None:
    assert kept(url, control=control) is None


@pytest.mark.parametrize("url", [FILE, IMAGE])
@pytest.mark.parametrize("control", [None, *OPEN_CONTROLS, "Public, Immutable"])
def test_a_file_that_says_nothing_or_that_it_is_public_gets_the_guides_year(url: str, control: str | None) -> None:
    assert kept(url, control=control) == 31_536_000


@pytest.mark.parametrize("url", list(TYPES))
@pytest.mark.parametrize(
    "name",
    [
        *("dpop-nonce", "set-login", "authentication-info", "proxy-authenticate", "proxy-authentication-info"),
        *("x-fastly-cache-control", "x-litespeed-cache-control", "x-cdn-cache-control", "akamai-cache-control"),
        *("x-litespeed-vary", "edge-vary", "surrogate-control", "content-range", "location", "clear-site-data"),
        *("replay-nonce", "x-user", "x-account-id", "x-identity", "x-csrf-token", "x-login-state", "pragma"),
    ],
)
def test_a_header_that_means_a_personal_answer_keeps_it_out_of_the_cache(url: str, name: str) -> None:
    assert kept(url, (name, "x")) is None


@pytest.mark.parametrize(
    "name",
    [
        *("x-customer", "x-case-id", "x-tenant", "x-role", "x-whatever", "refresh", "x-api-key", "x-jwt", "x-sid"),
        *("x-otp", "x-email", "x-member-id", "x-ssn", "x-no-cache", "access-control-allow-credentials"),
    ],
)
def test_a_header_that_nobody_listed_keeps_everything_out_of_the_cache(name: str) -> None:
    assert {url: kept(url, (name, "x")) for url in TYPES} == dict.fromkeys(TYPES)


def test_what_servers_and_frameworks_send_with_every_answer_keeps_nothing_out_of_the_cache() -> None:
    usual = [name for name in HARMLESS_RESPONSE_HEADERS if not name.endswith(("cache-control", "vary", "expires"))]
    said = [(name, "1") for name in usual if name not in {"content-type", "age"}]
    assert (kept(PAGE, *said), kept(DATA, *said)) == (600, 600)
    assert (kept(FILE, *said), kept(IMAGE, *said)) == (600, 600)


FOREIGN = ("application/octet-stream", "application/pdf", "application/zip", "text/csv", "text/plain", "message/rfc822")
OWN = ("application/json", "font/woff2", "text/javascript", "application/wasm", "text/css", "text/html", "image/png")


@pytest.mark.parametrize("parameter", ['; name="export.{}"', "; x={}", ";{}", "; profile={}; charset=utf-8", ",{}"])
@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_type_counts_by_itself_and_not_by_a_parameter(foreign: str, parameter: str) -> None:
    urls = [PAGE, DATA, IMAGE, *(f"{FILE.rpartition('.')[0]}.{extension}" for extension in FILE_TYPES)]
    for own in (*OWN, "font", "javascript", "json", "+json", "manifest+json", "/json", "/wasm"):
        said = (("content-type", foreign + parameter.format(own)), ("cache-control", "public, max-age=600"))
        found = (evaluate(RULES, Request.of(url), Response(200, said)) for url in urls)
        assert not any(each.cacheable or each.browser_ttl == 31_536_000 for each in found), said


@pytest.mark.parametrize(("extension", "kind"), list(FILE_TYPES.items()))
def test_a_file_of_its_own_type_is_kept_with_and_without_a_charset(extension: str, kind: str) -> None:
    url = f"{FILE.rpartition('.')[0]}.{extension}"
    ends = ("",) if kind.startswith("font") or extension == "wasm" else ("", "; charset=utf-8", "; charset=UTF-8")
    for end in ends:
        answer = Response(200, (("content-type", kind + end),))
        assert evaluate(RULES, Request.of(url), answer).edge_ttl == 31_536_000
