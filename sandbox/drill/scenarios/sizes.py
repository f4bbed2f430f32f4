"""Every pod at its fewest and at its most, from nothing and from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.drill.recorder import name_of
from sandbox.drill.scenarios.base import Scenario
from sandbox.kubernetes.api import ApiError

if TYPE_CHECKING:
    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage


def _first_start(stage: Stage, found: Findings) -> None:
    stage.fleet.begin()
    for item in stage.subject.objects:
        try:
            stage.api.apply(item, force=True)
        except ApiError as error:
            found.problems.append(f"{item['kind']} {name_of(item['metadata'])} is refused: {error}")
    stage.scale("minimum")
    found.problems += stage.settle("minimum")
    found.notes.append(
        f"{len(stage.workloads)} workloads, {len(stage.cluster.pods())} pods, {len(stage.cluster.nodes())} nodes"
    )


def _minimum(stage: Stage, found: Findings) -> None:
    found.problems += stage.settle("minimum")
    found.problems += _disruptions(stage)


def _maximum(stage: Stage, found: Findings) -> None:
    before = len(stage.cluster.nodes())
    stage.scale("maximum")
    found.problems += stage.settle("maximum")
    found.notes.append(f"{before} nodes became {len(stage.cluster.nodes())}")
    found.problems += stage.full_groups()


def _disruptions(stage: Stage) -> list[str]:
    """Budgets that allow no pod to go although all are healthy: whatever drains a node waits for ever."""
    return [
        f"PodDisruptionBudget {budget['metadata']['namespace']}/{budget['metadata']['name']} allows no disruption of "
        f"{status['expectedPods']} healthy pods: a drain of their nodes never ends"
        for budget in stage.api.find("policy/v1", "PodDisruptionBudget")
        if (status := budget.get("status") or {}).get("expectedPods", 0) > 1
        and status.get("currentHealthy") == status.get("expectedPods")
        and status.get("disruptionsAllowed") == 0
    ]


FIRST_START = Scenario("first-start", "every object in an empty cluster", "minimum", _first_start)
"""What every drill begins with, whatever it is asked for."""
SCENARIOS = (
    FIRST_START,
    Scenario("minimum", "every pod at its fewest", "minimum", _minimum),
    Scenario("maximum", "from the fewest pods to the most", "minimum", _maximum),
)
