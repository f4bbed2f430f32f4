"""Two readings of the vendor's documents: nothing personal is stored under any, and every obstacle is needed."""

from __future__ import annotations

import dataclasses
from itertools import combinations as subsets
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cache_key import samples
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import differences, evaluate, seen
from bailbondpro.edge.proof.leaks import judge
from bailbondpro.edge.proof.trials import Trial, trials
from bailbondpro.edge.readings import CARELESS, CROSSED, READINGS, SEEN_BY, STRICT, Behaviour, Readings, combinations
from tests.support.edge_policies import DOMAIN, POLICY, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator


PAGE, DATA = f"https://{DOMAIN}/pricing", f"https://api.{DOMAIN}/api/public/courts"
FILES = tuple(f"https://cdn.{DOMAIN}/static/app.{end}" for end in ("css", "woff2", "js", "wasm", "map", "webmanifest"))
TRIED = (*samples(POLICY), *FILES, f"https://images.{DOMAIN}/a.svg")


def tried() -> Iterator[Trial]:
    for url in dict.fromkeys(TRIED):
        yield from trials(POLICY, Request.of(url))


@pytest.mark.parametrize("behaviour", list(Behaviour))
def test_every_behaviour_names_its_document_its_day_and_two_readings(behaviour: Behaviour) -> None:
    row = READINGS[behaviour]
    assert row.document
    assert row.read_on >= "2026-11-30"
    assert row.kept_out != row.stored


def test_without_deception_armor_nothing_leaks_and_without_all_else_armor_holds_under_one_reading_only() -> None:
    bare = dataclasses.replace(RULES, responses=())
    request = Request.of(FILES[0])
    page = Response.of(200, {"Cache-Control": "public, max-age=600", "Content-Type": "text/html"})
    assert not evaluate(bare, request, page, CARELESS.flipped(Behaviour.ARMOR)).cacheable
    assert evaluate(bare, request, page, CARELESS).cacheable
    unarmed = tuple(dataclasses.replace(rule, deception_armor=False) for rule in RULES.cache)
    assert judge(dataclasses.replace(RULES, cache=unarmed), POLICY, tried()).leaks == ()


RECEIVED = (
    f"https://images.{DOMAIN}/x/../uploads/id.png",
    f"https://images.{DOMAIN}/%75ploads/id.png",
    f"https://images.{DOMAIN}//uploads/id.png",
    f"https://images.{DOMAIN}/x/%2e%2e/uploads/id.png",
    f"https://cdn.{DOMAIN}/static/../uploads/id.css",
    f"https://cdn.{DOMAIN}/static/..\\uploads\\id.js",
)


@pytest.mark.parametrize("url", RECEIVED)
def test_a_private_path_stays_private_where_rules_see_it_as_it_was_received(url: str) -> None:
    found = judge(RULES, POLICY, trials(POLICY, Request.of(url)))
    assert found.leaks == ()
    assert found.requests > 100


def test_rules_that_know_normalised_paths_alone_leak_where_rules_see_them_as_received() -> None:
    lax = tuple(rule for rule in RULES.cache if rule.ref != "odd_url_bypass")
    leaks = judge(dataclasses.replace(RULES, cache=lax), POLICY, trials(POLICY, Request.of(RECEIVED[1]))).leaks
    assert any("its path can be read as /uploads" in leak.because for leak in leaks)
    assert {leak.readings for leak in leaks if "uploads" in leak.because} >= {"paths"}


@pytest.mark.parametrize("url", [PAGE, f"https://{DOMAIN}/x/../A.PNG", f"https://{DOMAIN}/a%2fb.Css?x=1"])
def test_readings_that_agree_on_what_is_seen_see_one_request(url: str) -> None:
    """An audit asks once for all of them whether a request may be cached."""
    request = Request.of(url)
    by: dict[tuple[bool, ...], set[Request]] = {}
    for flipped in [(), *subsets(Behaviour, 1), *subsets(Behaviour, 2)]:
        readings = Readings(CARELESS.stored ^ frozenset(flipped))
        by.setdefault(tuple(map(readings.stores, SEEN_BY)), set()).add(seen(request, readings))
    assert len(by) == 4
    assert [len(found) for found in by.values()] == [1] * 4


def test_what_matters_to_a_request_bounds_the_combinations() -> None:
    plain = Response.of(200, {"Cache-Control": "public"})
    targeted = Response.of(200, {"CDN-Cache-Control": "max-age=30"})
    assert list(combinations(Request.of(PAGE), plain)) == [CARELESS]
    assert len(list(combinations(Request.of(f"https://{DOMAIN}/x/../A.PNG"), targeted))) == 8


CONTROL = st.sampled_from(
    ["", "public", "public, max-age=60", "max-age=0", "private", 'private="x"', "no-cache", "s-maxage=9", "no-store"]
)
HEADERS = st.dictionaries(
    st.sampled_from(["cache-control", "cdn-cache-control", "set-cookie", "vary", "expires", "age", "content-type"]),
    st.one_of(CONTROL, st.sampled_from(["5", "text/html", "text/css", "Cookie", "Thu, 01 Jan 2099 00:00:00 GMT"])),
)
ASKED = st.builds(
    lambda url, method, signed: Request.of(url, method=method, headers={"Authorization": "x"} if signed else {}),
    st.sampled_from([PAGE, DATA, FILES[0], f"https://images.{DOMAIN}/A.PNG"]),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.booleans(),
)
ONE_SIDED = tuple(behaviour for behaviour in Behaviour if behaviour not in CROSSED)


@settings(deadline=None, max_examples=300)
@given(ASKED, st.sampled_from([200, 206, 304, 404, 500]), HEADERS, st.sets(st.sampled_from(list(Behaviour))), st.data())
def test_a_one_sided_reading_only_adds_to_what_is_stored(
    request_: Request, code: int, headers: dict[str, str], chosen: set[Behaviour], data: st.DataObject
) -> None:
    """So that one evaluation with all of them covers every combination; without our rules, which would hide it."""
    bare = dataclasses.replace(RULES, responses=(), cache=RULES.cache[1:6])
    response = Response.of(code, headers)
    more = chosen | {data.draw(st.sampled_from(ONE_SIDED))}
    fewer, wider = (Readings(frozenset(readings)) for readings in (chosen, more))
    if evaluate(bare, request_, response, fewer).cacheable:
        assert evaluate(bare, request_, response, wider).cacheable


def test_every_combination_of_all_readings_stores_nothing_that_the_careless_one_does_not() -> None:
    """All 2^14 combinations of one-sided readings are too many; all pairs against both ends are tried."""
    answers = [case for case in tried() if case.because][::311]
    pairs = [Readings(frozenset(pair)) for pair in subsets(Behaviour, 2)]
    for case, readings in product(answers, (STRICT, *pairs)):
        assert not evaluate(RULES, case.request, case.response, readings).cacheable, (case, readings)


def test_an_explanation_says_where_readings_differ_and_in_which_document() -> None:
    response = Response.of(200, {"Cache-Control": "public, max-age=60", "Age": "20", "Content-Type": "text/html"})
    (found,) = differences(RULES, Request.of(PAGE), response)
    assert (found.behaviour, found.cacheable, found.edge_ttl) == (Behaviour.AGE, True, 40)
    assert "Origin Cache Control" in found.document
    plain = Response.of(200, {"Cache-Control": "public, max-age=60", "Content-Type": "text/html"})
    assert differences(RULES, Request.of(PAGE), plain) == ()
