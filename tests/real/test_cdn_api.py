"""Purge and warm-up: the official Cloudflare library and our commands against a stand-in on this machine."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from ops.answers.cdn.api import MAX_ATTEMPTS, PurgeApi, UnauthorisedError
from ops.answers.cdn.purge import CHUNK, Wanted, purge, wanted
from tests.support.cli import Cli, Ran
from tests.support.cloudflare_stub import ACCOUNT, TOKEN, ZONE, Fault, Stub
from tests.support.recording import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

POLICY = EdgePolicy(
    domain="bailbondpro.com", hosts=CdnHosts.under("bailbondpro.com"), session_cookie_names=("session",)
)
HOSTS = POLICY.host_names()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    with Stub() as running:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", running.base_url)
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
        yield running


class Waits(list[float]):
    """A sleep that only remembers."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def _api(notes: list[str] | None = None, waits: Waits | None = None, token: str = TOKEN) -> PurgeApi:
    said = notes if notes is not None else []
    return PurgeApi(ZONE, token, said.append, waits if waits is not None else Waits())


def _files(*paths: str) -> Wanted:
    return wanted(POLICY, paths=paths, tags=(), hosts=(), everything=False)


def _run(tmp_path: Path, *arguments: str) -> Ran:
    ran = Cli(tmp_path).run("cdn", *arguments)
    assert TOKEN not in ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err
    return ran


def test_a_path_is_purged_on_every_host_of_the_stack(stub: Stub) -> None:
    result = purge(_api(), POLICY, _files("/static/logo.png"))
    assert result.ok
    (body,) = stub.purges()
    assert body == {"files": [f"https://{host}/static/logo.png" for host in HOSTS]}
    assert {"images.bailbondpro.com", "assets.bailbondpro.com"} <= set(HOSTS)


def test_many_paths_are_purged_in_calls_of_thirty(stub: Stub) -> None:
    result = purge(_api(), POLICY, _files(*(f"/static/{number}.css" for number in range(11))))
    assert [len(body["files"]) for body in stub.purges()] == [CHUNK, CHUNK, 6]
    assert len(result.purged) == 66


def test_tags_hosts_and_everything_go_to_the_call_that_they_name(stub: Stub) -> None:
    for asked in (Wanted("tags", ("html", "api")), Wanted("hosts", ("images.bailbondpro.com",)), Wanted("everything")):
        assert purge(_api(), POLICY, asked).ok
    assert stub.purges() == [
        {"tags": ["html", "api"]},
        {"hosts": ["images.bailbondpro.com"]},
        {"purge_everything": True},
    ]


def test_a_soft_purge_marks_as_stale_instead_of_deleting(stub: Stub) -> None:
    assert purge(_api(), POLICY, Wanted("tags", ("html",)), soft=True).ok
    assert [call.path for call in stub.calls] == [f"/zones/{ZONE}/invalidate_cache"]


def test_a_rate_limited_call_waits_as_long_as_the_api_asks(stub: Stub) -> None:
    stub.faults = [Fault(429, "rate limited", retry_after="7"), Fault(429, retry_after="2")]
    waits, notes = Waits(), list[str]()
    assert purge(_api(notes, waits), POLICY, Wanted("tags", ("html",))).ok
    assert waits == [7.0, 2.0]
    assert notes[0] == "HTTP 429: rate limited (10000); again in 7 s"


def test_a_server_error_is_tried_again_after_twice_the_time(stub: Stub) -> None:
    stub.faults = [Fault(500), Fault(502), Fault(503)]
    waits = Waits()
    assert purge(_api(waits=waits), POLICY, Wanted("tags", ("html",))).ok
    assert waits == [1.0, 2.0, 4.0]


def test_after_the_last_attempt_every_value_of_the_call_is_reported(stub: Stub) -> None:
    stub.faults = [Fault(503, "down")] * MAX_ATTEMPTS
    result = purge(_api(), POLICY, _files(*(f"/{number}.css" for number in range(6))))
    assert len(result.failed) == CHUNK
    assert len(result.purged) == 6
    assert {reason for _, reason in result.failed} == {f"HTTP 503: down (10000), {MAX_ATTEMPTS} times"}


def test_an_absurd_waiting_time_is_reported_instead_of_waited_for(stub: Stub) -> None:
    stub.faults = [Fault(429, "rate limited", retry_after="86400")]
    waits = Waits()
    ((_, reason),) = purge(_api(waits=waits), POLICY, Wanted("tags", ("html",))).failed
    assert "asks to come back in 86400 s" in reason
    assert waits == []


def test_a_refused_url_is_found_and_the_others_are_purged(stub: Stub) -> None:
    urls = tuple(f"https://cdn.bailbondpro.com/static/{number}.css" for number in range(29))
    bad = "https://cdn.bailbondpro.com/refused.css"
    result = purge(_api(), POLICY, Wanted("files", (*urls[:17], bad, *urls[17:])))
    assert len(stub.calls) <= 11
    assert [value for value, _ in result.failed] == [bad]
    assert "you can only purge files for this zone" in result.failed[0][1]
    assert set(result.purged) == set(urls)


def test_a_wrong_token_ends_at_once_and_is_not_shown(stub: Stub) -> None:
    with pytest.raises(UnauthorisedError) as raised:
        purge(_api(token="wrong-" + "t" * 40), POLICY, _files(*(f"/{number}.css" for number in range(20))))
    assert len(stub.calls) == 1
    assert "Zone > Cache Purge" in str(raised.value)
    assert "wrong-" not in str(raised.value)


@pytest.mark.parametrize("token", ["t\u00f6ken", "to ken", "to\nken"])
def test_a_token_with_foreign_characters_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(UnauthorisedError) as raised:
        PurgeApi.from_environment(ZONE, {"CLOUDFLARE_API_TOKEN": token}, print)
    assert token not in str(raised.value)


def test_a_token_that_is_revoked_midway_leaves_a_report_of_what_was_purged(stub: Stub) -> None:
    stub.faults = [None, Fault(403, "token revoked")]
    asked = _files(*(f"/{number}.css" for number in range(11)))
    result = purge(_api(), POLICY, asked)
    assert result.purged == asked.values[:CHUNK]
    assert [value for value, _ in result.failed] == list(asked.values[CHUNK:])
    assert "token revoked" in result.failed[0][1]
    assert len(stub.calls) == 2


def test_an_api_that_cannot_be_reached_is_tried_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with Stub() as gone:
        address = gone.base_url
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", address)
    waits = Waits()
    ((_, reason),) = purge(_api(waits=waits), POLICY, Wanted("tags", ("html",))).failed
    assert reason.startswith("no answer from the API")
    assert len(waits) == MAX_ATTEMPTS - 1


def test_the_purge_command_reports_what_failed_and_exits_with_1(stub: Stub, tmp_path: Path) -> None:
    assert stub.token == TOKEN
    urls = ("https://cdn.bailbondpro.com/refused.css", "https://cdn.bailbondpro.com/static/a.css")
    ran = _run(tmp_path, "purge", "prod", "--path", urls[0], "--path", urls[1], "--json")
    assert ran.code == 1
    assert ran.document["purged"] == [urls[1]]
    assert [item["value"] for item in ran.document["failed"]] == [urls[0]]
    assert "1 of 2 were not purged" in ran.err


def test_the_purge_command_says_what_it_purged(stub: Stub, tmp_path: Path) -> None:
    ran = _run(tmp_path, "purge", "prod", "--tag", "html", "--soft")
    assert (ran.code, ran.out) == (0, "marked as stale  html\n")
    assert stub.purges() == [{"tags": ["html"]}]


def test_the_purge_command_shows_no_token_when_the_api_refuses_it(stub: Stub, tmp_path: Path) -> None:
    stub.token = "another"  # noqa: S105 - no secret of anybody
    ran = _run(tmp_path, "purge", "prod", "--everything")
    assert ran.code == 1
    assert "HTTP 401" in ran.err


def _paths(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "warm.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def test_warming_asks_twice_without_credentials_and_four_at_a_time(stub: Stub, tmp_path: Path) -> None:
    files = _paths(tmp_path, "# static", *(f"/static/{number}.css" for number in range(8)))
    ran = _run(tmp_path, "warm", "prod", "--paths", files, "--connect-to", stub.address, "--json")
    assert ran.code == 0, ran.err
    assert ran.document["warmed"] == 32
    assert {(one["first"], one["second"]) for one in ran.document["urls"]} == {("MISS", "HIT")}
    assert {host for host, _, _ in stub.head_requests} == {
        "bailbondpro.com",
        *(f"{label}.bailbondpro.com" for label in ("cdn", "cdn-backup", "assets")),
    }
    assert len(stub.head_requests) == 64
    assert not [headers for _, _, headers in stub.head_requests if {"Cookie", "Authorization"} & set(headers)]
    assert 1 < stub.busiest <= 4
    assert "[32/32]" in ran.err


def test_a_url_that_the_edge_never_answers_itself_fails_the_warm_up(stub: Stub, tmp_path: Path) -> None:
    stub.never_cached = {"/static/b.css"}
    stub.edge_status = {"/static/c.css": 503}
    urls = [f"https://cdn.bailbondpro.com/static/{name}.css" for name in "abc"]
    ran = _run(tmp_path, "warm", "prod", "--paths", _paths(tmp_path, *urls), "--connect-to", stub.address, "--json")
    assert ran.code == 1
    reasons = {one["url"][-5]: one["reason"] for one in ran.document["urls"]}
    assert reasons == {"a": "", "b": "the second answer is BYPASS, no cache hit", "c": "HTTP 503"}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("/api/clients/7", "it is private"),
        ("/static/..%2fuploads/id.png", "the gateway refuses this path"),
        ("/dashboard", "it would not be cached"),
        ("https://example.com/static/a.css", "it is neither a path"),
        ("static/a.css", "it is neither a path"),
    ],
)
def test_a_warm_list_with_one_wrong_entry_is_refused_as_a_whole(
    stub: Stub, tmp_path: Path, entry: str, reason: str
) -> None:
    files = _paths(tmp_path, "/static/a.css", entry)
    ran = _run(tmp_path, "warm", "prod", "--paths", files, "--connect-to", stub.address)
    assert ran.code == 1
    assert f"{entry}: {reason}" in " ".join(ran.err.split())
    assert stub.head_requests == []


def _client() -> Any:  # noqa: ANN401 - the official client
    from cloudflare import Cloudflare

    return Cloudflare(max_retries=0)


def _create(phase: str, rules: Sequence[object]) -> str:
    """Make a ruleset with the official library; returns its id."""
    made = _client().rulesets.create(zone_id=ZONE, kind="zone", name="default", phase=phase, rules=rules)
    return str(made["id"] if isinstance(made, dict) else made.id)


def _refused(phase: str, *rules: object) -> list[int]:
    """Codes of the API's refusal."""
    from cloudflare import APIStatusError

    with pytest.raises(APIStatusError) as raised:
        _create(phase, rules)
    return [int(error.code) for error in raised.value.errors if error.code is not None]


def test_the_stand_in_refuses_a_second_ruleset_of_a_phase_and_what_the_plan_lacks(stub: Stub) -> None:
    cache = "http_request_cache_settings"
    assert _refused(cache, {"action_parameters": {"edge_ttl": {"mode": "override_origin", "default": 600}}}) == [20133]
    assert _refused(cache, *[{}] * 26) == [20230]
    assert _refused("http_ratelimit", {"ratelimit": {"period": 120}}) == [20155]
    assert _refused("http_ratelimit", *[{}] * 3) == [20230]
    _create(cache, [{}])
    assert _refused(cache, {}) == [20217]
    assert len(stub.rulesets) == 1


def _snake(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", key): _snake(item) for key, item in value.items()}
    return [_snake(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("plan", list(Plan))
def test_the_api_of_every_plan_takes_the_rulesets_that_are_made_for_it(stub: Stub, plan: Plan) -> None:
    policy = dataclasses.replace(POLICY, plan=plan, public_html_paths=("/",), public_api_prefixes=("/api/public",))

    def build() -> None:
        from components.cdn.cdn import Cdn, CdnArgs

        Cdn("cdn", CdnArgs(policy=policy, zone_id=ZONE, account_id=ACCOUNT, origin="nlb.example.com"))

    stub.plan = plan.value
    rulesets = record(build).of_type("cloudflare:index/ruleset:Ruleset")
    for item in rulesets:
        _create(item.inputs["phase"], _snake(item.inputs["rules"]))
    assert len(stub.rulesets) == len(rulesets) >= 5


def test_the_stand_in_returns_the_origins_of_a_pool_sorted_by_name(stub: Stub) -> None:
    origins = [{"name": "b", "address": "b.example"}, {"name": "a", "address": "a.example"}]
    pool = _client().load_balancers.pools.create(account_id=ACCOUNT, name="p", origins=origins)
    assert [origin.name for origin in pool.origins] == ["a", "b"]
    assert all(call.authorized for call in stub.calls)
