"""Purging by prefix, and an API whose answers are none: the official Cloudflare library against a stand-in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from ops.answers.cdn.api import MAX_ATTEMPTS, MAX_WAITING, PurgeApi, UnauthorisedError
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.purge import Wanted, purge, wanted
from tests.support.cli import Cli
from tests.support.cloudflare_stub import TOKEN, ZONE, Fault, Stub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = EdgePolicy(
    domain="bailbondpro.com", hosts=CdnHosts.under("bailbondpro.com"), session_cookie_names=("session",)
)
HOSTS = POLICY.host_names()
HTML = "<!doctype html><title>Sign in</title>"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    with Stub() as running:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", running.base_url)
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
        yield running


def _silent(_: str) -> None:
    """Takes the lines about waiting."""


def _purged(stub: Stub, *faults: Fault) -> tuple[list[float], tuple[tuple[str, str], ...]]:
    """How long was waited, and what failed, when these answers come first."""
    stub.faults = list(faults)
    waits: list[float] = []
    result = purge(PurgeApi(ZONE, TOKEN, _silent, waits.append), POLICY, Wanted("tags", ("html",)))
    return waits, result.failed


def test_a_prefix_takes_every_variant_below_a_path_on_every_host(stub: Stub, tmp_path: Path) -> None:
    ran = Cli(tmp_path).run(
        "cdn", "purge", "prod", "--prefix", "/team/", "--prefix", "https://images.bailbondpro.com/a b"
    )
    assert ran.code == 0, ran.err
    assert stub.purges() == [{"prefixes": [*(f"{host}/team" for host in HOSTS), "images.bailbondpro.com/a%20b"]}]


def test_a_prefix_may_be_marked_as_stale(stub: Stub) -> None:
    asked = wanted(POLICY, prefixes=("/",))
    assert purge(PurgeApi(ZONE, TOKEN, _silent), POLICY, asked, soft=True).ok
    assert stub.calls[0].path == f"/zones/{ZONE}/invalidate_cache"
    assert stub.purges() == [{"prefixes": list(HOSTS)}]


def test_a_purge_by_url_says_what_it_leaves(stub: Stub, tmp_path: Path) -> None:
    url = "https://images.bailbondpro.com/a.png"
    ran = Cli(tmp_path).run("cdn", "purge", "prod", "--path", url)
    assert (ran.code, ran.out) == (0, f"purged  {url}\n")
    assert "--prefix takes them too" in " ".join(ran.err.split())
    assert stub.purges() == [{"files": [url]}]


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("/team?v=1", "leave out the query"),
        ("/team#anna", "leave out the fragment"),
        ("team", "starts with / or an https:// URL"),
        ("https://example.com/team", "no host of this stack"),
        ("https://[::1/team", "this is no URL"),
        ("/a" * 32, "at most 31 slashes"),
    ],
)
def test_a_prefix_that_the_api_would_not_take_is_refused_before_any_call(prefix: str, message: str) -> None:
    with pytest.raises(CdnError, match=message):
        wanted(POLICY, prefixes=(prefix,))


def test_success_without_the_word_of_the_api_is_no_success(stub: Stub) -> None:
    refused = {"success": False, "errors": [{"code": 1049, "message": "not this zone"}], "result": {"id": ZONE}}
    assert _purged(stub, Fault(200, body=json.dumps(refused))) == ([], (("html", "not this zone (1049)"),))
    _, ((_, reason),) = _purged(stub, Fault(200, body="{}"))
    assert "without success and without a reason" in reason


@pytest.mark.parametrize("body", [HTML, "", "[]", '"ok"', "null"])
def test_an_answer_that_is_not_the_api_s_is_asked_for_again_and_reported(stub: Stub, body: str) -> None:
    waits, failed = _purged(stub, Fault(200, body=body))
    assert (waits, failed) == ([1.0], ())
    _, ((_, reason),) = _purged(stub, *[Fault(200, body=body)] * MAX_ATTEMPTS)
    assert reason.startswith("HTTP 200 and no JSON but ")


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502])
@pytest.mark.parametrize("body", [HTML, "[]", '{"errors": ["no"]}', '{"errors": "no"}', '{"errors": [null]}'])
def test_an_error_in_any_form_is_a_sentence(stub: Stub, status: int, body: str) -> None:
    try:
        waits, failed = _purged(stub, Fault(status, body=body))
    except UnauthorisedError as error:
        waits, failed = [], (("html", str(error)),)
    assert (len(waits), len(failed)) == ((1, 0) if status >= 500 else (0, 1))
    assert all(reason.startswith(f"HTTP {status}") for _, reason in failed)


@pytest.mark.parametrize("asked", ["nan", "inf", "-1", "1e9", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", " "])
def test_a_retry_after_that_is_no_number_of_seconds_means_the_usual_wait(stub: Stub, asked: str) -> None:
    assert _purged(stub, Fault(429, retry_after=asked)) == ([1.0], ())


def test_all_calls_together_wait_a_bounded_time(stub: Stub) -> None:
    values = tuple(f"tag{number}" for number in range(300))
    stub.faults = [Fault(429, retry_after="119")] * 100
    waits: list[float] = []
    result = purge(PurgeApi(ZONE, TOKEN, _silent, waits.append), POLICY, Wanted("tags", values))
    assert sum(waits) <= MAX_WAITING
    assert len(result.failed) == len(values)
    assert "600 s are the most" in result.failed[-1][1]
