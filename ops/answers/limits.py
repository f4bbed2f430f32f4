"""How much of each countable limit a stack takes: connections, room on nodes and in subnets, storage, names, quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.elasticache import MAX_NODES
from bailbondpro.facts.instance_classes import instance_class
from bailbondpro.facts.quotas import REGION
from components.naming import NameKind
from infra.limits.capacity import (
    APP_SUBNET_ADDRESSES,
    DAEMON_PODS,
    OPERATOR_PODS,
    addresses_per_node,
    largest_nodes,
    most_pods,
)
from infra.limits.connections import POOLER_SURGE, client_connections, pool_sizes
from infra.limits.room import allocatable, peak_load
from infra.quotas import quota_needs
from plan.tokens import CACHE, CLUSTER, DATABASE, LOAD_BALANCER, TARGET_GROUP
from planner.plan_values import number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from plan import Plan

NEAR = 0.8
"""Share from which a limit is near (scaling guide, Monitoring: warnings at 80 %)."""
NAMES: dict[str, tuple[str, NameKind]] = {
    DATABASE: ("identifier", NameKind.RDS_IDENTIFIER),
    CACHE: ("replicationGroupId", NameKind.REPLICATION_GROUP),
    CLUSTER: ("name", NameKind.EKS_CLUSTER),
    LOAD_BALANCER: ("name", NameKind.LOAD_BALANCER),
    TARGET_GROUP: ("name", NameKind.TARGET_GROUP),
}
"""Explicit names with the shortest limits: property, and the kind whose rule counts."""


@dataclass(frozen=True, kw_only=True)
class LimitUse:
    """One limit and what a stack takes of it at its largest.

    Attributes:
        area: which part of the platform it belongs to.
        title: what is counted.
        used: how much of it the stack takes at most.
        limit: how much there is.
        unit: what the numbers count.
        source: where the limit comes from.
        known: whether the limit is that of the stack's region.
        solved: whether it is made to fill the limit, so that being near it says nothing.
    """

    area: str
    title: str
    used: float
    limit: float
    unit: str
    source: str
    solved: bool = False
    known: bool = True

    @property
    def share(self) -> float:
        """The part that is taken; 1 is all of it."""
        return self.used / self.limit if self.limit else float(self.used > 0)

    @property
    def state(self) -> str:
        """In a word: `ok`, `near` from 80 % on, `full` at the limit, `over` beyond it, `solved` for what fills it."""
        if not self.known:
            return "unknown"
        if self.share > 1:
            return "over"
        if self.solved:
            return "solved"
        return "full" if self.share == 1 else "near" if self.share >= NEAR else "ok"


def limits_used(settings: Settings, plan: Plan) -> tuple[LimitUse, ...]:
    """Every countable limit, in the order of the architecture.

    Args:
        settings: the stack's configuration.
        plan: its plan, for storage and names.
    """
    parts = (_subnets, _nodes, _connections, _cache, _quotas)
    found = [use for part in parts for use in part(settings)]
    return (*found, *_storage(plan), *_names(plan))


def _subnets(settings: Settings) -> Iterator[LimitUse]:
    each = addresses_per_node(instance_class("ec2", settings.pools.app.instance_type).max_pods)
    zones = len(set(settings.network.availability_zones))
    yield LimitUse(
        area="network",
        title="addresses of the app subnets",
        used=largest_nodes(settings) * each,
        limit=zones * APP_SUBNET_ADDRESSES,
        unit="addresses",
        source="VPC User Guide, Subnet CIDR blocks; EKS User Guide, prefix delegation",
    )


def _nodes(settings: Settings) -> Iterator[LimitUse]:
    pool = settings.pools.app
    machine = instance_class("ec2", pool.instance_type)
    node, load = allocatable(machine), peak_load(settings)
    source = "EKS documentation, node allocatable"
    pods = most_pods(settings) + (0 if settings.pools.system.enabled else OPERATOR_PODS)
    rows = (
        ("processor of the app nodes", load.cpu_millicores / 1000, pool.max_size * node.cpu_millicores / 1000, "cores"),
        ("memory of the app nodes", load.memory_mib / 1024, pool.max_size * node.memory_mib / 1024, "GiB"),
        ("pods on the app nodes", pods, pool.max_size * (machine.max_pods - DAEMON_PODS), "pods"),
    )
    for title, used, limit, unit in rows:
        yield LimitUse(area="nodes", title=title, used=used, limit=limit, unit=unit, source=source)


def _connections(settings: Settings) -> Iterator[LimitUse]:
    """Connections to one endpoint of each kind: of all poolers in a rollout, or of all pods where there is none."""
    postgres = settings.postgres
    pooled, pods = pool_sizes(settings), postgres.pooler.replicas + POOLER_SURGE
    kinds = (
        ("primary", "the primary", True, pooled.primary),
        ("replica", "each replica", postgres.replicas > 0, pooled.replica),
        ("shard", "each shard", postgres.shards_reached > 0, pooled.shard),
    )
    for kind, title, there, pool in kinds:
        if there:
            yield LimitUse(
                area="postgres",
                title=f"connections to {title}",
                used=pool * pods if postgres.pooler.enabled else client_connections(settings, kind),
                limit=postgres.max_connections - postgres.reserved_connections,
                unit="connections",
                source="scaling guide, Performance Tuning (max_connections), without the reserve",
                solved=postgres.pooler.enabled,
            )


def _cache(settings: Settings) -> Iterator[LimitUse]:
    redis = settings.redis
    yield LimitUse(
        area="redis",
        title="nodes of the cache",
        used=redis.shards * (1 + redis.replicas_per_shard),
        limit=MAX_NODES,
        unit="nodes",
        source="ElastiCache documentation, quotas",
    )


def _quotas(settings: Settings) -> Iterator[LimitUse]:
    for need in quota_needs(settings):
        yield LimitUse(
            area="account",
            title=f"{need.name} ({need.region}, {need.service} {need.code})",
            used=need.needed,
            limit=need.default,
            unit="by default" if need.known else f"in {REGION}, where the default is known",
            known=need.known,
            source="Service Quotas, default of an account; raise it before the first update where it does not suffice",
        )


def _storage(plan: Plan) -> Iterator[LimitUse]:
    for item in sorted(plan.of_type(DATABASE), key=lambda item: item.name):
        now = number(item.inputs, "allocatedStorage", default=0)
        most = number(item.inputs, "maxAllocatedStorage", default=0)
        if now and most:
            yield LimitUse(
                area="postgres",
                title=f"storage of {item.name}, today",
                used=now,
                limit=most,
                unit="GiB",
                source="RDS documentation, storage autoscaling: it grows by itself up to this",
            )


def _names(plan: Plan) -> Iterator[LimitUse]:
    """The longest explicit name of each kind."""
    for token, (key, kind) in NAMES.items():
        names = [name for item in plan.of_type(token) if (name := text(item.inputs, key))]
        if names:
            longest = max(names, key=lambda name: (len(name), name))
            yield LimitUse(
                area="names",
                title=f"{kind.rule.label} {longest}",
                used=len(longest),
                limit=kind.rule.maximum,
                unit="characters",
                source="API reference of the service",
            )
