"""The dashboards of the databases, the cache and the bill, as data. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .alarm_catalog import (
    CONNECTIONS_PERCENT,
    CPU_PERCENT,
    MEMORY_PERCENT,
    REPLICA_LAG_SECONDS,
    TRANSACTION_IDS,
)
from .panels import CloudWatchLine, Dashboard, Panel, Statistic
from .watched import CacheNode, Database, Watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .alerts import Scope

BILLING_REGION = "us-east-1"
"""The one region that keeps billing metrics (CloudWatch User Guide, "Monitor estimated charges")."""
BILLING_PERIOD_SECONDS = 21600
"""They are written about every six hours (as above)."""


def _of_each(
    title: str,
    metric: str,
    targets: Sequence[Database | CacheNode],
    statistic: Statistic,
    unit: str,
    *,
    limit: float | None = None,
) -> Panel:
    """One metric of every database or cache node."""
    database = isinstance(targets[0], Database)
    namespace, dimension = ("AWS/RDS", "DBInstanceIdentifier") if database else ("AWS/ElastiCache", "CacheClusterId")
    return Panel(
        title=title,
        lines=tuple(
            CloudWatchLine(
                namespace=namespace,
                metric=metric,
                dimensions=((dimension, target.identifier),),
                statistic=statistic,
                legend=target.name,
            )
            for target in targets
        ),
        unit=unit,
        threshold=limit,
    )


def postgres(scope: Scope, watched: Watched) -> Dashboard:
    """Every instance of RDS, and the pooler in front of them."""
    everything = watched.databases
    connections = min(item.max_connections for item in everything) * CONNECTIONS_PERCENT / 100
    panels = [
        _of_each("Cpu", "CPUUtilization", everything, "Average", "percent", limit=CPU_PERCENT),
        _of_each("Connections", "DatabaseConnections", everything, "Maximum", "short", limit=connections),
        _of_each("Memory free", "FreeableMemory", everything, "Minimum", "bytes"),
        _of_each("Storage free", "FreeStorageSpace", everything, "Minimum", "bytes"),
        _of_each("Seconds per read", "ReadLatency", everything, "Average", "s"),
        _of_each("Seconds per write", "WriteLatency", everything, "Average", "s"),
        _of_each("Reads per second", "ReadIOPS", everything, "Average", "iops"),
        _of_each("Writes per second", "WriteIOPS", everything, "Average", "iops"),
    ]
    if replicas := [item for item in everything if item.is_replica]:
        panels.append(_of_each("Behind the primary", "ReplicaLag", replicas, "Average", "s", limit=REPLICA_LAG_SECONDS))
    primaries = [item for item in everything if not item.is_replica]
    panels.append(
        _of_each(
            "Transaction ids in use",
            "MaximumUsedTransactionIDs",
            primaries,
            "Maximum",
            "short",
            limit=TRANSACTION_IDS,
        )
    )
    if watched.pooler:
        panels += _pooler(scope)
    return Dashboard(uid="bailbondpro-postgres", title="BailBondPro: PostgreSQL", panels=tuple(panels))


def _pooler(scope: Scope) -> list[Panel]:
    """PgBouncer's pools by its exporter's names (prometheus-community/pgbouncer_exporter, README)."""
    pools = "pgbouncer_pools"
    return [
        Panel(
            title="Clients of the pooler that wait",
            exprs=(f"sum by (database) ({pools}_client_waiting_connections{{{scope.matcher}}})",),
            legend="{{database}}",
            unit="short",
        ),
        Panel(
            title="Longest wait at the pooler",
            exprs=(f"max by (database) ({pools}_client_maxwait_seconds{{{scope.matcher}}})",),
            legend="{{database}}",
            unit="s",
        ),
        Panel(
            title="Server connections of the pooler, busy",
            exprs=(f"sum by (database) ({pools}_server_active_connections{{{scope.matcher}}})",),
            legend="{{database}}",
            unit="short",
        ),
        Panel(
            title="Queries through the pooler, per second",
            exprs=(f"sum by (database) (rate(pgbouncer_stats_queries_pooled_total{{{scope.matcher}}}[5m]))",),
            legend="{{database}}",
            unit="ops",
        ),
    ]


def redis(watched: Watched) -> Dashboard:
    """Every node of the cache (metrics: Amazon ElastiCache User Guide, "Metrics for Valkey and Redis OSS")."""
    nodes = watched.cache_nodes
    return Dashboard(
        uid="bailbondpro-redis",
        title="BailBondPro: Redis",
        panels=(
            _of_each("Engine cpu", "EngineCPUUtilization", nodes, "Average", "percent", limit=CPU_PERCENT),
            _of_each("Memory used", "DatabaseMemoryUsagePercentage", nodes, "Average", "percent", limit=MEMORY_PERCENT),
            _of_each("Hit rate", "CacheHitRate", nodes, "Average", "percent"),
            _of_each("Evicted keys", "Evictions", nodes, "Sum", "short"),
            _of_each("Connections", "CurrConnections", nodes, "Maximum", "short"),
            _of_each("New connections", "NewConnections", nodes, "Sum", "short"),
            _of_each("Bytes to clients", "NetworkBytesOut", nodes, "Sum", "bytes"),
            _of_each("Replica behind its primary", "ReplicationLag", nodes, "Maximum", "s"),
        ),
    )


def cost(scope: Scope, watched: Watched) -> Dashboard:
    """The bill so far, and what is paid for but not used."""
    services = (
        ("everything", ()),
        *((name, (("ServiceName", name),)) for name in ("AmazonEC2", "AmazonRDS", "AmazonElastiCache", "AmazonEKS")),
    )
    requested = 'sum(kube_pod_container_resource_requests{{resource="{resource}"}})'
    asked = f'kube_pod_container_resource_requests{{{{{scope.matcher},resource="{{resource}}"}}}}'
    cores = f'container_cpu_usage_seconds_total{{{scope.matcher},container!=""}}'
    memory = f'container_memory_working_set_bytes{{{scope.matcher},container!=""}}'
    offered = 'sum(kube_node_status_allocatable{{resource="{resource}"}})'
    return Dashboard(
        uid="bailbondpro-cost",
        title="BailBondPro: cost",
        note="`./bbp cost` prices the plan; this is what runs. Charges are the whole account's, in US dollars, and "
        "appear once *Receive billing alerts* is switched on in the account's billing preferences.",
        panels=(
            Panel(
                title="Charges of this month so far",
                lines=tuple(
                    CloudWatchLine(
                        namespace="AWS/Billing",
                        metric="EstimatedCharges",
                        dimensions=(("Currency", "USD"), *dimensions),
                        statistic="Maximum",
                        legend=name,
                        region=BILLING_REGION,
                        period_seconds=BILLING_PERIOD_SECONDS,
                    )
                    for name, dimensions in services
                ),
                unit="currencyUSD",
                threshold=watched.monthly_limit_usd,
                note="The line is the stack's monthly budget; the budget itself counts this stack's costs alone.",
            ),
            Panel(title="Nodes", exprs=('count(kube_node_info{node!=""})',), legend="nodes", unit="short"),
            *(
                Panel(
                    title=f"{resource.capitalize()} of the nodes that pods request",
                    exprs=(f"100 * {requested.format(resource=resource)} / {offered.format(resource=resource)}",),
                    legend="requested",
                    unit="percent",
                    note="What no pod requests is paid for and idle.",
                )
                for resource in ("cpu", "memory")
            ),
            Panel(
                title="Cores requested and not used",
                exprs=(f"sum({asked.format(resource='cpu')}) - sum(rate({cores}[1h]))",),
                legend="cores",
                unit="short",
                note="`./bbp right-size` turns this into smaller requests.",
            ),
            Panel(
                title="Memory requested and not used",
                exprs=(f"sum({asked.format(resource='memory')}) - sum({memory})",),
                legend="memory",
                unit="bytes",
            ),
        ),
    )
