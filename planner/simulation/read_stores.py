"""Reads what pods ask out of a plan: databases with or without a pooler, and the cache."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import find_class
from plan.placement import shard_index, shard_servers, shards_in_use
from plan.tokens import CACHE, DATABASE, DEPLOYMENT, PARAMETER_GROUP
from planner.plan_values import at, dependencies_of_type, items, number, text
from planner.simulation.gaps import Gap
from planner.simulation.model import Cache, Store, Visit
from planner.simulation.read_pods import SimulationError, environment_names, environment_number, known_number
from planner.simulation.reading.pooling import PoolSizes, pool_sizes
from planner.simulation.reading.volumes import unread_volume, volume_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bailbondpro.facts.instance_classes import InstanceClass
    from plan import Plan, PlannedResource
    from planner.simulation.assumptions import Assumptions
    from planner.simulation.model import StoreKind, Tier

GUIDE_POOLS: dict[StoreKind, float] = {"PRIMARY": 20.0, "REPLICA": 15.0, "SHARD": 10.0}
GUIDE_WAIT_MS = 2000.0
GUIDE_MAX_CONNECTIONS = 200.0
"""The guide's numbers, for what a plan does not say (scaling guide, Database Scaling)."""
PARAMETER_GROUPS = (PARAMETER_GROUP, "aws:elasticache/parameterGroup:ParameterGroup")
KIBI_PER_GIBI = 2.0**20
RESERVED_PERCENT = 25.0
"""Memory of a cache node that answers do not get, where no parameter says (ElastiCache documentation, Managing reserved
memory, recommends 25 %)."""
_VARIABLES: dict[StoreKind, re.Pattern[str]] = {
    "PRIMARY": re.compile(r"DATABASE_(PRIMARY_)?URL"),
    "REPLICA": re.compile(r"DATABASE_REPLICA_\d+_URL"),
    "SHARD": re.compile(r"DATABASE_SHARD_\d+_URL"),
}
"""What pods that are connected to databases are given (docs/application-contract.md)."""


def stores_of(plan: Plan, assumptions: Assumptions) -> tuple[Store, ...]:
    """The databases in groups: the primary, its replicas, and the shards that hold clients.

    Raises:
        SimulationError: the size of one is not known.
    """
    sizes = pooled_sizes(plan)
    found = tuple(_store(plan, kind, members, assumptions) for kind, members in _groups(plan) if members)
    if sizes is None:
        return found
    return tuple(replace(store, pool=sizes.of(store.kind), wait_seconds=sizes.wait_seconds) for store in found)


def _groups(plan: Plan) -> tuple[tuple[StoreKind, list[PlannedResource]], ...]:
    """The databases that answer requests, by kind."""
    in_use = shards_in_use(plan)
    # An empty shard serves nobody, and neither does a shard's replica: pods are told one address for each shard.
    shards = [item for item in shard_servers(plan) if shard_index(item) < in_use]
    others = [item for item in plan.of_type(DATABASE) if item.system != "shards"]
    replicas = [item for item in others if at(item.inputs, "replicateSourceDb")]
    primaries = [item for item in others if not at(item.inputs, "replicateSourceDb")]
    return (("PRIMARY", primaries), ("REPLICA", replicas), ("SHARD", shards))


def pooled_sizes(plan: Plan) -> PoolSizes | None:
    """What a pod of the plan's pooler holds; None without one, or where the plan does not say."""
    return pool_sizes(plan, GUIDE_WAIT_MS / 1000) if _pooler(plan) is not None else None


def unread_pools(stores: Sequence[Store]) -> Iterator[Gap]:
    """That the pooler's own pools are not known."""
    why = "its configuration is hidden or cannot be read, and it is taken to open every connection that a server has"
    missing = [store.kind.lower() for store in stores if store.pooled and store.pool is None]
    if missing:
        yield Gap(name=f"pool sizes of the pooler: {', '.join(missing)}", kind="setting", why=why)


def unread_volumes(plan: Plan) -> Iterator[Gap]:
    """What of the databases' volumes is not known."""
    for _, members in _groups(plan):
        for name, why in (found for item in members for found in unread_volume(plan, item)):
            yield Gap(name=name, kind="setting", why=why)


def _store(plan: Plan, kind: StoreKind, members: Sequence[PlannedResource], assumptions: Assumptions) -> Store:
    return Store(
        name=members[0].name if len(members) == 1 else f"{members[0].name} and {len(members) - 1} more",
        kind=kind,
        endpoints=len(members),
        processors=min(_class_of(item, "instanceClass").vcpu for item in members),
        database_ms=assumptions.database_ms,
        connections=min(_connections(plan, item, assumptions) for item in members),
        pooled=_pooler(plan) is not None,
        volume=min((volume_of(plan, item, assumptions) for item in members), key=lambda volume: volume.most_ios),
    )


def visiting(tier: Tier, item: PlannedResource, stores: Sequence[Store], assumptions: Assumptions) -> Tier:
    """A group of pods with the databases that its variables connect it to.

    Pods that are told of no database at all have none; but of an application that is told nothing nobody knows, and it
    is taken to use all.

    Args:
        tier: the pods.
        item: their Deployment.
        stores: all databases.
        assumptions: the share of requests that concern one client.
    """
    names = environment_names(item)
    told = {kind for kind, pattern in _VARIABLES.items() if any(map(pattern.fullmatch, names))}
    if not told and item.system == "workload":
        told = {store.kind for store in stores}
    places = {store.kind: place for place, store in enumerate(stores) if store.kind in told}
    sharded = assumptions.sharded_percent / 100 if "SHARD" in places else 0.0
    if "PRIMARY" not in places:
        sharded = 1.0 if "SHARD" in places else 0.0
    shares: dict[StoreKind, tuple[float, float]] = {
        "PRIMARY": (1 - sharded, 0.0 if "REPLICA" in places else 1 - sharded),
        "REPLICA": (0.0, 1 - sharded),
        "SHARD": (sharded, sharded),
    }
    wait = environment_number(item, "DATABASE_POOL_CONNECTION_TIMEOUT_MS", GUIDE_WAIT_MS) / 1000
    visits = tuple(
        Visit(
            store=place,
            pool=_pool_size(item, kind),
            wait_seconds=min(wait, stores[place].wait_seconds),
            write_share=shares[kind][0],
            read_share=shares[kind][1],
        )
        for kind, place in places.items()
    )
    return replace(tier, visits=visits)


def _pool_size(item: PlannedResource, kind: StoreKind) -> int:
    """Connections that a pod opens to a database at most; of no connection nobody knows what pods make."""
    name = f"DATABASE_POOL_{kind}_MAX"
    size = int(environment_number(item, name, GUIDE_POOLS[kind]))
    if size < 1:
        raise SimulationError(f"{name} of {item.name} is {size}: pods without connections reach no database")
    return size


def _pooler(plan: Plan) -> PlannedResource | None:
    return next((item for item in plan.of_type(DEPLOYMENT) if item.system == "pooler"), None)


def cache_of(plan: Plan, assumptions: Assumptions) -> Cache | None:
    """The Redis cluster.

    Raises:
        SimulationError: the size of its nodes is not known.
    """
    group = next(iter(plan.of_type(CACHE)), None)
    if group is None:
        return None
    shards = max(int(number(group.inputs, "numNodeGroups", default=1)), 1)
    node = _class_of(group, "nodeType")
    percent = _parameter(plan, group, "reserved-memory-percent")
    usable = 1 - (RESERVED_PERCENT if percent is None else percent) / 100
    return Cache(
        name=group.name,
        shards=shards,
        request_ms=assumptions.cache_ms,
        keys=shards * node.memory_gib * usable * KIBI_PER_GIBI / assumptions.cache_kib_per_key,
    )


def _class_of(item: PlannedResource, key: str) -> InstanceClass:
    """The size of a server."""
    kind = text(item.inputs, key)
    known = find_class(kind)
    if known is None:
        words = "instance class" if key == "instanceClass" else "node type"
        raise SimulationError(f"the size of {item.name}, {words} {kind or '(not known yet)'}, is not known")
    return known


def _connections(plan: Plan, database: PlannedResource, assumptions: Assumptions) -> int:
    """What max_connections leaves to the application."""
    most = _parameter(plan, database, "max_connections")
    return max(int((GUIDE_MAX_CONNECTIONS if most is None else most) - assumptions.reserved_connections), 1)


def _parameter(plan: Plan, item: PlannedResource, name: str) -> float | None:
    """A parameter of the groups that a server uses."""
    for group in (found for token in PARAMETER_GROUPS for found in dependencies_of_type(plan, item, token)):
        for parameter in items(group.inputs, "parameters"):
            if text(parameter, "name") == name:
                return known_number(f"{name} of {group.name}", at(parameter, "value"))
    return None
