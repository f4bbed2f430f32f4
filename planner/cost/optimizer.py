"""The guide's CostOptimizer: three rules with their savings, applied to what a plan costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from plan.tokens import CACHE, DATABASE, NODE_GROUP
from planner.cost.monthly import Amount, amount
from planner.plan_values import number, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plan import Plan, PlannedResource
    from planner.cost.monthly import Cost, Line

Action = Literal["downgrade_instance", "switch_to_spot", "purchase_reserved"]
Trend = Literal["increasing", "decreasing", "stable"]

IDLE_CPU_PERCENT = 30
IDLE_MEMORY_PERCENT = 40
CONSISTENT = 0.8
SAVINGS: dict[Action, float] = {"downgrade_instance": 0.3, "switch_to_spot": 0.7, "purchase_reserved": 0.4}
"""Share of the cost that each action saves (scaling guide, Cost Optimization)."""
NAMES: dict[Action, str] = {
    "downgrade_instance": "Right-size instances",
    "switch_to_spot": "Use spot instances",
    "purchase_reserved": "Reserved instances",
}
TREND_CHANGE = 0.1
TREND_MONTHS = 6
TREND_LEAST = 3
INSTANCE_SKUS = ("ec2/", "rds/postgres/", "elasticache/valkey/", "elasticache/redis/")
"""What can be reserved or made smaller: instances, not their disks."""
NOTHING = Amount()
"""What is not billed as an instance, and so saves nothing."""
ALWAYS_ON = (DATABASE, CACHE)


@dataclass(frozen=True, kw_only=True)
class ResourceMetrics:
    """What is known about the use of a resource; None for what is not.

    Attributes:
        cpu_percent: average processor use.
        memory_percent: average memory use.
        workload: `batch` for work that may be interrupted.
        consistent_usage: share of the time in which it runs, 0 to 1.
    """

    cpu_percent: float | None = None
    memory_percent: float | None = None
    workload: str = ""
    consistent_usage: float | None = None


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What would save money.

    Attributes:
        urn: the resource.
        name: its logical name.
        action: what to do.
        title: the guide's name of the rule.
        saving_usd: USD a month, from the guide's share; None where the price is unknown.
        because: the observation behind it.
    """

    urn: str
    name: str
    action: Action
    title: str
    saving_usd: float | None
    because: str


def actions(metrics: ResourceMetrics) -> list[Action]:
    """The guide's rules that match; a value that is not known matches none."""
    found: list[Action] = []
    cpu, memory = metrics.cpu_percent, metrics.memory_percent
    if cpu is not None and memory is not None and cpu < IDLE_CPU_PERCENT and memory < IDLE_MEMORY_PERCENT:
        found.append("downgrade_instance")
    if metrics.workload == "batch":
        found.append("switch_to_spot")
    if metrics.consistent_usage is not None and metrics.consistent_usage > CONSISTENT:
        found.append("purchase_reserved")
    return found


def recommendations(
    plan: Plan, cost: Cost, measured: Mapping[str, ResourceMetrics] | None = None
) -> list[Recommendation]:
    """What the guide's rules advise for the instances of a plan, the largest saving first.

    A rule saves its share of what the rules before it leave: the guide's shares add up to 140 % of a bill.

    Without measurements only consistency is known: databases and caches always run, and of a node pool its minimum.

    Args:
        plan: the plan.
        cost: what it costs.
        measured: measurements by logical name.
    """
    found = []
    instances: dict[str, list[Line]] = {}
    for line in cost.lines:
        if line.charge.sku.startswith(INSTANCE_SKUS):
            instances.setdefault(line.urn, []).append(line)
    for item in plan:
        whole = amount(instances.get(item.urn, ()))
        if whole == NOTHING:
            continue
        metrics = (measured or {}).get(item.name) or _planned(item)
        left = whole.usd
        for action in _together(actions(metrics)):
            found.append(_recommendation(item, action, left, metrics))
            left = None if left is None else left * (1 - SAVINGS[action])
    return sorted(found, key=lambda entry: (-(entry.saving_usd or 0), entry.name))


def _together(matching: list[Action]) -> list[Action]:
    """The rules that can be followed together: capacity is bought as spot or reserved, and spot saves more."""
    return [action for action in matching if action != "purchase_reserved" or "switch_to_spot" not in matching]


def _planned(item: PlannedResource) -> ResourceMetrics:
    if item.type in ALWAYS_ON:
        return ResourceMetrics(consistent_usage=1.0)
    if item.type == NODE_GROUP and text(item.inputs, "capacityType") != "SPOT":
        least = number(item.inputs, "scalingConfig", "minSize", default=0)
        wanted = number(item.inputs, "scalingConfig", "desiredSize", default=0)
        return ResourceMetrics(consistent_usage=least / wanted if wanted else None)
    return ResourceMetrics()


def _recommendation(
    item: PlannedResource, action: Action, usd: float | None, metrics: ResourceMetrics
) -> Recommendation:
    because = {
        "downgrade_instance": f"cpu {metrics.cpu_percent} % and memory {metrics.memory_percent} %",
        "switch_to_spot": "batch work may be interrupted",
        "purchase_reserved": f"runs {(metrics.consistent_usage or 0):.0%} of the time",
    }
    return Recommendation(
        urn=item.urn,
        name=item.name,
        action=action,
        title=NAMES[action],
        saving_usd=None if usd is None else usd * SAVINGS[action],
        because=because[action],
    )


def trend(monthly_usd: Sequence[float]) -> Trend | None:
    """Where costs go: the later half of the last six months against the earlier (scaling guide, analyzeCostTrends).

    Returns:
        The trend; None for fewer than three months, and for an earlier half without any cost.
    """
    recent = monthly_usd[-TREND_MONTHS:]
    if len(recent) < TREND_LEAST:
        return None
    middle = len(recent) // 2
    first, second = sum(recent[:middle]) / middle, sum(recent[middle:]) / (len(recent) - middle)
    if first == 0:
        return None
    change = (second - first) / first
    if change > TREND_CHANGE:
        return "increasing"
    return "decreasing" if change < -TREND_CHANGE else "stable"
