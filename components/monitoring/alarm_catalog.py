"""Which CloudWatch alarms a database, a cache or a load balancer gets: pure data, thresholds from the guide."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi

from ..validation import require
from .alarm_spec import AlarmSpec, Dimension, Guard, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

CPU_PERCENT = 80
"""The guide, Performance Monitoring: cpu_usage 80, warning."""

MEMORY_PERCENT = 85
"""The guide, Performance Monitoring: memory_usage 85, warning."""

FREE_STORAGE_PERCENT = 20
CONNECTIONS_PERCENT = 80
"""Ours: the guide names disk_usage and db_connections without thresholds."""

REPLICA_LAG_SECONDS = 360
"""A minute above the lag of a replica that has nothing to replay: RDS measures from the last replayed transaction,
which without writes is up to five minutes ago (Amazon RDS User Guide, "Monitoring read replication")."""

HIT_RATE_PERCENT = 80
"""Ours: below this a full cache no longer holds what is asked for; the guide counts hits and names no threshold."""

BASELINE_PERCENT = 10
"""CPU that a burstable class earns credits for, of the smallest (t4g.micro; EC2 User Guide, "CPU credits"): a new one
begins without credits and collects them while it does less."""

TRANSACTION_IDS = 1_000_000_000
"""Half of the way to forced read-only at 2 billion (Amazon RDS User Guide, "Working with PostgreSQL autovacuum")."""

CPU_CREDITS = 50
"""Ours: 50 minutes of one vCPU at full speed left on a burstable class (EC2 User Guide, "CPU credits")."""

CREDIT_PERIOD_SECONDS = 300
"""Between two values of a CPU credit metric (Amazon RDS User Guide, "CloudWatch metrics": CPUCreditBalance, at a
five-minute frequency only; ElastiCache User Guide, "Host-level metrics", as well)."""

_GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class DatabaseTarget:
    """An RDS instance to watch.

    Attributes:
        name: logical name, stable ("primary", "replica-1", "shard-0").
        identifier: RDS identifier; an output of the instance, so that alarms follow it.
        memory_gib: memory of its class.
        allocated_gib: its storage.
        max_connections: what its parameter group allows.
        is_replica: True adds the lag alarm.
    """

    name: str
    identifier: pulumi.Input[str]
    memory_gib: float
    allocated_gib: int
    max_connections: int
    is_replica: bool = False

    def __post_init__(self) -> None:
        require(
            f"database target {self.name!r}",
            (self.memory_gib > 0, "memory_gib must be positive"),
            (self.allocated_gib > 0, "allocated_gib must be positive"),
            (self.max_connections > 0, "max_connections must be positive"),
        )


@dataclass(frozen=True, kw_only=True)
class CacheTarget:
    """A cluster-mode replication group to watch, node by node.

    Attributes:
        name: logical name, stable.
        replication_group_id: id of the group; nodes are "<id>-0001-001" and on.
        shards: node groups.
        replicas_per_shard: replicas of each.
        evicts: whether keys leave when memory is full, as of every maxmemory policy but noeviction.
        any_key_leaves: whether every key may, as of the policies allkeys-*: a full cache is then healthy as long as it
            answers. Of volatile-* only keys with an expiry leave: full of others it refuses writes, as with noeviction,
            while every read still hits (Valkey documentation, "Key eviction").
    """

    name: str
    replication_group_id: pulumi.Input[str]
    shards: int
    replicas_per_shard: int
    evicts: bool = True
    any_key_leaves: bool = True

    def nodes(self) -> Iterator[tuple[str, pulumi.Output[str]]]:
        """Label and CacheClusterId of each node, as ElastiCache numbers them: shard and node from 1."""
        for shard in range(1, self.shards + 1):
            for node in range(1, self.replicas_per_shard + 2):
                label = f"{shard:04d}-{node:03d}"
                yield label, pulumi.Output.format("{0}-{1}", self.replication_group_id, label)


@dataclass(frozen=True, kw_only=True)
class LoadBalancerTarget:
    """A target group of a network load balancer to watch.

    Attributes:
        name: logical name, stable ("https").
        load_balancer_arn_suffix: "net/name/id".
        target_group_arn_suffix: "targetgroup/name/id".
    """

    name: str
    load_balancer_arn_suffix: pulumi.Input[str]
    target_group_arn_suffix: pulumi.Input[str]


def database_alarms(target: DatabaseTarget) -> tuple[AlarmSpec, ...]:
    """The alarms of one RDS instance."""
    base = AlarmSpec(
        name="cpu",
        namespace="AWS/RDS",
        metric="CPUUtilization",
        dimensions=(Dimension(name="DBInstanceIdentifier", value=target.identifier),),
        statistic="Average",
        comparison="GreaterThanThreshold",
        threshold=CPU_PERCENT,
        summary=f"CPU of the database above {CPU_PERCENT} %",
        action="Look for the top statements in Database Insights; add an index or a replica before a larger class.",
        runbook="database-cpu",
    )
    free_memory = math.floor(target.memory_gib * _GIB * (100 - MEMORY_PERCENT) / 100)
    free_storage = math.floor(target.allocated_gib * _GIB * FREE_STORAGE_PERCENT / 100)
    connections = math.floor(target.max_connections * CONNECTIONS_PERCENT / 100)
    specs = [
        base,
        replace(
            base,
            name="memory",
            metric="FreeableMemory",
            comparison="LessThanThreshold",
            threshold=free_memory,
            summary=f"Memory of the database above {MEMORY_PERCENT} % of {target.memory_gib:g} GiB",
            action="Count sessions and large sorts; lower work_mem or pool sizes, or take a larger class.",
            runbook="database-memory",
        ),
        replace(
            base,
            name="storage",
            metric="FreeStorageSpace",
            statistic="Minimum",
            comparison="LessThanThreshold",
            threshold=free_storage,
            severity=Severity.CRITICAL,
            summary=f"Less than {FREE_STORAGE_PERCENT} % of {target.allocated_gib} GiB storage free",
            action="Find what grows (tables, WAL held by a slot, logs); grow the storage, which cannot shrink again.",
            runbook="database-storage",
        ),
        replace(
            base,
            name="connections",
            metric="DatabaseConnections",
            statistic="Maximum",
            threshold=connections,
            summary=f"More than {connections} of {target.max_connections} connections in use",
            action="Check the pooler's server connections and sessions idle in transaction before raising the limit.",
            runbook="database-connections",
        ),
    ]
    if target.is_replica:
        specs.append(_replica_lag(base))
    else:
        specs.append(_transaction_ids(base))
    return (*specs, _cpu_credits(base))


def _replica_lag(base: AlarmSpec) -> AlarmSpec:
    return replace(
        base,
        name="replica-lag",
        metric="ReplicaLag",
        threshold=REPLICA_LAG_SECONDS,
        summary=f"The replica is more than {REPLICA_LAG_SECONDS} s behind its primary",
        action="Look for long queries here and bulk writes on the primary; send reads to the primary meanwhile.",
        runbook="replica-lag",
    )


def _transaction_ids(base: AlarmSpec) -> AlarmSpec:
    return replace(
        base,
        name="transaction-ids",
        metric="MaximumUsedTransactionIDs",
        statistic="Maximum",
        threshold=TRANSACTION_IDS,
        severity=Severity.CRITICAL,
        summary="More than 1 billion transaction ids in use: autovacuum cannot keep up",
        action="End the oldest transaction and drop unused replication slots, then vacuum the oldest tables.",
        runbook="database-transaction-ids",
        # RDS publishes it every few minutes only.
        period_seconds=300,
    )


def _cpu_credits(base: AlarmSpec) -> AlarmSpec:
    """On every class, so that a larger one takes no alarm away: a class without credits publishes no balance."""
    return replace(
        base,
        name="cpu-credits",
        metric="CPUCreditBalance",
        comparison="LessThanThreshold",
        threshold=CPU_CREDITS,
        guard=Guard(metrics=(("cpu", "CPUUtilization", "Average"),), condition=f"cpu > {BASELINE_PERCENT}"),
        summary=f"Fewer than {CPU_CREDITS} CPU credits left on a burstable class that is busy",
        action="Expect surplus charges or throttling; move to a class with sustained CPU.",
        runbook="cpu-credits",
        # Published every five minutes only (CloudWatch metrics of Amazon RDS and of ElastiCache): of five periods of a
        # minute four are empty, and an alarm that waits for three of them never comes.
        period_seconds=CREDIT_PERIOD_SECONDS,
    )


def cache_alarms(target: CacheTarget) -> tuple[AlarmSpec, ...]:
    """The alarms of every node of a replication group."""
    return tuple(spec for label, node in target.nodes() for spec in _cache_node_alarms(label, node, target))


_MISSES = Guard(
    metrics=(("hits", "CacheHits", "Sum"), ("misses", "CacheMisses", "Sum")),
    condition=f"100 * hits < {HIT_RATE_PERCENT} * (hits + misses)",
)


def _cache_node_alarms(label: str, node: pulumi.Output[str], target: CacheTarget) -> list[AlarmSpec]:
    evictions, memory = target.evicts, target.evicts and target.any_key_leaves
    too_few = f", and fewer than {HIT_RATE_PERCENT} % of the reads hit"
    base = AlarmSpec(
        name=f"{label}-cpu",
        namespace="AWS/ElastiCache",
        metric="EngineCPUUtilization",
        dimensions=(Dimension(name="CacheClusterId", value=node),),
        statistic="Average",
        comparison="GreaterThanThreshold",
        threshold=CPU_PERCENT,
        summary=f"Engine CPU of the cache node above {CPU_PERCENT} %",
        action="Read the slow log (KEYS and large values first); add shards to spread keys.",
        runbook="cache-cpu",
    )
    specs = [
        base,
        replace(
            base,
            name=f"{label}-memory",
            metric="DatabaseMemoryUsagePercentage",
            threshold=MEMORY_PERCENT,
            guard=_MISSES if memory else None,
            summary=f"Memory of the cache node above {MEMORY_PERCENT} %{too_few if memory else ''}",
            action="Compare the hit rate: a full LRU cache is healthy, a falling hit rate asks for more memory.",
            runbook="cache-memory",
        ),
        replace(
            base,
            name=f"{label}-evictions",
            metric="Evictions",
            statistic="Sum",
            threshold=0,
            guard=_MISSES if evictions else None,
            summary=f"The cache node evicts keys before they expire{too_few if evictions else ''}",
            action="Look for keys without a TTL and oversized values; then add shards or larger nodes.",
            runbook="cache-evictions",
        ),
    ]
    return [*specs, replace(_cpu_credits(base), name=f"{label}-cpu-credits")]


def load_balancer_alarms(target: LoadBalancerTarget) -> tuple[AlarmSpec, ...]:
    """The alarms of one target group."""
    unhealthy = AlarmSpec(
        name="unhealthy-targets",
        namespace="AWS/NetworkELB",
        metric="UnHealthyHostCount",
        dimensions=(
            Dimension(name="LoadBalancer", value=target.load_balancer_arn_suffix),
            Dimension(name="TargetGroup", value=target.target_group_arn_suffix),
        ),
        statistic="Maximum",
        comparison="GreaterThanThreshold",
        threshold=0,
        summary="A gateway pod fails the load balancer's health check",
        action="Describe the gateway pods and their last rollout; check the security group rules of the health port.",
        runbook="unhealthy-targets",
    )
    none_left = replace(
        unhealthy,
        name="no-healthy-target",
        metric="HealthyHostCount",
        statistic="Minimum",
        comparison="LessThanThreshold",
        threshold=1,
        severity=Severity.CRITICAL,
        summary="The load balancer has no healthy target: the platform is down",
        action="Roll back the last gateway change; check that the target group binding still registers pods.",
        breaching_without_data=True,
    )
    return unhealthy, none_left
