"""Arguments of PostgreSQL: primary, replicas, shards, the pooler before them, and what pods must know of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import instance_class
from bailbondpro.facts.rds import grows_by_itself
from components.app.microservice import service_app
from components.naming import NameKind, physical_name
from components.pooler.pooler import PoolerArgs, PoolerClient, PoolerEndpoint, PoolerTls, pooler_hosts
from components.postgres.args import BackupReplication, PostgresArgs, PostgresTemplate
from components.postgres.database_trust import DatabaseTrustArgs
from components.postgres.rds_authorities import rds_authority
from components.postgres.restored import RestoredServerArgs
from components.postgres.shard_map import ShardMapArgs
from components.postgres.shards import ShardCredentials, ShardsArgs
from components.postgres.users_sql import UserRole
from components.security.generations import Generations
from components.security.keys import DataKeyArgs
from components.security.private_certificate import PrivateCertificateArgs
from components.tuning.postgres import Profile, parameters
from infra.limits import pool_sizes
from infra.limits.chain import longest_request
from infra.limits.maintenance import schedule
from infra.phases import KEY_DELETION_DAYS, LOG_RETENTION_DAYS, RECOVERY_DAYS
from infra.wiring.database_users import PRIMARY, pooler_turns, pooler_user, shard_server
from infra.wiring.encryption import secret_args
from infra.wiring.names import APP, POOLER_APP, names_of
from infra.wiring.pods import app_placement, pod_resources
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from components.pooler.pooler import Pooler
    from components.postgres.component import Postgres
    from components.postgres.database_trust import DatabaseTrust
    from components.postgres.shard_map import ShardMap
    from components.postgres.shards import Shards
    from components.postgres.users import Login
    from components.security.keys import DataKey
    from components.security.private_certificate import PrivateCertificate
    from components.security.secrets import Credential, CredentialArgs
    from components.security.turns import Turn
    from components.tuning.postgres import Parameter
    from infra.settings import Settings
    from infra.settings.postgres import PostgresSettings, ShardsSettings
    from infra.wiring.database_users import Databases


def credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The master user of the primary and its replicas."""
    wanted = settings.postgres
    return secret_args(
        settings, key, "postgres/primary", username=wanted.username, generation=wanted.password_generation
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


def args(  # noqa: PLR0917 - one argument for each system that a database stands on
    settings: Settings,
    key: DataKey,
    network: Network,
    cluster: Cluster,
    credential: Credential,
    copies: DataKey | None = None,
) -> PostgresArgs:
    """The primary and its read replicas."""
    return PostgresArgs.from_template(
        _template(settings, key, network, cluster, copies),
        identifier=physical_name(NameKind.RDS_IDENTIFIER, names_of(settings).prefix, "primary"),
        database_name=settings.postgres.database_name,
        credential=credential,
    )


def shards_args(
    settings: Settings, key: DataKey, network: Network, cluster: Cluster, copies: DataKey | None = None
) -> ShardsArgs:
    """The shards of the third phase; `count` is at least one here."""
    shards, names = settings.postgres.shards, names_of(settings)
    return ShardsArgs(
        prefix=names.prefix,
        **of_same_name(ShardsArgs, shards, without=("map_version",)),
        placed=settings.postgres.shards_in_use,
        map_version=settings.postgres.shard_map_version,
        maintenance_windows=schedule(settings).shards,
        # As the primary, but of their own sizes: what is provisioned for the primary's disks is not theirs.
        shard=replace(
            _template(settings, key, network, cluster, copies),
            **of_same_name(PostgresTemplate, shards, without=("max_allocated_storage_gib",)),
            max_allocated_storage_gib=_ceiling(shards),
            replica_instance_class=shards.instance_class,
            iops=None,
            storage_throughput_mibps=None,
            parameters=database_parameters(settings, shards.instance_class, None),
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


def _ceiling(area: PostgresSettings | ShardsSettings) -> int | None:
    """Up to where storage grows by itself; None for what is too large to grow by the least that RDS asks for."""
    return area.max_allocated_storage_gib if grows_by_itself(area.allocated_storage_gib) else None


def _template(
    settings: Settings, key: DataKey, network: Network, cluster: Cluster, copies: DataKey | None
) -> PostgresTemplate:
    """What the primary is, but for its identity."""
    postgres, windows = settings.postgres, schedule(settings)
    replica_class = postgres.replica_instance_class if postgres.replicas else None
    return PostgresTemplate(
        **of_same_name(
            PostgresTemplate, postgres, settings, without=("maintenance_window", "max_allocated_storage_gib")
        ),
        max_allocated_storage_gib=_ceiling(postgres),
        availability_zones=network.availability_zones,
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        client_security_group_ids=(cluster.security_group_id,),
        key_arn=key.key_arn,
        parameters=database_parameters(settings, postgres.instance_class, replica_class),
        maintenance_window=windows.primary,
        replica_maintenance_windows=windows.replicas,
        log_retention_days=LOG_RETENTION_DAYS[settings.environment.value],
        deletion_protection=settings.protect,
        replica_deletion_protection=postgres.protect_replicas,
        final_snapshot=settings.protect,
        backup_replication=_copies(settings, copies),
    )


def restored_args(settings: Settings, key: DataKey, server: Postgres, shards: Shards | None) -> RestoredServerArgs:
    """A server's past beside it; a shard that the stack does not have is refused before (`infra.limits`)."""
    wanted = settings.postgres.restored
    if wanted is None:
        raise ValueError("postgres.restored is not set")
    area: PostgresSettings | ShardsSettings = settings.postgres
    if wanted.source != "primary" and shards is not None:
        server, area = shards.servers[int(wanted.source.removeprefix("shard-"))], settings.postgres.shards
    return RestoredServerArgs(
        identifier=physical_name(NameKind.RDS_IDENTIFIER, names_of(settings).prefix, "restored"),
        source_identifier=None if wanted.backups_arn or wanted.snapshot else server.primary_identifier,
        source_backups_arn=wanted.backups_arn,
        snapshot_identifier=wanted.snapshot,
        at=wanted.at,
        instance_class=area.instance_class,
        subnet_group_name=server.primary.db_subnet_group_name,
        security_group_ids=[server.security_group_id],
        parameter_group_name=server.primary.parameter_group_name,
        key_arn=key.key_arn,
    )


def pooler_logins(settings: Settings) -> tuple[tuple[Turn, str], ...]:
    """The users that pods connect to the pooler as, with the logical names of their credentials."""
    made = pooler_turns(settings).made
    return tuple((turn, "pooler-credential" if turn == "a" else f"pooler-credential-{turn}") for turn in made)


def pooler_credential_args(settings: Settings, key: DataKey, turn: Turn) -> CredentialArgs:
    """One of the two users that pods connect to the pooler as."""
    name = "pgbouncer" if turn == "a" else f"pgbouncer-{turn}"
    return secret_args(settings, key, name, username=pooler_user(turn), generation=pooler_turns(settings).last(turn))


def pooler_certificate_args(settings: Settings) -> PrivateCertificateArgs:
    """Whom the pooler's certificate names: its Service, by every name that pods may use."""
    pooler = settings.postgres.pooler
    return PrivateCertificateArgs(
        common_name=POOLER_APP,
        dns_names=pooler_hosts(settings.app.namespace),
        generations=Generations(
            newest=pooler.certificate_generation, retired_before=pooler.certificates_retired_before
        ),
        protect=settings.protect,
    )


def pooler_tls(certificate: PrivateCertificate) -> PoolerTls:
    """What the pooler shows the pods."""
    return PoolerTls(
        certificate=certificate.certificate_pem,
        private_key=certificate.private_key_pem,
        authority=certificate.authority_pem,
    )


def pooler_args(
    settings: Settings,
    namespace: pulumi.Input[str],
    logins: Mapping[Turn, Credential],
    certificate: PrivateCertificate,
    databases: Databases,
) -> PoolerArgs:
    """PgBouncer with a pool for each database server in use, sized so that all pods together fit max_connections."""
    postgres, users, turns = databases.postgres, databases.users, pooler_turns(settings)
    sizes = pool_sizes(settings)
    application, reader = (users.login(PRIMARY, role) for role in (UserRole.APPLICATION, UserRole.READER))
    endpoints = [_endpoint("primary", postgres, application, sizes.primary)]
    endpoints += [
        _endpoint(f"replica_{number}", postgres, reader, sizes.replica, host)
        for number, host in enumerate(postgres.replica_hosts, start=1)
    ]
    for index, server in enumerate(databases.reached):
        login = users.login(shard_server(index), UserRole.APPLICATION)
        endpoints.append(_endpoint(f"shard_{index}", server, login, sizes.shard))
    return PoolerArgs(
        namespace=namespace,
        **of_same_name(PoolerArgs, settings.postgres.pooler),
        endpoints=tuple(endpoints),
        users_ready=users.ready,
        client_username=logins[turns.active].username or "",
        client_password=logins[turns.active].password,
        client_generation=turns.generation,
        former_clients=tuple(
            PoolerClient(
                username=logins[turn].username or "", password=logins[turn].password, generation=turns.last(turn)
            )
            for turn in turns.valid
            if turn != turns.active
        ),
        client_apps=(APP, *(service_app(service.name) for service in settings.services if service.databases)),
        database_cidrs=(settings.network.vpc_cidr,),
        ca_bundle=rds_authority(settings.region),
        tls=pooler_tls(certificate),
        resources=pod_resources(settings.postgres.pooler.resources),
        max_client_connections=sizes.max_client_connections,
        placement=app_placement(),
        finish_seconds=longest_request(settings)[1],
    )


def _endpoint(
    name: str, server: Postgres, login: Login, size: int, host: pulumi.Input[str] | None = None
) -> PoolerEndpoint:
    return PoolerEndpoint(
        name=name,
        host=server.host if host is None else host,
        database=server.database_name,
        username=login.username,
        password=login.password,
        pool_size=size,
        port=server.port,
    )


def trust_args(settings: Settings, namespace: pulumi.Input[str], pooler: Pooler | None) -> DatabaseTrustArgs:
    """Whom pods believe: the databases' authority, and the pooler's own where there is one."""
    own = pooler.authority if pooler is not None else None
    authorities = (rds_authority(settings.region),) if own is None else (rds_authority(settings.region), own)
    return DatabaseTrustArgs(namespace=namespace, authorities=authorities)


def shard_map_args(namespace: pulumi.Input[str], shards: Shards) -> ShardMapArgs:
    """The published shard map, for the pods."""
    return ShardMapArgs(namespace=namespace, document=shards.shard_map)


@dataclass(frozen=True, kw_only=True)
class DatabaseFiles:
    """What pods that connect to databases have mounted.

    Attributes:
        trust: whom they believe to be a database.
        shard_map: which server holds which client; None while the primary holds all of them.
    """

    trust: DatabaseTrust
    shard_map: ShardMap | None

    def published(self, *, shards: bool = True) -> tuple[DatabaseTrust | ShardMap, ...]:
        """Each of them, the map only for pods that use the shards."""
        return (self.trust,) if self.shard_map is None or not shards else (self.trust, self.shard_map)
