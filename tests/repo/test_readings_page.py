"""The table of readings in docs/cdn.md is made of an audit under each reading, and shows no leak."""

from __future__ import annotations

import re

from bailbondpro.edge.readings import Behaviour
from tests.support import readings_page


def test_the_table_of_readings_is_up_to_date_and_shows_no_leak() -> None:
    text = readings_page.PAGE.read_text(encoding="utf-8")
    fix = ".venv/bin/python -m tests.support.readings_page --write"
    assert text == readings_page.page(text), f"out of date; fix: {fix}"
    cells = re.findall(r"\| (\d+) of (\d+)(?= \|)", text)
    assert len(cells) == 5 * len(Behaviour)
    assert {leaks for leaks, _ in cells} == {"0"}
    assert sum(int(decided) for _, decided in cells) > 100, "readings that decide nothing prove nothing"
