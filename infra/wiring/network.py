"""Arguments of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.network.flow_logs import FlowLogs
from components.network.network import NetworkArgs
from infra.wiring.names import names_of
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.security.keys import DataKey
    from infra.settings import Settings


def args(settings: Settings, key: DataKey) -> NetworkArgs:
    """The VPC: the same plan in every phase; the phase decides the number of NAT gateways and endpoints."""
    names = names_of(settings)
    return NetworkArgs(
        prefix=names.prefix,
        **of_same_name(NetworkArgs, settings.network, settings),
        flow_logs=FlowLogs(**of_same_name(FlowLogs, settings.network.flow_logs)),
        cluster_name=names.cluster,
        log_key_arn=key.key_arn,
    )
