"""What the origin says of a lifetime is never overruled upward, whatever headers say it, on every class."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cache_control import CacheControl
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import DEFAULT_LIFETIMES, evaluate
from bailbondpro.edge.readings import CARELESS, STRICT, Behaviour
from tests.support.edge_policies import DOMAIN, RULES
from tests.support.weakened import weaker

if TYPE_CHECKING:
    from bailbondpro.edge.language.expressions import Expression
    from bailbondpro.edge.rules import EdgeRules

OPEN = re.compile(r'all\(lower\(http\.response\.headers\["cache-control"\]\[\*\]\)\[\*\] in \{')
"""How the rules ask whether Cache-Control leaves the lifetime open."""

CLASSES = {
    "images": (f"https://images.{DOMAIN}/team/anna.jpg", "image/jpeg"),
    "css": (f"https://cdn.{DOMAIN}/static/app.3f9a.css", "text/css"),
    "js": (f"https://assets.{DOMAIN}/static/app.3f9a.js", "text/javascript"),
    "html": (f"https://{DOMAIN}/pricing", "text/html"),
    "api": (f"https://api.{DOMAIN}/api/public/courts", "application/json"),
}
NUMBERS = st.sampled_from(["0", "1", "60", "600", "31536000", "999999999999"])
DURATIONS = st.builds(
    "{}={}".format, st.sampled_from(["max-age", "s-maxage", "MAX-AGE", "S-MaxAge", " max-age "]), NUMBERS
)
MALFORMED = st.sampled_from(
    [*("max-age=-1", "max-age=1.5", "max-age=ten", "max_age=60", "max-age", "max-age=", 'max-age="60"'), "=", ",,", '"']
)
WORDS = st.sampled_from(["public", "must-revalidate", "proxy-revalidate", "immutable", "no-transform", "PUBLIC"])
FORBIDDING = st.sampled_from(
    [
        "private",
        "no-store",
        "no-cache",
        'private="x-user"',
        'no-cache="set-cookie, x"',
        "Private",
        "NO-STORE",
        " no-cache",
    ]
)
SOME = st.lists(st.one_of(DURATIONS, MALFORMED, WORDS), max_size=4).map(", ".join)
NAMES = ("Cache-Control", "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control")
DATES = st.sampled_from(
    [
        "0",
        "-1",
        "never",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 01 Jan 2027 00:10:00 GMT",
        "Fri, 01 Jan 2027 00:00:00 GMT",
    ]
)
PAIRS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), SOME),
        st.tuples(st.just("Expires"), DATES),
        st.tuples(st.just("Date"), st.just("Fri, 01 Jan 2027 00:00:00 GMT")),
        st.tuples(st.just("Age"), NUMBERS),
        st.tuples(st.just("Vary"), st.sampled_from(["Accept-Encoding", "accept-encoding"])),
    ),
    max_size=6,
)
READINGS = st.sampled_from([CARELESS, STRICT, *(CARELESS.flipped(behaviour) for behaviour in Behaviour)])


def answered(kind: str, pairs: list[tuple[str, str]]) -> Response:
    return Response(200, tuple((name.lower(), value) for name, value in (*pairs, ("Content-Type", kind))))


def said(response: Response) -> list[int]:
    """Every lifetime that any header names."""
    controls = [
        CacheControl.parse(response.values(name), longest=longest) for name in NAMES for longest in (True, False)
    ]
    found = [seconds for control in controls for seconds in (control.edge_ttl, control.seconds("max-age"))]
    return [seconds for seconds in found if seconds is not None]


def names_no_number(response: Response) -> bool:
    """A header has something like a lifetime that is none."""
    controls = [CacheControl.parse(response.values(name)) for name in NAMES]
    ages = [(control, directive) for control in controls for directive, _ in control.directives if "age" in directive]
    return any(directive == "max_age" or control.seconds(directive) is None for control, directive in ages)


@pytest.mark.parametrize("name", list(CLASSES))
@settings(deadline=None)
@given(PAIRS, READINGS)
def test_the_edge_keeps_nothing_longer_than_the_longest_that_the_origin_says(
    name: str, pairs: list[tuple[str, str]], readings: object
) -> None:
    url, kind = CLASSES[name]
    response = answered(kind, pairs)
    found = evaluate(RULES, Request.of(url), response, readings)  # type: ignore[arg-type]  # the strategy's type is lost
    if found.edge_ttl is None:
        return
    lifetimes = said(response)
    malformed = names_no_number(response)
    if lifetimes and not malformed:
        assert found.edge_ttl <= max(lifetimes)
    elif malformed or response.values("expires"):
        assert found.edge_ttl <= max(600, DEFAULT_LIFETIMES[200], *lifetimes), "no number is no consent to a year"


@pytest.mark.parametrize("name", list(CLASSES))
@settings(deadline=None)
@given(st.tuples(st.sampled_from(NAMES), FORBIDDING), PAIRS, READINGS, st.booleans())
def test_what_forbids_a_copy_is_obeyed_in_any_header_at_any_place(
    name: str, forbidding: tuple[str, str], pairs: list[tuple[str, str]], readings: object, first: bool
) -> None:
    url, kind = CLASSES[name]
    response = answered(kind, [forbidding, *pairs] if first else [*pairs, forbidding])
    assert not evaluate(RULES, Request.of(url), response, readings).cacheable  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("name", list(CLASSES))
@pytest.mark.parametrize(
    ("control", "edge", "stale"),
    [
        ("public, max-age=60", 60, None),
        ("public, max-age=60, stale-while-revalidate=5", 60, 5),
        ("public, max-age=3600, s-maxage=30", 30, None),
        ("public, max-age=60, must-revalidate", 60, None),
        ("max-age=60, immutable", 60, None),
        ("max-age=60,immutable", 60, None),
        ("public,immutable,max-age=60", 60, None),
    ],
)
def test_a_lifetime_of_the_origin_reaches_the_edge_as_it_is(
    name: str, control: str, edge: int, stale: int | None
) -> None:
    url, kind = CLASSES[name]
    found = evaluate(RULES, Request.of(url), answered(kind, [("Cache-Control", control)]))
    assert (found.edge_ttl, found.stale_while_revalidate) == (edge, stale)


@pytest.mark.parametrize("name", list(CLASSES))
@pytest.mark.parametrize("header", NAMES[1:])
def test_a_lifetime_for_the_edge_alone_is_never_raised(name: str, header: str) -> None:
    url, kind = CLASSES[name]
    response = answered(kind, [("Cache-Control", "public, max-age=31536000"), (header, "max-age=30")])
    assert evaluate(RULES, Request.of(url), response).edge_ttl in {30, None}


@pytest.mark.parametrize(("name", "stale"), [("images", 86_400), ("css", 3_600), ("js", 3_600)])
@pytest.mark.parametrize("control", [None, "public", "public, max-age=31536000, immutable"])
def test_a_file_without_a_lifetime_and_one_with_the_gateways_gets_the_guides(
    name: str, stale: int, control: str | None
) -> None:
    url, kind = CLASSES[name]
    found = evaluate(RULES, Request.of(url), answered(kind, [("Cache-Control", control)] if control else []))
    assert (found.edge_ttl, found.browser_ttl, found.stale_while_revalidate) == (31_536_000, 31_536_000, stale)


@pytest.mark.parametrize("name", list(CLASSES))
@pytest.mark.parametrize("code", [201, 203, 204, 206, 301, 302, 307, 308, 400, 401, 403, 404, 410, 416, 429, 500, 503])
def test_nothing_but_a_plain_success_is_kept_whatever_it_says_and_whatever_it_sets(name: str, code: int) -> None:
    url, kind = CLASSES[name]
    for further in ((), (("set-cookie", "a=b"),), (("location", "/x"),)):
        response = Response(code, (("cache-control", "public, max-age=600"), ("content-type", kind), *further))
        assert not evaluate(RULES, Request.of(url), response).cacheable


def test_a_comma_inside_a_quoted_directive_divides_nothing() -> None:
    control = CacheControl.parse(['private="set-cookie, max-age=600", max-age=5'])
    assert (control.seconds("max-age"), control.has("private")) == (5, True)


@pytest.mark.parametrize("name", list(CLASSES))
@pytest.mark.parametrize("date", ["0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2027 00:01:00 GMT"])
@pytest.mark.parametrize("control", [None, "public", "public, immutable", "immutable", "no-transform", "public, x"])
def test_expires_without_a_lifetime_beside_it_is_overruled_under_no_reading(
    name: str, date: str, control: str | None
) -> None:
    url, kind = CLASSES[name]
    said = [("Expires", date), *([("Cache-Control", control)] if control else [])]
    for readings in (CARELESS, STRICT, *(CARELESS.flipped(behaviour) for behaviour in Behaviour)):
        for further in ([], [("Date", "Fri, 01 Jan 2027 00:00:00 GMT")], [("CDN-Cache-Control", "max-age=30")]):
            found = evaluate(RULES, Request.of(url), answered(kind, [*said, *further]), readings)
            assert (found.cacheable, found.edge_ttl) == (False, None)
    for lifetime in ("max-age=60", "public, s-maxage=60"):
        kept = evaluate(RULES, Request.of(url), answered(kind, [("Expires", date), ("Cache-Control", lifetime)]))
        assert kept.edge_ttl == 60, "beside a lifetime Expires does not count (RFC 9111, 5.3)"


@pytest.mark.parametrize("name", ["html", "api"])
@pytest.mark.parametrize("control", ["immutable", "no-transform", "public, immutable", "public, no-transform"])
def test_a_page_or_data_is_kept_only_where_it_is_public_and_nothing_more(name: str, control: str) -> None:
    url, kind = CLASSES[name]
    asked = Request.of(url)
    assert not evaluate(RULES, asked, answered(kind, [("Cache-Control", control)])).cacheable
    assert not evaluate(
        RULES, asked, answered(kind, [("Cache-Control", "public"), ("Cache-Control", control)])
    ).cacheable
    assert evaluate(RULES, asked, answered(kind, [("Cache-Control", "public")])).edge_ttl in {3600, 300}


SAYINGS = (
    *(None, "public", "max-age=60", "public, max-age=60", "max-age=60, immutable", "max-age=3600, s-maxage=30"),
    *("s-maxage=30", "public, max-age=60, must-revalidate", "public, s-maxage=60", "MAX-AGE=60"),
)
BESIDE: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("CDN-Cache-Control", "max-age=30"),),
    (("Cloudflare-CDN-Cache-Control", "max-age=30"),),
    (("Cache-Control", "max-age=30"),),
    (("Expires", "Fri, 01 Jan 2027 00:00:30 GMT"), ("Date", "Fri, 01 Jan 2027 00:00:00 GMT")),
)


def overruled_upward(rules: EdgeRules) -> bool:
    """Whether anything is kept longer than every lifetime that its origin says."""
    for url, kind in CLASSES.values():
        for saying in SAYINGS:
            for beside in BESIDE:
                response = answered(kind, [*([("Cache-Control", saying)] if saying else []), *beside])
                found = evaluate(rules, Request.of(url), response)
                if found.edge_ttl is not None and said(response) and found.edge_ttl > max(said(response)):
                    return True
    return False


@pytest.mark.parametrize(
    "ref", ["images_cache_control", "static_cache_control", "html_cache_control", "api_cache_control"]
)
def test_a_lifetime_that_is_imposed_without_looking_at_what_the_origin_says_overrules_it(ref: str) -> None:
    place = next(number for number, rule in enumerate(RULES.responses) if rule.ref == ref)
    rule = RULES.responses[place]
    weak = [left for _, left in weaker(rule.when, stops=False) if _without_a_look(rule.when, left)]

    def using(when: Expression) -> EdgeRules:
        return replace(
            RULES, responses=tuple({place: replace(rule, when=when)}.get(n, r) for n, r in enumerate(RULES.responses))
        )

    assert not overruled_upward(RULES)
    assert weak
    assert all(overruled_upward(using(when)) for when in weak)


def _without_a_look(whole: Expression, left: Expression) -> bool:
    """Whether a condition asks no more whether the origin's Cache-Control is one that leaves the lifetime open."""
    return OPEN.search(whole.render()) is not None and OPEN.search(left.render()) is None
