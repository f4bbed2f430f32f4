"""A cluster-mode replication group: its nodes, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi

from ..alarm_spec import AlarmSpec, Dimensions, Guard
from ..kind import Kind, Panels, Target
from ..panels import Dashboard, of_each
from .servers import BASELINE_PERCENT, CPU_PERCENT, MEMORY_PERCENT, VCPUS, cpu_credits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMESPACE = "AWS/ElastiCache"

HIT_RATE_PERCENT = 80
"""Ours: below this a full cache no longer holds what is asked for; the guide counts hits and names no threshold."""


@dataclass(frozen=True, kw_only=True)
class CacheTarget(Target):
    """A cluster-mode replication group to watch, node by node.

    Attributes:
        replication_group_id: id of the group; nodes are "<id>-0001-001" and on.
        shards: node groups.
        replicas_per_shard: replicas of each.
        evicts: whether keys leave when memory is full, as of every maxmemory policy but noeviction.
        any_key_leaves: whether every key may, as of the policies allkeys-*: a full cache is then healthy as long as it
            answers. Of volatile-* only keys with an expiry leave: full of others it refuses writes, as with noeviction,
            while every read still hits (Valkey documentation, "Key eviction").
        vcpus: of a node's class.
        baseline_percent: CPU above which a burstable class spends its credits; of no matter on any other.
    """

    replication_group_id: pulumi.Input[str]
    shards: int
    replicas_per_shard: int
    evicts: bool = True
    any_key_leaves: bool = True
    vcpus: int = VCPUS
    baseline_percent: int = BASELINE_PERCENT

    def nodes(self) -> Iterator[tuple[str, Dimensions]]:
        """Label of each node, as ElastiCache numbers them (shard and node from 1), and what CloudWatch knows it by."""
        group = self.replication_group_id
        for shard in range(1, self.shards + 1):
            for node in range(1, self.replicas_per_shard + 2):
                label = f"{shard:04d}-{node:03d}"
                known = f"{group}-{label}" if isinstance(group, str) else pulumi.Output.concat(group, "-", label)
                yield label, (("CacheClusterId", known),)


def alarms(target: CacheTarget) -> tuple[AlarmSpec, ...]:
    """The alarms of every node of a replication group."""
    return tuple(spec for label, node in target.nodes() for spec in _of_node(label, node, target))


_MISSES = Guard(
    metrics=(("hits", "CacheHits", "Sum"), ("misses", "CacheMisses", "Sum")),
    condition=f"100 * hits < {HIT_RATE_PERCENT} * (hits + misses)",
)


def _of_node(label: str, node: Dimensions, target: CacheTarget) -> list[AlarmSpec]:
    evictions, memory = target.evicts, target.evicts and target.any_key_leaves
    too_few = f", and fewer than {HIT_RATE_PERCENT} % of the reads hit"
    alarm = partial(AlarmSpec, namespace=NAMESPACE, dimensions=node)
    return [
        alarm(
            name=f"{label}-cpu",
            metric="EngineCPUUtilization",
            threshold=CPU_PERCENT,
            summary=f"Engine CPU of the cache node above {CPU_PERCENT} %",
            action="Read the slow log (KEYS and large values first); add shards to spread keys.",
            runbook="cache-cpu",
        ),
        alarm(
            name=f"{label}-memory",
            metric="DatabaseMemoryUsagePercentage",
            threshold=MEMORY_PERCENT,
            guard=_MISSES if memory else None,
            summary=f"Memory of the cache node above {MEMORY_PERCENT} %{too_few if memory else ''}",
            action="Compare the hit rate: a full LRU cache is healthy, a falling hit rate asks for more memory.",
            runbook="cache-memory",
        ),
        alarm(
            name=f"{label}-evictions",
            metric="Evictions",
            statistic="Sum",
            threshold=0,
            guard=_MISSES if evictions else None,
            summary=f"The cache node evicts keys before they expire{too_few if evictions else ''}",
            action="Look for keys without a TTL and oversized values; then add shards or larger nodes.",
            runbook="cache-evictions",
        ),
        cpu_credits(alarm, baseline_percent=target.baseline_percent, vcpus=target.vcpus, name=f"{label}-cpu-credits"),
    ]


def panels(targets: Sequence[CacheTarget]) -> Panels:
    """Every node of every group (metrics: Amazon ElastiCache User Guide, "Metrics for Valkey and Redis OSS")."""
    show = partial(of_each, namespace=NAMESPACE, things=[node for target in targets for node in target.nodes()])
    return {
        REDIS: (
            show("Engine cpu", "EngineCPUUtilization", "Average", "percent", limit=CPU_PERCENT),
            show("Memory used", "DatabaseMemoryUsagePercentage", "Average", "percent", limit=MEMORY_PERCENT),
            show("Hit rate", "CacheHitRate", "Average", "percent"),
            show("Evicted keys", "Evictions", "Sum", "short"),
            show("Connections", "CurrConnections", "Maximum", "short"),
            show("New connections", "NewConnections", "Sum", "short"),
            show("Bytes to clients", "NetworkBytesOut", "Sum", "bytes"),
            show("Replica behind its primary", "ReplicationLag", "Maximum", "s"),
        )
    }


REDIS = Dashboard(uid="bailbondpro-redis", title="BailBondPro: Redis")
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE = Kind(target=CacheTarget, watches=(GROUP,), alarms=alarms, panels=panels)
