"""Arguments of the Redis cluster and of what fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.app.cache_warm_up import CacheWarmUpArgs
from components.app.workload import headless_host
from components.naming import NameKind, physical_name
from components.redis import RedisArgs
from components.security.secrets import CredentialArgs
from infra.phases import RECOVERY_DAYS
from infra.wiring.names import APP, names_of
from infra.wiring.pods import app_placement

if TYPE_CHECKING:
    from typing import Literal

    import pulumi

    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.security.secrets import Credential
    from infra.settings import Settings


def credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The auth token of the cache."""
    return CredentialArgs(
        secret_name=f"{names_of(settings).prefix}/redis",
        username=None,
        generation=settings.redis.token_generation,
        recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        key_arn=key.key_arn,
        protect=settings.protect,
    )


def args(settings: Settings, key: DataKey, network: Network, cluster: Cluster, credential: Credential) -> RedisArgs:
    """The Valkey replication group, in cluster mode from the first day."""
    redis = settings.redis
    return RedisArgs(
        replication_group_id=physical_name(NameKind.REPLICATION_GROUP, names_of(settings).prefix, "redis"),
        engine_version=redis.engine_version,
        node_type=redis.node_type,
        shards=redis.shards,
        replicas_per_shard=redis.replicas_per_shard,
        subnet_ids=network.data_subnet_ids,
        vpc_id=network.vpc_id,
        client_security_group_ids=(cluster.security_group_id,),
        credential=credential,
        token_update_strategy=_token_strategy(settings),
        key_arn=key.key_arn,
        snapshot_retention_days=redis.snapshot_retention_days,
        snapshot_window=redis.snapshot_window,
        maintenance_window=redis.maintenance_window,
        multi_az=redis.multi_az,
        maxmemory_policy=redis.maxmemory_policy,
        reserved_memory_percent=redis.reserved_memory_percent,
        log_retention_days=redis.log_retention_days,
        final_snapshot=settings.protect,
        apply_immediately=redis.apply_immediately,
        protect=settings.protect,
    )


def _token_strategy(settings: Settings) -> Literal["ROTATE", "SET"]:
    """SET once the newest token is to be the only one; the first has none before it to retire."""
    generation = settings.redis.token_generation
    return "SET" if 1 < generation == settings.redis.tokens_retired_before else "ROTATE"


def warm_up_args(settings: Settings, namespace: pulumi.Input[str]) -> CacheWarmUpArgs:
    """What fills the cache; nginx's image has the shell and the curl for it, and is on the nodes already."""
    warm_up = settings.redis.warm_up
    return CacheWarmUpArgs(
        namespace=namespace,
        image=settings.gateway.image,
        host=headless_host(APP, settings.app.namespace),
        port=settings.app.api_port,
        paths=warm_up.paths,
        target_app=APP,
        release=settings.app.image,
        interval_minutes=warm_up.interval_minutes,
        placement=app_placement(),
    )
