"""Whoever is woken by an alarm finds a page that says what to look at, what to do, and whom to call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from components.monitoring.catalog import KINDS, alerts
from tests.support import targets
from tests.support.targets import RUNBOOKS as FOLDER
from tests.support.targets import SCOPE

if TYPE_CHECKING:
    from pathlib import Path

    from components.monitoring.alarm_spec import AlarmSpec

PAGES = sorted(FOLDER.glob("*.md"))


def alarms() -> list[AlarmSpec]:
    """Every alarm of every kind."""
    return [alarm for kind in KINDS.values() for alarm in targets.alarms(kind)]


def test_every_alarm_has_its_page_and_the_page_names_it() -> None:
    found = alarms()
    assert len(found) > 12
    for alarm in found:
        text = (FOLDER / f"{alarm.runbook}.md").read_text("utf-8")
        kind = re.sub(r"^\d{4}-\d{3}-", "", alarm.name)
        assert re.search(rf"`alarms-[^`]*{kind}`", text), f"{alarm.runbook}.md does not name {kind}"


def test_every_alert_has_its_page_and_the_page_names_it() -> None:
    for alert in alerts(SCOPE):
        assert f"`{alert.name}`" in (FOLDER / f"{alert.runbook}.md").read_text("utf-8"), alert.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_is_seen_where_to_look_what_to_do_and_whom_to_call(page: Path) -> None:
    headings = re.findall(r"^## (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert headings[:2] == ["Symptom", "Look"]
    assert headings[-1] == "Escalate"
    assert len(headings) >= 4


def test_no_page_is_left_that_nothing_leads_to() -> None:
    named = {alarm.runbook for alarm in alarms()} | {alert.runbook for alert in alerts(SCOPE)}
    documents = "".join(path.read_text("utf-8") for path in [*PAGES, *FOLDER.parent.glob("*.md")])
    for page in PAGES:
        assert page.stem in named or f"{page.name})" in documents, page.name
