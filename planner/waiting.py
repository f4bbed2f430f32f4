"""How long a change keeps people waiting: by resource kind, and one after another along what depends on what.

Upper bounds are the time-outs after which an operation is given up: those that the program sets where the provider's
own are too short, the provider's defaults elsewhere. They are bounds, not forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from plan.tokens import DATABASE, NODE_GROUP
from plan.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan, PlannedResource

SOURCE = (
    "time-outs of the program; else Terraform AWS provider documentation, section Timeouts of each resource, and "
    "Pulumi Kubernetes documentation, await logic"
)


@dataclass(frozen=True)
class Waiting:
    """How long operations on one kind of resource may take, in minutes."""

    type: str
    op: str
    count: int
    at_most_minutes: int
    source: str = SOURCE


@dataclass(frozen=True)
class Chain:
    """The operations that wait for each other longest.

    Attributes:
        minutes: the sum of their bounds.
        names: the resources' logical names, the first to wait for first.
    """

    minutes: int
    names: tuple[str, ...]


NODE_MINUTES = 20
"""A rolling update waits up to 15 minutes until the pods have left a node (Amazon EKS User Guide, Understand each phase
of node updates); the rest is an allowance of ours for the new node, measured nowhere."""


REPLICA_MINUTES = 120
"""A replica is made from a snapshot of all that its source holds: no bound is documented, the program waits as long."""


def minutes(item: PlannedResource) -> int:
    """How long an operation may take before it is given up, in minutes; 0 for what is not waited for.

    A node group is updated one node at a time, so its bound grows with the nodes that it may have. A replica of a
    database is made from a copy.
    """
    op = "create" if item.op == "replace" else item.op
    bounds = TYPES[item.type].minutes if item.type in TYPES else {}
    bound = bounds.get(op, 0)
    if item.type == DATABASE and op == "create" and "replicateSourceDb" in item.inputs:
        bound = REPLICA_MINUTES
    if item.op == "replace":
        bound += bounds.get("delete", 0)
    if item.type == NODE_GROUP and op == "update":
        scaling = item.inputs.get("scalingConfig")
        most = scaling.get("maxSize") if isinstance(scaling, dict) else None
        bound = max(bound, NODE_MINUTES * int(most)) if isinstance(most, (int, float)) else bound
    return bound


def waiting(changes: Iterable[PlannedResource]) -> list[Waiting]:
    """The upper bounds for the slow kinds among planned changes, longest first; equal kinds run side by side."""
    counted: dict[tuple[str, str], list[int]] = {}
    for item in changes:
        if bound := minutes(item):
            counted.setdefault((item.type, "create" if item.op == "replace" else item.op), []).append(bound)
    found = [Waiting(kind, op, len(bounds), max(bounds)) for (kind, op), bounds in counted.items()]
    return sorted(found, key=lambda item: (-item.at_most_minutes, item.type, item.op))


def longest(plan: Plan) -> Chain:
    """The chain of changes that wait for each other longest: an update may take as long, and credentials must last.

    Args:
        plan: the whole plan; unchanged resources pass on what they depend on.
    """
    known = {item.urn: item for item in plan}

    @cache
    def until(urn: str) -> Chain:
        item = known.get(urn)
        if item is None:
            return Chain(0, ())
        before = _first(map(until, item.dependencies))
        own = minutes(item)
        return Chain(before.minutes + own, (*before.names, item.name) if own else before.names)

    return _first(map(until, known))


def _first(chains: Iterable[Chain]) -> Chain:
    """The longest; of equal ones always the same, whichever the engine came to first."""
    return min(chains, key=lambda chain: (-chain.minutes, chain.names), default=Chain(0, ()))
