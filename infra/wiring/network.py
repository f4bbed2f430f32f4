"""Arguments of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.network.flow_logs import FlowLogs, VpcFlowLogsArgs
from components.network.network import NetworkArgs
from infra.wiring.names import names_of
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.storage.buckets import LogsBucket
    from infra.settings import Settings


def args(settings: Settings, key: DataKey) -> NetworkArgs:
    """The VPC: the same plan in every phase; the phase decides the number of NAT gateways and endpoints."""
    names = names_of(settings)
    return NetworkArgs(
        prefix=names.prefix,
        **of_same_name(NetworkArgs, settings.network, settings),
        flow_logs=None if flow_logs_in_s3(settings) else _recorded(settings),
        cluster_name=names.cluster,
        log_key_arn=key.key_arn,
    )


def flow_logs_in_s3(settings: Settings) -> bool:
    """Whether flow logs go to the bucket of access logs, which is made after the network."""
    return settings.network.flow_logs.destination == "s3"


def flow_logs_args(settings: Settings, vpc: Network, logs: LogsBucket) -> VpcFlowLogsArgs:
    """Flow logs in the bucket of access logs."""
    return VpcFlowLogsArgs(
        prefix=names_of(settings).prefix,
        vpc_id=vpc.vpc_id,
        account_id=vpc.account_id,
        flow_logs=_recorded(settings),
        bucket_arn=logs.ready_arn,
    )


def _recorded(settings: Settings) -> FlowLogs:
    return FlowLogs(**of_same_name(FlowLogs, settings.network.flow_logs))
