"""What outcomes of scenarios say of pods: one failure decides, and a yes takes every scenario that decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from planner.availability.accepted import Accepted
from planner.availability.analysis import Availability
from planner.availability.drilled import COMING_UP, DECIDES, NOT_DRILLED, PodsDrilled
from sandbox.drill.scenarios import SCENARIOS
from sandbox.drill.scenarios.changes import CHANGE
from tests.support.kept_drills import ALL_PASSED, APP, SPREAD, SURVIVES, outcome, with_outcome

if TYPE_CHECKING:
    from plan.drills import Outcome

BEYOND = {CHANGE, "autoscaler-handover", "control-plane-upgrade", "preemption", "budget-blocks"}
"""Scenarios that say nothing of availability while they were not drilled; their failure counts."""


def pods(*outcomes: Outcome) -> PodsDrilled:
    return replace(SURVIVES, outcomes=outcomes)


def test_every_scenario_decides_or_is_known_to_be_beyond_availability() -> None:
    names = {item.name for item in SCENARIOS}
    assert names == {*DECIDES, *BEYOND}
    assert set(COMING_UP) <= set(DECIDES)


@pytest.mark.parametrize("name", DECIDES)
def test_a_yes_takes_every_scenario_that_decides(name: str) -> None:
    assert SURVIVES.verdict == "survive"
    without = pods(*(item for item in ALL_PASSED if item.scenario != name))
    assert (without.verdict, without.missing) == ("not drilled", (name,))
    assert without.undecided.startswith(f"not drilled: {name}")
    assert without.ready == ("not drilled" if name in COMING_UP else "survive")


@pytest.mark.parametrize("name", sorted({*DECIDES, *BEYOND} - {CHANGE}))
def test_one_failure_decides_whatever_else_passed_or_is_missing(name: str) -> None:
    found = pods(*with_outcome(outcome(name, "no")))
    assert (found.verdict, [item.scenario for item in found.failures]) == ("fail", [name])
    assert pods(outcome(name, "no")).verdict == "fail"
    assert found.ready == ("fail" if name in COMING_UP else "survive")


def test_the_schedulers_words_are_kept_where_no_problem_repeats_them() -> None:
    (failure,) = pods(outcome("maximum", f"{APP}: 2 of 10 pods run", waits=SPREAD)).failures
    assert failure.problems == (f"{APP}: 2 of 10 pods run", f"{APP}-5d5c-x waits: {SPREAD}")
    (failure,) = pods(outcome("maximum", f"{APP}: {SPREAD}", waits=SPREAD)).failures
    assert failure.problems == (f"{APP}: {SPREAD}",)


def test_the_lowest_share_is_named_with_its_scenario_and_workload() -> None:
    found = pods(*with_outcome(outcome("rollout", ready=0.25)))
    assert found.worst == ("rollout", APP, 0.25)
    assert f"fewest ready were 25% of {APP} in rollout" in found.sentence()
    assert NOT_DRILLED.worst is None


def test_what_nobody_drilled_is_enough_only_where_arithmetic_is() -> None:
    def judged(found: PodsDrilled, *, arithmetic: bool) -> Availability:
        accepted = Accepted(arithmetic=arithmetic)
        return Availability(removals=(), single_points=(), promises=(), accepted=accepted, pods=found)

    assert judged(SURVIVES, arithmetic=False).ok
    assert judged(NOT_DRILLED, arithmetic=True).ok
    left_open = judged(NOT_DRILLED, arithmetic=False)
    assert (left_open.ok, left_open.failed) == (False, False)
    assert left_open.undecided.startswith("not drilled")
