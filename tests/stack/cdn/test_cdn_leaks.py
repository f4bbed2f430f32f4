"""The leak prover: silent on our rules, loud on every way of weakening them."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import evaluate
from bailbondpro.edge.language.expressions import EVERYTHING
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.proof.leaks import audit
from bailbondpro.edge.proof.oracle import personal_reason
from bailbondpro.edge.rules import EdgeRules
from bailbondpro.edge.security import FirewallRule

DOMAIN = "bailbondpro.com"
CLOSED = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session", "connect.sid"))
OPEN = dataclasses.replace(CLOSED, public_html_paths=("/", "/pricing"), public_api_prefixes=("/api/public",))
AUDITED = cache(audit)
"""Several tests ask about the same rules, and an audit takes two seconds."""


def _deciding(policy: EdgePolicy) -> EdgeRules:
    """The rules that decide what is stored: the same under several plans, which are then audited once."""
    rules = EdgeRules.of(policy)
    return EdgeRules(rewrites=rules.rewrites, cache=rules.cache, responses=rules.responses)


RULES = _deciding(OPEN)


def _without(ref: str) -> EdgeRules:
    return dataclasses.replace(
        RULES,
        cache=tuple(rule for rule in RULES.cache if rule.ref != ref),
        responses=tuple(rule for rule in RULES.responses if rule.ref != ref),
    )


def _reasons(rules: EdgeRules) -> set[str]:
    return {leak.because for leak in AUDITED(rules, OPEN).leaks}


@pytest.mark.parametrize("policy", [CLOSED, OPEN])
@pytest.mark.parametrize("plan", list(Plan))
def test_nothing_personal_is_cached_under_any_plan(policy: EdgePolicy, plan: Plan) -> None:
    found = AUDITED(_deciding(dataclasses.replace(policy, plan=plan)), policy)
    assert found.leaks == ()
    assert found.requests > 3000


def test_the_corpus_has_harmless_requests_of_every_class_that_are_cached() -> None:
    assert AUDITED(RULES, OPEN).cached > AUDITED(_deciding(CLOSED), CLOSED).cached > 20


def test_without_the_private_rule_private_paths_leak() -> None:
    assert "its path can be read as /uploads" in _reasons(_without("private_bypass"))


def test_without_the_rule_of_credentials_headers_and_session_cookies_leak() -> None:
    reasons = _reasons(_without("credentials_bypass"))
    assert {"it carries Authorization", "it carries X-Api-Key", "it carries the session cookie session"} <= reasons
    assert "it carries the session cookie session.0" in reasons


def test_without_the_rule_of_odd_urls_signed_queries_leak() -> None:
    assert "its query has the credential x-amz-signature" in _reasons(_without("odd_url_bypass"))


def test_without_the_rule_of_unknown_input_the_sessions_of_frameworks_leak_on_public_pages() -> None:
    leaks = AUDITED(_without("unknown_input_bypass"), OPEN).leaks
    assert {leak.url for leak in leaks} <= {f"https://{DOMAIN}/", f"https://{DOMAIN}/pricing"} | {
        f"https://{host}{DOMAIN}/api/public{end}" for host in ("", "api.") for end in ("", "/courts", "/courts.json")
    }
    assert any("PHPSESSID, which is not known to be harmless" in leak.because for leak in leaks)


def test_the_private_rule_in_front_protects_nothing() -> None:
    front = dataclasses.replace(RULES, cache=(RULES.cache[-1], *RULES.cache[:-1]))
    assert RULES.cache[-1].ref == "private_bypass"
    assert _reasons(front) >= _reasons(_without("private_bypass"))


def test_without_the_default_bypass_documents_leak_by_their_extension() -> None:
    bare = _without("default_bypass")
    typed = tuple(rule for rule in bare.responses if rule.ref != "other_response")
    assert "it is a document (pdf)" in _reasons(dataclasses.replace(bare, responses=typed))


def test_without_the_last_response_rule_a_response_with_a_cookie_is_stored() -> None:
    reasons = _reasons(_without("never_store"))
    assert {"its response carries Set-Cookie", "its response carries Vary: Cookie", "its status is 404"} <= reasons


DECEIVED = tuple(
    Request.of(f"https://{host}.{DOMAIN}/{path}")
    for host, path in (
        ("cdn", "static/me.css"),
        ("assets", "static/me.js"),
        ("images", "me.png"),
        ("cdn", "static/a.svg"),
    )
)


@pytest.mark.parametrize("request_", DECEIVED, ids=lambda request: request.path)
@pytest.mark.parametrize(
    "kind",
    ["text/html", "Text/HTML; charset=utf-8", "application/json", "application/octet-stream", "text/plain", None],
)
def test_what_is_no_static_file_is_not_stored_as_one_without_deception_armor(
    request_: Request, kind: str | None
) -> None:
    unarmed = dataclasses.replace(
        RULES, cache=tuple(dataclasses.replace(rule, deception_armor=False) for rule in RULES.cache)
    )
    headers = {"Cache-Control": "public, max-age=600", **({"Content-Type": kind} if kind else {})}
    found = evaluate(unarmed, request_, Response.of(200, headers))
    assert (found.cacheable, found.reason) == (False, "no-store")
    assert found.browser_ttl == 600, "a browser gets what the origin says"


def test_without_deception_armor_the_audit_finds_nothing() -> None:
    unarmed = tuple(dataclasses.replace(rule, deception_armor=False) for rule in RULES.cache)
    assert AUDITED(dataclasses.replace(RULES, cache=unarmed), OPEN).leaks == ()


def test_deception_armor_alone_proves_nothing() -> None:
    assert [rule.ref for rule in RULES.cache if rule.deception_armor] == ["images", "css", "js"]
    reasons = _reasons(dataclasses.replace(RULES, responses=()))
    kinds = ("text/html; charset=utf-8", "application/json", "application/octet-stream", "missing")
    assert {f"its Content-Type is {kind}" for kind in kinds} <= reasons


def test_a_firewall_rule_is_no_obstacle_of_the_proof() -> None:
    weak = dataclasses.replace(
        _without("credentials_bypass"),
        firewall=(FirewallRule(ref="all", description="", when=EVERYTHING, action="block"),),
    )
    assert AUDITED(weak, OPEN).leaks != ()


def test_a_renewal_of_a_stored_file_may_name_no_type() -> None:
    request = Request.of(f"https://cdn.{DOMAIN}/static/app.css")
    found = evaluate(RULES, request, Response.of(304, {"Cache-Control": "public, max-age=600"}))
    assert (found.cacheable, found.browser_ttl) == (True, 600)


def test_a_rule_that_allows_everything_leaks_everything() -> None:
    anything = dataclasses.replace(RULES.cache[1], ref="generous", when=RULES.cache[0].when)
    leaks = AUDITED(dataclasses.replace(RULES, cache=(anything,)), OPEN).leaks
    assert any(leak.because == "its path can be read as /api/clients" for leak in leaks)
    assert all("generous" in leak.allowed_by for leak in leaks)


def test_urls_of_the_user_are_tried_signed_in_and_with_personal_responses() -> None:
    url = f"https://images.{DOMAIN}/team/anna.png"
    assert audit(RULES, OPEN, [url]).requests >= AUDITED(RULES, OPEN).requests + 10
    leaks = audit(_without("credentials_bypass"), OPEN, [url]).leaks
    assert {leak.because for leak in leaks if leak.url == url} >= {"it carries Authorization"}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/api/clients", "its path can be read as /api/clients"),
        ("/API/Clients/7", "its path can be read as /api/clients"),
        ("/static/..%2fuploads/id.png", "its path can be read as /uploads"),
        ("/static/..%5cuploads%5cid.png", "its path can be read as /uploads"),
        ("/static/%252e%252e%252fadmin/x.css", "its path can be read as /admin"),
        ("/account;v=1/x.css", "its path can be read as /account"),
        ("/img/..;/uploads/id.png", "its path can be read as /uploads"),
        ("/img/.%00./uploads/id.png", "its path can be read as /uploads"),
        ("/cdn-cgi/image/width=320/uploads/id.png", "its path can be read as /uploads"),
        ("/cdn-cgi/image/width=320/https://example.com/Admin/id.png", "its path can be read as /admin"),
        ("/cdn-cgi/image/width=320/team/uploads.png", ""),
        ("/static/contract.PDF", "it is a document (pdf)"),
        ("/api/clients-of-the-month", ""),
        ("/static/app.css", ""),
    ],
)
def test_a_path_is_personal_under_every_reading_of_an_origin(path: str, reason: str) -> None:
    assert personal_reason(OPEN, Request.of(f"https://cdn.{DOMAIN}{path}")) == reason


def test_the_beginning_of_a_cookie_s_name_marks_a_session() -> None:
    def reason(cookie: str, host: str = "cdn.") -> str:
        return personal_reason(OPEN, Request.of(f"https://{host}{DOMAIN}/", headers={"Cookie": cookie}))

    assert reason("a=1; session=x") == "it carries the session cookie session"
    assert reason("a=1; SESSION=x") == "it carries the session cookie session"
    assert reason("a=1; __Host-session.0=x") == "it carries the session cookie __host-session.0"
    assert reason("obsession=x; theme=session") == ""
    assert reason("obsession=x", host="") == "it carries the cookie obsession, which is not known to be harmless"
    assert reason("_ga=x; theme=session", host="") == ""
