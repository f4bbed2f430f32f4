"""Expressions of the edge are true, false or unknown of a visit, and never another answer than the platform's own."""

from __future__ import annotations

import dataclasses

import pytest

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.exchange import Exchange, Request
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.rules import EdgeRules
from plan.visits.language import made, truth
from plan.visits.table import visits
from plan.visits.visit import Visit

CLOSED = EdgePolicy(domain="example.com", hosts=CdnHosts.under("example.com"), session_cookie_names=("session",))
OPEN = dataclasses.replace(
    CLOSED, plan=Plan.ENTERPRISE, public_html_paths=("/", "/pricing"), public_api_prefixes=("/api/public",)
)
VISIT = Visit(
    host="a.example.com",
    path="/a/B.PNG",
    query="v=1&w=2&v=3",
    headers=(("user-agent", "Mozilla/5.0"), ("cookie", "session=x; theme=dark")),
)


@pytest.mark.parametrize("policy", [CLOSED, OPEN], ids=["closed", "open"])
def test_rules_of_the_platform_hold_of_the_same_visits_as_its_own_evaluator_says(policy: EdgePolicy) -> None:
    """Response phases are left out: a visit has no answer yet."""
    rules = EdgeRules.of(policy)
    phases = (rules.rewrites, rules.firewall, rules.rate_limits, rules.cache)
    asked = [(rule.ref, rule.when) for phase in phases for rule in phase]
    table = visits(policy.host_names(), ["/portal"])
    differing = [
        (ref, visit.shown)
        for visit in table
        for request in [Request(visit.host, visit.path, visit.query or "", visit.method, _headers(visit))]
        for ref, when in asked
        if truth(when.render())(visit) is not when.holds(Exchange(request))
    ]
    assert (len(asked) > 15, len(table) > 100, differing) == (True, True, [])


def _headers(visit: Visit) -> tuple[tuple[str, str], ...]:
    return (("host", visit.host), *visit.headers)


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("true", True),
        ("ssl", True),
        ("not ssl or false", False),
        ('!ssl || http.host == "a.example.com"', True),
        ('ssl xor http.request.method ne "GET"', True),
        ('http.host eq "b" or http.host eq "c" and ssl', False),
        ('(http.host eq "b" or ssl) && true', True),
        ('http.request.uri.path.extension eq "png"', True),
        ('http.request.uri.path contains "/a/" and http.request.uri contains "?v=1"', True),
        ('http.request.full_uri eq "https://a.example.com/a/B.PNG?v=1&w=2&v=3"', True),
        ('raw.http.request.uri.path wildcard "/A/*.png"', True),
        ('http.request.uri.path strict wildcard "/A/*"', False),
        ('http.request.uri.path matches "^/a/[A-Z]+"', True),
        ('http.request.uri.path ~ r"^/b"', False),
        ('http.request.uri.path matches "^((a+)+)+$"', None),
        ('starts_with(lower(http.request.uri.path), "/a/b") and ends_with(http.request.uri.path, ".PNG")', True),
        ("len(http.request.uri.path) gt 7", True),
        ("len(http.request.uri.path) le 7", False),
        ('http.request.uri.args["v"][1] eq "3"', True),
        ('any(http.request.uri.args["x"][*] eq "3")', False),
        ('any(http.request.headers["x-a"][*] contains "1")', False),
        ('http.request.headers["x-a"][0] eq "1"', False),
        ('http.request.headers["x-a"][0] ne "1"', None),
        ('any(lower(http.request.headers["user-agent"][*])[*] contains "mozilla")', True),
        ('http.request.cookies["session"][0] eq "x"', True),
        ('len(http.request.headers["x-a"]) eq 0', None),
        ('all(http.request.uri.args.names[*] in {"v" "w"})', True),
        ("ip.src in {73.92.0.0/16 2001:db8::/32}", True),
        ("ip.src in {10.0.0.1..10.0.0.9}", False),
        ("ip.src eq 73.92.14.7", True),
        ("ip.src ne 73.92.14.7", False),
        ("ip.src in {::/0}", False),
        ("ip.src in $office", None),
        ("not ip.src in $office", None),
        ("ip.src in $cf.malware", False),
        ("ip.src in $office and not ssl", False),
        ("ip.src in $office or ssl", True),
        ("ip.src.asnum in {7000..8000}", True),
        ("ip.geoip.asnum eq 7922", True),
        ('ip.geoip.country in {"US"}', True),
        ("cf.threat_score gt 10", False),
        ("cf.bot_management.score lt 30", False),
        ("cf.client.bot", False),
        ("not cf.client.bot", True),
        ("ssl eq true", True),
        ("ssl ne true", False),
        ("cf.of_another_year eq 1", None),
        ("of_another_year(http.host) and ssl", None),
        ("of_another_year(http.host) and not ssl", False),
        ('concat("/", http.host) eq "/a.example.com"', True),
        ("[unknown]", None),
        ("", None),
        ("http.host", None),
        ("(ssl", None),
        ("ssl)", None),
        ('http.host eq "a" ssl', None),
        ('http.host in {"a"', None),
        ("(" * 300 + "ssl" + ")" * 300, None),
        ("not " * 300 + "ssl", None),
        ('http.host eq "a\\"b"', False),
    ],
)
def test_an_expression_is_true_false_or_unknown_of_a_visit(expression: str, answer: bool | None) -> None:
    assert truth(expression)(VISIT) is answer


def test_what_a_rewrite_made_into_something_unknown_has_no_path_to_ask_about() -> None:
    visit = dataclasses.replace(VISIT, path="", query=None)
    for expression in (
        'starts_with(http.request.uri.path, "/")',
        'http.request.uri.query eq ""',
        'http.request.uri eq "/"',
    ):
        assert truth(expression)(visit) is None
    assert truth('http.host eq "a.example.com"')(visit) is True


def test_a_rewrite_makes_a_path_of_an_address_or_nothing_that_is_known() -> None:
    assert made('wildcard_replace(http.request.uri, "/*?v=*", "/${2}/${1}")')(VISIT) == "/1&w=2&v=3/a/B.PNG"
    assert made('concat("/x", http.request.uri.path)')(VISIT) == "/x/a/B.PNG"
    assert made('regex_replace(http.request.uri.path, "a", "b")')(VISIT) is None
    assert made("(")(VISIT) is None
