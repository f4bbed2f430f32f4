"""What flow logs and volumes of EC2 must fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import others, pair

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBNET = "aws:ec2/subnet:Subnet"
_API = "Amazon EC2 API Reference"


# Flow logs.

_SERVICE_OF = {"cloud-watch-logs": "logs", "s3": "s3", "kinesis-data-firehose": "firehose"}


def _written(context: Context) -> Iterator[Violation]:
    kind, value = context.inputs.get("logDestinationType", "cloud-watch-logs"), context.inputs.get("logDestination")
    service = f"{value}:::".split(":")[2]
    wanted = _SERVICE_OF.get(str(kind))
    if isinstance(value, str) and value.startswith("arn:") and wanted is not None and service != wanted:
        yield Violation(
            "logDestination", f"{value} is of {service}, logDestinationType {kind} needs an ARN of {wanted}"
        )


def _written_twice(context: Context) -> Iterator[Violation]:
    names = ("vpcId", "subnetId", "eniId", "transitGatewayId", "trafficType", "logDestination", "logFormat")
    wanted = [context.inputs.get(name) for name in (*names, "maxAggregationInterval")]
    for item in others(context, context.token):
        if [item.inputs.get(name) for name in (*names, "maxAggregationInterval")] == wanted:
            yield Violation("logDestination", f"{item.name} writes the same to it already")


WRITTEN = pair(
    "flow-log-destination-kind",
    _written,
    refused="a destination of a flow log that is not of its type",
    says="InvalidParameter: LogDestination does not match LogDestinationType",
    source=f"{_API}, CreateFlowLogs, LogDestination",
    at_once=True,
)
WRITTEN_TWICE = pair(
    "flow-log-twice",
    _written_twice,
    refused="two flow logs of the same traffic to one destination",
    says="FlowLogAlreadyExists: There is an existing Flow Log with the same configuration and log destination",
    source=f"{_API}, CreateFlowLogs; Error codes",
)


# Volumes.


def _zones_differ(context: Context) -> Iterator[Violation]:
    cloud, inputs = context.cloud, context.inputs
    if cloud is None:
        return
    volume = cloud.get("aws:ebs/volume:Volume", str(inputs.get("volumeId")))
    machine = cloud.get("aws:ec2/instance:Instance", str(inputs.get("instanceId")))
    if volume is None or machine is None:
        return
    subnet = cloud.get(SUBNET, str(machine.inputs.get("subnetId")))
    there = machine.inputs.get("availabilityZone") or (subnet.inputs.get("availabilityZone") if subnet else None)
    here = volume.inputs.get("availabilityZone")
    if isinstance(here, str) and isinstance(there, str) and here != there:
        yield Violation("volumeId", f"volume {volume.name} lies in {here}, instance {machine.name} in {there}")


ZONES_DIFFER = pair(
    "volume-zone",
    _zones_differ,
    refused="a volume of another zone than the instance",
    says="InvalidVolume.ZoneMismatch: The volume is not in the same availability zone as the instance",
    source=f"{_API}, AttachVolume; Error codes",
)
