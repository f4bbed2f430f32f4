"""Arguments of what stands between pods and databases: pooler, whom pods believe, URLs, the shard map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.app.app_secrets import AppSecretsArgs, database_entries, redis_entries
from components.app.microservice import service_app
from components.pooler.pooler import PoolerArgs, PoolerEndpoint, PoolerTls, pooler_hosts
from components.postgres.database_trust import DatabaseTrustArgs, verified
from components.postgres.rds_authorities import rds_authority
from components.postgres.shard_map import ShardMapArgs
from components.security.private_certificate import PrivateCertificateArgs
from infra.limits import pool_sizes
from infra.wiring.kubernetes import app_placement, pod_resources
from infra.wiring.names import APP, POOLER_APP

if TYPE_CHECKING:
    import pulumi

    from components.pooler.pooler import Pooler
    from components.postgres.component import Postgres
    from components.postgres.database_trust import DatabaseTrust
    from components.postgres.shard_map import ShardMap
    from components.postgres.shards import Shards
    from components.redis import Redis
    from components.security.private_certificate import PrivateCertificate
    from components.security.secrets import Credential
    from infra.settings import Settings


def pooler_certificate_args(settings: Settings) -> PrivateCertificateArgs:
    """Whom the pooler's certificate names: its Service, by every name that pods may use."""
    return PrivateCertificateArgs(
        common_name=POOLER_APP, dns_names=pooler_hosts(settings.app.namespace), protect=settings.protect
    )


def database_trust_args(settings: Settings, namespace: pulumi.Input[str], pooler: Pooler | None) -> DatabaseTrustArgs:
    """Whom pods believe: the databases' authority, and the pooler's own where there is one."""
    own = pooler.authority if pooler is not None else None
    authorities = (rds_authority(settings.region),) if own is None else (rds_authority(settings.region), own)
    return DatabaseTrustArgs(namespace=namespace, authorities=authorities)


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
    login: Credential,
    certificate: PrivateCertificate,
    data: tuple[Postgres, Shards | None],
) -> PoolerArgs:
    """PgBouncer with a pool for each database server in use, sized so that all pods together fit max_connections."""
    postgres, shards = data
    sizes = pool_sizes(settings)
    endpoints = [_endpoint("primary", postgres, postgres.host, sizes.primary)]
    endpoints += [
        _endpoint(f"replica_{number}", postgres, host, sizes.replica)
        for number, host in enumerate(postgres.replica_hosts, start=1)
    ]
    for index, server in enumerate(shards.placed if shards is not None else ()):
        endpoints.append(_endpoint(f"shard_{index}", server, server.host, sizes.shard))
    return PoolerArgs(
        namespace=namespace,
        image=settings.postgres.pooler.image,
        endpoints=tuple(endpoints),
        client_username=APP,
        client_password=login.password,
        client_apps=(APP, *(service_app(service.name) for service in settings.services if service.databases)),
        database_cidrs=(settings.network.vpc_cidr,),
        replicas=settings.postgres.pooler.replicas,
        ca_bundle=rds_authority(settings.region),
        tls=pooler_tls(certificate),
        resources=pod_resources(settings.postgres.pooler.resources),
        max_client_connections=sizes.max_client_connections,
        max_prepared_statements=settings.postgres.pooler.max_prepared_statements,
        placement=app_placement(),
    )


def _endpoint(name: str, server: Postgres, host: pulumi.Input[str], size: int) -> PoolerEndpoint:
    return PoolerEndpoint(
        name=name,
        host=host,
        database=server.database_name,
        username=server.credential.username or "",
        password=server.credential.password,
        pool_size=size,
        port=server.port,
    )


def app_secrets_args(
    namespace: pulumi.Input[str], postgres: Postgres, shards: Shards | None, redis: Redis, pooler: Pooler | None
) -> AppSecretsArgs:
    """The connection URLs of the pods: through the pooler where there is one; each checks who answers."""
    in_use = shards.placed if shards is not None else ()
    if pooler is None:
        primary, replicas = postgres.url, postgres.replica_urls
        of_shards = tuple(server.url for server in in_use)
    else:
        primary = pooler.url("primary")
        replicas = tuple(pooler.url(f"replica_{number + 1}") for number in range(len(postgres.replica_urls)))
        of_shards = tuple(pooler.url(f"shard_{index}") for index in range(len(in_use)))
    urls = database_entries(
        verified(primary), tuple(verified(url) for url in replicas), tuple(verified(url) for url in of_shards)
    )
    return AppSecretsArgs(namespace=namespace, database=urls, redis=redis_entries(redis.url, redis.host, redis.port))


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
