"""Every obstacle to storing what is personal is needed: whatever part of a rule is taken away, the audit names a leak.

The parts come from the rules themselves, so that one which is added later is tried as well.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge import personal, policy
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import evaluate
from bailbondpro.edge.language.expressions import And, Equals, IsIn, Not, Or
from bailbondpro.edge.language.fields import EXTENSION, HOST, PATH
from bailbondpro.edge.policy import HARMLESS_RESPONSE_HEADERS, EdgePolicy
from bailbondpro.edge.proof import oracle
from bailbondpro.edge.proof.corpus import odd_spellings
from bailbondpro.edge.proof.leaks import judge
from bailbondpro.edge.proof.oracle import outside_reason
from bailbondpro.edge.proof.trials import corpus, trials
from bailbondpro.edge.rules import EdgeRules
from tests.support.edge_policies import DOMAIN, POLICY, RULES
from tests.support.weakened import Obstacles, weaker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

IMAGES_TOO = dataclasses.replace(POLICY, private_prefixes=("/images/clients",))
"""A policy with private images: its rules name folders that those of a source may have as well."""

_QUERY_IS_GONE = "hashed_query has taken the query of every file that this host keeps, before this rule sees it"
_SHORTER = "the image host's own /clients is a part of it, and no other host keeps a transformation"
REDUNDANT: Mapping[tuple[str, str], str] = {
    ("odd_url_bypass", f"http.host in '{POLICY.hosts.cdn}'"): _QUERY_IS_GONE,
    ("odd_url_bypass", f"http.host in '{POLICY.hosts.cdn_backup}'"): _QUERY_IS_GONE,
    ("odd_url_bypass", f"http.host in '{POLICY.hosts.assets}'"): _QUERY_IS_GONE,
}
"""Parts (rule, part) without which nothing more is stored, each with its reason."""
REDUNDANT_OF_IMAGES: Mapping[tuple[str, str], str] = {
    **REDUNDANT,
    ("private_bypass", 'lower(http.request.uri.path) contains "/api/clients"'): _SHORTER,
    ("private_bypass", 'lower(http.request.uri.path) contains "/images/clients"'): _SHORTER,
}
"""The same of the second policy, of its image host, of queries and of the two rules that its private images change."""


@cache
def obstacles(policy: EdgePolicy) -> Obstacles:
    """Of the first policy all that the audit tries; of the second the requests for images, and those with a query.

    Without firewall rules, which are no obstacle of the proof.
    """
    images, tried = policy.hosts.images, corpus(policy)
    if policy is IMAGES_TOO:
        asked = (case for case in tried if not case.because)
        tried = tuple(case for case in asked if case.request.host == images or case.request.query)
    return Obstacles(dataclasses.replace(EdgeRules.of(policy), firewall=()), policy, tried)


@pytest.mark.parametrize(
    ("policy", "refs", "redundant"),
    [(POLICY, (), REDUNDANT), (IMAGES_TOO, ("odd_url_bypass", "private_bypass"), REDUNDANT_OF_IMAGES)],
    ids=["all", "images"],
)
def test_without_any_part_of_any_rule_something_is_stored_and_named_but_for_listed_parts(
    policy: EdgePolicy, refs: tuple[str, ...], redundant: Mapping[tuple[str, str], str]
) -> None:
    found = obstacles(policy)
    mutants = [mutant for mutant in found.mutants() if mutant.ref in refs or not refs]
    named = {mutant: found.first_leak(mutant) for mutant in mutants}
    assert {mutant.ref for mutant in mutants} >= set(refs)
    unseen = {(mutant.ref, mutant.part) for mutant, leak in named.items() if leak is None}
    assert unseen == set(redundant), "a part of no use without a reason, or a listed one that is of use"
    for leak in named.values():
        assert leak is None or (leak.url.startswith("https://") and "-> " in leak.headers)


def test_every_rule_that_decides_what_is_stored_is_weakened_in_every_part() -> None:
    refs = {mutant.ref for mutant in obstacles(POLICY).mutants()}
    assert refs == {rule.ref for rule in RULES.cache} | {"other_response", "never_store"}
    assert len(list(obstacles(POLICY).mutants())) > 150


def test_a_rule_is_weaker_without_what_makes_it_hold_or_below_a_negation_without_what_does_not() -> None:
    one, two, three = (Equals(PATH, path) for path in ("/1", "/2", "/3"))
    nested = Or((And((one, Not(And((two, three))))), IsIn(HOST, ("a", "b"))))
    found = [(name, left.render()) for name, left in weaker(nested, stops=True)]
    path, host = "http.request.uri.path", 'http.host in {"a" "b"}'
    assert found == [
        (And((one, Not(And((two, three))))).render(), host),
        (two.render(), f'(({path} eq "/1" and not ({path} eq "/3")) or {host})'),
        (three.render(), f'(({path} eq "/1" and not ({path} eq "/2")) or {host})'),
        (host, And((one, Not(And((two, three))))).render()),
        ("http.host in 'a'", f'(({And((one, Not(And((two, three))))).render()[1:-1]}) or http.host in {{"b"}})'),
        ("http.host in 'b'", f'(({And((one, Not(And((two, three))))).render()[1:-1]}) or http.host in {{"a"}})'),
    ]
    allowing = And((Or((one, two)), IsIn(EXTENSION, ("a", "b"))))
    assert [left.render() for _, left in weaker(allowing, stops=False)] == [
        IsIn(EXTENSION, ("a", "b")).render(),
        Or((one, two)).render(),
    ]


def test_a_page_that_says_more_than_public_would_be_kept_for_longer_than_its_class() -> None:
    """Without the part of `never_store`: for the default 7,200 s, where the class says 3,600."""
    lax = tuple(rule for rule in RULES.responses if rule.ref != "never_store")
    said = Response.of(200, {"Content-Type": "text/html", "Cache-Control": "public, immutable"})
    asked = Request.of(f"https://{DOMAIN}/pricing")
    assert evaluate(dataclasses.replace(RULES, responses=lax), asked, said).edge_ttl == 7200
    assert not evaluate(RULES, asked, said).cacheable


@pytest.mark.parametrize(
    ("url", "belongs"),
    [
        *((f"https://{host}{DOMAIN}/static/a.css", host != "api.") for host in ("cdn.", "assets.", "", "api.")),
        *((f"https://images.{DOMAIN}/{name}", name != "a.css") for name in ("a.png", "A.JPEG", "a.css")),
        *((f"https://{host}{DOMAIN}/pricing", not host) for host in ("", "api.", "cdn.")),
        *((f"https://api.{DOMAIN}/api/public{end}", end in ("", "/a", "/a.json")) for end in ("", "/a", "/a.json")),
        *((f"https://api.{DOMAIN}/api/public{end}", False) for end in ("-records", "/a.xml")),
        *((f"https://cdn.{DOMAIN}/{path}", False) for path in ("static/a", "static/a.pdf", "a.css", "api/public")),
    ],
)
def test_what_is_of_no_class_must_not_be_stored_whatever_it_holds(url: str, belongs: bool) -> None:  # a column
    assert bool(outside_reason(POLICY, Request.of(url))) is not belongs


def test_a_private_path_is_read_as_forgiving_servers_read_it() -> None:
    spelled = {case.request.path for case in obstacles(IMAGES_TOO).kept_out_by("odd_url_bypass")}
    for escape in ("%C0%AF", "%EF%BC%8F", "%E2%80%A5", "%U002F", "%0A", "%C2%A0"):
        assert any(escape in path.upper() for path in spelled), escape


def test_a_prefix_of_one_letter_is_spelled_as_well() -> None:
    assert "/%0ax" in set(odd_spellings("/x"))


@pytest.mark.parametrize(
    ("module", "name", "further"),
    [
        *((personal, "STORABLE_STATUSES", code) for code in (203, 206, 301, 303, 307, 308, 404, 410, 429, 500, 503)),
        *((personal, "HARMLESS_COOKIES", f"{name}=") for name in ("lang", "PHPSESSID", "jwt", "sid", "user")),
        *((personal, "HARMLESS_QUERY", name) for name in ("ssn", "name", "client", "id", "mc_eid", "preview")),
        *((personal, "HARMLESS_HEADERS", name) for name in ("accept-charset", "from", "baggage", "x-original-url")),
        *((personal, "HARMLESS_RESPONSE_HEADERS", name) for name in ("access-control-allow-credentials", "x-api-key")),
    ],
)
def test_a_list_of_what_is_harmless_that_holds_too_much_is_found_out(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, further: object
) -> None:
    monkeypatch.setattr(module, name, (*getattr(module, name), further))
    page = Request.of(f"https://{POLICY.hosts.app}{POLICY.public_html_paths[0]}")
    assert judge(EdgeRules.of(POLICY), POLICY, trials(POLICY, page)).leaks


@pytest.mark.parametrize("path", ["images./a.png", "/static/app.css"])
def test_a_response_header_that_nobody_lists_is_tried_with_files(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(personal, "HARMLESS_RESPONSE_HEADERS", (*HARMLESS_RESPONSE_HEADERS, "x-jwt"))
    host = POLICY.hosts.images if path.startswith("images") else POLICY.hosts.app
    asked = Request(host=host, path=path.removeprefix("images."))
    assert judge(EdgeRules.of(POLICY), POLICY, trials(POLICY, asked)).leaks


def test_the_lists_of_the_rules_are_those_of_the_proof() -> None:
    assert set(policy.HARMLESS_COOKIES) == set(oracle._HARMLESS_COOKIES)
    assert set(policy.HARMLESS_QUERY) == oracle._HARMLESS_QUERY
    assert set(policy.FILE_QUERY) == oracle._FILE_QUERY


def test_no_harmless_header_of_an_answer_is_named_like_somebody_or_something_of_one_request() -> None:
    words = re.compile(r"user|customer|client|account|tenant|session|token|nonce|auth|cookie|mail|warning|cache-status")
    assert [name for name in HARMLESS_RESPONSE_HEADERS if words.search(name)] == []


def test_an_answer_without_a_type_is_not_taken_for_one_by_another_header() -> None:
    page = Request.of(f"https://{POLICY.hosts.app}{POLICY.public_html_paths[0]}")
    untyped = [one for one in trials(POLICY, page) if one.because.endswith("Content-Type is missing")]
    assert any(one.response.values("x-content-type-options") for one in untyped)
