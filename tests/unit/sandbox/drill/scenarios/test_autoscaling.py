"""What a handover of an autoscaler must keep to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.drill.metrics.handover import Handed
from sandbox.drill.scenarios.autoscaling import MOST_UNOWNED_SECONDS, _judged

TO = Handed(direction="to KEDA", order="new first", counts=(), least=5, unowned=((6.0, 6.8),), owner="KEDA")
BACK = Handed(direction="from KEDA", order="old first", counts=(), least=5, unowned=((1.0, 2.0),), owner="native")


@pytest.mark.parametrize("handed", [TO, BACK])
def test_what_was_seen_with_the_real_operator_is_no_problem(handed: Handed) -> None:
    assert list(_judged(handed, 3)) == []


@pytest.mark.parametrize(
    ("handed", "says"),
    [
        (replace(TO, owner=""), "nobody scales it at the end"),
        (replace(BACK, owner="KEDA"), "KEDA scales it at the end, not native"),
        (replace(TO, said="denied"), "refused: denied"),
        (replace(TO, least=2), "2 pods were wanted for a moment, fewer than its fewest, 3"),
        (replace(BACK, unowned=((0.0, MOST_UNOWNED_SECONDS + 1),)), "16 s without an autoscaler"),
    ],
)
def test_every_breach_is_named(handed: Handed, says: str) -> None:
    assert says in " ".join(_judged(handed, 3))
