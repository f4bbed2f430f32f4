"""Whoever is woken by an alarm finds a page that says what to look at, what to do, and whom to call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from components.monitoring.alarm_catalog import (
    CacheTarget,
    DatabaseTarget,
    LoadBalancerTarget,
    cache_alarms,
    database_alarms,
    load_balancer_alarms,
)
from components.monitoring.alerts import Scope, Thresholds, alerts
from tests.support.paths import ROOT
from tests.support.recording import record

if TYPE_CHECKING:
    from pathlib import Path

    from components.monitoring.alarm_spec import AlarmSpec

SCOPE = Scope(namespace="production")
FOLDER = ROOT / "docs" / "runbooks"
PAGES = sorted(FOLDER.glob("*.md"))


def alarms() -> list[AlarmSpec]:
    """Every kind of alarm that the catalogue knows."""
    found: list[AlarmSpec] = []

    def build() -> None:
        for replica in (False, True):
            target = DatabaseTarget(
                name="primary",
                identifier="db",
                memory_gib=4,
                allocated_gib=20,
                max_connections=100,
                is_replica=replica,
            )
            found.extend(database_alarms(target))
        found.extend(cache_alarms(CacheTarget(name="redis", replication_group_id="c", shards=1, replicas_per_shard=0)))
        found.extend(
            load_balancer_alarms(
                LoadBalancerTarget(name="gateway", load_balancer_arn_suffix="net/a/1", target_group_arn_suffix="tg/a/1")
            )
        )

    record(build)
    return found


def test_every_alarm_has_its_page_and_the_page_names_it() -> None:
    found = alarms()
    assert len(found) > 12
    for alarm in found:
        text = (FOLDER / f"{alarm.runbook}.md").read_text("utf-8")
        kind = alarm.name.removeprefix("0001-001-")
        assert re.search(rf"`alarms-[^`]*{kind}`", text), f"{alarm.runbook}.md does not name {kind}"


def test_every_alert_has_its_page_and_the_page_names_it() -> None:
    for alert in alerts(SCOPE, Thresholds()):
        assert f"`{alert.name}`" in (FOLDER / alert.runbook).read_text("utf-8"), alert.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_is_seen_where_to_look_what_to_do_and_whom_to_call(page: Path) -> None:
    headings = re.findall(r"^## (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert headings[:2] == ["Symptom", "Look"]
    assert headings[-1] == "Escalate"
    assert len(headings) >= 4


def test_no_page_is_left_that_nothing_leads_to() -> None:
    named = {alarm.runbook for alarm in alarms()} | {
        alert.runbook.removesuffix(".md") for alert in alerts(SCOPE, Thresholds())
    }
    documents = "".join(path.read_text("utf-8") for path in [*PAGES, *FOLDER.parent.glob("*.md")])
    for page in PAGES:
        assert page.stem in named or f"{page.name})" in documents, page.name
