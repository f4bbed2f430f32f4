"""Arguments of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.network.flow_logs import FlowLogs
from components.network.network import NetworkArgs
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from components.security.keys import DataKey
    from infra.settings import Settings


def args(settings: Settings, key: DataKey) -> NetworkArgs:
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
