"""A rollout: the deployment controller's arithmetic, one look of it at a time.

After kubernetes/kubernetes, pkg/controller/deployment/rolling.go (reconcileNewReplicaSet, reconcileOldReplicaSets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.simulation.pods import PodSet


def begin(pods: PodSet) -> None:
    """Pods that are placed from here on are new ones; those that wait for a node are new at once."""
    pods.version += 1


def roll(pods: PodSet, now: float) -> bool:
    """One look: add new pods as far as the strategy allows, take old ones away; says whether all pods are new and good.

    Old pods end gracefully: what they work on is answered (the contract's `preStop` and termination grace).

    Args:
        pods: of the Deployment.
        now: seconds.
    """
    above, least = pods.tier.pace.bounds(pods.wanted)
    settled = now - pods.tier.pace.min_ready_seconds
    while True:
        wanted, old = pods.wanted, pods.old
        fresh = pods.total - old
        added = min(max(wanted + above - pods.total, 0), max(wanted - fresh, 0))
        pods.add(added)
        fresh += added
        available = pods.ready(settled, pods.version)
        good = pods.ready(settled) - available
        budget = max(pods.total - least - (fresh - available), 0)
        removed = pods.drop_old(min(budget, old - good), settled, ready=False)
        spare = max(min(available + good - least, budget - removed), 0)
        removed += pods.drop_old(min(spare, good), settled, ready=True)
        if not added and not removed:
            return not old and available >= wanted
