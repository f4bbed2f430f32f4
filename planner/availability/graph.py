"""Reads the graph of what can fail out of a plan.

Sizes are the guaranteed ones: the fewest nodes of a pool and the fewest pods of an autoscaler. What a plan does not
place may lie anywhere, so it goes with any zone.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.rds import FAILOVER_SECONDS
from plan.placement import shard_index, shards_in_use
from plan.selectors import selects
from plan.tokens import (
    ADDON,
    CACHE,
    DATABASE,
    DEPLOYMENT,
    LOAD_BALANCER,
    NAT,
    NODE_GROUP,
    RELEASE,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SUBNET,
)
from planner.availability.model import ANYWHERE, Element, Function, Graph, Group
from planner.capacity.node_pools import groups_by_pool, homes, is_spot, zones_of
from planner.plan_values import at, dependencies_of_type, items, number, scalers_of, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plan import Plan, PlannedResource
    from planner.availability.model import ElementKind

RDS_FAILOVER = "{} to {} s (RDS documentation, Multi-AZ failover)".format(*FAILOVER_SECONDS)
CACHE_FAILOVER = "some seconds (ElastiCache documentation, Multi-AZ)"
COREDNS_REPLICAS = 2
"""Pods of the CoreDNS add-on unless configured otherwise (EKS documentation)."""
NO_CLIENTS = "it is empty: no pod is told of it"
NOT_ON_THE_PATH = "no request of a user passes it; what runs goes on running while it is away"


@dataclass
class Builder:
    """A graph in the making."""

    plan: Plan
    elements: dict[str, Element] = field(default_factory=dict)
    functions: list[Function] = field(default_factory=list)
    pools: dict[str, list[str]] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    front: list[Group] = field(default_factory=list)

    def add(self, kind: ElementKind, name: str, needs: Iterable[str] = (), urn: str = "") -> str:
        """Add an element; returns its id."""
        key = f"{kind}:{name}"
        self.elements[key] = Element(id=key, kind=kind, title=name, needs=frozenset(needs), urn=urn)
        return key

    def zone(self, name: str) -> str:
        """The id of a zone; of the unknown one for an empty name."""
        return self.add("zone", name) if name else ANYWHERE

    def zones(self, item: PlannedResource) -> list[str]:
        """The zones of the subnets that a resource depends on, in order."""
        names = {text(subnet.inputs, "availabilityZone") for subnet in dependencies_of_type(self.plan, item, SUBNET)}
        return sorted(name for name in names if name)

    def all_zones(self) -> list[str]:
        """Every zone that the plan has a subnet in, in order."""
        return list(self._zones)

    @cached_property
    def _zones(self) -> tuple[str, ...]:
        subnets = self.plan.of_type(SUBNET)
        return tuple(sorted({zone for item in subnets if (zone := text(item.inputs, "availabilityZone"))}))


def availability_graph(plan: Plan) -> Graph:
    """What can fail in a planned platform, and what users lose with it."""
    builder = Builder(plan=plan)
    for zone in builder.all_zones():
        builder.zone(zone)
    _ways_out(builder)
    _pools(builder)
    _front(builder)
    _dns(builder)
    pooler = _pods_of(builder, "pooler")
    _databases(builder, pooler)
    _caches(builder)
    _operators(builder)
    return Graph(elements=builder.elements, functions=tuple(builder.functions))


def _ways_out(builder: Builder) -> None:
    """The way to the internet from each zone that nodes run in."""
    plan = builder.plan
    carrying = {subnet.urn for pool in plan.of_type(NODE_GROUP) for subnet in dependencies_of_type(plan, pool, SUBNET)}
    gateways: dict[str, str] = {}
    for item in plan.of_type(NAT):
        zone = next(iter(builder.zones(item)), "")
        gateways[item.urn] = builder.add("nat gateway", item.name, {builder.zone(zone)}, item.urn)
    tables: dict[str, set[str]] = {}
    for route in plan.of_type(ROUTE):
        through = [gateways[nat.urn] for nat in dependencies_of_type(plan, route, NAT)]
        for table in dependencies_of_type(plan, route, ROUTE_TABLE):
            tables.setdefault(table.urn, set()).update(through)
    for association in plan.of_type(ROUTE_TABLE_ASSOCIATION):
        used = {
            gateway
            for table in dependencies_of_type(plan, association, ROUTE_TABLE)
            for gateway in tables.get(table.urn, ())
        }
        for subnet in dependencies_of_type(plan, association, SUBNET):
            if used and subnet.urn in carrying:
                zone = text(subnet.inputs, "availabilityZone")
                group = Group(title=f"NAT gateway of {zone}", members=tuple(sorted(used)))
                builder.functions.append(Function(title=f"the way out of {zone}", groups=(group,), zone=zone))


def _pools(builder: Builder) -> None:
    """The nodes of each pool; whatever takes the pool takes all of its groups."""
    for pool, found in groups_by_pool(builder.plan).items():
        groups = [group for group in found if not is_spot(group)]
        if not groups:
            continue
        whole = builder.add("node pool", pool, urn=groups[0].urn)
        own = {zone: group.urn for group in groups for zone in zones_of(builder.plan, group)}
        builder.pools[pool] = [
            builder.add("node", f"{pool}/{index}", {whole, builder.zone(zone)}, own[zone])
            for index, zone in enumerate(homes(builder.plan, groups, "minSize"), 1)
        ]
        builder.nodes += builder.pools[pool]


def _place(builder: Builder, name: str, count: int, pool: str, urn: str, *, spread: bool = True) -> tuple[str, ...]:
    """Pods on nodes: over all of them where the scheduler spreads them, else all on one."""
    nodes = builder.pools.get(pool) or builder.nodes
    pods = []
    for index in range(count):
        needs = {nodes[index % len(nodes) if spread else 0]} if nodes else {ANYWHERE}
        pods.append(builder.add("pod", f"{name}/{index + 1}", needs, urn))
    return tuple(pods)


def _replicas(builder: Builder, deployment: PlannedResource) -> int:
    """The fewest pods of a Deployment: its autoscaler's minimum, else its own number, else one."""
    for scaler in scalers_of(builder.plan, deployment):
        for key in ("minReplicas", "minReplicaCount"):
            least = number(scaler.inputs, "spec", key, default=0)
            if least:
                return int(least)
    return int(number(deployment.inputs, "spec", "replicas", default=1))


def _deployment(builder: Builder, item: PlannedResource) -> Group:
    name = text(item.inputs, "metadata", "name") or item.name
    spec = at(item.inputs, "spec", "template", "spec") or {}
    labels = at(item.inputs, "spec", "template", "metadata", "labels") or {}
    spread = any(selects(at(wish, "labelSelector"), labels) for wish in _wishes(spec))
    pool = text(spec, "nodeSelector", "pool")
    pods = _place(builder, name, _replicas(builder, item), pool, item.urn, spread=spread)
    return Group(title=f"pods of {name}", members=pods)


def _wishes(spec: dict[str, Any]) -> list[Any]:
    """Everything in a pod's specification that keeps it away from others, by zone or node."""
    apart = at(spec, "affinity", "podAntiAffinity") or {}
    preferred = items(apart, "preferredDuringSchedulingIgnoredDuringExecution")
    return [
        *items(spec, "topologySpreadConstraints"),
        *items(apart, "requiredDuringSchedulingIgnoredDuringExecution"),
        *(at(wish, "podAffinityTerm") for wish in preferred),
    ]


def _pods_of(builder: Builder, system: str) -> list[Group]:
    return [_deployment(builder, item) for item in builder.plan.of_type(DEPLOYMENT) if item.system == system]


def _front(builder: Builder) -> None:
    """Origins and gateway, which every request passes; then the application and every service behind them."""
    front = []
    for item in builder.plan.of_type(LOAD_BALANCER):
        nodes = [
            builder.add("origin", f"{item.name} in {zone}", {builder.zone(zone)}, item.urn)
            for zone in builder.zones(item)
        ]
        front.append(Group(title="origins of the CDN", members=tuple(nodes)))
    front += _pods_of(builder, "gateway")
    builder.functions.append(Function(title="the entrance for requests", groups=tuple(front)))
    for system in ("workload", "services"):
        for group in _pods_of(builder, system):
            title = group.title.removeprefix("pods of ")
            builder.functions.append(Function(title=f"answers of {title}", groups=(group,)))


def _dns(builder: Builder) -> None:
    for item in builder.plan.of_type(ADDON):
        if text(item.inputs, "addonName") == "coredns":
            values = json.loads(text(item.inputs, "configurationValues") or "{}")
            least = number(values, "autoScaling", "minReplicas", default=0)
            count = int(least or number(values, "replicaCount", default=COREDNS_REPLICAS))
            group = Group(title="pods of CoreDNS", members=_place(builder, "coredns", count, "system", item.urn))
            builder.functions.append(Function(title="names inside the cluster", groups=(group,)))


def _databases(builder: Builder, pooler: list[Group]) -> None:
    instances, in_use = builder.plan.of_type(DATABASE), shards_in_use(builder.plan)
    named = {text(item.inputs, "identifier"): item.urn for item in reversed(instances)}
    copies: dict[str | None, list[PlannedResource]] = {}
    for item in instances:
        copies.setdefault(_source(builder.plan, item, named), []).append(item)
    for item in copies.get(None, ()):
        kind, title = ("shard", "the clients of") if item.system == "shards" else ("database", "writes to")
        empty = kind == "shard" and shard_index(item) >= in_use
        note = NO_CLIENTS if empty else ""
        needs = {builder.add("shard", f"{item.name} (all of it)", urn=item.urn)} if kind == "shard" else set()
        members = _copies(builder, item, needs)
        pause = RDS_FAILOVER if len(members) > 1 else ""
        group = Group(title=f"instances of {item.name}", members=members, pause=pause)
        builder.functions.append(
            Function(title=f"{title} {item.name}", groups=(group, *pooler), critical=not empty, note=note)
        )
        replicas = copies.get(item.urn, ())
        if replicas:
            ids = tuple(
                builder.add("database", other.name, {builder.zone(text(other.inputs, "availabilityZone"))}, other.urn)
                for other in sorted(replicas, key=lambda other: other.name)
            )
            reads = Group(title=f"replicas of {item.name}", members=ids)
            builder.functions.append(
                Function(title=f"reads away from {item.name}", groups=(reads, *pooler), critical=not empty, note=note)
            )


def _copies(builder: Builder, item: PlannedResource, needs: set[str]) -> tuple[str, ...]:
    """The instance, and its standby in another zone; which zones these are, RDS decides."""
    if not at(item.inputs, "multiAz"):
        zone = builder.zone(text(item.inputs, "availabilityZone"))
        return (builder.add("database", item.name, {*needs, zone}, item.urn),)
    zones = [*builder.all_zones(), "", ""][:2]
    names = (item.name, f"{item.name} (standby)")
    return tuple(
        builder.add("database", name, {*needs, builder.zone(zone)}, item.urn)
        for name, zone in zip(names, zones, strict=True)
    )


def _source(plan: Plan, item: PlannedResource, named: Mapping[str, str]) -> str | None:
    """URN of the instance that this one replicates; None for one that takes writes."""
    wanted = at(item.inputs, "replicateSourceDb")
    if not wanted:
        return None
    found = named.get(wanted) if isinstance(wanted, str) else None
    return found or next((other.urn for other in plan.dependencies(item, DATABASE)), "")


def _caches(builder: Builder) -> None:
    for item in builder.plan.of_type(CACHE):
        zones = builder.all_zones() if at(item.inputs, "multiAzEnabled") else [""]
        each = 1 + int(number(item.inputs, "replicasPerNodeGroup", default=0))
        if not at(item.inputs, "automaticFailoverEnabled"):
            each = 1  # a replica that never takes over keeps nothing running
        for shard in range(1, int(number(item.inputs, "numNodeGroups", default=1)) + 1):
            name = f"{item.name} shard {shard}"
            whole = builder.add("cache shard", f"{name} (all of it)", urn=item.urn)
            members = tuple(
                builder.add("cache node", f"{name} node {index + 1}", {whole, builder.zone(zone)}, item.urn)
                for index, zone in zip(range(each), itertools.cycle(zones or [""]), strict=False)
            )
            group = Group(title=f"nodes of {name}", members=members, pause=CACHE_FAILOVER if each > 1 else "")
            builder.functions.append(Function(title=f"cached data in {name}", groups=(group,)))


def _operators(builder: Builder) -> None:
    for item in builder.plan.of_type(RELEASE):
        chart = text(item.inputs, "name") or item.name
        for path, count in _parts(item.inputs.get("values"), chart):
            part = " ".join(path.split(".")[:2])  # the chart and its part; deeper keys are the chart's own matter
            pods = _place(builder, part, count, "system", item.urn)
            group = Group(title=f"pods of {part}", members=pods)
            builder.functions.append(
                Function(title=f"the work of {part}", groups=(group,), critical=False, note=NOT_ON_THE_PATH)
            )


def _parts(values: object, path: str) -> list[tuple[str, int]]:
    """Parts of a Helm release that state how many pods they have."""
    if not isinstance(values, dict):
        return []
    found = []
    for key, value in values.items():
        if key in {"replicas", "replicaCount"} and isinstance(value, (int, float)):
            found.append((path, int(value)))
        else:
            found += _parts(value, f"{path}.{key}")
    return found
