"""The steps in which autoscalers take pods away."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sandbox.drill.workloads import StepsDown


@pytest.mark.parametrize(
    ("steps", "now", "fewer"),
    [
        (StepsDown(), 20, 0),
        (StepsDown((("Percent", 10),)), 20, 18),
        (StepsDown((("Percent", 10),)), 3, 2),
        (StepsDown((("Percent", 10), ("Pods", 4))), 20, 16),
        (StepsDown((("Percent", 10), ("Pods", 4)), smallest=True), 20, 18),
        (StepsDown((("Pods", 4),)), 3, 0),
        (StepsDown(disabled=True), 20, 20),
    ],
)
def test_a_step_takes_what_the_policies_allow(steps: StepsDown, now: int, fewer: int) -> None:
    assert steps.fewer(now) == fewer


def test_ten_percent_reach_every_count() -> None:
    counts = [20]
    while counts[-1]:
        counts.append(StepsDown((("Percent", 10),)).fewer(counts[-1]))
    assert all(later < earlier for earlier, later in pairwise(counts))
