"""Arguments of the application: its namespace, what it may do, what it is told, and its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.app.app_secrets import AppSecretsArgs, database_entries, redis_entries
from components.app.runtime_env import UPLOADS_VARIABLE, ClientPools, RuntimeEnvironment, environment
from components.app.workload import WorkloadArgs
from components.cluster.addons import PodIdentityRoleArgs
from components.kubernetes.namespace import NamespaceArgs
from components.kubernetes.network_policies import Peer, TrafficRule
from components.kubernetes.pods import ContainerPort, EnvVar, Probe
from components.postgres.database_trust import verified
from components.postgres.shard_map import FILE_PATH
from components.security.iam import extended, secrets_below
from infra.wiring.names import APP, GATEWAY_APP, WARM_UP_APP, names_of
from infra.wiring.pods import MONITORING_NAMESPACE, app_placement, data_egress, pod_resources, rollout
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.app.app_secrets import AppSecrets
    from components.cluster.cluster import Cluster
    from components.pooler.pooler import Pooler
    from components.redis import Redis
    from components.security.keys import DataKey
    from components.storage.buckets import UploadsBucket
    from infra.settings import Settings
    from infra.wiring.database_users import Databases
    from infra.wiring.postgres import DatabaseFiles


def namespace_args(settings: Settings) -> NamespaceArgs:
    """The namespace of everything that serves customers."""
    return NamespaceArgs(
        name=settings.app.namespace,
        pod_security_version=f"v{settings.cluster.version}",
        protect=settings.protect,
    )


def access_args(settings: Settings, cluster: Cluster, uploads: UploadsBucket, key: DataKey) -> PodIdentityRoleArgs:
    """What the application's pods may do in AWS: use uploaded documents, and read the secrets that are theirs alone."""
    own = f"{names_of(settings).prefix}/app/"
    policy = pulumi.Output.all(uploads.access_policy, key.key_arn).apply(
        lambda found: extended(str(found[0]), secrets_below(own, str(found[1])))
    )
    return PodIdentityRoleArgs(
        cluster_name=cluster.cluster_name,
        namespace=settings.app.namespace,
        service_account=f"{APP}-app",
        policy_json=policy,
    )


def secrets_args(
    namespace: pulumi.Input[str], databases: Databases, redis: Redis, pooler: Pooler | None
) -> AppSecretsArgs:
    """The connection URLs of the pods: through the pooler where there is one; each checks who answers."""
    if pooler is None:
        primary, replicas, of_shards = databases.urls()
    else:
        primary = pooler.url("primary")
        replicas = tuple(
            pooler.url(f"replica_{number}") for number in range(1, len(databases.postgres.replica_hosts) + 1)
        )
        of_shards = tuple(pooler.url(f"shard_{index}") for index in range(len(databases.reached)))
    urls = database_entries(
        verified(primary), tuple(verified(url) for url in replicas), tuple(verified(url) for url in of_shards)
    )
    return AppSecretsArgs(namespace=namespace, database=urls, redis=redis_entries(redis.url, redis.host, redis.port))


def args(
    settings: Settings,
    namespace: pulumi.Input[str],
    secrets: AppSecrets,
    uploads: UploadsBucket,
    databases: DatabaseFiles,
) -> WorkloadArgs:
    """The application: the guide's Deployment and Service."""
    app, autoscaling = settings.app, settings.autoscaling
    resources = pod_resources(app.resources, app.ephemeral_storage_mib)
    published = databases.published()
    return WorkloadArgs(
        namespace=namespace,
        **of_same_name(WorkloadArgs, app, without=("namespace", "replicas")),
        ports=(ContainerPort(name="http", number=app.port), ContainerPort(name="api", number=app.api_port)),
        replicas=None if autoscaling.enabled else app.fixed_replicas,
        min_replicas=autoscaling.min_replicas if autoscaling.enabled else app.fixed_replicas,
        resources=resources,
        liveness=Probe(port=app.port, path="/health", initial_delay_seconds=30, period_seconds=10),
        readiness=Probe(port=app.port, path="/ready", initial_delay_seconds=5, period_seconds=5),
        startup=Probe(port=app.port, path="/health", period_seconds=2, failure_threshold=30),
        env=environment(
            RuntimeEnvironment(
                memory_limit=resources.memory_limit,
                **of_same_name(RuntimeEnvironment, app, without=("replicas",)),
                replicas=settings.postgres.replicas,
                shards=settings.postgres.shards_in_use,
                moving_to=settings.postgres.shards.moving_to,
                map_version=settings.postgres.shard_map_version,
                redis_cluster=settings.redis.client_is_cluster_aware,
                pools=client_pools(settings),
                old_space_mib=app.max_old_space_mib,
                shard_map_file=FILE_PATH if databases.shard_map is not None else None,
                cdn_url=cdn_url(settings),
                trusted_proxies=trusted_proxies(settings),
                extra=(
                    EnvVar(name=UPLOADS_VARIABLE, value=uploads.bucket_name),
                    *(EnvVar(name=key, value=value) for key, value in sorted(app.environment.items())),
                ),
            )
        ),
        secret_checksum=secrets.checksum,
        files=tuple(one.mount for one in published),
        checksums=tuple(one.checksum for one in published),
        rollout=rollout(settings),
        longest_request_seconds=settings.gateway.app.timeouts.read_seconds,
        placement=app_placement(),
        ingress=(
            TrafficRule(peers=(Peer(app=GATEWAY_APP),), ports=(app.port, app.api_port)),
            TrafficRule(peers=(Peer(namespace=MONITORING_NAMESPACE),), ports=(app.port,)),
            *_warm_up_ingress(settings),
        ),
        egress=data_egress(settings),
    )


def _warm_up_ingress(settings: Settings) -> tuple[TrafficRule, ...]:
    if not settings.redis.warm_up.enabled:
        return ()
    return (TrafficRule(peers=(Peer(app=WARM_UP_APP),), ports=(settings.app.api_port,)),)


def cdn_url(settings: Settings) -> str | None:
    """Where pages find fingerprinted files (scaling guide, CDN Configuration: primary); None without the CDN."""
    return f"https://{settings.cdn.hosts.cdn}" if settings.cdn.enabled else None


def trusted_proxies(settings: Settings) -> tuple[str, ...]:
    """Where the gateway's pods are: their addresses are of the VPC, and network policies admit none of its others."""
    return (settings.network.vpc_cidr,)


def client_pools(settings: Settings) -> ClientPools:
    """Connections that each pod opens at most."""
    return ClientPools(**of_same_name(ClientPools, settings.postgres.client_pools))
