"""An RDS instance: what fills up, falls behind or runs out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ...validation import require
from ..alarm_spec import AlarmSpec, Dimensions, Severity
from ..kind import Kind, Panels, Target
from ..panels import of_each
from .boards import POSTGRES
from .servers import BASELINE_PERCENT, CPU_PERCENT, MEMORY_PERCENT, VCPUS, cpu_credits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

NAMESPACE = "AWS/RDS"

FREE_STORAGE_PERCENT = 20
CONNECTIONS_PERCENT = 80
"""Ours: the guide names disk_usage and db_connections without thresholds."""

REPLICA_LAG_SECONDS = 360
"""A minute above the lag of a replica that has nothing to replay: RDS measures from the last replayed transaction,
which without writes is up to five minutes ago (Amazon RDS User Guide, "Monitoring read replication")."""

TRANSACTION_IDS = 1_000_000_000
"""Half of the way to forced read-only at 2 billion (Amazon RDS User Guide, "Working with PostgreSQL autovacuum")."""

_GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class DatabaseTarget(Target):
    """An RDS instance to watch.

    Attributes:
        name: as of every target ("primary", "replica-1", "shard-0").
        identifier: RDS identifier; an output of the instance, so that alarms follow it.
        memory_gib: memory of its class.
        allocated_gib: its storage.
        max_connections: what its parameter group allows.
        is_replica: True adds the lag alarm.
        vcpus: of its class.
        baseline_percent: CPU above which a burstable class spends its credits; of no matter on any other.
    """

    identifier: pulumi.Input[str]
    memory_gib: float
    allocated_gib: int
    max_connections: int
    is_replica: bool = False
    vcpus: int = VCPUS
    baseline_percent: int = BASELINE_PERCENT

    def __post_init__(self) -> None:
        require(
            f"database target {self.name!r}",
            (self.memory_gib > 0, "memory_gib must be positive"),
            (self.allocated_gib > 0, "allocated_gib must be positive"),
            (self.max_connections > 0, "max_connections must be positive"),
        )

    @property
    def dimensions(self) -> Dimensions:
        """What CloudWatch knows it by."""
        return (("DBInstanceIdentifier", self.identifier),)

    @property
    def line(self) -> tuple[str, Dimensions]:
        """Its line on a graph."""
        return self.name, self.dimensions


def alarms(target: DatabaseTarget) -> tuple[AlarmSpec, ...]:
    """The alarms of one RDS instance."""
    alarm = partial(AlarmSpec, namespace=NAMESPACE, dimensions=target.dimensions)
    free_memory = math.floor(target.memory_gib * _GIB * (100 - MEMORY_PERCENT) / 100)
    free_storage = math.floor(target.allocated_gib * _GIB * FREE_STORAGE_PERCENT / 100)
    connections = math.floor(target.max_connections * CONNECTIONS_PERCENT / 100)
    always = (
        alarm(
            name="cpu",
            metric="CPUUtilization",
            threshold=CPU_PERCENT,
            summary=f"CPU of the database above {CPU_PERCENT} %",
            action="Look for the top statements in Database Insights; add an index or a replica before a larger class.",
            runbook="database-cpu",
        ),
        alarm(
            name="memory",
            metric="FreeableMemory",
            comparison="LessThanThreshold",
            threshold=free_memory,
            summary=f"Memory of the database above {MEMORY_PERCENT} % of {target.memory_gib:g} GiB",
            action="Count sessions and large sorts; lower work_mem or pool sizes, or take a larger class.",
            runbook="database-memory",
        ),
        alarm(
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
        alarm(
            name="connections",
            metric="DatabaseConnections",
            statistic="Maximum",
            threshold=connections,
            summary=f"More than {connections} of {target.max_connections} connections in use",
            action="Check the pooler's server connections and sessions idle in transaction before raising the limit.",
            runbook="database-connections",
        ),
    )
    if target.is_replica:
        own = alarm(
            name="replica-lag",
            metric="ReplicaLag",
            threshold=REPLICA_LAG_SECONDS,
            summary=f"The replica is more than {REPLICA_LAG_SECONDS} s behind its primary",
            action="Look for long queries here and bulk writes on the primary; send reads to the primary meanwhile.",
            runbook="replica-lag",
        )
    else:
        own = alarm(
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
    spent = cpu_credits(alarm, baseline_percent=target.baseline_percent, vcpus=target.vcpus)
    return (*always, own, spent)


def panels(targets: Sequence[DatabaseTarget]) -> Panels:
    """Every instance of RDS."""
    replicas = [target.line for target in targets if target.is_replica]
    primaries = [target.line for target in targets if not target.is_replica]
    show = partial(of_each, namespace=NAMESPACE, things=[target.line for target in targets])
    connections = min(target.max_connections for target in targets) * CONNECTIONS_PERCENT / 100
    shown = [
        show("Cpu", "CPUUtilization", "Average", "percent", limit=CPU_PERCENT),
        show("Connections", "DatabaseConnections", "Maximum", "short", limit=connections),
        show("Memory free", "FreeableMemory", "Minimum", "bytes"),
        show("Storage free", "FreeStorageSpace", "Minimum", "bytes"),
        show("Seconds per read", "ReadLatency", "Average", "s"),
        show("Seconds per write", "WriteLatency", "Average", "s"),
        show("Reads per second", "ReadIOPS", "Average", "iops"),
        show("Writes per second", "WriteIOPS", "Average", "iops"),
    ]
    if replicas:
        lag = show("Behind the primary", "ReplicaLag", "Average", "s", things=replicas, limit=REPLICA_LAG_SECONDS)
        shown.append(lag)
    if primaries:
        title, metric = "Transaction ids in use", "MaximumUsedTransactionIDs"
        shown.append(show(title, metric, "Maximum", "short", things=primaries, limit=TRANSACTION_IDS))
    return {POSTGRES: shown}


DATABASE = Kind(target=DatabaseTarget, watches=("aws:rds/instance:Instance",), alarms=alarms, panels=panels)
