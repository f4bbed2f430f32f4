"""The box of a diagram, and how its texts are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planner.plan_values import at, number, quantity, scalers_of, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan import Plan, PlannedResource

Mark = Literal["", "added", "changed", "removed"]
MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Box:
    """One thing on the picture.

    Attributes:
        key: unique, and the same in every plan that has this thing.
        title: what it is called.
        lines: its sizes and counts.
        row: the row it stands in; empty for a card at the side.
        systems: systems whose resources it stands for.
        zone: the one zone it lies in; empty for what spans zones.
        note: more about it, for its description.
        mark: what happens to it against another plan.
    """

    key: str
    title: str
    lines: tuple[str, ...]
    row: str = ""
    systems: tuple[str, ...] = ()
    zone: str = ""
    note: str = ""
    mark: Mark = ""


def plural(count: int, noun: str, more: str = "") -> str:
    """`1 pod`, `2 pods`."""
    return f"{count:,} {noun if count == 1 else more or noun + 's'}"


def span(low: int, high: int) -> str:
    """`3`, or `3 to 10`."""
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def pods(plan: Plan, deployment: PlannedResource) -> tuple[int, int]:
    """The fewest and the most pods of a Deployment: its autoscaler's, else its own number."""
    fixed = int(number(deployment.inputs, "spec", "replicas", default=1))
    for scaler in scalers_of(plan, deployment):
        low = _one_of(scaler, ("minReplicas", "minReplicaCount"), fixed)
        return low, max(low, _one_of(scaler, ("maxReplicas", "maxReplicaCount"), low))
    return fixed, fixed


def _one_of(item: PlannedResource, names: Sequence[str], default: int) -> int:
    for name in names:
        if value := int(number(item.inputs, "spec", name, default=0)):
            return value
    return default


def pod_lines(plan: Plan, deployment: PlannedResource) -> tuple[str, ...]:
    """How many pods, of which size, on which pool."""
    low, high = pods(plan, deployment)
    containers = at(deployment.inputs, "spec", "template", "spec", "containers")
    main = containers[0] if isinstance(containers, list) and containers else {}
    cpu = quantity(text(main, "resources", "requests", "cpu"))
    memory = quantity(text(main, "resources", "requests", "memory"))
    size = f"{cpu * 1000:g}m CPU, {memory / MIB:,.0f} MiB each" if cpu and memory else ""
    pool = text(deployment.inputs, "spec", "template", "spec", "nodeSelector", "pool")
    scaled = "" if low == high else ", autoscaled"
    lines = (
        f"{span(low, high)} {'pod' if high == 1 else 'pods'}{scaled}",
        size,
        f"on the {pool} nodes" if pool else "",
    )
    return tuple(line for line in lines if line)


def name_of(item: PlannedResource) -> str:
    """The name that Kubernetes knows it by, else its logical name."""
    return text(item.inputs, "metadata", "name") or item.name
