"""The cache key: what makes another entry, and that nothing else of a request can change what others get."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge.cache_key import Fate, Plain, Reached, cache_key, inputs, samples, unkeyed, variants
from bailbondpro.edge.exchange import Request
from bailbondpro.edge.proof.corpus import UNKEYED_HEADERS
from bailbondpro.edge.proof.leaks import followed_inputs
from bailbondpro.edge.proof.trials import careless_response
from ops.answers.cdn.edge import gateway_reach
from tests.support.edge_policies import DOMAIN, POLICY, RULES

if TYPE_CHECKING:
    from bailbondpro.edge.rules import EdgeRules

PAGE = Request.of(f"https://{DOMAIN}/pricing")
FILE = Request.of(f"https://cdn.{DOMAIN}/static/app.css")


def fates(request: Request, rules: EdgeRules = RULES, reached: Reached | None = None) -> dict[str, Fate | None]:
    plain = Plain(rules, POLICY, request, careless_response(request), reached or gateway_reach())
    return {given.header or given.name: end for given, end in unkeyed(plain, UNKEYED_HEADERS)}


def test_the_key_has_the_address_and_the_headers_of_the_documents() -> None:
    sent = {"Origin": "https://x.example", "X-Forwarded-Host": "evil", "Accept-Language": "de", "Cookie": "theme=dark"}
    key = cache_key(Request.of(f"https://{DOMAIN}/%70ricing?a=1", headers=sent))
    assert {part.name: part.value for part in key} == {
        "scheme": "https",
        "host": DOMAIN,
        "path": "/pricing",
        "query": "a=1",
        "origin": "https://x.example",
        "x-forwarded-host": "evil",
    }


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_forwarded_scheme_that_is_one_makes_no_other_entry(scheme: str) -> None:
    asked = dataclasses.replace(PAGE, headers=(("x-forwarded-scheme", scheme),))
    assert cache_key(asked) == cache_key(PAGE)
    assert cache_key(dataclasses.replace(PAGE, headers=(("x-forwarded-scheme", "ftp"),))) != cache_key(PAGE)


def test_head_shares_the_entry_of_get() -> None:
    assert cache_key(dataclasses.replace(PAGE, method="HEAD")) == cache_key(PAGE)


def test_every_input_of_every_class_ends_somewhere() -> None:
    ends: Counter[Fate | None] = Counter()
    for request in map(Request.of, samples(POLICY)):
        ends.update(fates(request).values())
    assert None not in ends
    assert set(ends) == set(Fate)


@pytest.mark.parametrize("name", ["rsc", "x-requested-with", "hx-request", "x-country", "content-length"])
def test_a_header_that_asks_for_another_answer_bypasses_pages_and_reaches_no_application_behind_files(
    name: str,
) -> None:
    assert fates(PAGE)[name] is Fate.BYPASS
    assert fates(FILE)[name] is Fate.GATEWAY


def test_without_the_edges_list_of_headers_or_the_gateways_the_audit_names_the_poison() -> None:
    lax = dataclasses.replace(RULES, cache=tuple(rule for rule in RULES.cache if rule.ref != "unknown_input_bypass"))
    assert fates(PAGE, lax)["x-requested-with"] is None
    everything = dataclasses.replace(gateway_reach(), files=None)
    passed = next(name for name in UNKEYED_HEADERS if name.startswith("x-") and name not in everything.decided)
    assert fates(FILE, reached=everything)[passed] is None
    _, leaks = followed_inputs(RULES, POLICY, everything)
    assert {leak.url for leak in leaks} >= {f"https://cdn.{DOMAIN}/static/app.css"}
    assert any(leak.headers == f"{passed}: evil.example" for leak in leaks)
    assert all("is in no cache key" in leak.because for leak in leaks)


def test_what_browsers_send_is_only_followed_as_far_as_vary() -> None:
    found = fates(PAGE)
    assert found["accept-language"] is found["user-agent"] is Fate.DECLARED
    assert found["the method POST"] is Fate.REFUSED
    assert found["origin"] is found["the query"] is Fate.KEY
    assert len(list(inputs(PAGE, UNKEYED_HEADERS))) > 200


def test_the_copies_of_a_url_for_pages_of_other_hosts_are_known() -> None:
    assert variants(POLICY) == (("Origin", f"https://{DOMAIN}"), ("Origin", f"https://api.{DOMAIN}"))
