"""Database connections: what the pods open at most, what PgBouncer opens to each endpoint, and that both fit.

The guide's pools (20, 15 and 10) are per pod: 20 pods of 20 connections are 400, twice its max_connections of 200. With
PgBouncer those pools end at the pooler, and the pooler's own pools are solved so that they always fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings
    from infra.settings.services import ServiceSettings

SOURCE = "scaling guide, Performance Tuning (max_connections 200) and Database Scaling (pools 20, 15, 10)"
MIN_SERVER_POOL = 5
"""Fewest server connections per PgBouncer pod and endpoint that still carry a load (our choice)."""
POOLER_SURGE = 1
"""Pods that a rollout of the pooler adds for a moment: its Deployment's maxSurge."""
_KINDS = ("primary", "replica", "shard")
_ROLES = {"primary": "primary", "replica": "replicas", "shard": "shards"}


@dataclass(frozen=True, kw_only=True)
class PoolSizes:
    """Sizes for one PgBouncer pod.

    Attributes:
        primary: Server connections to the primary.
        replica: Server connections to each replica.
        shard: Server connections to each shard.
        max_client_connections: Client connections it must accept when it is the only pod left.
    """

    primary: int
    replica: int
    shard: int
    max_client_connections: int


def app_pods(settings: Settings) -> int:
    """Pods of the application at most, rollout surge included."""
    autoscaling = settings.autoscaling
    return (autoscaling.max_replicas if autoscaling.enabled else settings.app.fixed_replicas) + settings.app.max_surge


def service_pods(settings: Settings, role: str | None = None) -> int:
    """Pods of all services at most, rollout surge included; with a role, of those that connect to such databases."""
    chosen = (service for service in settings.services if role is None or _reaches(settings, service, role))
    return sum(service.max_replicas + settings.app.max_surge for service in chosen)


def _reaches(settings: Settings, service: ServiceSettings, role: str) -> bool:
    """Whether a service connects to a kind of database; what has no endpoint (yet) leaves it with the primary."""
    if role != "primary":
        return role in service.databases
    absent = {_ROLES[kind] for kind in _KINDS if not _used(settings, kind)}
    return bool({"primary", *absent} & set(service.databases))


def client_connections(settings: Settings, kind: str) -> int:
    """Connections all pods open at most to one endpoint of a kind (`primary`, `replica` or `shard`)."""
    if not _endpoints(settings, kind):
        return 0
    per_pod: int = getattr(settings.postgres.client_pools, kind)
    return (app_pods(settings) + service_pods(settings, _ROLES[kind])) * per_pod


def pool_sizes(settings: Settings) -> PoolSizes:
    """PgBouncer's pools such that all its pods together, surge included, fit every endpoint's max_connections.

    A pool is never larger than what the pods can ask for, and 0 for a kind of endpoint that pods are not told of.
    """
    room = _room(settings) // (settings.postgres.pooler.replicas + POOLER_SURGE)
    demand = {kind: client_connections(settings, kind) for kind in _KINDS}
    return PoolSizes(
        primary=min(room, demand["primary"]),
        replica=min(room, demand["replica"]),
        shard=min(room, demand["shard"]),
        max_client_connections=sum(demand[kind] * _endpoints(settings, kind) for kind in _KINDS),
    )


@rule("connections-fit", source=SOURCE, areas=("postgres", "autoscaling", "app", "services"))
def client_pools_fit(settings: Settings) -> Iterator[Finding]:
    """Without a pooler, all pods' pools together must fit max_connections minus the reserve."""
    if settings.postgres.pooler.enabled:
        return
    room = _room(settings)
    for kind in _KINDS:
        if client_connections(settings, kind) > room:
            yield _pool_finding(settings, kind, room)


def _pool_finding(settings: Settings, kind: str, room: int) -> Finding:
    """The arithmetic, at rest and during a rollout, and the three ways out."""
    postgres, role = settings.postgres, _ROLES[kind]
    size: int = getattr(postgres.client_pools, kind)
    pods = app_pods(settings) + service_pods(settings, role)
    at_rest = pods - _surge_pods(settings, role)
    rest, peak = at_rest * size, pods * size
    steady = f"{at_rest} pods x {size} = {rest} > {room}" if rest > room else f"{at_rest} pods x {size} = {rest}"
    return Finding(
        path=f"postgres.clientPools.{kind}",
        value=size,
        allowed=f"at most {room // pods} per pod: {steady}, and {pods} pods of a rollout x {size} = {peak} > {room} "
        f"(maxConnections {postgres.max_connections} - reservedConnections {postgres.reserved_connections})",
        fix=f"set postgres.pooler.enabled to true, or postgres.clientPools.{kind} to {max(1, room // pods)}, or "
        f"{_fewer_pods_or_more_connections(settings, role, size, room)}",
    )


def _fewer_pods_or_more_connections(settings: Settings, role: str, size: int, room: int) -> str:
    """The way out that keeps the pools: fewer pods of the application, or where even the fewest are too many, room."""
    scaled = settings.autoscaling.enabled
    fewest = settings.autoscaling.min_replicas if scaled else 1
    left = room // size - service_pods(settings, role) - settings.app.max_surge
    if left >= fewest:
        return f"{'autoscaling.maxReplicas' if scaled else 'app.replicas'} to {left}"
    needed = (app_pods(settings) + service_pods(settings, role)) * size + settings.postgres.reserved_connections
    return f"postgres.maxConnections to {needed} on a class with the memory for it"


def _surge_pods(settings: Settings, role: str) -> int:
    """Pods that exist only while every deployment rolls at once."""
    rolling = 1 + sum(_reaches(settings, service, role) for service in settings.services)
    return rolling * settings.app.max_surge


@rule("pooler-fits", source=SOURCE, areas=("postgres",))
def server_pools_fit(settings: Settings) -> Iterator[Finding]:
    """With a pooler, its pods share max_connections; each must get a useful part."""
    postgres = settings.postgres
    pods = postgres.pooler.replicas + POOLER_SURGE
    if postgres.pooler.enabled and _room(settings) // pods < MIN_SERVER_POOL:
        yield Finding(
            path="postgres.pooler.replicas",
            value=postgres.pooler.replicas,
            allowed=f"so many that each pod and one more get {MIN_SERVER_POOL} of {_room(settings)} connections",
            fix=f"set it to {max(1, _room(settings) // MIN_SERVER_POOL - POOLER_SURGE)}",
        )


@rule("connections-reserved", source="PostgreSQL documentation, superuser_reserved_connections", areas=("postgres",))
def reserve_leaves_room(settings: Settings) -> Iterator[Finding]:
    """A reserve of half of all connections or more is a mistake."""
    postgres = settings.postgres
    if postgres.reserved_connections * 2 > postgres.max_connections:
        yield Finding(
            path="postgres.reservedConnections",
            value=postgres.reserved_connections,
            allowed=f"at most half of maxConnections ({postgres.max_connections})",
            fix=f"set it to {min(15, postgres.max_connections // 2)}",
        )


def _room(settings: Settings) -> int:
    return max(0, settings.postgres.max_connections - settings.postgres.reserved_connections)


def _endpoints(settings: Settings, kind: str) -> int:
    """How many of a kind pods connect to: shards that a move fills, too, which get them at once when it ends."""
    return settings.postgres.shards_reached if kind == "shard" else _used(settings, kind)


def _used(settings: Settings, kind: str) -> int:
    postgres = settings.postgres
    return {"primary": 1, "replica": postgres.replicas, "shard": postgres.shards_in_use}[kind]


RULES = (client_pools_fit, server_pools_fit, reserve_leaves_room)
