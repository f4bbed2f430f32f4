"""Days: one form in every file, and an end that somebody lives to see."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from plan.days import day_of, end_of, read_day, said_until
from tests.support.paths import ROOT

TODAY = date(2026, 12, 1)
ROOMS = ("bailbondpro", "benchmarks", "bootstrap", "components", "infra", "ops", "plan", "planner", "policies")
NO_DAYS = [
    *(
        "20261224",
        "2026-W52-4",
        "2026-358",
        "2026-12-24T00:00",
        " 2026-12-24",
        "2026-12-24\n",
        "2026-2-3",
        "24.12.2026",
    ),
    *("2026-02-30", "2026-13-01", "0000-01-01", "٢٠٢٦-١٢-٢٤", "", "soon", None, 20261224, True, datetime(2026, 12, 24)),  # noqa: DTZ001 - as YAML reads it
]


@pytest.mark.parametrize("written", ["2026-12-24", date(2026, 12, 24)])
def test_a_day_is_written_in_one_form(written: object) -> None:
    assert read_day(written) == date(2026, 12, 24)


@pytest.mark.parametrize("written", NO_DAYS, ids=repr)
def test_whatever_else_python_reads_as_a_day_is_none(written: object) -> None:
    assert read_day(written) is None


def test_a_setting_that_nobody_checked_is_no_missing_end() -> None:
    assert end_of(None) is None
    with pytest.raises(ValueError, match="write it as YYYY-MM-DD"):
        day_of("2026-W52-4")


def test_no_file_of_ours_reads_days_in_another_way() -> None:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    loose = re.compile(r"(?<!time)\bdate\.fromisoformat\(|\.strptime\([^)]*%Y-%m-%d\"")
    assert [path.relative_to(ROOT).as_posix() for path in found if loose.search(path.read_text("utf-8"))] == [
        "plan/days.py"
    ]


def test_an_end_that_nobody_will_look_at_again_is_named_with_what_is_accepted() -> None:
    assert said_until(None, TODAY) == ""
    assert said_until(date(2027, 12, 2), TODAY) == " (until 2027-12-02)"
    assert said_until(date(2027, 12, 3), TODAY).endswith("more than a year ahead: nobody will look at it again)")
    assert said_until(date(2999, 12, 31), None) == " (until 2999-12-31)"
