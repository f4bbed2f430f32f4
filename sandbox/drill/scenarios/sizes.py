"""Every pod at its fewest and at its most, from nothing and from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.drill.scenarios.base import Scenario

if TYPE_CHECKING:
    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage


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


SCENARIOS = (
    Scenario("minimum", "every pod at its fewest", "minimum", _minimum),
    Scenario("maximum", "from the fewest pods to the most", "minimum", _maximum),
)
