"""The node pools of a plan: node groups that pods cannot tell apart, in one zone each or over several."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Literal

from plan.tokens import NODE_GROUP, SUBNET
from planner.plan_values import dependencies_of_type, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan, PlannedResource

POOL_LABEL = "pool"
"""The node label by which pods choose a pool."""


def pool_of(group: PlannedResource) -> str:
    """The pool of a node group: what its label says, else its own name."""
    return text(group.inputs, "labels", POOL_LABEL) or group.name


def groups_by_pool(plan: Plan) -> dict[str, list[PlannedResource]]:
    """The node groups of each pool, by name."""
    found: dict[str, list[PlannedResource]] = {}
    for group in sorted(plan.of_type(NODE_GROUP), key=lambda item: item.name):
        found.setdefault(pool_of(group), []).append(group)
    return found


def is_spot(group: PlannedResource) -> bool:
    """Whether the machines of a node group may be taken away."""
    return text(group.inputs, "capacityType") == "SPOT"


def repels(group: PlannedResource, tolerated: Iterable[str] = ()) -> bool:
    """Whether a node group takes no pods that tolerate only these taints, by their keys; an empty key is any taint."""
    keys = {text(taint, "key") for taint in items(group.inputs, "taints") if text(taint, "effect") != SOFT}
    return "" not in (known := set(tolerated)) and not keys <= known


SOFT = "PREFER_NO_SCHEDULE"
"""The effect of a taint that keeps no pod away for certain."""


def zones_of(plan: Plan, group: PlannedResource) -> list[str]:
    """The zones of a node group's subnets, in order; one without a name where the plan names none."""
    found = {text(subnet.inputs, "availabilityZone") for subnet in dependencies_of_type(plan, group, SUBNET)}
    return sorted(zone for zone in found if zone) or [""]


def bound(groups: Iterable[PlannedResource], size: Literal["minSize", "desiredSize", "maxSize"]) -> int:
    """How many nodes groups have together, at their fewest, at first or at most."""
    return sum(int(number(group.inputs, "scalingConfig", size, default=1)) for group in groups)


def homes(plan: Plan, groups: Iterable[PlannedResource], size: Literal["minSize", "maxSize"]) -> list[str]:
    """The zone of each node of a pool, one zone after the other as long as each has some; of one node at least.

    Args:
        plan: the plan.
        groups: of the pool.
        size: at their fewest or at their most.
    """
    known = list(groups)
    counts: Counter[str] = Counter()
    for group in known:
        count = bound([group], size)
        counts.update(zone for zone, _ in zip(itertools.cycle(zones_of(plan, group)), range(count), strict=False))
    if not counts.total() and known:
        return zones_of(plan, known[0])[:1]
    rounds = max(counts.values(), default=0)
    return [zone for count in range(rounds) for zone in sorted(counts) if counts[zone] > count]
