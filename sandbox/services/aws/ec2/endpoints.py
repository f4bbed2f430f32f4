"""Endpoints and flow logs of EC2: what reaches a network, and what is written of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, given, text
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.pairs import pair
from sandbox.model.references import Reference, outside
from sandbox.model.replacement import Condition, Replaced, Situation, words
from sandbox.model.rows import NONE, Returned, Row, prefixed, schema_only
from sandbox.services.aws.arns import arn
from sandbox.services.aws.cloudwatch import LOG_GROUP_ARN
from sandbox.services.aws.ec2.flows import WRITTEN, WRITTEN_TWICE
from sandbox.services.aws.ec2.pairs import ENDPOINT_NAMES, ENDPOINT_TABLES, ENDPOINT_ZONES
from sandbox.services.aws.ec2.targets import DEPENDENCY, ROUTE_TABLE, SECURITY_GROUP, SUBNET, VPC
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.pairs.regions import FAR_SERVICE
from sandbox.services.aws.returned import network
from sandbox.services.aws.s3 import BUCKET_ARN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change


def _flow_log(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "logDestinationType", "cloud-watch-logs")
    if kind == "cloud-watch-logs" and not given(inputs, "iamRoleArn"):
        yield Violation("iamRoleArn", "required for CloudWatch Logs (InvalidParameter: DeliverLogsPermissionArn)")
    if kind == "s3" and given(inputs, "iamRoleArn"):
        yield Violation("iamRoleArn", "not for a destination in S3 (InvalidParameter: DeliverLogsPermissionArn)")
    if not given(inputs, "logDestination"):
        yield Violation("logDestination", f"required for destination type {kind}")
    if given(inputs, "destinationOptions") and kind not in {"", "s3"}:
        yield Violation("destinationOptions", f"only for a destination in S3, here {kind}")


def _endpoint(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "vpcEndpointType", "Gateway")
    service = text(inputs, "serviceName")
    wrong = {"Gateway": ("subnetIds", "securityGroupIds", "privateDnsEnabled"), "Interface": ("routeTableIds",)}
    for name in wrong.get(kind, ()):
        if given(inputs, name) and inputs[name] is not False:
            yield Violation(name, f"not for an endpoint of type {kind} (InvalidParameter)")
    if kind == "Gateway" and re.fullmatch(r"com\.amazonaws\.[a-z0-9-]+\.(?!s3$|dynamodb$)[a-z0-9.-]+", service):
        yield Violation(
            "vpcEndpointType", f"{service} has no gateway endpoint, only S3 and DynamoDB have (InvalidParameter)"
        )


_EC2 = "Amazon EC2 API Reference"


def _private_names_once(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if context.cloud is None or not inputs.get("privateDnsEnabled"):
        return
    for item in context.cloud.of_type(context.token):
        same = all(item.inputs.get(key) == inputs.get(key) for key in ("vpcId", "serviceName", "privateDnsEnabled"))
        if same and item.id != context.id:
            yield Violation(
                "privateDnsEnabled",
                f"{item.name} answers for {inputs.get('serviceName')} in this VPC already "
                "(InvalidParameter: there is already a conflicting DNS domain in the VPC)",
            )


def _not_an_interface(case: Situation, _: Change) -> bool:
    return (case.old.get("vpcEndpointType") or "Gateway") != "Interface"


def _endpoint_outputs(name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {
        "arn": arn("ec2", f"vpc-endpoint/{identity}", place),
        "prefixListId": f"pl-{short_hash(name, length=8)}",
        "state": "available",
    }


_flow = On("flow-log", source=f"{_EC2}, CreateFlowLogs")
_endpoint_on = On("endpoint", source=f"{_EC2}, CreateVpcEndpoint")
ROWS = (
    Row(
        token="aws:ec2/flowLog:FlowLog",
        name=NONE,
        id=prefixed("fl"),
        replaced=Replaced(
            words(
                "deliverCrossAccountRole destinationOptions eniId iamRoleArn logDestination "
                "logDestinationType logFormat maxAggregationInterval subnetId trafficType "
                "transitGatewayAttachmentId transitGatewayId vpcId"
            ),
            {
                "destinationOptions.fileFormat": "plain-text",
                "destinationOptions.hiveCompatiblePartitions": False,
                "destinationOptions.perHourPartition": False,
                "logDestinationType": "cloud-watch-logs",
                "maxAggregationInterval": 600,
            },
            kept=("logDestination", "logFormat"),
        ),
        references=(
            Reference("iamRoleArn", ROLE_ARN, "InvalidParameter: Access Denied for the role"),
            Reference(
                "logDestination",
                (*BUCKET_ARN, *LOG_GROUP_ARN),
                "LogDestinationNotFoundException",
                spared=lambda arn: outside(arn) or "/" in arn.partition(":s3:::")[2],
            ),
            Reference("vpcId", VPC, "InvalidVpcId.NotFound"),
            Reference("subnetId", SUBNET, "InvalidSubnetId.NotFound"),
        ),
        unique=(),
        values=(
            _flow.one_of("trafficType", ("ACCEPT", "REJECT", "ALL")),
            _flow.one_of("maxAggregationInterval", (60, 600), "InvalidParameter: MaxAggregationInterval"),
            _flow.one_of("logDestinationType", ("cloud-watch-logs", "s3", "kinesis-data-firehose")),
            _flow.one_of("destinationOptions.fileFormat", ("plain-text", "parquet")),
            _flow.custom("destination", _flow_log),
            WRITTEN,
        ),
        state=(WRITTEN_TWICE,),
        returned=Returned(values=network.FLOW_LOG),
    ),
    Row(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        name=NONE,
        id=prefixed("vpce"),
        outputs=_endpoint_outputs,
        replaced=Replaced(
            ("serviceName", "serviceRegion", "vpcEndpointType", "vpcId"),
            {"vpcEndpointType": "Gateway"},
            when={
                "privateDnsEnabled": Condition(
                    _not_an_interface, "the endpoint is not of type Interface", "SDK documentation"
                )
            },
        ),
        references=(
            Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),
            Reference("subnetIds[*]", SUBNET, "InvalidSubnetID.NotFound", DEPENDENCY),
            Reference("routeTableIds[*]", ROUTE_TABLE, "InvalidRouteTableID.NotFound"),
            Reference("securityGroupIds[*]", SECURITY_GROUP, "InvalidGroup.NotFound", DEPENDENCY),
        ),
        unique=(),
        values=(
            _endpoint_on.one_of(
                "vpcEndpointType",
                ("Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork", "Tunnel"),
            ),
            _endpoint_on.custom("kind", _endpoint),
        ),
        state=(
            pair(
                "private-names-once",
                _private_names_once,
                refused="two endpoints of a VPC that answer for one service by its own name",
                says="InvalidParameter: there is already a conflicting DNS domain in the VPC",
                source="AWS PrivateLink Guide, Manage DNS names for VPC endpoints",
            ),
            ENDPOINT_NAMES,
            ENDPOINT_ZONES,
            ENDPOINT_TABLES,
            FAR_SERVICE,
        ),
        returned=Returned(values=network.ENDPOINT),
    ),
    schema_only(
        "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        "no stack has one: route tables stand in the endpoint itself",
        Replaced(("routeTableId", "vpcEndpointId")),
    ),
)
