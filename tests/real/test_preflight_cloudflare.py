"""A preflight's questions of Cloudflare over HTTP: the official library against a stand-in on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ops.answers.preflight.model import Clouds
from ops.answers.preflight.run import Preflight, asked
from ops.answers.preflight.zone import CloudflareApi
from tests.support.aws_account import RecordedAccount
from tests.support.cloudflare_stub import TOKEN
from tests.support.cloudflare_zone import ZONE_PATH, RecordedZone, Refusal, ZoneServer
from tests.support.preflight import stack_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

PROD = stack_subject("prod", "optimization")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneServer]:
    with ZoneServer(zone=RecordedZone()) as running:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", running.base_url)
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
        yield running


def outcome() -> Preflight:
    api = CloudflareApi.from_environment(os.environ)
    assert api is not None
    api.retries = 0
    return Preflight(stack="prod", phase=None, findings=asked(PROD, Clouds(RecordedAccount().account, api)))


def test_a_free_zone_is_met_by_gets_alone_one_for_each_thing(server: ZoneServer) -> None:
    found = outcome()
    assert [item for item in found.findings if item.verdict in {"not met", "not judged"}] == []
    assert {call.method for call in server.calls} == {"GET"}
    assert len({call.path for call in server.calls}) == len(server.calls) > 30


def test_a_token_that_the_api_does_not_know_fails_and_is_not_printed(
    server: ZoneServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "wrong-token-0123456789")
    found = outcome()
    token = next(item for item in found.findings if item.name == "token is valid")
    assert (found.exit_code, token.verdict) == (1, "not judged")
    assert "Invalid API Token (1000)" in token.said
    assert "wrong-token" not in str(found)
    assert len(server.calls) == 2


def test_a_scope_that_is_missing_and_a_page_of_something_between_are_told_apart(server: ZoneServer) -> None:
    server.zone.answers = {
        f"{ZONE_PATH}/dns_records": Refusal(403, 10000, "Authentication error"),
        f"{ZONE_PATH}/url_normalization": Refusal(502, body="<html>bad gateway</html>"),
    }
    found = {item.name: item for item in outcome().findings if item.verdict == "not judged"}
    fixes = sorted(item.fix for item in found.values())
    assert len(found) == 2
    assert fixes[1] == "give the token Zone: DNS, edit"
    assert "answers in its place" in fixes[0]


def test_nobody_at_that_address_is_unreachable(server: ZoneServer, monkeypatch: pytest.MonkeyPatch) -> None:
    del server
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", "http://127.0.0.1:9/client/v4")
    token = next(item for item in outcome().findings if item.name == "token is valid")
    assert "Cloudflare cannot be reached" in token.said
