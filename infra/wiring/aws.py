"""Arguments of the AWS infrastructure: key, network, cluster, node pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cluster.addons import AddonsArgs, AddonVersions
from components.cluster.cluster import ClusterArgs
from components.cluster.node_pools import SYSTEM_TAINT, CapacityType, NodePool, NodePoolsArgs, Taint, TaintEffect
from components.network.flow_logs import FlowLogs
from components.network.network import NetworkArgs
from components.security.keys import DataKeyArgs
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from components.cluster.cluster import Cluster
    from components.cluster.node_pools import NodePools
    from components.network.network import Network
    from components.security.keys import DataKey
    from infra.settings import Settings
    from infra.settings.pools import PoolSizes

KEY_DELETION_DAYS = {"dev": 7, "prod": 30}
"""Waiting time before a deleted key is gone: the shortest and the longest that KMS allows (KMS documentation)."""
SPOT_TAINT = Taint(key="spot", value="true", effect=TaintEffect.NO_SCHEDULE)
"""Only batch work that tolerates an interruption runs on spot nodes."""


def data_key_args(settings: Settings) -> DataKeyArgs:
    """The key that encrypts databases, caches, buckets, secrets and logs."""
    return DataKeyArgs(
        alias=names_of(settings).data_key_alias,
        deletion_window_days=KEY_DELETION_DAYS[settings.environment.value],
        protect=settings.protect,
    )


def network_args(settings: Settings, key: DataKey) -> NetworkArgs:
    """The VPC: the same plan in every phase; the phase decides the number of NAT gateways and endpoints."""
    names, network = names_of(settings), settings.network
    return NetworkArgs(
        prefix=names.prefix,
        vpc_cidr=network.vpc_cidr,
        availability_zones=network.availability_zones,
        nat_gateways=network.nat_gateways,
        interface_endpoints=network.interface_endpoints,
        region=settings.region,
        flow_logs=FlowLogs(
            traffic_type=network.flow_logs.traffic_type, retention_days=network.flow_logs.retention_days
        ),
        cluster_name=names.cluster,
        protect=settings.protect,
        log_key_arn=key.key_arn,
    )


def cluster_args(settings: Settings, key: DataKey, network: Network) -> ClusterArgs:
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


def node_pools_args(settings: Settings, cluster: Cluster, network: Network) -> NodePoolsArgs:
    """The node pools of this phase: a pool that appears later is created, none is ever renamed."""
    names = names_of(settings)
    return NodePoolsArgs(
        prefix=names.prefix,
        cluster_name=cluster.cluster_name,
        cluster_version=settings.cluster.version,
        subnet_ids=tuple(network.app_subnet_ids),
        pools=node_pools(settings),
        tags=names.tags,
        reset_desired=settings.pools.reset_desired,
    )


def node_pools(settings: Settings) -> tuple[NodePool, ...]:
    """The pools that exist: `app` always, `system` and `spot` where they are enabled."""
    system, app, spot = settings.pools.system, settings.pools.app, settings.pools.spot
    pools = [_on_demand("app", app.instance_type, app)]
    if system.enabled:
        pools.insert(0, _on_demand("system", system.instance_type, system, taints=(SYSTEM_TAINT,)))
    if spot.enabled:
        pools.append(
            NodePool(
                name="spot",
                instance_types=spot.instance_types,
                capacity_type=CapacityType.SPOT,
                min_size=spot.min_size,
                desired_size=spot.desired_size,
                max_size=spot.max_size,
                disk_gib=spot.disk_gib,
                taints=(SPOT_TAINT,),
            )
        )
    return tuple(pools)


def _on_demand(name: str, instance_type: str, sizes: PoolSizes, taints: tuple[Taint, ...] = ()) -> NodePool:
    return NodePool(
        name=name,
        instance_types=(instance_type,),
        min_size=sizes.min_size,
        desired_size=sizes.desired_size,
        max_size=sizes.max_size,
        disk_gib=sizes.disk_gib,
        taints=taints,
    )


def addons_args(settings: Settings, cluster: Cluster, nodes: NodePools) -> AddonsArgs:
    """The add-ons whose pods need nodes."""
    return AddonsArgs(
        cluster_name=cluster.cluster_name,
        versions=addon_versions(settings),
        nodes=nodes.node_groups,
        container_insights=settings.monitoring.container_insights,
    )
