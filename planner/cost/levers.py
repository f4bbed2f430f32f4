"""What could go: choices of a platform that cost something of their own, each priced by the plan without it.

Each is looked at alone, at list prices. The alarms of what goes would go too and are left in. That a saving exists does
not mean that it should be taken: each says what it gives up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from plan import Plan
from plan.placement import shard_servers, shards_in_use
from plan.tokens import CACHE, DATABASE, ENDPOINT, FLOW_LOG, LOG_GROUP, NODE_GROUP
from planner.cost.monthly import total_of
from planner.plan_values import number, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan import PlannedResource
    from planner.cost.monthly import Cost
    from planner.cost.usage import Usage

Setting: TypeAlias = "tuple[str, object]"
"""A key of the stack file below the namespace, and its value."""

LEAST_USD = 0.005
"""Smaller savings are none."""
SYSTEM_POOL, IN_S3 = "system", "s3"
ADVANCED, STANDARD, STANDARD_DAYS = "advanced", "standard", 7


@dataclass(frozen=True, kw_only=True)
class Lever:
    """One thing that could go.

    Attributes:
        settings: what to write into the stack file.
        saving_usd: USD a month; None where a part of the price is unknown.
        gives_up: what is lost with it, and what must be so before.
    """

    settings: tuple[Setting, ...]
    saving_usd: float | None
    gives_up: str


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """A plan without something.

    Attributes:
        settings: what to write into the stack file.
        plan: the plan then.
        gives_up: what is lost.
        nat_gb: what would go through the NAT gateways; None for what goes there anyway.
    """

    settings: tuple[Setting, ...]
    plan: Plan
    gives_up: str
    nat_gb: float | None = None


def levers(plan: Plan, cost: Cost) -> list[Lever]:
    """What could go from a plan, the largest saving first; what would save nothing is left out.

    Args:
        plan: the plan.
        cost: what it costs.
    """
    found = [_priced(choice, cost) for choice in _choices(plan, cost.usage)]
    real = [lever for lever in found if lever.saving_usd is None or lever.saving_usd > LEAST_USD]
    return sorted(real, key=lambda lever: (-(lever.saving_usd or 0), lever.settings[0][0]))


def _priced(choice: _Choice, cost: Cost) -> Lever:
    usage = cost.usage if choice.nat_gb is None else replace(cost.usage, nat_gb=choice.nat_gb)
    then, now = total_of(choice.plan, usage, cost.region).usd, cost.total.usd
    saving = None if then is None or now is None else now - then
    return Lever(settings=choice.settings, saving_usd=saving, gives_up=choice.gives_up)


def _choices(plan: Plan, usage: Usage) -> Iterator[_Choice]:
    yield from _endpoints(plan, usage)
    yield from _second_replicas(plan)
    yield from _system_pool(plan)
    yield from _primary_class(plan)
    yield from _insights(plan)
    yield from _flow_logs(plan)


def _endpoints(plan: Plan, usage: Usage) -> Iterator[_Choice]:
    gone = [item for item in plan.of_type(ENDPOINT) if text(item.inputs, "vpcEndpointType") == "Interface"]
    if gone:
        yield _Choice(
            settings=(("network.interfaceEndpoints", ()),),
            plan=_without(plan, gone),
            gives_up="calls of nodes to AWS leave through the NAT gateways and depend on them",
            nat_gb=usage.nat_gb + usage.endpoint_gb,
        )


def _second_replicas(plan: Plan) -> Iterator[_Choice]:
    more = [item for item in plan.of_type(CACHE) if number(item.inputs, "replicasPerNodeGroup", default=0) > 1]
    if more:
        yield _Choice(
            settings=(("redis.replicasPerShard", 1), ("allowShrink", True)),
            plan=_edited(plan, more, replicasPerNodeGroup=1),
            gives_up="after the loss of a node its shard has a single one until it is replaced",
        )


def _system_pool(plan: Plan) -> Iterator[_Choice]:
    pool = [item for item in plan.of_type(NODE_GROUP) if SYSTEM_POOL in _labels(item)]
    if pool:
        yield _Choice(
            settings=(("pools.system.enabled", False),),
            plan=_without(plan, pool),
            gives_up="the cluster's own pods compete with the application's; drill it first (./bbp drill)",
        )


def _primary_class(plan: Plan) -> Iterator[_Choice]:
    """The primary and its replicas at the class of a shard, which holds the clients that they once held."""
    shards = shard_servers(plan)
    kinds = {text(item.inputs, "instanceClass") for item in shards}
    mine = [item for item in plan.of_type(DATABASE) if item.system != "shards"]
    if len(kinds) != 1 or not any(text(item.inputs, "instanceClass") not in kinds for item in mine):
        return
    (kind,) = kinds
    held = shards_in_use(plan) == len(shards)
    yield _Choice(
        settings=(("postgres.instanceClass", kind), ("postgres.replicaInstanceClass", kind)),
        plan=_edited(plan, mine, instanceClass=kind),
        gives_up="room for growth of what stays on the primary"
        if held
        else "only once every client lies on a shard (postgres.placement: shards); till then the primary serves them",
    )


def _insights(plan: Plan) -> Iterator[_Choice]:
    seen = [item for item in plan.of_type(DATABASE) if text(item.inputs, "databaseInsightsMode") == ADVANCED]
    if seen:
        yield _Choice(
            settings=(
                ("postgres.databaseInsightsMode", STANDARD),
                ("postgres.performanceInsightsRetentionDays", STANDARD_DAYS),
            ),
            plan=_edited(plan, seen, databaseInsightsMode=STANDARD, performanceInsightsRetentionPeriod=STANDARD_DAYS),
            gives_up=f"what statements did is kept for {STANDARD_DAYS} days instead of 15 months",
        )


def _flow_logs(plan: Plan) -> Iterator[_Choice]:
    """In a bucket that the plan has already."""
    logs = [item for item in plan.of_type(FLOW_LOG) if text(item.inputs, "logDestinationType") != IN_S3]
    groups = [item for item in plan.of_type(LOG_GROUP) if any(item.urn in log.dependencies for log in logs)]
    if groups:
        yield _Choice(
            settings=(("network.flowLogs.destination", IN_S3),),
            plan=_edited(_without(plan, groups), logs, logDestinationType=IN_S3),
            gives_up="nobody searches them at once; the bucket of access logs keeps them as long as it keeps those",
        )


def _labels(item: PlannedResource) -> Iterable[object]:
    labels = item.inputs.get("labels")
    return labels.values() if isinstance(labels, dict) else ()


def _without(plan: Plan, gone: Iterable[PlannedResource]) -> Plan:
    urns = {item.urn for item in gone}
    return Plan(tuple(item for item in plan if item.urn not in urns))


def _edited(plan: Plan, changed: Iterable[PlannedResource], **inputs: object) -> Plan:
    urns = {item.urn for item in changed}
    return Plan(tuple(replace(item, inputs={**item.inputs, **inputs}) if item.urn in urns else item for item in plan))
