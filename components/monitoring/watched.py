"""What the dashboards show besides the application: plain values, once the resources exist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Database:
    """An RDS instance: its name on the graph, its identifier, and the connections that it allows."""

    name: str
    identifier: str
    max_connections: int
    is_replica: bool = False


@dataclass(frozen=True, kw_only=True)
class CacheNode:
    """An ElastiCache node: its name on the graph, and its CacheClusterId."""

    name: str
    identifier: str


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """A network load balancer and its target group, by the suffixes of their ARNs."""

    load_balancer: str
    target_group: str


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What there is to show besides the application.

    Attributes:
        databases: RDS instances.
        cache_nodes: ElastiCache nodes.
        balancers: network load balancers.
        pooler: whether PgBouncer runs, with its exporter.
        monthly_limit_usd: the budget, drawn as a line; None for no line.
    """

    databases: tuple[Database, ...] = ()
    cache_nodes: tuple[CacheNode, ...] = ()
    balancers: tuple[Balancer, ...] = ()
    pooler: bool = False
    monthly_limit_usd: float | None = None
