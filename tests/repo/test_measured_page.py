"""docs/measured.md is made of the kept measurement and of the simulation, which is as near to it as it says."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.measured_page import BOUND, PAGE, kept, off, page, per_second, predicted
from tests.support.open_loop import GOOD, Sent, percentile, schedule

if TYPE_CHECKING:
    from tests.support.measured_page import Run

KEPT = kept()


def test_the_page_is_made_of_the_kept_measurement() -> None:
    assert PAGE.read_text("utf-8") == page(KEPT), "run .venv/bin/python -m tests.support.measured_page --write"


def test_the_kept_measurement_is_whole() -> None:
    assert {load.variation for load in KEPT.runs} == {0, 1}
    busy = [load.rate / per_second(KEPT.pool) for load in KEPT.runs]
    assert min(busy) < 0.4
    assert 0.7 < max(busy) < 0.95
    for load in KEPT.runs:
        assert load.failed == 0
        assert load.p50_ms < load.p95_ms < load.p99_ms
        assert load.rate * KEPT.seconds > 1000
        # A client that is late itself measures itself.
        assert load.late_ms < load.p50_ms / 4


@pytest.mark.parametrize("load", KEPT.runs, ids=lambda load: f"{load.variation} at {load.rate:.0f}")
def test_the_simulation_is_as_near_to_the_measurement_as_the_page_says(load: Run) -> None:
    said = predicted(KEPT, load)
    assert said.answered == pytest.approx(load.answered, rel=0.02)
    for found, true in ((said.p50_ms, load.p50_ms), (said.p95_ms, load.p95_ms), (said.p99_ms, load.p99_ms)):
        assert abs(off(found, true)) <= BOUND


def test_an_open_loop_sends_as_many_as_it_should_and_by_chance() -> None:
    due = schedule(50, 200, random.Random(3))  # noqa: S311 - a load, no secret
    assert due == sorted(due)
    assert 0 < due[0] < due[-1] < 200
    assert len(due) == pytest.approx(50 * 200, rel=0.03)
    gaps = [later - one for one, later in pairwise(due)]
    # Exponential gaps: as much above as below their mean as 1 / e says.
    assert sum(gap > 1 / 50 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)


def test_a_percentile_counts_good_answers_only() -> None:
    found = [Sent(0, 0, seconds / 100, GOOD if seconds % 2 else 0) for seconds in range(1, 101)]
    assert percentile(found, 50) == 0.51
    assert percentile(found, 99) == 0.99
