"""Arguments of the cluster: control plane, add-ons, and the operators that run in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cluster.addons import AddonsArgs, AddonVersions
from components.cluster.cluster import ClusterArgs
from components.cluster.operator_access import OperatorAccessArgs
from components.cluster.operator_values import ClusterAutoscaler, LoadBalancerController, OperatorsArgs, PrometheusStack
from infra.wiring.encryption import secret_args
from infra.wiring.names import names_of
from infra.wiring.pods import system_placement
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.cluster.cluster import Cluster
    from components.cluster.node_pools import NodePools
    from components.monitoring.topic import AlertTopic
    from components.network.load_balancer import LoadBalancer
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.security.secrets import Credential, CredentialArgs
    from infra.settings import Settings


def args(settings: Settings, key: DataKey, network: Network) -> ClusterArgs:
    """The EKS control plane and the add-ons that nodes need before they join."""
    return ClusterArgs(
        cluster_name=names_of(settings).cluster,
        **of_same_name(ClusterArgs, settings.cluster, settings),
        subnet_ids=tuple(network.control_plane_subnet_ids),
        key_arn=key.key_arn,
        deletion_protection=settings.protect,
        service_cidr=settings.cluster.service_ipv4_cidr,
        addon_versions=addon_versions(settings),
    )


def addon_versions(settings: Settings) -> AddonVersions:
    """Pinned add-on versions."""
    return AddonVersions(**of_same_name(AddonVersions, settings.cluster.addon_versions))


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
    generation = settings.monitoring.prometheus.grafana_password_generation
    return secret_args(settings, key, "grafana", generation=generation)


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


def nodes_of_a_zone(settings: Settings) -> int:
    """The most nodes that one zone has: of each pool its share, rounded up, for the first zones get one more."""
    pools, zones = settings.pools, len(settings.network.availability_zones)
    sizes = [pools.app.max_size]
    sizes += [pool.max_size for pool in (pools.system, pools.spot) if pool.enabled]
    return sum(-(-size // zones) for size in sizes)


def operators_args(
    settings: Settings, cluster: Cluster, network: Network, topic: AlertTopic, grafana: Credential | None
) -> OperatorsArgs:
    """The controllers that the platform's own objects need; Grafana where it has a password."""
    prometheus = settings.monitoring.prometheus
    stack = None
    if prometheus.enabled:
        stack = PrometheusStack(
            **of_same_name(PrometheusStack, prometheus, settings),
            grafana_password=grafana.password if grafana is not None else None,
            alert_topic_arn=topic.topic_arn,
            replicas=2 if settings.environment.production else 1,
        )
    return OperatorsArgs(
        cluster_name=cluster.cluster_name,
        load_balancer_controller=LoadBalancerController(region=settings.region, vpc_id=network.vpc_id),
        cluster_autoscaler=ClusterAutoscaler(
            region=settings.region,
            cluster_version=settings.cluster.version,
            nodes_of_a_zone=nodes_of_a_zone(settings),
        ),
        keda=settings.autoscaling.metrics_backend == "keda",
        vertical_pod_autoscaler=settings.autoscaling.vpa.mode != "off",
        vertical_changes_pods=settings.autoscaling.vpa.mode in {"memory", "full"},
        prometheus_stack=stack,
        placement=system_placement(settings),
        high_availability=settings.environment.production,
    )
