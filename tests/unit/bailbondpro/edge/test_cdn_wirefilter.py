"""Every expression, checked by Cloudflare's own open-source parser of the rule language."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cloudflare_plans import LIMITS, Plan
from bailbondpro.edge.language.expressions import And, Equals, IsIn, Not, StartsWith
from bailbondpro.edge.language.fields import HOST, PATH
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.rules import EdgeRules
from bailbondpro.edge.security import managed_rules

if TYPE_CHECKING:
    from bailbondpro.edge.language.expressions import Expression

wirefilter = pytest.importorskip("octorules_wirefilter", reason="the package octorules-wirefilter is not installed")

POLICY = EdgePolicy(
    domain="bailbondpro.com",
    hosts=CdnHosts.under("bailbondpro.com"),
    session_cookie_names=("session", "connect.sid"),
    public_html_paths=("/", "/pricing"),
    public_api_prefixes=("/api/public",),
    further_hosts=(CdnHosts.under("bailbondpro.com", environment="dev"),),
)


def _parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = wirefilter.parse_expression(text)
    return found


def _expressions(plan: Plan) -> dict[str, str]:
    policy = dataclasses.replace(POLICY, plan=plan)
    rules = EdgeRules.of(policy)
    found: dict[str, Expression] = {}
    found |= {rule.ref: rule.when for rule in rules.rewrites}
    found |= {rule.ref: rule.when for rule in rules.firewall}
    found |= {rule.ref: rule.when for rule in rules.rate_limits}
    found |= {rule.ref: rule.when for rule in rules.cache}
    found |= {rule.ref: rule.when for rule in rules.responses}
    found |= {rule.ref: rule.when for rule in rules.headers}
    found |= {rule.ref: rule.when for rule in managed_rules(policy)}
    return {ref: when.render() for ref, when in found.items()}


@pytest.mark.parametrize("plan", list(Plan))
def test_cloudflares_parser_accepts_every_expression_of_every_plan(plan: Plan) -> None:
    refused = {ref: found for ref, text in _expressions(plan).items() if (found := _parsed(text).get("error"))}
    assert refused == {}


@pytest.mark.parametrize("plan", list(Plan))
def test_no_plan_gets_a_field_of_a_rate_limit_or_a_regular_expression_that_it_lacks(plan: Plan) -> None:
    policy = dataclasses.replace(POLICY, plan=plan)
    for rule in EdgeRules.of(policy).rate_limits:
        assert set(_parsed(rule.when.render())["fields"]) <= LIMITS[plan].rate_limit_fields
    assert all(not _parsed(text)["regex_literals"] for text in _expressions(plan).values())


def test_cloudflares_parser_would_notice_a_mistake() -> None:
    for wrong in ('http.host = "a"', 'http.hots eq "a"', "starts_with(http.host)", 'http.host eq "a'):
        assert _parsed(wrong)["error"]


@settings(deadline=None)
@given(st.text(max_size=40).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text)))
def test_no_value_can_change_the_meaning_of_an_expression_for_cloudflare(value: str) -> None:
    rule = And((Equals(HOST, value), Not(IsIn(PATH, (value, "/x"))), StartsWith(PATH, value)))
    found = _parsed(rule.render())
    assert "error" not in found
    assert set(found["string_literals"]) == {value, "/x"}
    assert (found["fields"], found["functions"]) == (["http.host", "http.request.uri.path"], ["starts_with"])
    assert sorted(set(found["operators"])) == ["and", "eq", "in", "not"]
