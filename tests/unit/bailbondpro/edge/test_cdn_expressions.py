"""Rule expressions: what they render to, what they answer, and that paths are normalised before they are read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.exchange import Exchange, Request, Response, normalise_path
from bailbondpro.edge.language.expressions import (
    NOTHING,
    And,
    AnyOf,
    Contains,
    Equals,
    Expression,
    IsIn,
    Not,
    Or,
    StartsWith,
    StatusIn,
    Wildcard,
)
from bailbondpro.edge.language.fields import (
    COOKIE,
    EXTENSION,
    HOST,
    PATH,
    QUERY,
    REQUEST_HEADER_NAMES,
    Lower,
    LowerEach,
    ResponseHeader,
)

CSS = Request.of("https://cdn.example.com/static/app.css?v=1", headers={"Cookie": "theme=dark; session=abc"})


def test_a_compound_expression_renders_with_the_grouping_it_evaluates_with() -> None:
    rule = And((Or((Equals(HOST, "a.example"), Equals(HOST, "b.example"))), Not(StartsWith(PATH, "/x"))))
    assert rule.render() == (
        '((http.host eq "a.example" or http.host eq "b.example") and not (starts_with(http.request.uri.path, "/x")))'
    )


def test_a_list_in_lower_case_is_unpacked_inside_and_outside_the_function() -> None:
    rule = AnyOf(LowerEach(ResponseHeader("cache-control")), "contains", "public")
    assert rule.render() == 'any(lower(http.response.headers["cache-control"][*])[*] contains "public")'


def test_a_quote_or_backslash_in_a_value_cannot_leave_its_literal() -> None:
    assert Equals(PATH, '/a"b\\c').render() == 'http.request.uri.path eq "/a\\"b\\\\c"'


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (Equals(HOST, "cdn.example.com"), True),
        (Equals(HOST, "CDN.example.com"), False),
        (IsIn(EXTENSION, ("css", "js")), True),
        (StartsWith(PATH, "/static/"), True),
        (StartsWith(Lower(PATH), "/STATIC/"), False),
        (Contains(COOKIE, "session="), True),
        (Contains(COOKIE, "token="), False),
        (AnyOf(REQUEST_HEADER_NAMES, "eq", "cookie"), True),
        (AnyOf(REQUEST_HEADER_NAMES, "eq", "authorization"), False),
        (AnyOf(REQUEST_HEADER_NAMES, "ne", "cookie"), False),
        (AnyOf(REQUEST_HEADER_NAMES, "ne", "accept"), True),
        (Contains(QUERY, "v="), True),
        (Wildcard(COOKIE, "THEME=*; *"), True),
        (Wildcard(COOKIE, "theme=*"), True),
        (Wildcard(COOKIE, "theme=d"), False),
        (Wildcard(COOKIE, "*;*;*"), False),
        (Wildcard(HOST, "cdn?example.com"), False),
        (NOTHING, False),
    ],
)
def test_an_expression_answers_what_it_says(rule: Expression, *, answer: bool) -> None:
    assert rule.holds(Exchange(CSS)) is answer


def test_a_response_field_cannot_be_read_before_the_origin_answers() -> None:
    with pytest.raises(LookupError, match="before the origin answers"):
        StatusIn((200,)).holds(Exchange(CSS))
    assert StatusIn((200,)).holds(Exchange(CSS, Response.of(200)))


def test_the_language_has_no_empty_set() -> None:
    with pytest.raises(ValueError, match="empty set"):
        IsIn(HOST, ())


@pytest.mark.parametrize(
    ("raw", "normalised"),
    [
        ("/static/../api/clients", "/api/clients"),
        ("/static/%2e%2e/api/clients", "/api/clients"),
        ("/%61pi/auth/me", "/api/auth/me"),
        ("/api//auth///me", "/api/auth/me"),
        ("\\api\\auth", "/api/auth"),
        ("/a/./b/", "/a/b/"),
        ("/a/b/..", "/a/"),
        ("/..", "/"),
        ("/static/..%2fapi", "/static/..%2Fapi"),
        ("", "/"),
    ],
)
def test_a_path_is_normalised_as_cloudflare_does(raw: str, normalised: str) -> None:
    assert normalise_path(raw) == normalised


@settings(deadline=None)
@given(st.text(alphabet="/.%2eEfFaA\\", max_size=30))
def test_a_normalised_path_is_absolute_and_has_no_dot_segments(raw: str) -> None:
    path = normalise_path(raw)
    assert path.startswith("/")
    assert not {".", ".."} & set(path.split("/"))
    assert "\\" not in path


def test_a_request_needs_an_absolute_url() -> None:
    with pytest.raises(ValueError, match="has no host"):
        Request.of("/static/app.css")
