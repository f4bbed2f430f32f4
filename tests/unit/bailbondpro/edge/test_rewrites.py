"""Rewritten addresses: hashed files have one entry each whatever is appended, and renditions are the listed ones."""

from __future__ import annotations

import dataclasses
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cache_key import Fate, Plain, cache_key, unkeyed
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import arriving, evaluate
from bailbondpro.edge.origin import image_url
from bailbondpro.edge.policy import ImagePolicy
from bailbondpro.edge.proof.corpus import SIGNED_QUERIES
from bailbondpro.edge.proof.leaks import judge
from bailbondpro.edge.proof.trials import Trial, careless_response
from bailbondpro.edge.readings import READINGS, Readings
from bailbondpro.edge.rewrites import RENDITION_PREFIX, UriPattern
from bailbondpro.edge.rules import EdgeRules
from ops.answers.cdn.edge import gateway_reach
from tests.support.edge_policies import DOMAIN, POLICY, RULES
from tests.support.paths import ROOT

YEAR = 31_536_000
BUILD = {
    "js": "text/javascript",
    "mjs": "text/javascript",
    "css": "text/css",
    "woff2": "font/woff2",
    "svg": "image/svg+xml",
    "avif": "image/avif",
    "webp": "image/webp",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
}
"""What a modern build writes, with the types that a server of static files says (IANA, media types)."""
HOSTS = ("cdn", "cdn-backup", "assets")
IMAGES = ImagePolicy(widths=(320, 640), heights=(320, 480), qualities=(75, 80))
POLICY_OF_IMAGES = dataclasses.replace(POLICY, images=IMAGES)
RULES_OF_IMAGES = EdgeRules.of(POLICY_OF_IMAGES)
QUERIES = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), min_size=1, max_size=40)


def file(end: str, query: str = "", host: str = "cdn") -> Request:
    return Request(host=f"{host}.{DOMAIN}", path=f"/static/app.3f9a1c.{end}", query=query)


@pytest.mark.parametrize(("host", "end"), list(product(HOSTS, BUILD)))
def test_every_file_of_a_modern_build_is_cached_for_the_guides_year_whatever_is_appended(host: str, end: str) -> None:
    answers: tuple[dict[str, str], ...] = ({}, {"Cache-Control": f"public, max-age={YEAR}, immutable"})
    keys = set()
    for query, said in product(("", "v=1", "x=2&y=3", *SIGNED_QUERIES), answers):
        found = evaluate(RULES, file(end, query, host), Response.of(200, {"Content-Type": BUILD[end], **said}))
        assert (found.cacheable, found.edge_ttl) == (True, YEAR), query
        keys.add(cache_key(arriving(RULES, file(end, query, host))))
    assert len(keys) == 1


@given(QUERIES, st.sampled_from(sorted(BUILD)), st.frozensets(st.sampled_from(list(READINGS))))
def test_no_query_of_a_hashed_file_reaches_the_cache_or_the_application(
    query: str, end: str, chosen: frozenset[object]
) -> None:
    readings = Readings(frozenset(item for item in READINGS if item in chosen))
    assert arriving(RULES, file(end, query), readings) == arriving(RULES, file(end), readings)


def test_the_audit_knows_that_a_query_is_taken_away_and_what_happens_without_the_rule() -> None:
    plain = file("css")
    answer = careless_response(plain)
    ends = {given.name: end for given, end in unkeyed(Plain(RULES, POLICY, plain, answer, gateway_reach()), ())}
    assert ends["the query"] is Fate.REWRITTEN
    bare = dataclasses.replace(RULES, rewrites=())
    ends = {given.name: end for given, end in unkeyed(Plain(bare, POLICY, plain, answer, gateway_reach()), ())}
    assert ends["the query"] is Fate.KEY
    signed = [Trial(file("css", query), answer) for query in SIGNED_QUERIES]
    assert judge(RULES, POLICY, signed).leaks == judge(bare, POLICY, signed).leaks == ()
    careless = dataclasses.replace(bare, cache=tuple(rule for rule in bare.cache if rule.ref != "odd_url_bypass"))
    assert len(judge(careless, POLICY, signed).leaks) == len(SIGNED_QUERIES)


@pytest.mark.parametrize(
    "url",
    [
        f"https://{DOMAIN}/pricing?page=2",
        f"https://api.{DOMAIN}/api/public/courts?page=2",
        f"https://images.{DOMAIN}/team/anna.png?v=2",
        f"https://cdn.{DOMAIN}/static/contract.pdf?v=2",
        f"https://{DOMAIN}/dashboard/app.css?v=2",
    ],
)
def test_what_is_no_hashed_file_keeps_its_query(url: str) -> None:
    assert arriving(RULES, Request.of(url)) == Request.of(url)


def test_a_private_folder_below_the_static_one_keeps_its_query() -> None:
    rules = EdgeRules.of(dataclasses.replace(POLICY, private_prefixes=("/static/courts",)))
    asked = Request.of(f"https://cdn.{DOMAIN}/static/Courts/a.css?sig=1")
    assert arriving(rules, asked).query == "sig=1"
    assert arriving(rules, file("css", "sig=1")).query == ""


def listed(images: ImagePolicy) -> set[str]:
    """Every query of a rendition, in the guide's order."""
    heights, qualities = ("", *images.heights), ("", *images.qualities)
    formats = ("", "auto", "avif", "webp", "jpeg")
    found = {f"f={name}" for name in formats[1:]}
    for width, height, quality, kind in product(images.widths, heights, qualities, formats):
        named = (("w", width), ("h", height), ("q", quality), ("f", kind))
        found.add("&".join(f"{name}={value}" for name, value in named if value))
    return found


def image(query: str, path: str = "/team/anna.png") -> Request:
    return Request(host=f"images.{DOMAIN}", path=path, query=query)


@pytest.mark.parametrize("images", [ImagePolicy(), IMAGES])
def test_every_listed_rendition_is_made_and_their_number_is_known(images: ImagePolicy) -> None:
    rules = EdgeRules.of(dataclasses.replace(POLICY, images=images))
    made = set()
    for query in listed(images):
        arrived = arriving(rules, image(query))
        assert (arrived.path, arrived.query) == (f"{RENDITION_PREFIX}{query.replace('&', ',')}/team/anna.png", "")
        found = evaluate(rules, image(query), Response.of(200, {"Content-Type": "image/webp"}))
        assert (found.blocked_by, found.cacheable, found.edge_ttl) == (None, True, YEAR)
        made.add(arrived.path)
        unchanged = f"{query}&f=png"
        if "f=" not in query:
            assert arriving(rules, image(unchanged)) == arrived, "png leaves the format as it is"
    assert len(made) == images.most_renditions


def test_the_guide_to_the_cdn_says_how_many_renditions_one_image_has_at_most() -> None:
    told = f"With the defaults one image has at most {ImagePolicy().most_renditions}."
    assert told in (ROOT / "docs" / "cdn.md").read_text(encoding="utf-8")


OPTIONS = st.lists(
    st.tuples(
        st.sampled_from(["w", "h", "q", "f", "W", "width", "blur", "dpr", "fit", "v"]),
        st.sampled_from(
            ["320", "640", "480", "75", "80", "auto", "webp", "WEBP", "png", "1", "", "9999", "320,w=9", "a/b"]
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=400)
@given(OPTIONS, st.sampled_from(["&", ",", ";", "/"]))
def test_nothing_but_a_listed_rendition_is_ever_made(options: list[tuple[str, str]], separator: str) -> None:
    written = separator.join(f"{name}={value}" for name, value in options)
    allowed = {query.replace("&", ",") for query in listed(IMAGES)}
    arrived = arriving(RULES_OF_IMAGES, image(written))
    if arrived.path.startswith(RENDITION_PREFIX):
        assert arrived.path.removeprefix(RENDITION_PREFIX).removesuffix("/team/anna.png") in allowed
    direct = image("", f"{RENDITION_PREFIX}{written}/team/anna.png")
    if evaluate(RULES_OF_IMAGES, direct, Response()).blocked_by is None:
        assert direct.path.removeprefix(RENDITION_PREFIX).split("/")[0] in allowed


@pytest.mark.parametrize(
    "query", ["w=321", "w=640&w=640", "q=80&w=640", "h=320", "w=640&q=61", "v=2&w=640", "w=640&f=gif", "w=640&x=1"]
)
def test_a_rendition_that_is_not_listed_is_refused_instead_of_stored_beside_the_others(query: str) -> None:
    assert evaluate(RULES_OF_IMAGES, image(query), Response()).blocked_by == "renditions"


def test_an_address_of_the_policy_is_rewritten_and_admitted() -> None:
    url = image_url(POLICY_OF_IMAGES, "/team/a,b.png", width=640, height=480, quality=80, image_format="avif")
    assert url == f"https://images.{DOMAIN}/team/a%2Cb.png?w=640&h=480&q=80&f=avif"
    arrived = arriving(RULES_OF_IMAGES, Request.of(url))
    assert arrived.path == f"{RENDITION_PREFIX}w=640,h=480,q=80,f=avif/team/a%2Cb.png"


def test_a_private_image_stays_private_as_the_source_of_a_rendition() -> None:
    asked = Request(host=f"images.{DOMAIN}", path="/uploads/id.png", query="w=640&f=webp")
    assert not evaluate(RULES, asked, Response.of(200, {"Content-Type": "image/webp"})).cacheable
    lax = dataclasses.replace(RULES, cache=tuple(rule for rule in RULES.cache if rule.ref != "private_bypass"))
    (leak,) = judge(lax, POLICY, [Trial(asked, careless_response(asked))]).leaks
    assert leak.because == "its path can be read as /uploads"


def test_a_pattern_takes_as_little_as_it_can_and_leaves_what_has_another_form() -> None:
    pattern = UriPattern("/*?*&*", "/x/${2},${3}/${1}")
    assert pattern.applied("/a&b/c.png", "w=1&q=2") == "/x/w=1,q=2/a&b/c.png"
    assert pattern.applied("/a.png", "w=1") == "/a.png"
