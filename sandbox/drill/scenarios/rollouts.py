"""New versions of everything at once, while load is highest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.drill.scenarios.base import Scenario

if TYPE_CHECKING:
    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage

RESTARTED = "kubectl.kubernetes.io/restartedAt"
"""The annotation of a pod template that `kubectl rollout restart` changes, so that every pod is made anew."""


def _rollout(stage: Stage, found: Findings) -> None:
    """Nodes are added and none is taken away: a drained pod is the budgets' matter, and no step of a rollout."""
    with stage.without_fewer_nodes():
        found.problems += stage.settle("maximum")
        _everything(stage, found)


def _everything(stage: Stage, found: Findings) -> None:
    began = stage.clock.seconds
    stamp = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: stage.clock.pace.now().isoformat()}}}}}
    for workload in stage.workloads:
        stage.api.patch(workload.reference, stamp)
    found.problems += stage.settle("maximum", stage.rollout_seconds())
    for name, worst in stage.readiness.worst(began).items():
        least = stage.least_ready(name)
        if least is not None and worst.ready < least:
            found.problems.append(
                f"{name}: {worst.ready} of {worst.wanted} pods were ready, its strategy keeps {least}"
            )


SCENARIOS = (Scenario("rollout", "all workloads roll out at once, at their most pods", "maximum", _rollout),)
