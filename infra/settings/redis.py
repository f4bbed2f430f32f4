"""Settings of the Redis cluster: ElastiCache for Valkey, cluster mode enabled in every phase."""

from typing import Annotated, Literal

from pydantic import Field

from bailbondpro.facts import elasticache
from infra.settings.base import Area, CacheNodeType, DailyWindow, LogRetentionDays, UrlPath, WeeklyWindow


class WarmUpSettings(Area):
    """Filling the cache after a release and again before the entries expire (scaling guide, Caching: warmupCache)."""

    enabled: bool = Field(default=True, description="Whether the cache is warmed after each release and on a schedule.")
    paths: Annotated[tuple[UrlPath, ...], Field(min_length=1, max_length=20)] = Field(
        default=(
            "/internal/cache/active_clients",
            "/internal/cache/bond_types",
            "/internal/cache/court_schedules",
        ),
        description="What the application is asked for, by GET on its API port: one path for each warm set (guide: "
        "active clients, bond types, court schedules). The gateway sends nothing but /api/ to that port, so no "
        "customer can ask for the others.",
    )
    interval_minutes: Literal[5, 10, 15, 20, 30, 60] = Field(
        default=30, description="Minutes between scheduled runs; warmed entries live for 60 (guide: 3600 s)."
    )


class RedisSettings(Area):
    """The Redis cluster (scaling guide, Caching Strategies)."""

    engine_version: Literal["8.0", "8.1", "8.2", "9.0", "9.1"] = Field(
        default="8.2",
        description="Valkey version (ElastiCache: 8.x and 9.x, parameter families valkey8 and valkey9); never goes "
        "back. From one major version to the next with upgradingFrom.",
    )
    upgrading_from: Literal["8"] | None = Field(
        default=None,
        description="Major version that runs while engineVersion is the next one, until ElastiCache has done it: keeps "
        "both versions' parameter groups (./bbp upgrade plan valkey). Default: no upgrade is under way.",
    )
    node_type: CacheNodeType = Field(
        description="Node type of every node. Default by phase: dev cache.t4g.micro, prod cache.t4g.small, "
        "cache.t4g.medium, cache.m7g.large."
    )
    shards: int = Field(
        ge=1,
        le=elasticache.MAX_SHARDS,
        description="Shards of the cluster. Default by phase: prod 1, 3, 3, dev 1. More than one needs "
        "clientIsClusterAware.",
    )
    replicas_per_shard: int = Field(
        ge=0,
        le=elasticache.MAX_REPLICAS_PER_SHARD,
        description="Replicas per shard, 0 to 5 (ElastiCache). Default by phase: prod 1, 1, 2, dev 0, 1, 1.",
    )
    multi_az: bool = Field(
        description="Whether a shard's nodes lie in different zones; needs a replica. Default: prod yes, dev no."
    )
    client_is_cluster_aware: bool = Field(
        default=False,
        description="Says that the application uses a cluster client (ioredis: Redis.Cluster), and tells it so as "
        "REDIS_CLUSTER; the guide's plain client gets MOVED errors from more than one shard.",
    )
    maxmemory_policy: Literal[
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
        "noeviction",
    ] = Field(
        default="allkeys-lru",
        description="What is evicted when memory is full (Valkey): allkeys-lru for a pure cache, volatile-lru if "
        "sessions live in it too.",
    )
    reserved_memory_percent: int = Field(
        default=elasticache.RESERVED_MEMORY_PERCENT,
        ge=0,
        le=elasticache.MAX_RESERVED_MEMORY_PERCENT,
        description="Memory kept for snapshots and failover, in % (ElastiCache: 25).",
    )
    warm_up: WarmUpSettings = Field(default=WarmUpSettings(), description="Filling the cache before customers ask.")
    token_generation: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Raise by one to add a new auth token at the next deployment, to which the pods roll. The one "
        "before it stays valid until tokensRetiredBefore, the one before that not: a cache knows two (ElastiCache), "
        "so the least difference between both keys is 0 and the greatest 1. Lowering it makes a third token and "
        "brings no old one back.",
    )
    tokens_retired_before: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Auth tokens of generations before this one are valid no more. Set it to tokenGeneration in a "
        "deployment of its own, once every pod has the new token (ElastiCache: ROTATE, then SET). A cache that was "
        "made with its tokenGeneration has one token, and refuses that step until the next rotation.",
    )
    snapshot_retention_days: int = Field(
        ge=0,
        le=elasticache.MAX_SNAPSHOT_DAYS,
        description="Days of daily snapshots, 0 to 35 (ElastiCache). Default by phase: dev 0, prod 7, 7, 14.",
    )
    snapshot_window: DailyWindow = Field(default=elasticache.SNAPSHOT_WINDOW, description="When snapshots start, UTC.")
    maintenance_window: WeeklyWindow = Field(
        default=elasticache.MAINTENANCE_WINDOW,
        description="When nodes may be patched, UTC; not while a database is. Default: a weekday, 10:00 to 11:00.",
    )
    log_retention_days: LogRetentionDays = Field(
        description="Days slow log and engine log are kept. Default: 14 in dev, 90 in prod."
    )
    apply_immediately: bool = Field(
        description="Whether changes apply at once instead of in the window. Default: dev yes, prod no."
    )
    auto_minor_version_upgrade: bool = Field(
        default=True, description="Whether ElastiCache applies minor versions by itself, in the window."
    )
