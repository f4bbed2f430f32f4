"""What of a platform lies where, and what stands in for it when it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.placement import shard_index, shards_in_use
from plan.tokens import CACHE, DATABASE, SUBNET
from planner.capacity.node_pools import bound, homes
from planner.plan_values import at, number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan import Plan, PlannedResource
    from planner.simulation.model import StoreKind

TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
NOTICE_SECONDS = 60.0
"""Until a Network Load Balancer passes over a target that is gone, where a plan does not say: two checks, 30 s apart
(Elastic Load Balancing, Network Load Balancers, "Health checks for target groups", defaults; unverified 2026-11-30)."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A database server.

    Attributes:
        name: its name in the plan.
        kind: what it does.
        zone: where it lies; empty where RDS decides.
        standby: whether another zone has a copy that takes over.
    """

    name: str
    kind: StoreKind
    zone: str = ""
    standby: bool = False


@dataclass(frozen=True, kw_only=True)
class Failing:
    """What decides how a loss is felt.

    Attributes:
        zones: of the platform.
        nodes: for each zone of the node pool its name, its fewest and its most nodes.
        notice_seconds: until the load balancer passes over targets that are gone.
        servers: all databases that requests reach.
        cache_copies: whether each shard of the cache has a copy that takes over by itself.
        cache_zones: whether the cache lies in several zones.
    """

    zones: tuple[str, ...] = ()
    nodes: tuple[tuple[str, int, int], ...] = ()
    notice_seconds: float = 0.0
    servers: tuple[Server, ...] = ()
    cache_copies: bool = False
    cache_zones: bool = False


NOTHING = Failing()
"""Of a platform that nobody read from a plan."""


def failing_of(plan: Plan, groups: Sequence[PlannedResource]) -> Failing:
    """What a plan says of losses.

    Args:
        plan: the plan.
        groups: of the application's node pool.
    """
    cache = next(iter(plan.of_type(CACHE)), None)
    inputs = cache.inputs if cache else {}
    least, most = homes(plan, groups, "minSize"), homes(plan, groups, "maxSize")
    checks = [
        number(check, "interval", default=30) * number(check, "unhealthyThreshold", default=2)
        for group in plan.of_type(TARGET_GROUP)
        if (check := at(group.inputs, "healthCheck")) is not None
    ]
    return Failing(
        zones=tuple(sorted({zone for item in plan.of_type(SUBNET) if (zone := text(item.inputs, "availabilityZone"))})),
        nodes=tuple((zone, least.count(zone), most.count(zone)) for zone in sorted(set(most)))
        if bound(groups, "maxSize")
        else (),
        notice_seconds=max(checks, default=NOTICE_SECONDS),
        servers=tuple(_servers(plan)),
        cache_copies=bool(at(inputs, "automaticFailoverEnabled"))
        and number(inputs, "replicasPerNodeGroup", default=0) > 0,
        cache_zones=bool(at(inputs, "multiAzEnabled")),
    )


def _servers(plan: Plan) -> list[Server]:
    in_use = shards_in_use(plan)
    found = []
    for item in plan.of_type(DATABASE):
        replica = bool(at(item.inputs, "replicateSourceDb"))
        if item.system == "shards" and (replica or shard_index(item) >= in_use):
            continue  # empty, or a shard's replica: no request reaches it
        kind: StoreKind = "REPLICA" if replica else "SHARD" if item.system == "shards" else "PRIMARY"
        standby = bool(at(item.inputs, "multiAz"))
        zone = "" if standby else text(item.inputs, "availabilityZone")
        found.append(Server(name=item.name, kind=kind, zone=zone, standby=standby))
    return sorted(found, key=lambda server: server.name)
