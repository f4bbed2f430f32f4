"""What the real scheduler says of a spread that counts lost zones is what availability says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.availability.accepted import Accepted
from planner.availability.analysis import availability
from planner.availability.drilled import PodsDrilled
from tests.real.test_drill_scenarios import stack
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_old_spread_makes_the_drill_red_and_availability_red_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.drill.stage.SETTLE_SECONDS", 600.0)  # of the drill: enough to see that a pod waits
    drill = stack(tmp_path, "zone-lost-minimum")
    assert not drill.ok
    pods = PodsDrilled(outcomes=drill.outcomes, version=drill.version)
    found = availability(stack_plan("prod", "horizontal"), phase="horizontal", accepted=Accepted(), pods=pods)
    assert found.failed
    (point,) = [item for item in found.single_points if item.kind == "drill"]
    assert point.title == "zone-lost-minimum"
    said = " ".join(point.stops)
    assert "default/app: " in said
    assert "didn't match pod topology spread constraints" in said
    assert point.fix.startswith("nodeTaintsPolicy: Honor")
    assert not point.accepted
