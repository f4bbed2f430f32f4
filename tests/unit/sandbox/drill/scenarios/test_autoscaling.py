"""What a handover of an autoscaler must keep to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.drill.metrics.handover import Handed
from sandbox.drill.scenarios.autoscaling import MOST_UNOWNED_SECONDS, _judged

TO = Handed(direction="to KEDA", order="new first", counts=(), least=5, unowned=((6.0, 6.8),), owner="KEDA")
BACK = Handed(direction="from KEDA", order="old first", counts=(), least=5, unowned=((1.0, 2.0),), owner="native")
REFUSED = Handed(
    direction="from KEDA", order="new first", counts=(), least=5, unowned=(), owner="KEDA", said="conflict"
)


@pytest.mark.parametrize(("handed", "refused"), [(TO, False), (BACK, False), (REFUSED, True)])
def test_what_was_seen_with_the_real_operator_is_no_problem(handed: Handed, *, refused: bool) -> None:
    assert list(_judged(handed, 3, refused=refused)) == []


@pytest.mark.parametrize(
    ("handed", "refused", "says"),
    [
        (replace(TO, owner=""), False, "nobody scales it at the end"),
        (replace(BACK, owner="KEDA"), False, "KEDA scales it at the end, not native"),
        (replace(REFUSED, owner="native", said=""), True, "native scales it at the end, not KEDA"),
        (replace(TO, said="denied"), False, "refused: denied"),
        (replace(TO, least=2), False, "2 pods were wanted for a moment, fewer than its fewest, 3"),
        (replace(BACK, unowned=((0.0, MOST_UNOWNED_SECONDS + 1),)), False, "16 s without an autoscaler"),
    ],
)
def test_every_breach_is_named(handed: Handed, says: str, *, refused: bool) -> None:
    assert says in " ".join(_judged(handed, 3, refused=refused))
