"""Rules read back from planned rulesets are the rules that they were made from; anything else is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.readback import PlannedRules, ReadbackError, edge_rules
from bailbondpro.edge.rules import EdgeRules
from tests.support.recording import record

DOMAIN = "bailbondpro.com"
CLOSED = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
OPEN = dataclasses.replace(CLOSED, public_html_paths=("/", "/pricing"), public_api_prefixes=("/api/public",))
TRANSFORM = "http_request_transform"
CACHE = "http_request_cache_settings"
RULE = {
    "ref": "r",
    "description": "d",
    "enabled": True,
    "expression": 'http.host eq "a"',
    "action": "set_cache_settings",
    "actionParameters": {"cache": True},
}
CONTROL = {**RULE, "action": "set_cache_control"}


def _planned(policy: EdgePolicy) -> list[PlannedRules]:
    def build() -> None:
        from components.cdn.cdn import Cdn, CdnArgs

        Cdn("cdn", CdnArgs(policy=policy, zone_id="0" * 32, account_id="a" * 32, origin="nlb.example.com"))

    rulesets = record(build).of_type("cloudflare:index/ruleset:Ruleset")
    return [PlannedRules(item.inputs["phase"], item.inputs["rules"]) for item in rulesets]


def _plain(rules: EdgeRules) -> dict[str, list[dict[str, Any]]]:
    """The enabled rules as values, with their conditions as text; directives are a map, so they have no order."""

    def values(rule: Any) -> dict[str, Any]:  # noqa: ANN401 - a rule of any phase
        found = {**vars(rule), "when": rule.when.render()}
        return {**found, "directives": sorted(map(str, found.get("directives", ())))}

    return {
        field.name: [values(rule) for rule in getattr(rules, field.name) if getattr(rule, "enabled", True)]
        for field in dataclasses.fields(rules)
    }


@pytest.mark.parametrize("policy", [CLOSED, OPEN], ids=["closed", "open"])
@pytest.mark.parametrize("plan", [Plan.FREE, Plan.ENTERPRISE])
def test_rules_read_back_are_the_enabled_rules_of_the_policy(policy: EdgePolicy, plan: Plan) -> None:
    chosen = dataclasses.replace(policy, plan=plan)
    assert _plain(edge_rules(_planned(chosen))) == _plain(EdgeRules.of(chosen))


@pytest.mark.parametrize(
    ("phase", "rule", "reason"),
    [
        ("http_request_origin", RULE, "the phase is not understood"),
        (TRANSFORM, {**RULE, "action": "rewrite", "actionParameters": {"headers": {}}}, "headers is not understood"),
        (TRANSFORM, {**RULE, "action": "rewrite", "actionParameters": {"uri": {}}}, "query is missing"),
        (TRANSFORM, {**RULE, "action": "rewrite", "actionParameters": {"uri": {"query": {"value": "a=1"}}}}, "a=1"),
        (
            TRANSFORM,
            {
                **RULE,
                "action": "rewrite",
                "actionParameters": {"uri": {"query": {"value": ""}, "path": {"expression": "to_string(1)"}}},
            },
            "the path to_string(1) is not understood",
        ),
        (CACHE, {**RULE, "expression": 'ip.src eq "x"'}, "a string field"),
        (CACHE, {**RULE, "expression": True}, "no text"),
        (CACHE, {**RULE, "action": "skip"}, "the action skip"),
        (CACHE, {**RULE, "logging": {}}, "logging is not understood"),
        (CACHE, {**RULE, "actionParameters": {}}, "cache is missing"),
        (CACHE, {**RULE, "actionParameters": {"cache": True, "cacheReserve": {}}}, "cacheReserve is not understood"),
        (CACHE, {**RULE, "actionParameters": {"cache": True, "cacheKey": {"customKey": {}}}}, "customKey"),
        (CACHE, {**RULE, "actionParameters": {"cache": True, "browserTtl": {"mode": "bypass"}}}, "mode bypass"),
        (CACHE, {**RULE, "actionParameters": {"cache": True, "edgeTtl": {"mode": "x"}}}, "mode x"),
        ("http_response_cache_settings", {**CONTROL, "actionParameters": {"cache": {}}}, "the directive cache"),
        (
            "http_response_cache_settings",
            {**CONTROL, "actionParameters": {"noStore": {"operation": "add"}}},
            "the operation add on no_store",
        ),
        (
            "http_response_cache_settings",
            {**CONTROL, "action": "set_cache_tags", "actionParameters": {"operation": "set", "values": ["a"]}},
            "the operation set on cache tags",
        ),
        ("http_request_firewall_custom", {**RULE, "action": "skip", "actionParameters": {}}, "the action skip"),
        ("http_ratelimit", {**RULE, "action": "block", "ratelimit": {}}, "requestsPerPeriod is missing"),
        (
            "http_response_headers_transform",
            {**RULE, "action": "rewrite", "actionParameters": {"headers": {"x": {"operation": "remove"}}}},
            "the operation remove on x",
        ),
        ("http_request_firewall_managed", {**RULE, "action": "execute", "actionParameters": {"x": 1}}, "x is not"),
    ],
)
def test_what_is_not_understood_is_refused_with_phase_and_rule(phase: str, rule: dict[str, Any], reason: str) -> None:
    with pytest.raises(ReadbackError) as raised:
        edge_rules([PlannedRules(phase, [rule])])
    assert phase in str(raised.value)
    assert reason in str(raised.value)


def test_a_disabled_rule_must_be_understood_but_does_nothing() -> None:
    assert edge_rules([PlannedRules(CACHE, [{**RULE, "enabled": False}])]).cache == ()
    with pytest.raises(ReadbackError):
        edge_rules([PlannedRules(CACHE, [{**RULE, "enabled": False, "expression": "?"}])])


def test_two_rulesets_of_one_phase_are_refused() -> None:
    with pytest.raises(ReadbackError, match="two rulesets"):
        edge_rules([PlannedRules(CACHE, [RULE]), PlannedRules(CACHE, [RULE])])
