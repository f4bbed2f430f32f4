"""New nodes one at a time, a budget that blocks them, and a control plane that no longer serves old versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.drill.scenarios.base import Scenario
from sandbox.drill.scenarios.losses import DRAIN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage
    from sandbox.drill.workloads import Workload
    from sandbox.kubernetes.api import Manifest

BLOCKED_SECONDS = 180.0
"""Dozens of tries of an eviction that is never allowed; that EKS goes on for 15 minutes shows nothing more."""


def _nodes_upgraded(stage: Stage, found: Findings) -> None:
    """As EKS updates a group: first more nodes, then each old one is cordoned, drained and ended."""
    began = stage.clock.seconds
    old = sorted(node["metadata"]["name"] for node in stage.cluster.nodes())
    stage.surge()
    for name in old:
        drained = stage.cluster.drain(name, DRAIN_SECONDS)
        if not drained.done:
            left = ", ".join(drained.refused) or "pods that take longer to stop"
            found.problems.append(f"PodEvictionFailure: {name} is not empty after {drained.seconds:.0f} s: {left}")
            return
        stage.end([name])
    found.problems += stage.settle(stage.size)
    found.notes.append(f"{len(old)} nodes were replaced, one at a time")
    for name, worst in stage.readiness.emptied(began).items():
        if worst.wanted > 1:
            found.problems.append(f"{name}: none of {worst.wanted} pods was ready for a moment")
        else:
            found.notes.append(f"{name}: its only pod was away while another one started")


def _budget_blocks(stage: Stage, found: Findings) -> None:
    """A workload's own budget stops allowing disruptions: a drain must name its pods, and nothing else may suffer."""
    guarded = next(iter(_guarded(stage)), None)
    if guarded is None:
        found.skipped = "no workload with a disruption budget has two pods or more"
        return
    budget, workload = guarded
    before = {name: budget["spec"].get(name) for name in ("minAvailable", "maxUnavailable")}
    stage.api.patch(budget, {"spec": {"minAvailable": None, "maxUnavailable": 0}})
    try:
        _drain_blocked(stage, budget, workload, found)
    finally:
        stage.api.patch(budget, {"spec": before})
    found.problems += stage.settle(stage.size)


def _guarded(stage: Stage) -> Iterator[tuple[Manifest, Workload]]:
    """Budgets, each with the workload whose pods it chooses."""
    for budget in stage.api.find("policy/v1", "PodDisruptionBudget"):
        labels = (budget["spec"].get("selector") or {}).get("matchLabels") or {}
        for workload in stage.workloads:
            live = stage.api.read(workload.reference)
            own = live["spec"]["template"]["metadata"].get("labels") or {} if live is not None else {}
            same = live is not None and live["metadata"]["namespace"] == budget["metadata"]["namespace"]
            if same and workload.least > 1 and labels and labels.items() <= own.items():
                yield budget, workload


def _drain_blocked(stage: Stage, budget: Manifest, workload: Workload, found: Findings) -> None:
    labels = budget["spec"]["selector"]["matchLabels"]
    chosen = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    node = stage.cluster.ready_pods(budget["metadata"]["namespace"], chosen)[0]["spec"]["nodeName"]
    drained = stage.cluster.drain(node, BLOCKED_SECONDS)
    blocked = [name for name in drained.refused if name.startswith(f"{workload.name}-")]
    if drained.done or not blocked:
        found.problems.append(f"the drain of {node} did not wait for {workload.name}")
    found.notes.append(f"after {drained.seconds:.0f} s the drain of {node} still waits for {', '.join(blocked)}")
    found.problems += [
        f"{name}: {now.ready} of {now.wanted} pods are ready while the drain waits"
        for name, now in stage.readiness.now().items()
        if now.ready < now.wanted
    ]
    stage.cluster.cordon(node, unschedulable=False)


SCENARIOS = (
    Scenario("nodes-upgraded", "all nodes are replaced, one at a time", "minimum", _nodes_upgraded),
    Scenario("budget-blocks", "a disruption budget blocks a drain for ever", "minimum", _budget_blocks),
)
