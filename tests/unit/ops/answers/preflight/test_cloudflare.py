"""Each question of Cloudflare through its official library, in memory: when it is met, when not, what the fix is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ops.answers.preflight.cloudflare import RECORD, SCOPES, SETTING
from plan import tokens
from tests.support.aws_account import RecordedAccount
from tests.support.cloudflare_stub import ACCOUNT, TOKEN, ZONE
from tests.support.cloudflare_zone import FREE, ZONE_PATH, RecordedZone, Refusal
from tests.support.preflight import outcome, resource, stack_subject, subject

if TYPE_CHECKING:
    from ops.answers.preflight.model import Finding
    from ops.answers.preflight.subject import Subject

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BALANCER = resource(tokens.LOAD_BALANCER, "nlb", name="bailbondpro-test-edge")
WWW = resource(
    RECORD, "www", name="www.bailbondpro.com", type="CNAME", content=UNKNOWN, comment="BailBondPro www", zoneId=ZONE
)
BROTLI = resource(SETTING, "brotli", settingId="brotli", value="on", zoneId=ZONE)
PHASE = "http_request_cache_settings"
RULE = {"ref": "static", "expression": "starts_with(path, '/static')", "description": "Static files"}
RULES = resource(tokens.RULESET, "cache", phase=PHASE, kind="zone", rules=[RULE], zoneId=ZONE)
ENTRY = f"{ZONE_PATH}/rulesets/phases/{PHASE}/entrypoint"
EDGE = subject(WWW, BROTLI, RULES, resource("cloudflare:index/tieredCache:TieredCache", "tiered", zoneId=ZONE))


def ask(answers: dict[str, Any] | None = None, of: Subject = EDGE) -> dict[str, Finding]:
    zone = RecordedZone(answers or {})
    found = {item.name: item for item in outcome(of, RecordedAccount(), zone).findings if "Cloudflare" in item.area}
    assert {method for method, _ in zone.calls} <= {"GET"}
    return found


def one(name: str, answers: dict[str, Any] | None = None, of: Subject = EDGE) -> Finding:
    return next(item for question, item in ask(answers, of).items() if question.startswith(name))


def zone(**changed: object) -> dict[str, Any]:
    return {ZONE_PATH: {**FREE[ZONE_PATH], **changed}}


def test_a_free_zone_meets_everything_that_is_asked() -> None:
    assert {name: item.verdict for name, item in ask().items() if item.verdict != "met"} == {
        "token may edit": "not asked"
    }


def test_without_a_token_one_question_fails_and_the_others_are_not_asked() -> None:
    found = {item.name: item for item in outcome(EDGE, token=False).findings}
    assert found.pop("token is valid").fix.startswith("export CLOUDFLARE_API_TOKEN")
    assert {item.verdict for item in found.values()} == {"not asked"}
    assert outcome(EDGE, token=False).exit_code == 1


@pytest.mark.parametrize(
    ("answer", "verdict", "says"),
    [
        ({"status": "disabled"}, "not met", "it is disabled"),
        ({"status": "expired"}, "not met", "it is expired"),
        (Refusal(401, 1000, "Invalid API Token"), "not judged", "the token is not valid (HTTP 401: Invalid API Token"),
        (Refusal(429, 10000, "slow down"), "not judged", "HTTP 429"),
        (httpx.ConnectError("no route"), "not judged", "cannot be reached (no route)"),
        (httpx.ReadTimeout("slow"), "not judged", "cannot be reached"),
        (Refusal(200, body="<html>sign in</html>"), "not judged", "no usable answer (HTTP 200, text/html)"),
        (Refusal(502, body="<html>bad gateway</html>"), "not judged", "no usable answer (HTTP 502"),
        ({"no": "status"}, "not judged", "another form"),
        ([], "not judged", "another form"),
    ],
)
def test_a_token_that_is_not_known_to_be_valid_stops_the_questions(answer: object, verdict: str, says: str) -> None:
    refused = {f"/accounts/{ACCOUNT}/tokens/verify": Refusal(401, 1000, "Invalid API Token")}
    found = ask({"/user/tokens/verify": answer, **refused})
    first = found.pop("token is valid")
    assert (first.verdict, says in first.said) == (verdict, True), first
    assert {item.verdict for item in found.values()} == {"not asked"}


def test_a_token_of_the_account_is_verified_there() -> None:
    policy = resource("cloudflare:index/notificationPolicy:NotificationPolicy", "ddos", accountId=ACCOUNT)
    answers = {
        "/user/tokens/verify": Refusal(401, 1000, "Invalid API Token"),
        f"/accounts/{ACCOUNT}/tokens/verify": {"status": "active"},
    }
    assert one("token is valid", answers, subject(policy)).said == "active, without an end"


def test_a_token_stands_in_no_answer_even_where_the_api_repeats_it() -> None:
    found = ask({ENTRY: Refusal(403, 10000, f"{TOKEN} may not")})
    assert "(token) may not" in found[f"ruleset of phase {PHASE} in zone {ZONE}"].said
    assert TOKEN not in str(found)


def test_characters_that_no_token_has_are_never_sent() -> None:
    edge = RecordedZone({}, [], "a token\nwith lines")
    found = {item.name: item for item in outcome(EDGE, zone=edge).findings}
    assert "characters that no token has" in found["token is valid"].said
    assert edge.calls == []


@pytest.mark.parametrize(
    ("answers", "says", "fix"),
    [
        (zone(status="pending"), "is pending", "name servers at its registrar: ada.ns.cloudflare.com"),
        (zone(paused=True), "is paused", "resume it"),
        (zone(name="example.com"), "www.bailbondpro.com is not below it", "cdn.zoneId"),
        ({ZONE_PATH: Refusal(404, 1049, "no such zone")}, "no such zone", "cdn.zoneId"),
    ],
)
def test_a_zone_that_is_not_ready_is_not_met(answers: dict[str, Any], says: str, fix: str) -> None:
    found = one(f"zone {ZONE}", answers)
    assert (found.verdict, says in found.said, fix in found.fix) == ("not met", True, True), found


def test_a_zone_of_another_plan_or_account_than_the_stack_file_says_is_not_met() -> None:
    of = stack_subject("prod", "optimization")
    found = one(f"zone {ZONE}", zone(plan={"legacy_id": "free"}), of)
    assert (found.verdict, found.fix.startswith("bailbondpro:cdn: {plan: free}")) == ("not met", True)
    assert "cdn.accountId" in one(f"zone {ZONE}", zone(account={"id": "1"}), of).fix


def record(**changed: object) -> dict[str, Any]:
    own = {
        "id": "r1",
        "name": "www.bailbondpro.com",
        "type": "CNAME",
        "content": "bailbondpro-test-edge-0123.elb.us-east-1.amazonaws.com",
        "comment": "BailBondPro www",
    }
    return {f"{ZONE_PATH}/dns_records": [{**own, **changed}]}


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({}, "met"),
        (record(), "met"),
        (record(type="MX"), "met"),
        (record(type="A", name="w.bailbondpro.com"), "met"),
        (record(content="another.elb.us-east-1.amazonaws.com"), "not met"),
        (record(comment="somebody's"), "not met"),
        (record(type="A", content="192.0.2.1"), "not met"),
    ],
)
def test_an_address_record_of_the_same_name_is_this_stacks_only_where_it_leads_to_it(
    answers: dict[str, Any], verdict: str
) -> None:
    found = one("1 DNS records", answers, subject(BALANCER, WWW))
    assert found.verdict == verdict
    assert ("pulumi import" in found.fix) is (verdict == "not met")


def entry(*rules: dict[str, str], number: str = "e1") -> dict[str, Any]:
    return {ENTRY: {"id": number, "rules": list(rules)}}


@pytest.mark.parametrize(
    ("answers", "verdict", "says"),
    [
        ({}, "met", "there is none"),
        (entry(), "met", "without a rule"),
        (entry(RULE), "met", "has this stack's rules"),
        (entry({**RULE, "expression": "true"}), "not judged", "in another version"),
        (entry(RULE, {"ref": "theirs", "description": "Old redirects"}), "not met", "2 rules of somebody else"),
    ],
)
def test_a_phase_is_free_or_this_stacks_or_taken(answers: dict[str, Any], verdict: str, says: str) -> None:
    found = one("ruleset of phase", answers)
    assert (found.verdict, says in found.said) == (verdict, True)
    assert ("bailbondpro:cdn.imports" in found.fix) is (verdict != "met")


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ({"editable": True, "value": "off"}, "met"),
        ({"editable": False, "value": "on"}, "met"),
        ({"editable": False, "value": "off"}, "not met"),
        (Refusal(404, 1003, "undefined zone setting"), "not met"),
    ],
)
def test_a_setting_may_be_changed_or_has_its_value(answer: object, verdict: str) -> None:
    assert one("1 settings", {f"{ZONE_PATH}/settings/brotli": answer}).verdict == verdict


SCOPED = subject(
    *(
        resource(f"cloudflare:index/{scope.type}", f"r{number}", zoneId=ZONE, accountId=ACCOUNT, name="lb")
        for number, scope in enumerate(SCOPES)
    )
)


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.type)
def test_a_scope_that_the_token_lacks_is_named(scope: Any) -> None:  # noqa: ANN401 - a Scope
    path = scope.path.format(zone=ZONE, account=ACCOUNT)
    name = f"{scope.type.split(':')[-1]} ({path})"
    assert ask(of=SCOPED)[name].verdict == "met"
    found = ask({path: Refusal(403, 10000, "Authentication error")}, SCOPED)[name]
    assert (found.verdict, found.fix) == ("not judged", f"give the token {scope.scope}, edit")
    assert ask({path: Refusal(404, 1, "not found")}, SCOPED)[name].verdict == "not met"


def test_a_feature_that_the_plan_locks_is_not_met() -> None:
    locked = {f"{ZONE_PATH}/argo/tiered_caching": {"value": "off", "editable": False}}
    assert one("TieredCache", locked).verdict == "not met"


def test_a_load_balancer_of_the_same_name_is_told_by_its_description() -> None:
    item = resource("cloudflare:index/loadBalancer:LoadBalancer", "lb", zoneId=ZONE, name="lb", description="ours")
    for description, verdict in (("ours", "met"), ("theirs", "not met")):
        answers = {f"{ZONE_PATH}/load_balancers": [{"name": "lb", "description": description}]}
        assert one("LoadBalancer ", answers, subject(item)).verdict == verdict


def test_types_that_nobody_knows_here_are_named_and_never_called_met() -> None:
    worker = resource("cloudflare:index/workersScript:WorkersScript", "worker", accountId=ACCOUNT)
    found = one("1 other types", of=subject(worker))
    assert (found.verdict, "workersScript" in found.said) == ("not asked", True)


@pytest.mark.parametrize(
    "failure",
    [Refusal(403), Refusal(429), Refusal(200, body="<html>"), httpx.ConnectError("no route"), {"of": "another form"}],
    ids=["denied", "throttled", "html", "unreachable", "malformed"],
)
def test_no_question_of_a_zone_passes_where_nothing_usable_comes_back(failure: object) -> None:
    of = stack_subject("prod", "optimization")
    paths = {path: failure for path in FREE if path != "/user/tokens/verify"}
    for item in of.of(tokens.RULESET):
        paths[f"{ZONE_PATH}/rulesets/phases/{item.inputs['phase']}/entrypoint"] = failure
    for item in of.of(SETTING):
        paths[f"{ZONE_PATH}/settings/{item.inputs['settingId']}"] = failure
    found = ask(paths, of)
    assert {name for name, item in found.items() if item.verdict == "met"} == {"token is valid"}
    assert {name for name, item in found.items() if item.verdict == "not asked"} == {"token may edit"}
