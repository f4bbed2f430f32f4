"""Arguments of the cluster: control plane, add-ons, and the operators that run in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cluster.addons import AddonsArgs, AddonVersions
from components.cluster.cluster import ClusterArgs
from components.cluster.operator_access import OperatorAccessArgs
from components.cluster.operator_values import ClusterAutoscaler, LoadBalancerController, OperatorsArgs, PrometheusStack
from components.security.secrets import CredentialArgs
from infra.phases import RECOVERY_DAYS
from infra.settings import Environment
from infra.wiring.names import names_of
from infra.wiring.pods import system_placement

if TYPE_CHECKING:
    from components.cluster.cluster import Cluster
    from components.cluster.node_pools import NodePools
    from components.monitoring.topic import AlertTopic
    from components.network.load_balancer import LoadBalancer
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.security.secrets import Credential
    from infra.settings import Settings


def args(settings: Settings, key: DataKey, network: Network) -> ClusterArgs:
    """The EKS control plane and the add-ons that nodes need before they join."""
    cluster = settings.cluster
    return ClusterArgs(
        cluster_name=names_of(settings).cluster,
        version=cluster.version,
        subnet_ids=tuple(network.control_plane_subnet_ids),
        endpoint_public_access=cluster.endpoint_public_access,
        public_access_cidrs=cluster.public_access_cidrs,
        admin_principal_arns=cluster.admin_principal_arns,
        viewer_principal_arns=cluster.viewer_principal_arns,
        key_arn=key.key_arn,
        log_types=cluster.log_types,
        log_retention_days=cluster.log_retention_days,
        deletion_protection=settings.protect,
        protect=settings.protect,
        service_cidr=cluster.service_ipv4_cidr,
        addon_versions=addon_versions(settings),
    )


def addon_versions(settings: Settings) -> AddonVersions:
    """Pinned add-on versions."""
    versions = settings.cluster.addon_versions
    return AddonVersions(
        vpc_cni=versions.vpc_cni,
        kube_proxy=versions.kube_proxy,
        pod_identity_agent=versions.pod_identity_agent,
        coredns=versions.coredns,
        metrics_server=versions.metrics_server,
        ebs_csi_driver=versions.ebs_csi_driver,
        node_monitoring_agent=versions.node_monitoring_agent,
    )


def addons_args(settings: Settings, cluster: Cluster, nodes: NodePools) -> AddonsArgs:
    """The add-ons whose pods need nodes."""
    return AddonsArgs(
        cluster_name=cluster.cluster_name,
        versions=addon_versions(settings),
        nodes=nodes.node_groups,
        container_insights=settings.monitoring.container_insights,
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
