"""A lifetime is a whole number of seconds in a known form of a Cache-Control; the rules alone see to that."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cache_control import LIFETIME_FORMS, TARGETED_FORMS, CacheControl
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import evaluate
from bailbondpro.edge.origin import guide_headers
from bailbondpro.edge.readings import CARELESS, STRICT
from tests.support.edge_policies import DOMAIN, POLICY, RULES

KINDS = {
    f"https://{DOMAIN}/pricing": "text/html",
    f"https://api.{DOMAIN}/api/public/courts": "application/json",
    f"https://cdn.{DOMAIN}/static/app.css": "text/css",
    f"https://images.{DOMAIN}/a.png": "image/png",
}
TARGETED = ("cdn-cache-control", "cloudflare-cdn-cache-control")
NO_NUMBERS = (
    *(
        "max-age=5m",
        "max-age=-1",
        "max-age=",
        'max-age="60"',
        "max-age='60'",
        "max-age=+60",
        "max-age=1.5",
        "max-age=1,5",
    ),
    *("max-age=1e3", "max-age=0x10", "max-age=60s", "max-age=6 0", "max-age= 60", "max-age =60", "max-age==60"),
    *(
        "max-age=60=60",
        "max-age=60/0",
        "max-age=60_000",
        "max-age=60;",
        "max-age:60",
        "max-age=\u0665",
        "max-age=\u00b2",
    ),
    *(
        "max-age=60\t",
        "max-age=\t60",
        "max-age=60\x00",
        "max-age=60\u00a0",
        "max-age=ten",
        "max-age=1h30m",
        "max-age=PT5M",
    ),
    *("s-maxage=1e3", "s-maxage=", 's-maxage="60"', "s-maxage=-1", "s-maxage=5m", "max-age=60, s-maxage=5m"),
    *("max-age=, s-maxage=60", "max-age=60, s-maxage=", "max-age=600, stale-while-revalidate=1d"),
    *("x-max-age=3", "xmax-age=3", "5max-age=60", "max-5age=60", "max-age5=60", "public, 1max-age=60", "1s-maxage=9"),
    *("public max-age=60", "max-age=60 public", "max-age=60 max-age=0", "max-age=60, x=y", "max-age=60, x", "public5"),
    *("max-age=60,, public", ",max-age=60", "max-age=60,", " max-age=60", "max-age=60, max-age=600", "max_age=60"),
)


def kept(url: str, *headers: tuple[str, str]) -> int | None:
    """Seconds for which the edge keeps a response; None for not at all."""
    found = evaluate(RULES, Request.of(url), Response(200, (("content-type", KINDS[url]), *headers)))
    return found.edge_ttl if found.cacheable else None


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_lifetime_that_is_no_whole_number_of_seconds_in_a_known_form_is_no_consent(value: str) -> None:
    for control in (value, value.upper(), f"public, {value}", f"{value}, public"):
        assert {url: kept(url, ("cache-control", control)) for url in KINDS} == dict.fromkeys(KINDS), control


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", TARGETED)
def test_nor_is_one_for_the_edge_alone_beside_a_good_one_for_everybody(name: str, value: str) -> None:
    said = ("cache-control", "public, max-age=600")
    assert {url: kept(url, said, (name, value)) for url in KINDS} == dict.fromkeys(KINDS)


@pytest.mark.parametrize("form", LIFETIME_FORMS)
def test_every_known_form_is_kept_for_what_it_says_in_any_case_of_letters(form: str) -> None:
    control = form.replace("=", "=60")
    for spelling in (control, control.title(), control.upper()):
        assert {kept(url, ("cache-control", spelling)) for url in KINDS} == {60}


@pytest.mark.parametrize("form", TARGETED_FORMS)
@pytest.mark.parametrize("name", TARGETED)
def test_a_known_form_for_the_edge_alone_is_kept_for_what_it_says(name: str, form: str) -> None:
    page = next(iter(KINDS))
    assert kept(page, ("cache-control", "public, max-age=600"), (name, form.replace("=", "=30"))) == 30


@pytest.mark.parametrize("second", ["max-age=5m", "private", "x", "", "no-store"])
def test_of_two_lines_each_has_to_be_known(second: str) -> None:
    for pair in (("public, max-age=60", second), (second, "public, max-age=60")):
        said = tuple(("cache-control", value) for value in pair)
        assert {url: kept(url, *said) for url in KINDS} == dict.fromkeys(KINDS)
        for name in TARGETED:
            said = (("cache-control", "public, max-age=60"), *((name, value) for value in pair))
            assert {url: kept(url, *said) for url in KINDS} == dict.fromkeys(KINDS)


@pytest.mark.parametrize(
    "pair", [("max-age=0", "max-age=31536000"), ("s-maxage=600", "max-age=60"), ("max-age=60",) * 2]
)
def test_of_two_lines_with_lifetimes_neither_is_a_consent_under_any_reading(pair: tuple[str, str]) -> None:
    for url, kind in KINDS.items():
        for first, second in (pair, pair[::-1]):
            for name in ("cache-control", *TARGETED):
                said = () if name == "cache-control" else (("cache-control", "public, max-age=60"),)
                lines = (("content-type", kind), *said, (name, first), (name, second))
                for readings in (STRICT, CARELESS):
                    assert not evaluate(RULES, Request.of(url), Response(200, lines), readings).cacheable, lines


@pytest.mark.parametrize("other", ["text/html", "application/pdf", "application/octet-stream", ""])
def test_every_line_of_a_type_has_to_be_what_the_path_promises(other: str) -> None:
    said = ("cache-control", "public, max-age=60")
    for url, kind in KINDS.items():
        for types in ((kind, other), (other, kind)):
            lines = (said, *(("content-type", value) for value in types))
            stored = {
                evaluate(RULES, Request.of(url), Response(200, lines), each).cacheable for each in (STRICT, CARELESS)
            }
            assert stored == {kind == other}, lines
        twice = Response(200, (said, ("content-type", kind), ("content-type", kind)))
        assert evaluate(RULES, Request.of(url), twice).cacheable


@pytest.mark.parametrize("name", ["images", "css", "js", "html", "api"])
def test_what_the_guide_has_an_origin_say_is_a_known_form(name: str) -> None:
    control = guide_headers(POLICY, name)["Cache-Control"]  # type: ignore[arg-type]  # names of classes
    assert "".join(letter for letter in control if not letter.isdigit()) in LIFETIME_FORMS


PIECES = st.sampled_from(
    [
        *("max-age", "s-maxage", "public", "private", "immutable", "stale-while-revalidate", "x"),
        *"=,; \"'-._5m60 ",
        ", ",
        "=60",
    ]
)


@settings(deadline=None, max_examples=600)
@given(st.lists(PIECES, max_size=9).map("".join), st.sampled_from(list(KINDS)))
def test_whatever_is_kept_says_public_or_a_lifetime_that_a_parser_reads(control: str, url: str) -> None:
    seconds = kept(url, ("cache-control", control))
    read = CacheControl.parse([control])
    if seconds is not None:
        assert read.edge_ttl == seconds or (read.edge_ttl is None and (read.has("public") or read.has("immutable")))
        assert not read.has("private")
        assert not {'"', ";"} & set(control)
