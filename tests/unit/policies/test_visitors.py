"""A change of a zone's rules that shuts out, leads elsewhere or exposes ordinary visitors stops; others do not."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from plan.preview import read_preview
from policies.gate.visitors import turned_away
from tests.support.gate_cases import steps_of
from tests.support.recording import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.gate import Finding

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
RULESET, RECORD = "cloudflare:index/ruleset:Ruleset", "cloudflare:index/dnsRecord:DnsRecord"
FIREWALL, LIMITS, MANAGED = "http_request_firewall_custom", "http_ratelimit", "http_request_firewall_managed"
CACHE, REWRITES = "http_request_cache_settings", "http_request_transform"
HEADERS = "http_request_late_transform"
Rules = list[dict[str, Any]]


@cache
def zone() -> dict[str, dict[str, Any]]:
    """What the platform makes of a zone: its rulesets by phase, its records by name."""

    def build() -> None:
        from components.cdn.cdn import Cdn, CdnArgs

        Cdn("cdn", CdnArgs(policy=POLICY, zone_id="0" * 32, account_id="a" * 32, origin="nlb.example.com"))

    recording = record(build)
    rulesets = {item.inputs["phase"]: {"type": RULESET, "inputs": item.inputs} for item in recording.of_type(RULESET)}
    records = {item.name: {"type": RECORD, "inputs": item.inputs} for item in recording.of_type(RECORD)}
    return {**rulesets, **records}


def judged(
    phase: str, edit: Callable[[Rules], Rules], base: Callable[[Rules], Rules] = lambda rules: rules
) -> list[Finding]:
    """What is found of a change of one ruleset of the platform's zone."""
    was = base(copy.deepcopy(zone()[phase]["inputs"]["rules"]))
    then = edit(copy.deepcopy(was))
    changed = {"do": "update", "thing": phase, "was": {"rules": was}, "is": {"rules": then}, "changed": ["rules"]}
    lines = [changed, *({"do": "same", "thing": name} for name in zone() if name != phase)]
    steps = [step for line in lines for step in steps_of(line, zone())]
    return list(turned_away(read_preview({"steps": steps})))


def stopping(*given: Any) -> list[Finding]:  # noqa: ANN401 - as `judged`
    return [one for one in judged(*given) if one.stops]


def rule(when: str, action: str = "block", **more: object) -> dict[str, Any]:
    return {"ref": "new", "action": action, "expression": when, "enabled": True, **more}


def limit(requests: int, *by: str, **more: object) -> dict[str, Any]:
    bounds = {"characteristics": ["cf.colo.id", *by], "period": 10, "requestsPerPeriod": requests}
    return {"ratelimit": {**bounds, "mitigationTimeout": 10, **more}}


def widened(number: int, when: str) -> Callable[[Rules], Rules]:
    def edit(rules: Rules) -> Rules:
        rules[number]["expression"] = f"({rules[number]['expression']} or {when})"
        return rules

    return edit


def added(*new: dict[str, Any], first: bool = False) -> Callable[[Rules], Rules]:
    return lambda rules: [*new, *rules] if first else [*rules, *new]


def set_in(number: int, **values: object) -> Callable[[Rules], Rules]:
    def edit(rules: Rules) -> Rules:
        rules[number] |= values
        return rules

    return edit


HOOKS = 'starts_with(http.request.uri.path, "/api/webhooks")'
SHUTS = (
    'http.request.method eq "GET"',
    'http.request.method in {"PUT" "DELETE"}',
    "ssl",
    'http.host eq "bailbondpro.com"',
    'not http.host eq "none"',
    "ip.src in {0.0.0.0/0}",
    "ip.src in {::/0}",
    "ip.src.asnum eq 7922",
    'http.request.uri.path contains "/"',
    "len(http.request.uri.path) lt 3",
    'http.request.uri.path matches "^/static/"',
    'ends_with(http.request.uri.path, ".png")',
    HOOKS,
    'http.request.uri.path contains "/uploads"',
    'http.request.uri.path in {"/login"}',
    'http.user_agent ne ""',
    'http.user_agent contains "iPhone"',
    'lower(http.user_agent) contains "googlebot"',
    "cf.client.bot",
    "cf.bot_management.score lt 30",
    'ip.src.country ne "T1"',
    'ip.src.country in {"MX" "CA"}',
    'http.request.version eq "HTTP/1.1"',
    'http.request.version in {"HTTP/3"}',
    'cf.tls_version eq "TLSv1.2"',
    'http.request.uri.query ne ""',
    'http.cookie contains "session"',
    'http.referer ne ""',
    'any(http.request.headers["content-type"][*] contains "multipart")',
    'not any(http.request.headers.names[*] eq "x-key")',
)


@pytest.mark.parametrize("when", SHUTS)
def test_a_rule_that_keeps_ordinary_visitors_away_stops_new_or_widened(when: str) -> None:
    for edit in (added(rule(when)), widened(1, when)):
        (found, *_) = stopping(FIREWALL, edit)
        assert (found.rule, found.judged, "came through before" in found.says) == ("led-elsewhere", True, True)
        assert "https://" in found.says
        assert "narrow the expression of rule" in found.fix


@pytest.mark.parametrize(
    "when",
    [
        "ip.src in $office",
        'cf.bot_management.ja3_hash eq "x"',
        'is_timed_hmac_valid_v0("a", http.request.uri, 10, 1, 8)',
        "[unknown]",
        'http.request.headers["x-key"][0] ne "1"',
        "cf.of_another_year and ssl",
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_named_and_does_not_pass(when: str) -> None:
    (found,) = stopping(FIREWALL, added(rule(when)))
    assert (found.rule, found.judged, "cannot be evaluated here" in found.says) == ("led-elsewhere", False, True)
    assert [
        one for one in stopping(FIREWALL, added(rule("ssl", "log")), added(rule(when))) if one.rule != "weakened"
    ] == []


def off(rules: Rules) -> Rules:
    return [*rules, rule("ssl", enabled=False)]


@pytest.mark.parametrize(
    ("phase", "edit", "base"),
    [
        (FIREWALL, lambda rules: [*rules[:-1], {**rules[-1], "enabled": True}], off),
        (FIREWALL, lambda rules: [*rules[:-1], rule("ssl")], added(rule("ssl", "log"))),
        (FIREWALL, lambda rules: [*rules[:-1], rule("ssl")], added(rule("ssl", "managed_challenge"))),
        (FIREWALL, added(rule("ssl", "js_challenge")), list),
        (
            FIREWALL,
            lambda rules: [one for one in rules if one["action"] != "skip"],
            added(rule(HOOKS, "skip", actionParameters={"ruleset": "current"}), rule(HOOKS)),
        ),
        (
            FIREWALL,
            lambda rules: [rules[1], rules[0], *rules[2:]],
            added(rule(HOOKS, "skip", ref="skip", actionParameters={"ruleset": "current"}), rule(HOOKS), first=True),
        ),
        (MANAGED, added(rule("ssl")), list),
        (LIMITS, widened(1, 'http.request.method eq "GET"'), list),
        (LIMITS, added(rule('http.request.uri.path eq "/"', **limit(2, "ip.src"))), list),
        (LIMITS, added(rule('http.request.uri.path eq "/"', **limit(100))), list),
        (LIMITS, added(rule('http.request.uri.path eq "/"', **limit(100, "ip.src.country"))), list),
        (LIMITS, added(rule("ssl", **limit(100, "ip.src"))), list),
        (LIMITS, added(rule("ip.src in $office", **limit(1, "ip.src"))), list),
        (LIMITS, added(rule("ssl", **limit(5, "ip.src", countingExpression=HOOKS))), list),
        (LIMITS, set_in(1, **limit(50, "ip.src")), list),
    ],
)
def test_what_keeps_visitors_away_in_another_way_stops(phase: str, edit: Any, base: Any) -> None:  # noqa: ANN401 - as above
    assert "led-elsewhere" in {one.rule for one in stopping(phase, edit, base)}


@pytest.mark.parametrize(
    "when",
    [
        "ip.src eq 198.51.100.7",
        "ip.src in {198.51.100.0/24 2001:db8::/32}",
        "ip.src in $cf.malware",
        "ip.src.asnum in {64500}",
        'ip.src.country in {"RU" "KP" "T1"}',
        'http.user_agent contains "sqlmap"',
        'http.user_agent eq ""',
        'starts_with(http.request.uri.path, "/xmlrpc.php")',
        'http.request.uri.path matches "(?i)[.](php|asp)$"',
        "len(http.request.uri.query) gt 2000",
        "cf.threat_score gt 50",
        "cf.waf.score lt 20",
        "not ssl",
        'http.host eq "old.bailbondpro.com"',
        'http.request.method in {"TRACE" "CONNECT"}',
        'http.request.version eq "HTTP/1.0"',
        'any(http.request.headers["x-attack"][*] eq "1")',
        'starts_with(http.request.uri.path, "/admin/debug") and not ip.src in $office',
    ],
)
def test_a_narrow_rule_is_an_ordinary_change(when: str) -> None:
    for edit in (added(rule(when)), widened(1, when), added(rule(when, "managed_challenge"), first=True)):
        assert stopping(FIREWALL, edit) == []


FAILED = {"countingExpression": "http.response.code in {401 403}"}
PAYMENTS = 'starts_with(http.request.uri.path, "/api/payments")'


@pytest.mark.parametrize(
    ("phase", "edit"),
    [
        (LIMITS, added(rule(PAYMENTS, **limit(20, "ip.src")))),
        (LIMITS, added(rule('starts_with(http.request.uri.path, "/")', **limit(1000, "ip.src")))),
        (LIMITS, added(rule('starts_with(http.request.uri.path, "/api/auth")', **limit(2, "ip.src", **FAILED)))),
        (LIMITS, set_in(0, **limit(10, "ip.src"))),
        (LIMITS, set_in(1, **limit(70, "ip.src"))),
        (FIREWALL, lambda rules: rules[::-1]),
        (FIREWALL, set_in(0, description="in other words", ref="renamed")),
        (FIREWALL, added(rule("ssl", "log"))),
        (FIREWALL, added(rule("ssl", enabled=False))),
        (
            CACHE,
            set_in(4, enabled=True, expression='http.host in {"bailbondpro.com"} and http.request.uri.path eq "/"'),
        ),
        (CACHE, set_in(5, enabled=True, expression='starts_with(http.request.uri.path, "/api/public")')),
        (
            CACHE,
            widened(1, '(starts_with(http.request.uri.path, "/fonts/") and http.request.uri.path.extension eq "svg")'),
        ),
    ],
)
def test_what_people_tune_and_open_is_an_ordinary_change(phase: str, edit: Callable[[Rules], Rules]) -> None:
    assert stopping(phase, edit) == []


BONDS = 'starts_with(http.request.uri.path, "/api/bonds")'
KEEPS = {"cache": True, "edgeTtl": {"mode": "bypass_by_default"}}


@pytest.mark.parametrize(
    ("edit", "how"),
    [
        (widened(1, f'({BONDS} and http.request.uri.path.extension in {{"png"}})'), "if no later rule took it back"),
        (
            set_in(5, enabled=True, expression='starts_with(http.request.uri.path, "/api")'),
            "if no later rule took it back",
        ),
        (
            set_in(4, enabled=True, expression='http.request.uri.path in {"/" "/account"}'),
            "if no later rule took it back",
        ),
        (added(rule(BONDS, "set_cache_settings", actionParameters=KEEPS)), "would keep the answer"),
        (
            lambda rules: [
                *rules[:-1],
                {**rules[-1], "expression": "false"},
                rule(BONDS, "set_cache_settings", actionParameters=KEEPS),
            ],
            "would keep the answer",
        ),
        (
            added(rule('http.request.uri.path eq "/"', "set_cache_settings", actionParameters=KEEPS)),
            "would keep the answer",
        ),
    ],
)
def test_a_private_path_that_a_rule_of_the_cache_gains_stops(edit: Callable[[Rules], Rules], how: str) -> None:
    found = [one for one in stopping(CACHE, edit) if "belongs to one person" in one.says]
    assert ({one.rule for one in found}, any(how in one.says for one in found)) == ({"weakened"}, True)


def made(rules: Rules, phase: str = REWRITES) -> list[Finding]:
    """What is found of a first ruleset of a phase in a zone that stands."""
    inputs = {**zone()[FIREWALL]["inputs"], "phase": phase, "rules": rules}
    things = {**zone(), "new": {"type": RULESET, "inputs": inputs}}
    lines = [{"do": "create", "thing": "new"}, *({"do": "same", "thing": name} for name in zone() if name != phase)]
    steps = [step for line in lines for step in steps_of(line, things)]
    return list(turned_away(read_preview({"steps": steps})))


@pytest.mark.parametrize(
    "then",
    [
        [rule('starts_with(http.request.uri.path, "/.git")')],
        [rule('http.user_agent contains "sqlmap"', "managed_challenge")],
        [rule(PAYMENTS, **limit(20, "ip.src"))],
        [rule('starts_with(http.request.uri.path, "/")', **limit(1000, "ip.src"))],
        [rule('http.host eq "other.example.com"')],
    ],
)
def test_narrow_rules_of_a_zone_whose_records_are_elsewhere_are_ordinary(then: Rules) -> None:
    assert found_without_records([], then) == []


def test_a_zone_whose_records_are_elsewhere_is_judged_by_a_host_that_no_rule_names() -> None:
    (found,) = found_without_records([rule('http.host eq "a"')], [rule("ssl"), rule('http.host eq "a"', ref="a")])
    assert "https://www.example.com/" in found.says


def found_without_records(was: Rules, then: Rules) -> list[Finding]:
    line = {"do": "update", "thing": "one", "was": {"rules": was}, "is": {"rules": then}, "changed": ["rules"]}
    return list(turned_away(read_preview({"steps": list(steps_of(line, {"one": {"type": RULESET}}))})))


def test_first_rewrites_that_lead_visitors_elsewhere_stop_and_those_of_the_platform_do_not() -> None:
    def to(**part: object) -> Rules:
        return [rule("ssl", "rewrite", actionParameters={"uri": {"path": part}})]

    assert made(zone()[REWRITES]["inputs"]["rules"]) == []
    (found,) = made(to(value="/gone"))
    assert (found.rule, "would reach the origin as /gone" in found.says) == ("led-elsewhere", True)
    (found, *_) = made(to(expression='regex_replace(http.request.uri.path, "a", "b")'))
    assert (found.rule, found.judged) == ("led-elsewhere", False)
    assert made(to(expression='concat("/v2", http.request.uri.path)')) == []


def test_first_rules_over_headers_that_take_a_visit_its_own_stop_and_those_that_add_one_do_not() -> None:
    def says(name: str, operation: str, when: str = "ssl") -> list[tuple[str, bool]]:
        headers = {name: {"operation": operation, "value": "x"}}
        found = made([rule(when, "rewrite", actionParameters={"headers": headers})], HEADERS)
        return [(one.rule, one.judged) for one in found]

    assert says("Cookie", "remove") == says("authorization", "set") == says("host", "set") == [("led-elsewhere", True)]
    assert says("cookie", "remove", "ip.src in $office") == [("led-elsewhere", False)]
    assert says("x-country", "set") == says("cookie", "add") == says("cookie", "remove", "not ssl") == []


def test_the_platforms_own_rules_keep_no_ordinary_visitor_away_in_a_new_zone() -> None:
    steps = [step for name in zone() for step in steps_of({"do": "create", "thing": name}, zone())]
    assert [one for one in turned_away(read_preview({"steps": steps})) if one.stops] == []


def test_what_cloudflares_own_rules_judge_from_now_on_is_named() -> None:
    skip = rule(HOOKS, "skip", actionParameters={"ruleset": "current"})
    found = judged(MANAGED, lambda rules: rules[1:], added(skip, first=True))
    assert [one.stops for one in found if "judged by Cloudflare's own rules" in one.says] == [False]
