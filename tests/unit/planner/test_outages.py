"""What a stack accepts to lose, and how near to an objective is near enough: not at all."""

from __future__ import annotations

import pytest

from planner.availability.analysis import Availability, Promise
from tests.support.case_tables import ENDLESS
from tests.support.configs import problems, smallest_raw
from tests.support.kept_drills import SURVIVES

REASON = "one zone is enough until spring"


def promised(percent: float) -> Availability:
    promise = Promise(part="all of it", service="all", percent=percent, source="a test", confidence="high")
    return Availability(removals=(), single_points=(), promises=(promise,), pods=SURVIVES)


@pytest.mark.parametrize("percent", [99.8999, 99.8996, 99.89999])
def test_what_only_rounds_to_the_objective_is_below_it(percent: float) -> None:
    found = promised(percent)
    assert not found.ok
    assert found.shown_percent == 99.899
    assert "99.899 %" in found.short_of_uptime


@pytest.mark.parametrize("percent", [99.9, 99.90001])
def test_the_objective_itself_is_enough(percent: float) -> None:
    assert promised(percent).ok


def _refused(**loss: str) -> list[str]:
    losses = [{"stops": "the way out of *", "reason": REASON, "until": "2027-03-31", **loss}]
    return [item.path for item in problems(smallest_raw("prod", "horizontal", availability={"acceptedLosses": losses}))]


@pytest.mark.parametrize("day", ["20270331", "2027-W13-3", "2027-02-30", "31.03.2027", ""])
def test_a_day_is_written_in_one_way_only(day: str) -> None:
    assert _refused(until=day)


@pytest.mark.parametrize("reason", ["", " " * 20, "no  " + " " * 30])
def test_spaces_are_no_reason(reason: str) -> None:
    assert _refused(reason=reason)


def test_a_named_function_with_a_reason_and_a_day_is_accepted() -> None:
    assert not _refused()


@pytest.mark.parametrize("path", [path for _, path, _ in ENDLESS])
def test_development_accepts_without_a_last_day(path: str) -> None:
    (areas,) = [areas for _, own, areas in ENDLESS if own == path]
    assert not problems(smallest_raw("dev", "horizontal", **areas))


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_what_a_phase_of_production_accepts_by_itself_needs_no_last_day(phase: str) -> None:
    assert not problems(smallest_raw("prod", phase))
