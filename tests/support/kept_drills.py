"""Drills that were made before, without a control plane: outcomes by scenario, kept where commands look for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.drill.subject import subject
from plan.drills import Outcome, Pending
from plan.drills.record import Drill, written
from planner.availability.drilled import PodsDrilled
from sandbox.drill.scenarios import SCENARIOS
from sandbox.drill.scenarios.changes import CHANGE
from sandbox.kubernetes.tools import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan

OF_ONE_PHASE = tuple(item.name for item in SCENARIOS if item.name != CHANGE)
"""The scenarios that are about one phase alone."""
APP = "production/bailbondpro-app"
SPREAD = "0/9 nodes are available: 9 node(s) didn't match pod topology spread constraints."
"""As kube-scheduler says it."""


def outcome(scenario: str, *problems: str, waits: str = "", ready: float = 2 / 3) -> Outcome:
    """A scenario that passed, or that failed for these problems while a pod waited for a reason."""
    pending = (Pending(pod=f"{APP}-5d5c-x", reason=waits, seconds=1400.0),) if waits else ()
    return Outcome(
        scenario=scenario,
        passed=not problems,
        seconds=600.0,
        problems=problems,
        pending=pending,
        worst_ready=((APP, ready),),
    )


ALL_PASSED = tuple(map(outcome, OF_ONE_PHASE))
SURVIVES = PodsDrilled(outcomes=ALL_PASSED, version=VERSION)
"""What is known of pods once every scenario has passed."""


def with_outcome(changed: Outcome) -> tuple[Outcome, ...]:
    """All scenarios passed but one, whose outcome is given."""
    return tuple(changed if item.scenario == changed.scenario else item for item in ALL_PASSED)


def keep_in(folder: Path, plan: Plan, outcomes: tuple[Outcome, ...] = ALL_PASSED) -> None:
    """Keep what a drill of a plan came to, in the folder that BBP_DRILLS_DIR names."""
    key = subject(plan, "").key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key}.json").write_text(written(Drill(key=key, version=VERSION, outcomes=outcomes)), encoding="utf-8")
