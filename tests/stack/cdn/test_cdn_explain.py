"""`./bbp cdn explain`, `audit` and `image-url`, for a stack file and for a plan."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bailbondpro.edge.problems import plan_notices
from infra.edge_policy import edge_policy
from infra.settings import ConfigError
from ops.answers.cdn.edge import Edge, Question, audit_plan, edge_of, explain, listed, pairs, rules_of_plan
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.purge import wanted
from ops.cli import app
from plan import parse_preview
from tests.support.paths import ROOT
from tests.support.recording import record
from tests.support.stack import PHASES, settings

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan

PLANS = ("free", "pro", "business", "enterprise")
ZONE = {"zoneId": "0" * 31 + "b", "accountId": "0" * 31 + "c"}
OPEN = {"publicHtmlPaths": ["/pricing"], "publicApiPrefixes": ["/api/public"]}
KEYS = [
    "cacheable",
    "edge_ttl",
    "browser_ttl",
    "stale_while_revalidate",
    "rules",
    "response_headers",
    "cache_tags",
    "rate_limit",
    "cache_key",
    "readings",
]
GUIDE = [
    ("images", "https://images.bailbondpro.com/logo.png", 31_536_000, 86_400),
    ("css", "https://cdn.bailbondpro.com/static/app.3f9a.css", 31_536_000, 3_600),
    ("js", "https://assets.bailbondpro.com/static/app.3f9a.js", 31_536_000, 3_600),
    ("html", "https://bailbondpro.com/pricing", 3_600, 300),
    ("api", "https://api.bailbondpro.com/api/public/courts", 300, 60),
]


@cache
def edge(plan: str) -> Edge:
    return edge_of(settings("prod", "horizontal", cdn={**ZONE, **OPEN, "plan": plan, "managedWaf": plan != "free"}))


def cdn(*arguments: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, ["cdn", *arguments])
    return ran.exit_code, ran.stdout, ran.stderr


def document(*arguments: str) -> dict[str, Any]:
    code, out, error = cdn(*arguments, "--json")
    assert code == 0, error
    found: dict[str, Any] = json.loads(out)
    return found


@cache
def preview(environment: str = "prod", phase: str = "horizontal") -> dict[str, Any]:
    """What the engine's preview shows of the CDN of a checked-in stack."""
    wanted_settings = settings(environment, phase)

    def build() -> None:
        from components.cdn.cdn import Cdn, CdnArgs

        policy = edge_policy(wanted_settings)
        Cdn("cdn", CdnArgs(policy=policy, zone_id="0" * 32, account_id="a" * 32, origin="nlb.example.com"))

    steps = [
        {
            "op": "create",
            "urn": f"urn:pulumi:{environment}::bailbondpro::{item.type}::{item.name}",
            "newState": {"type": item.type, "custom": item.custom, "inputs": dict(item.inputs)},
        }
        for item in record(build)
    ]
    return {"steps": steps}


def changed(ref: str, **changes: object) -> Plan:
    """The preview with one rule changed."""
    text = json.loads(json.dumps(preview()))
    rules = [rule for step in text["steps"] for rule in step["newState"]["inputs"].get("rules", ())]
    next(rule for rule in rules if rule["ref"] == ref).update(changes)
    return parse_preview(text)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(("name", "url", "lifetime", "stale"), GUIDE, ids=[row[0] for row in GUIDE])
def test_every_class_has_the_guides_seconds_on_every_plan(
    plan: str, name: str, url: str, lifetime: int, stale: int
) -> None:
    found = explain(edge(plan), Question(url=url)).as_json()
    assert list(found) == KEYS
    assert found["cacheable"] is True
    assert (found["edge_ttl"], found["browser_ttl"], found["stale_while_revalidate"]) == (lifetime, lifetime, stale)
    assert found["cache_tags"] == ["static" if name in {"css", "js"} else name]
    headers = found["response_headers"]
    assert isinstance(headers, dict)
    assert headers["cache-control"].startswith(f"public, max-age={lifetime}, stale-while-revalidate={stale}")
    assert (headers["vary"], headers["x-content-type-options"]) == ("Accept-Encoding", "nosniff")


@pytest.mark.parametrize("plan", PLANS)
def test_an_unlisted_page_and_every_other_api_path_is_cached_on_no_plan(plan: str) -> None:
    for url in ("https://bailbondpro.com/dashboard", "https://api.bailbondpro.com/api/bonds/1"):
        careless = Question(url=url, response_headers=(("Cache-Control", "public, max-age=600"),))
        assert explain(edge(plan), careless).as_json()["cacheable"] is False


@pytest.mark.parametrize(
    ("plan", "paths"),
    [
        ("free", ["rateLimits.api", "ttls.html.maxAge", "ttls.api.maxAge"]),
        ("pro", ["ttls.api.maxAge"]),
        ("business", []),
        ("enterprise", []),
    ],
)
def test_where_a_plan_departs_from_the_guide_it_is_said(plan: str, paths: list[str]) -> None:
    assert [notice.path for notice in plan_notices(edge(plan).policy)] == paths


@pytest.mark.parametrize("plan", PLANS)
def test_the_rate_limit_of_a_request_is_shown_with_its_numbers(plan: str) -> None:
    login = explain(edge(plan), Question(url="https://bailbondpro.com/api/auth/login", method="POST")).as_json()
    api = explain(edge(plan), Question(url="https://bailbondpro.com/api/bonds")).as_json()
    assert login["rate_limit"] == {"ref": "login_rate_limit", "requests": 15, "period": 10, "mitigation_timeout": 10}
    assert api["rate_limit"] == (
        None if plan == "free" else {**login["rate_limit"], "ref": "api_rate_limit", "requests": 120}
    )


def test_cookies_headers_status_and_response_headers_of_the_command_line_count() -> None:
    url = "https://images.bailbondpro.com/logo.png"
    assert document("explain", "prod", url)["cacheable"] is True
    assert document("explain", "prod", url, "--cookie", "theme=dark")["cacheable"] is True
    for options in (
        ("--cookie", "theme=dark", "--cookie", "session=abc"),
        ("--header", "Authorization: Bearer x"),
        ("--response-header", "Set-Cookie: a=b; HttpOnly"),
        ("--status", "404"),
        ("--method", "POST"),
    ):
        assert document("explain", "prod", url, *options)["cacheable"] is False, options


def test_the_text_says_why() -> None:
    code, out, _ = cdn("explain", "prod", "https://images.bailbondpro.com/logo.png", "--header", "Authorization:x")
    assert code == 0
    assert "no: no cache rule allows it" in out
    assert "credentials_bypass" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("explain", "prod", "/static/app.css"), "has no host"),
        (("explain", "prod", "https://x", "--header", "nonsense"), "--header nonsense: write NAME:VALUE"),
        (("explain", "prod", "https://x", "--cookie", "=x"), "--cookie =x: write NAME=VALUE"),
        (("explain", "prod", "https://x", "--plan", "none.json"), "none.json"),
        (("explain", "prod", "https://x", "--response-header", "Cache Control: private"), "a name has letters"),
        (("explain", "prod", "https://x", "--response-header", "Vary: Cookie\n"), "no control characters"),
        (("explain", "prod", "https://x", "--header", "Author ization: x"), "a name has letters"),
        (("explain", "prod", "https://x", "--cookie", "a b=c"), "a name has letters"),
        (("explain", "prod", "https://x", "--method", "G E T"), "a method is one word"),
        (("explain", "prod", "https://x", "--method", ""), "a method is one word"),
        (("image-url", "prod", "/a.png", "--width", "641"), "width 641 is none of"),
        (("image-url", "prod", "https://x.example/a.png", "--width", "640"), "write a path that starts with /"),
        (("image-url", "prod", "a.png"), "write a path that starts with /"),
        (("image-url", "prod", "/a.png?w=640"), "has no query"),
        (("image-url", "prod", "/a%2fb.png", "--width", "640"), "read in two ways"),
        (("image-url", "prod", "/upload%CB%A2.png", "--width", "640"), "read in two ways"),
        (("purge", "prod", "--tag", "html"), "CLOUDFLARE_API_TOKEN is not set"),
        (("purge", "prod"), "exactly one of"),
        (("purge", "prod", "--tag", "html", "--everything"), "exactly one of"),
        (("warm", "prod"), "nothing to warm"),
    ],
)
def test_a_wrong_question_gets_one_line_and_exit_code_1(
    arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    code, out, error = cdn(*arguments)
    assert (code, out) == (1, "")
    assert message in " ".join(error.split())
    assert "Traceback" not in error


def test_a_host_of_nobody_is_pointed_out() -> None:
    code, _, error = cdn("explain", "prod", "https://example.com/static/app.css")
    assert code == 0
    assert "example.com is no host of this stack" in error


def test_an_image_url_of_the_guide_is_built() -> None:
    code, out, _ = cdn("image-url", "prod", "/team/anna.jpg", "--width", "640", "--quality", "80", "--format", "webp")
    assert code == 0
    assert out == "https://images.bailbondpro.com/team/anna.jpg?w=640&q=80&f=webp\n"


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_plan_answers_as_its_stack_file_does(environment: str, phase: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(preview(environment, phase)), encoding="utf-8")
    domain = "bailbondpro.dev" if environment == "dev" else "bailbondpro.com"
    for path in ("cdn.{}/static/app.css", "images.{}/logo.png", "{}/api/auth/login", "{}/", "cdn.{}/static/x.pdf"):
        question = ("explain", environment, f"https://{path.format(domain)}", "--phase", phase)
        assert document(*question, "--plan", str(file)) == document(*question)


@pytest.mark.parametrize("phase", PHASES)
def test_the_rules_of_every_checked_in_stack_leak_nothing(phase: str) -> None:
    for environment in ("dev", "prod"):
        found = audit_plan(settings(environment, phase), parse_preview(preview(environment, phase)))
        assert found is not None
        assert (found.leaks, found.cached > 0) == ((), True)


def test_a_plan_with_a_rule_that_lost_its_condition_leaks_and_the_command_says_where(tmp_path: Path) -> None:
    weak = json.loads(json.dumps(preview()))
    for step in weak["steps"]:
        for rule in step["newState"]["inputs"].get("rules", ()):
            if rule["ref"] == "credentials_bypass":
                rule["expression"] = 'http.host eq "nowhere"'
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(weak), encoding="utf-8")
    code, out, _ = cdn("audit", "prod", "--plan", str(file))
    assert code == 1
    assert "it carries the session cookie session, and would be cached" in out
    assert ", 0 leaks" not in out
    code, out, _ = cdn("audit", "prod", "--plan", str(file), "--json")
    assert code == 1
    assert {"url", "because", "headers", "rules", "readings"} == set(json.loads(out)["leaks"][0])


def test_the_audit_tries_the_urls_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_text("# ours\nhttps://images.bailbondpro.com/a.png  # a picture\n\n", encoding="utf-8")
    plain, more = document("audit", "prod"), document("audit", "prod", "--urls", str(file))
    assert more["requests"] > plain["requests"]
    assert more["leaks"] == []
    file.write_text("no url\n/at/all\n", encoding="utf-8")
    assert cdn("audit", "prod", "--urls", str(file))[0] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expression": "ip.src in {10.0.0.0/8}"}, "http_request_cache_settings, rule css"),
        ({"actionParameters": {"cache": True, "serveStale": {}}}, "serveStale is not understood"),
    ],
)
def test_a_plan_with_a_rule_that_is_not_understood_has_no_answer(change: dict[str, object], message: str) -> None:
    with pytest.raises(CdnError, match=message):
        rules_of_plan(changed("css", **change))


def test_a_plan_without_rulesets_or_normalised_urls_has_no_answer() -> None:
    def only(*types: str) -> Plan:
        return parse_preview({"steps": [s for s in preview()["steps"] if s["newState"]["type"].endswith(types)]})

    with pytest.raises(CdnError, match="no Cloudflare rulesets"):
        rules_of_plan(only("DnsRecord"))
    with pytest.raises(CdnError, match="does not normalise URLs"):
        rules_of_plan(only("Ruleset"))
    assert rules_of_plan(only("Ruleset", "UrlNormalizationSettings")).cache


def test_a_stack_without_rules_of_its_own_says_so_and_is_not_audited() -> None:
    guest = settings("prod", "horizontal", cdn={**ZONE, "manageRulesets": False})
    with pytest.raises(CdnError, match="another stack owns"):
        edge_of(guest)
    without = settings("dev", "optimization", cdn={"enabled": False})
    with pytest.raises(CdnError, match="no CDN"):
        edge_of(without)
    assert audit_plan(guest, parse_preview({"steps": []})) is audit_plan(without, parse_preview({"steps": []})) is None


def test_rules_of_other_hosts_prove_nothing() -> None:
    with pytest.raises(CdnError, match="cache nothing at all"):
        audit_plan(settings("dev", "optimization"), parse_preview(preview("prod")))


def test_what_a_plan_cannot_do_is_refused_with_the_cheapest_plan_that_can() -> None:
    short = {"css": {"maxAgeSeconds": 600, "staleWhileRevalidateSeconds": 60}}
    with pytest.raises(ConfigError, match=r"(?s)cdn\.lifetimes\.css.*business"):
        settings("prod", "horizontal", cdn={**ZONE, "plan": "pro", "lifetimes": short})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"paths": ["static/a.css"]}, "starts with / or an https:// URL"),
        ({"paths": ["http://cdn.bailbondpro.com/a.css"]}, "starts with / or an https:// URL"),
        ({"paths": ["https://example.com/a.css"]}, "no host of this stack"),
        ({"hosts": ["example.com"]}, "no host of this stack"),
        ({"tags": ["two words"]}, "no space, no comma"),
        ({"tags": [""]}, "1 to 1024"),
    ],
)
def test_a_purge_of_something_impossible_is_refused_before_any_call(given: dict[str, Any], message: str) -> None:
    policy = edge_policy(settings("prod", "horizontal"))
    with pytest.raises(CdnError, match=message):
        wanted(policy, **{"paths": [], "tags": [], "hosts": [], "everything": False, **given})


def test_lists_have_comments_and_pairs_have_values() -> None:
    assert list(listed("# a\n/x  # y\n\n/x\n/z#top\n")) == ["/x", "/z#top"]
    assert pairs(["A: b:c"], ":", "--header") == (("A", "b:c"),)


def test_asking_loads_neither_cloudflares_client_nor_its_provider_sdk() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from ops.cli import app;"
        "r = CliRunner().invoke(app, ['cdn', 'explain', 'prod', 'https://bailbondpro.com/']); assert r.exit_code == 0;"
        "print([name for name in ('cloudflare', 'pulumi_cloudflare') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
