"""The platform, system by system, in dependency order: this file is the architecture.

Every phase builds the same systems; a phase changes sizes and counts. What a size becomes in a component's arguments
stands in `infra.wiring`, in the module of its area of the stack file; the sizes themselves stand in `infra.phases`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.app.app_secrets import AppSecrets
from components.app.cache_warm_up import CacheWarmUp
from components.app.microservice import Microservice
from components.app.workload import Workload
from components.autoscaling.autoscaler import Autoscaler
from components.autoscaling.vertical import VerticalAutoscaler
from components.budget import Budget
from components.cluster.addons import Addons, PodIdentityRole
from components.cluster.cluster import Cluster
from components.cluster.node_pools import NodePools
from components.cluster.operator_access import OperatorAccess
from components.cluster.operators import Operators
from components.gateway.gateway import Gateway
from components.kubernetes.namespace import Namespace
from components.monitoring.alarms import Alarms
from components.monitoring.prometheus import PodMonitor, PrometheusRules
from components.monitoring.topic import AlertTopic
from components.network.flow_logs import VpcFlowLogs
from components.network.load_balancer import LoadBalancer
from components.network.network import Network
from components.pooler.pooler import Pooler
from components.postgres.component import Postgres
from components.postgres.database_trust import DatabaseTrust
from components.postgres.restored import RestoredServer
from components.postgres.shard_map import ShardMap
from components.postgres.shards import Shards
from components.postgres.users import DatabaseUsers, RetiredUsers
from components.redis import Redis
from components.security.certificate import SelfSignedCertificate
from components.security.keys import DataKey
from components.security.private_certificate import PrivateCertificate
from components.security.secrets import Credential
from components.storage.backups import Backups
from components.storage.buckets import LogsBucket, UploadsBucket
from components.storage.image_repository import ImageRepository
from infra.wiring import (
    app,
    autoscaling,
    budget,
    cdn,
    cluster,
    database_users,
    encryption,
    gateway,
    monitoring,
    network,
    pools,
    postgres,
    redis,
    services,
    storage,
)
from infra.wiring.boundary import bounded_roles
from infra.wiring.names import names_of
from infra.wiring.order import after

if TYPE_CHECKING:
    from components.monitoring.kind import Target
    from components.security.generations import CertificateEnd
    from infra.settings import Settings


@dataclass(frozen=True)
class Foundation:
    """What everything else stands on."""

    key: DataKey
    network: Network
    cluster: Cluster
    nodes: NodePools
    topic: AlertTopic


@dataclass(frozen=True)
class DataTier:
    """Where the data lives."""

    postgres: Postgres
    shards: Shards | None
    redis: Redis


class Platform:
    """One stack of the platform; building it registers every resource."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.names = names_of(settings)
        self.certificates: tuple[CertificateEnd, ...] = ()
        self.aws = pulumi.ResourceOptions(
            provider=self._aws_provider(), transformations=bounded_roles(settings.aws.permissions_boundary_arn)
        )

        foundation = self._foundation()
        data = self._data(foundation)
        logs = LogsBucket("logs", storage.logs_args(settings, foundation.network), self.aws)
        if network.flow_logs_in_s3(settings):
            VpcFlowLogs("flow-logs", network.flow_logs_args(settings, foundation.network, logs), self.aws)
        balancer = LoadBalancer(
            "load-balancer",
            gateway.load_balancer_args(settings, foundation.network, foundation.cluster, logs),
            self.aws,
        )
        uploads = UploadsBucket("uploads", storage.uploads_args(settings, foundation.key, logs), self.aws)
        self.backups = self._backups(foundation, data, uploads)
        images = None
        if settings.storage.image_repository:
            images = ImageRepository("images", storage.images_args(settings, foundation.key), self.aws)
        self._inside_the_cluster(foundation, data, balancer, uploads)
        Alarms("alarms", monitoring.alarms_args(foundation.topic, self._targets(data, balancer)), self.aws)
        Budget("budget", budget.args(settings, foundation.topic), self.aws)
        self._export(foundation, data, balancer, images)

    def _aws_provider(self) -> aws.Provider:
        """One region, tags on everything, and a refusal of any account but the allowed ones."""
        return aws.Provider(
            "aws",
            region=self.settings.region,
            allowed_account_ids=list(self.settings.aws.allowed_account_ids) or None,
            default_tags=aws.ProviderDefaultTagsArgs(tags=self.names.tags),
        )

    def _foundation(self) -> Foundation:
        """Encryption key, network, control plane, nodes, and where alarms go."""
        settings = self.settings
        key = DataKey("data-key", encryption.key_args(settings), self.aws)
        vpc = Network("network", network.args(settings, key), self.aws)
        eks = Cluster("cluster", cluster.args(settings, key, vpc), self.aws)
        nodes = NodePools(
            "node-pools",
            pools.args(settings, eks, vpc),
            after(self.aws, *eks.node_prerequisites, *vpc.egress),
        )
        Addons("addons", cluster.addons_args(settings, eks, nodes), self.aws)
        topic = AlertTopic("alerts", monitoring.alert_topic_args(settings, key), self.aws)
        return Foundation(key, vpc, eks, nodes, topic)

    def _data(self, base: Foundation) -> DataTier:
        """PostgreSQL with its replicas, the shards of the third phase (empty at first), and the Redis cluster."""
        settings, key, vpc, eks = self.settings, base.key, base.network, base.cluster
        copies = None
        if settings.postgres.backup_region is not None:
            copies = DataKey("copies-key", postgres.copies_key_args(settings), self.aws)
        login = Credential("postgres-credential", postgres.credential_args(settings, key), self.aws)
        server = Postgres("postgres", postgres.args(settings, key, vpc, eks, login, copies), self.aws)
        shards = None
        if settings.postgres.shards.count:
            shards = Shards("shards", postgres.shards_args(settings, key, vpc, eks, copies), self.aws)
        if settings.postgres.restored is not None:
            RestoredServer("restored", postgres.restored_args(settings, key, server, shards), self.aws)
        token = Credential("redis-credential", redis.credential_args(settings, key), self.aws)
        cache = Redis("redis", redis.args(settings, key, vpc, eks, token), self.aws)
        return DataTier(server, shards, cache)

    def _backups(self, base: Foundation, data: DataTier, uploads: UploadsBucket) -> Backups | None:
        """Recovery points of what cannot be made again, and a key for those in another region."""
        settings = self.settings
        if not settings.storage.backups.enabled:
            return None
        copies = None
        if settings.storage.backups.copy_region is not None:
            copies = DataKey("recovery-points-key", storage.backup_copies_key_args(settings), self.aws)
        servers = (data.postgres, data.shards)
        return Backups("backups", storage.backups_args(settings, base.key, copies, servers, uploads), self.aws)

    def _inside_the_cluster(
        self, base: Foundation, data: DataTier, balancer: LoadBalancer, uploads: UploadsBucket
    ) -> None:
        """Operators, pooler, application, services, gateway, and the CDN in front of them."""
        settings = self.settings
        kubernetes = pulumi.ResourceOptions(provider=self._kubernetes_provider(base))
        operators = self._operators(base, balancer, kubernetes)
        ready = after(kubernetes, *operators.releases)
        space = Namespace("namespace", app.namespace_args(settings), kubernetes)
        users_args = database_users.args(settings, space.namespace, data.postgres, data.shards)
        users = DatabaseUsers("database-users", users_args, kubernetes)
        databases = database_users.Databases(data.postgres, data.shards, users)
        pooler = self._pooler(base, databases, space, kubernetes)
        secrets = AppSecrets(
            "app-secrets",
            app.secrets_args(space.namespace, databases, data.redis, pooler),
            # nobody logs in as a user that does not exist yet; the pooler's clients are users of its own
            after(kubernetes, *users.ready) if pooler is None else kubernetes,
        )
        files = self._database_files(data, space, pooler, kubernetes)
        access = PodIdentityRole("app-access", app.access_args(settings, base.cluster, uploads, base.key), self.aws)
        workload = Workload(
            "app",
            app.args(settings, space.namespace, secrets, uploads, files),
            after(kubernetes, *access.ready),
        )
        self._warm_up(space, workload, kubernetes)
        self._scaling(space, workload, ready)
        served = self._services(space, secrets, files, ready)
        log_in = [workload.deployment, *(service.deployment for service in served)]
        if pooler is not None:
            log_in.append(pooler.deployment)
        RetiredUsers("retired-users", users_args, after(kubernetes, *log_in))
        self._edge(space, balancer, ready)
        if settings.monitoring.prometheus.enabled:
            self._metrics(space, self._targets(data, balancer), ready)

    def _kubernetes_provider(self, base: Foundation) -> k8s.Provider:
        """Reaches the cluster once it lets its administrators in and has nodes to run pods on."""
        return k8s.Provider(
            "kubernetes",
            kubeconfig=base.cluster.kubeconfig,
            cluster_identifier=self.names.cluster,
            enable_server_side_apply=True,
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(depends_on=[*base.cluster.access, *base.nodes.node_groups]),
        )

    def _operators(self, base: Foundation, balancer: LoadBalancer, kubernetes: pulumi.ResourceOptions) -> Operators:
        settings = self.settings
        grafana = None
        if settings.monitoring.prometheus.enabled and settings.monitoring.prometheus.grafana:
            grafana = Credential("grafana-credential", cluster.grafana_credential_args(settings, base.key), self.aws)
        access = OperatorAccess(
            "operator-access",
            cluster.operator_access_args(settings, base.cluster, balancer, base.topic, base.key),
            self.aws,
        )
        return Operators(
            "operators",
            cluster.operators_args(settings, base.cluster, base.network, base.topic, grafana),
            after(kubernetes, *access.ready),
        )

    def _pooler(
        self,
        base: Foundation,
        databases: database_users.Databases,
        space: Namespace,
        kubernetes: pulumi.ResourceOptions,
    ) -> Pooler | None:
        settings = self.settings
        if not settings.postgres.pooler.enabled:
            return None
        logins = {
            turn: Credential(name, postgres.pooler_credential_args(settings, base.key, turn), self.aws)
            for turn, name in postgres.pooler_logins(settings)
        }
        certificate = PrivateCertificate("pooler-certificate", postgres.pooler_certificate_args(settings))
        self.certificates += certificate.ends
        return Pooler(
            "pooler", postgres.pooler_args(settings, space.namespace, logins, certificate, databases), kubernetes
        )

    def _database_files(
        self, data: DataTier, space: Namespace, pooler: Pooler | None, kubernetes: pulumi.ResourceOptions
    ) -> postgres.DatabaseFiles:
        """What pods that connect to databases mount: whom to believe, and which server holds whom."""
        trust = DatabaseTrust("database-trust", postgres.trust_args(self.settings, space.namespace, pooler), kubernetes)
        if data.shards is None or not data.shards.placed:
            return postgres.DatabaseFiles(trust=trust, shard_map=None)
        shard_map = ShardMap("shard-map", postgres.shard_map_args(space.namespace, data.shards), kubernetes)
        return postgres.DatabaseFiles(trust=trust, shard_map=shard_map)

    def _warm_up(self, space: Namespace, workload: Workload, kubernetes: pulumi.ResourceOptions) -> None:
        """Asks the pods of each release to fill the cache."""
        if self.settings.redis.warm_up.enabled:
            warmed = redis.warm_up_args(self.settings, space.namespace)
            CacheWarmUp("cache-warm-up", warmed, after(kubernetes, workload))

    def _scaling(self, space: Namespace, workload: Workload, ready: pulumi.ResourceOptions) -> None:
        settings = self.settings
        if settings.autoscaling.enabled:
            Autoscaler("autoscaler", autoscaling.horizontal_args(settings, space.namespace, workload), ready)
        if settings.autoscaling.vpa.mode != "off":
            VerticalAutoscaler(
                "vertical-autoscaler", autoscaling.vertical_args(settings, space.namespace, workload), ready
            )

    def _services(
        self, space: Namespace, secrets: AppSecrets, files: postgres.DatabaseFiles, ready: pulumi.ResourceOptions
    ) -> list[Microservice]:
        return [
            Microservice(
                f"service-{service.name}",
                services.args(self.settings, service, space.namespace, secrets, files),
                ready,
            )
            for service in self.settings.services
        ]

    def _targets(self, data: DataTier, balancer: LoadBalancer) -> tuple[Target, ...]:
        watched = monitoring.watched_targets(self.settings, data.postgres, data.shards, data.redis, balancer)
        return (*watched, *monitoring.backup_targets(self.settings, self.backups))

    def _metrics(self, space: Namespace, targets: tuple[Target, ...], ready: pulumi.ResourceOptions) -> None:
        """What Prometheus scrapes, records and alerts on."""
        settings, namespace = self.settings, space.namespace
        PodMonitor("app-metrics", monitoring.app_monitor_args(settings, namespace), ready)
        PodMonitor("gateway-metrics", monitoring.gateway_monitor_args(settings, namespace), ready)
        if settings.postgres.pooler.enabled:
            PodMonitor("pooler-metrics", monitoring.pooler_monitor_args(settings, namespace), ready)
        rules = monitoring.prometheus_rules_args(settings, namespace, targets, self.certificates)
        PrometheusRules("alert-rules", rules, ready)

    def _edge(self, space: Namespace, balancer: LoadBalancer, ready: pulumi.ResourceOptions) -> None:
        """The gateway behind the load balancer, and Cloudflare in front of it."""
        settings = self.settings
        if not settings.cdn.enabled:
            own = SelfSignedCertificate("gateway-certificate", gateway.certificate_args(settings))
            self.certificates += own.ends
            Gateway("gateway", gateway.args(settings, space.namespace, own, balancer), ready)
            return
        # The Cloudflare SDK costs 2.3 s to import: only a stack with a CDN pays for it.
        from components.cdn.cdn import Cdn  # noqa: PLC0415 - as above
        from components.cdn.origin_certificate import OriginCertificate  # noqa: PLC0415 - as above

        certificate = OriginCertificate("origin-certificate", cdn.certificate_args(settings))
        self.certificates += certificate.ends
        front = Gateway("gateway", gateway.args(settings, space.namespace, certificate, balancer), ready)
        Cdn("cdn", cdn.args(settings, balancer, certificate, front))

    def _export(self, base: Foundation, data: DataTier, balancer: LoadBalancer, images: ImageRepository | None) -> None:
        pulumi.export("environment", self.settings.environment.value)
        pulumi.export("phase", self.settings.phase.value)
        pulumi.export("clusterName", base.cluster.cluster_name)
        # The way to a kubeconfig, not the file: outputs are read in pipelines' logs and comments.
        update = f"aws eks update-kubeconfig --region {self.settings.region} --name"
        pulumi.export("kubeconfigCommand", pulumi.Output.concat(f"{update} ", base.cluster.cluster_name))
        pulumi.export("loadBalancerDnsName", balancer.dns_name)
        pulumi.export("databaseHost", data.postgres.host)
        pulumi.export("databaseReplicaHosts", list(data.postgres.replica_hosts))
        pulumi.export("shardHosts", list(data.shards.hosts) if data.shards is not None else [])
        pulumi.export("redisHost", data.redis.host)
        if images is not None:
            pulumi.export("imageRepository", images.repository_url)
        # Without the CDN no DNS record leads to the load balancer.
        named = self.settings.cdn.hosts.app if self.settings.cdn.enabled else balancer.dns_name
        pulumi.export("url", pulumi.Output.concat("https://", named))
