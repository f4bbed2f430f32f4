"""What production gives up is said by name; what it keeps is not talked about."""

from __future__ import annotations

import pytest

from infra.notices import notices
from tests.support.configs import smallest

QUIET: dict[str, object] = {
    "aws": {"allowedAccountIds": ["123456789012"]},
    "monitoring": {"alertEmails": ["oncall@bailbondpro.com"]},
}
WEAKENED: list[tuple[str, dict[str, object]]] = [
    ("protect", {"protect": False}),
    ("allowShrink", {"allowShrink": True}),
    ("aws.allowedAccountIds", {"aws": {"allowedAccountIds": []}}),
    ("monitoring.alertEmails", {"monitoring": {"alertEmails": []}}),
    ("cluster.logTypes", {"cluster": {"logTypes": ["scheduler"]}}),
    ("postgres.multiAz", {"postgres": {"multiAz": False}}),
    ("cdn.authenticatedOriginPulls", {"cdn": {"authenticatedOriginPulls": False}}),
]


def told(environment: str, phase: str, **areas: object) -> list[str]:
    return [item.path.removeprefix("bailbondpro:") for item in notices(smallest(environment, phase, **areas))]


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_production_as_it_is_meant_gives_nothing_up(phase: str) -> None:
    assert told("prod", phase, **QUIET) == []


@pytest.mark.parametrize(("key", "areas"), WEAKENED)
def test_a_protection_that_is_taken_off_is_named(key: str, areas: dict[str, object]) -> None:
    assert told("prod", "horizontal", **{**QUIET, **areas}) == [key]


def test_shards_without_standbys_are_named() -> None:
    filled = {"placement": "shards", "shards": {"placedOn": 4, "multiAz": False}}
    assert told("prod", "microservices", **{**QUIET, "postgres": filled}) == ["postgres.shards.multiAz"]
    assert told("prod", "microservices", **{**QUIET, "postgres": {"shards": {"multiAz": False}}}) == []


def test_counts_that_nobody_changes_are_named() -> None:
    assert told("prod", "horizontal", **QUIET, autoscaling={"metricsBackend": "none"}) == ["autoscaling.metricsBackend"]
    assert told("prod", "horizontal", **QUIET, autoscaling={"metricsBackend": "none", "enabled": False}) == []


def test_development_may_do_without() -> None:
    assert told("dev", "optimization", cdn={"enabled": True, "zoneId": "0" * 32, "accountId": "0" * 32}) == []
    assert told("dev", "optimization", gateway={"allowedCidrs": ["203.0.113.0/24"]}) == []


def test_a_gateway_that_nobody_reaches_is_named() -> None:
    assert told("dev", "optimization") == ["gateway.allowedCidrs"]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_alerts_that_lose_their_source_are_named_in_every_environment(environment: str) -> None:
    silent = {"prometheus": {"enabled": False}, "alertEmails": ["oncall@bailbondpro.com"]}
    reached = {"allowedCidrs": ["203.0.113.0/24"]}
    areas = {**QUIET, "monitoring": silent, "gateway": reached}
    assert told(environment, "optimization", **areas) == ["monitoring.prometheus.enabled"]


def test_a_notice_says_what_follows() -> None:
    (notice,) = notices(smallest("prod", "horizontal", **{**QUIET, "protect": False}))
    assert str(notice).startswith("bailbondpro:protect: databases, caches")
