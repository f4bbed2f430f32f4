"""Arguments of what runs in the cluster: operators, namespace, pooler, application, autoscalers, gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.app.runtime_env import UPLOADS_VARIABLE, ClientPools, RuntimeEnvironment, environment
from components.app.workload import WorkloadArgs
from components.cluster.node_pools import POOL_LABEL, SYSTEM_TAINT
from components.cluster.operator_access import OperatorAccessArgs
from components.cluster.operator_values import ClusterAutoscaler, LoadBalancerController, OperatorsArgs, PrometheusStack
from components.kubernetes.namespace import NamespaceArgs
from components.kubernetes.network_policies import Peer, TrafficRule, https_anywhere, pod_identity
from components.kubernetes.objects import Rollout
from components.kubernetes.pods import ContainerPort, EnvVar, Placement, Probe
from components.kubernetes.pods import Resources as PodResources
from components.postgres.shard_map import FILE_PATH
from components.security.secrets import CredentialArgs
from infra.settings import Environment
from infra.wiring.data import RECOVERY_DAYS
from infra.wiring.names import APP, GATEWAY_APP, POOLER_APP, WARM_UP_APP, names_of

if TYPE_CHECKING:
    import pulumi

    from components.app.app_secrets import AppSecrets
    from components.cluster.cluster import Cluster
    from components.monitoring.topic import AlertTopic
    from components.network.load_balancer import LoadBalancer
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.security.secrets import Credential
    from components.storage.buckets import UploadsBucket
    from infra.settings import Settings
    from infra.settings.base import Resources
    from infra.wiring.databases import DatabaseFiles

POSTGRES_PORTS = (5432,)
REDIS_PORTS = (6379,)
POOLER_PORTS = (6432,)
MONITORING_NAMESPACE = "monitoring"


def pod_resources(resources: Resources, ephemeral_mib: int = 256) -> PodResources:
    """Requests and limits in Kubernetes' notation."""
    return PodResources(
        cpu_request=f"{resources.cpu_request_millicores}m",
        memory_request=f"{resources.memory_request_mib}Mi",
        cpu_limit=f"{resources.cpu_limit_millicores}m",
        memory_limit=_memory(resources.memory_limit_mib),
        ephemeral_request=f"{ephemeral_mib}Mi",
        ephemeral_limit=f"{ephemeral_mib}Mi",
    )


def _memory(mib: int) -> str:
    return f"{mib // 1024}Gi" if mib % 1024 == 0 else f"{mib}Mi"


def app_placement() -> Placement:
    """The pool of the application, its services and the gateway."""
    return Placement(label_key=POOL_LABEL, label_value="app")


def system_placement(settings: Settings) -> Placement:
    """The pool of operators: the system pool where there is one, else the application's."""
    if not settings.pools.system.enabled:
        return app_placement()
    return Placement(
        label_key=POOL_LABEL, label_value="system", taint_key=SYSTEM_TAINT.key, taint_value=SYSTEM_TAINT.value
    )


def grafana_credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The password of Grafana's administrator."""
    return CredentialArgs(
        secret_name=f"{names_of(settings).prefix}/grafana",
        username=None,
        recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        key_arn=key.key_arn,
        protect=settings.protect,
    )


def pooler_credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The user that pods connect to the pooler as."""
    return CredentialArgs(
        secret_name=f"{names_of(settings).prefix}/pgbouncer",
        username=APP,
        generation=settings.postgres.password_generation,
        recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        key_arn=key.key_arn,
        protect=settings.protect,
    )


def operators_args(
    settings: Settings, cluster: Cluster, network: Network, topic: AlertTopic, grafana: Credential | None
) -> OperatorsArgs:
    """The controllers that the platform's own objects need; Grafana where it has a password."""
    prometheus = settings.monitoring.prometheus
    stack = None
    if prometheus.enabled:
        stack = PrometheusStack(
            region=settings.region,
            grafana_password=grafana.password if grafana is not None else None,
            alert_topic_arn=topic.topic_arn,
            retention_days=prometheus.retention_days,
            storage_gib=prometheus.storage_gib,
            scrape_interval_seconds=prometheus.scrape_interval_seconds,
        )
    return OperatorsArgs(
        cluster_name=cluster.cluster_name,
        load_balancer_controller=LoadBalancerController(region=settings.region, vpc_id=network.vpc_id),
        cluster_autoscaler=ClusterAutoscaler(region=settings.region, cluster_version=settings.cluster.version),
        keda=settings.autoscaling.metrics_backend == "keda",
        vertical_pod_autoscaler=settings.autoscaling.vpa.mode != "off",
        prometheus_stack=stack,
        placement=system_placement(settings),
        high_availability=settings.environment is Environment.PROD,
    )


def operator_access_args(
    settings: Settings, cluster: Cluster, balancer: LoadBalancer, topic: AlertTopic, key: DataKey
) -> OperatorAccessArgs:
    """What the operators may do in AWS."""
    return OperatorAccessArgs(
        cluster_name=cluster.cluster_name,
        target_group_arns=(balancer.https_target_group_arn, balancer.http_target_group_arn),
        key_arn=key.key_arn,
        alert_topic_arn=topic.topic_arn if settings.monitoring.prometheus.enabled else None,
        grafana=settings.monitoring.prometheus.enabled and settings.monitoring.prometheus.grafana,
    )


def namespace_args(settings: Settings) -> NamespaceArgs:
    """The namespace of everything that serves customers."""
    return NamespaceArgs(
        name=settings.app.namespace,
        pod_security_version=f"v{settings.cluster.version}",
        protect=settings.protect,
    )


def rollout(settings: Settings) -> Rollout:
    """The pace of every Deployment of application code."""
    return Rollout(max_surge=settings.app.max_surge, max_unavailable=settings.app.max_unavailable)


def cdn_url(settings: Settings) -> str | None:
    """Where pages find fingerprinted files (scaling guide, CDN Configuration: primary); None without the CDN."""
    return f"https://{settings.cdn.hosts.cdn}" if settings.cdn.enabled else None


def app_args(
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
        image=app.image,
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
                port=app.port,
                api_port=app.api_port,
                replicas=settings.postgres.replicas,
                shards=settings.postgres.shards_in_use,
                redis_cluster=settings.redis.client_is_cluster_aware,
                pools=client_pools(settings),
                old_space_mib=app.max_old_space_mib,
                uv_threadpool_size=app.uv_threadpool_size,
                cache_ttl_seconds=app.cache_ttl_seconds,
                shard_map_file=FILE_PATH if databases.shard_map is not None else None,
                cdn_url=cdn_url(settings),
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
        disruption_max_unavailable=app.disruption_max_unavailable,
        pre_stop_seconds=app.pre_stop_seconds,
        termination_grace_seconds=app.termination_grace_seconds,
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


def data_egress(settings: Settings, *, database: bool = True, redis: bool = True) -> tuple[TrafficRule, ...]:
    """Where pods may connect to: the pooler or the databases, the cache, HTTPS services."""
    vpc = Peer(cidr=settings.network.vpc_cidr)
    databases = (
        TrafficRule(peers=(Peer(app=POOLER_APP),), ports=POOLER_PORTS)
        if settings.postgres.pooler.enabled
        else TrafficRule(peers=(vpc,), ports=POSTGRES_PORTS)
    )
    cache = TrafficRule(peers=(vpc,), ports=REDIS_PORTS)
    data = [found for found, wanted in ((databases, database), (cache, redis)) if wanted]
    return (*data, https_anywhere(), pod_identity())


def client_pools(settings: Settings) -> ClientPools:
    """Connections that each pod opens at most."""
    pools = settings.postgres.client_pools
    return ClientPools(primary=pools.primary, replica=pools.replica, shard=pools.shard)
