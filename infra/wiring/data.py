"""Arguments of the data tier: credentials, PostgreSQL, shards, Redis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from bailbondpro.facts.instance_classes import instance_class
from components.naming import NameKind, physical_name
from components.postgres.args import BackupReplication, PostgresArgs, PostgresTemplate
from components.postgres.shards import ShardCredentials, ShardsArgs
from components.redis import RedisArgs
from components.security.keys import DataKeyArgs
from components.security.secrets import CredentialArgs
from components.tuning.postgres import Profile, parameters
from infra.limits.maintenance import schedule
from infra.wiring.aws import KEY_DELETION_DAYS
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.security.secrets import Credential
    from components.tuning.postgres import Parameter
    from infra.settings import Settings

RECOVERY_DAYS = {"dev": 0, "prod": 30}
"""Days a deleted secret can be restored (Secrets Manager: 0, or 7 to 30); 0 lets a destroyed dev stack come back."""
LOG_RETENTION_DAYS = {"dev": 14, "prod": 90}
"""Days the databases' logs are kept, as the control plane's."""


def database_credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The master user of the primary and its replicas."""
    return CredentialArgs(
        secret_name=f"{names_of(settings).prefix}/postgres/primary",
        username=settings.postgres.username,
        generation=settings.postgres.password_generation,
        recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        key_arn=key.key_arn,
        protect=settings.protect,
    )


def redis_credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The auth token of the cache."""
    return CredentialArgs(
        secret_name=f"{names_of(settings).prefix}/redis",
        username=None,
        generation=settings.redis.token_generation,
        recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        key_arn=key.key_arn,
        protect=settings.protect,
    )


def copies_key_args(settings: Settings) -> DataKeyArgs:
    """The key of the backups' copies, in their own region: no key reaches over regions (KMS documentation)."""
    return DataKeyArgs(
        alias=f"{names_of(settings).data_key_alias}-copies",
        deletion_window_days=KEY_DELETION_DAYS[settings.environment.value],
        protect=settings.protect,
        region=settings.postgres.backup_region,
    )


def _copies(settings: Settings, key: DataKey | None) -> BackupReplication | None:
    region = settings.postgres.backup_region
    if region is None or key is None:
        return None
    return BackupReplication(region=region, key_arn=key.key_arn, retention_days=settings.postgres.backup_retention_days)


def postgres_args(  # noqa: PLR0917 - one argument for each system that a database stands on
    settings: Settings,
    key: DataKey,
    network: Network,
    cluster: Cluster,
    credential: Credential,
    copies: DataKey | None = None,
) -> PostgresArgs:
    """The primary and its read replicas."""
    postgres = settings.postgres
    template = _template(
        settings,
        key,
        network,
        cluster,
        instance_class_name=postgres.instance_class,
        replica_instance_class=postgres.replica_instance_class,
        storage=(postgres.allocated_storage_gib, postgres.max_allocated_storage_gib),
        multi_az=postgres.multi_az,
        replicas=postgres.replicas,
        copies=copies,
    )
    return PostgresArgs.from_template(
        replace(template, iops=postgres.iops, storage_throughput_mibps=postgres.storage_throughput_mibps),
        identifier=physical_name(NameKind.RDS_IDENTIFIER, names_of(settings).prefix, "primary"),
        database_name=postgres.database_name,
        credential=credential,
    )


def shards_args(
    settings: Settings, key: DataKey, network: Network, cluster: Cluster, copies: DataKey | None = None
) -> ShardsArgs:
    """The shards of the third phase; `count` is at least one here."""
    shards, names = settings.postgres.shards, names_of(settings)
    return ShardsArgs(
        prefix=names.prefix,
        count=shards.count,
        placed=settings.postgres.shards_in_use,
        maintenance_windows=schedule(settings).shards,
        shard=_template(
            settings,
            key,
            network,
            cluster,
            instance_class_name=shards.instance_class,
            replica_instance_class=shards.instance_class,
            storage=(shards.allocated_storage_gib, shards.max_allocated_storage_gib),
            multi_az=shards.multi_az,
            replicas=shards.replicas,
            copies=copies,
        ),
        credentials=ShardCredentials(
            username=settings.postgres.username,
            generation=settings.postgres.password_generation,
            recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        ),
        database_name=settings.postgres.database_name,
        parameter_path=names.shard_map_path,
    )


def database_parameters(settings: Settings, primary_class: str, replica_class: str | None) -> tuple[Parameter, ...]:
    """The parameter group that a primary and its replicas share: it must fit the smaller of them."""
    classes = [primary_class] if replica_class is None else [primary_class, replica_class]
    memory = min(instance_class("rds", name).memory_gib for name in classes)
    postgres = settings.postgres
    return parameters(Profile(postgres.profile), memory, postgres.max_connections, postgres.log_min_duration_ms)


def _template(
    settings: Settings,
    key: DataKey,
    network: Network,
    cluster: Cluster,
    *,
    instance_class_name: str,
    replica_instance_class: str,
    storage: tuple[int, int],
    multi_az: bool,
    replicas: int,
    copies: DataKey | None,
) -> PostgresTemplate:
    postgres, windows = settings.postgres, schedule(settings)
    return PostgresTemplate(
        engine_version=postgres.engine_version,
        instance_class=instance_class_name,
        replica_instance_class=replica_instance_class,
        allocated_storage_gib=storage[0],
        max_allocated_storage_gib=storage[1],
        multi_az=multi_az,
        replicas=replicas,
        availability_zones=network.availability_zones,
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        client_security_group_ids=(cluster.security_group_id,),
        key_arn=key.key_arn,
        parameters=database_parameters(settings, instance_class_name, replica_instance_class if replicas else None),
        backup_retention_days=postgres.backup_retention_days,
        backup_window=postgres.backup_window,
        maintenance_window=windows.primary,
        replica_maintenance_windows=windows.replicas,
        performance_insights_retention_days=postgres.performance_insights_retention_days,
        database_insights_mode=postgres.database_insights_mode,
        monitoring_interval_seconds=postgres.monitoring_interval_seconds,
        log_retention_days=LOG_RETENTION_DAYS[settings.environment.value],
        deletion_protection=settings.protect,
        replica_deletion_protection=postgres.protect_replicas,
        final_snapshot=settings.protect,
        apply_immediately=postgres.apply_immediately,
        auto_minor_version_upgrade=postgres.auto_minor_version_upgrade,
        backup_replication=_copies(settings, copies),
        protect=settings.protect,
    )


def redis_args(
    settings: Settings, key: DataKey, network: Network, cluster: Cluster, credential: Credential
) -> RedisArgs:
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
