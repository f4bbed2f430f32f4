"""Limits of the Redis cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.elasticache import MAX_NODES, MIN_WINDOW_MINUTES
from bailbondpro.facts.windows import weekly_overlap
from infra.limits.maintenance import schedule, window_findings
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings


@rule("redis-cluster-client", source="Valkey documentation, cluster specification: MOVED", areas=("redis",))
def several_shards_need_a_cluster_client(settings: Settings) -> Iterator[Finding]:
    """The guide's plain client gets MOVED errors from any second shard."""
    redis = settings.redis
    if redis.shards > 1 and not redis.client_is_cluster_aware:
        yield Finding(
            path="redis.clientIsClusterAware",
            value=False,
            allowed=f"true with {redis.shards} shards: a plain client gets MOVED errors for keys of other shards",
            fix="set it to true once the application uses Redis.Cluster (REDIS_CLUSTER tells it), or redis.shards to 1",
        )


@rule("redis-multi-az", source="ElastiCache documentation, Multi-AZ", areas=("redis",))
def multi_az_needs_a_replica(settings: Settings) -> Iterator[Finding]:
    """With one node per shard there is nothing to fail over to."""
    if settings.redis.multi_az and settings.redis.replicas_per_shard == 0:
        yield Finding(
            path="redis.replicasPerShard",
            value=0,
            allowed="at least 1 while redis.multiAz is true",
            fix="set it to 1, or redis.multiAz to false",
        )


@rule("redis-nodes", source="ElastiCache documentation, quotas", areas=("redis",))
def nodes_fit_the_quota(settings: Settings) -> Iterator[Finding]:
    """Shards times nodes per shard are limited."""
    per_shard = 1 + settings.redis.replicas_per_shard
    if settings.redis.shards * per_shard > MAX_NODES:
        yield Finding(
            path="redis.shards",
            value=settings.redis.shards,
            allowed=f"at most {MAX_NODES // per_shard} with {per_shard} nodes per shard ({MAX_NODES} nodes in all)",
            fix=f"set it to {MAX_NODES // per_shard}",
        )


@rule("redis-windows", source="ElastiCache API reference, ReplicationGroup", areas=("redis",))
def windows_are_apart(settings: Settings) -> Iterator[Finding]:
    """Snapshot and maintenance windows last an hour at least and a day at most, and do not touch."""
    redis = settings.redis
    windows = (redis.snapshot_window, redis.maintenance_window)
    yield from window_findings("redis", "snapshot", *windows, least=MIN_WINDOW_MINUTES)


@rule("redis-maintenance-apart", source="scaling guide, Scaling Objectives: reliability", areas=("redis", "postgres"))
def cache_and_databases_are_patched_apart(settings: Settings) -> Iterator[Finding]:
    """A cache that comes back empty asks the databases for everything: not while they restart."""
    window = settings.redis.maintenance_window
    for other in schedule(settings).all:
        if weekly_overlap(window, other):
            yield Finding(
                path="redis.maintenanceWindow",
                value=window,
                allowed=f"a window in which no database is patched (one is at {other}, cut from "
                f"postgres.maintenanceWindow {settings.postgres.maintenance_window})",
                fix="move it to another day or hour",
            )
            return


@rule("redis-token", source="ElastiCache documentation, AUTH: ROTATE, then SET", areas=("redis",))
def the_newest_token_stays_valid(settings: Settings) -> Iterator[Finding]:
    """Retiring the only token that there is would lock everybody out."""
    redis = settings.redis
    if redis.tokens_retired_before > redis.token_generation:
        yield Finding(
            path="redis.tokensRetiredBefore",
            value=redis.tokens_retired_before,
            allowed=f"at most redis.tokenGeneration ({redis.token_generation})",
            fix=f"set it to {redis.token_generation}; rotate by raising redis.tokenGeneration first",
        )


@rule("redis-upgrading-from", source="ElastiCache User Guide, Engine versions and upgrading", areas=("redis",))
def an_upgrade_leads_to_a_later_version(settings: Settings) -> Iterator[Finding]:
    """The major version that an upgrade leaves lies before the one that it leads to."""
    redis = settings.redis
    if redis.upgrading_from is not None and int(redis.upgrading_from) >= int(redis.engine_version.split(".")[0]):
        yield Finding(
            path="redis.upgradingFrom",
            value=redis.upgrading_from,
            allowed=f"a major version before redis.engineVersion ({redis.engine_version})",
            fix="remove it: the cache has that version already",
        )


@rule("redis-token-turns", source="ElastiCache documentation, AUTH: two tokens at a time", areas=("redis",))
def tokens_take_turns(settings: Settings) -> Iterator[Finding]:
    """A third token pushes out the oldest of two, which pods may still have."""
    redis = settings.redis
    if redis.token_generation > redis.tokens_retired_before + 1:
        yield Finding(
            path="redis.tokenGeneration",
            value=redis.token_generation,
            allowed=f"at most one more than redis.tokensRetiredBefore ({redis.tokens_retired_before})",
            fix=f"go back to {redis.tokens_retired_before + 1} and retire the token before it first, in a deployment "
            f"of its "
            "own; or, where no pod has a token older than the last one, set redis.tokensRetiredBefore to "
            f"{redis.token_generation - 1} as well",
        )


RULES = (
    an_upgrade_leads_to_a_later_version,
    several_shards_need_a_cluster_client,
    multi_az_needs_a_replica,
    nodes_fit_the_quota,
    windows_are_apart,
    cache_and_databases_are_patched_apart,
    the_newest_token_stays_valid,
    tokens_take_turns,
)
