"""Settings of the VPC. Sizes of subnets are fixed: no CIDR of AWS can change later (EC2 documentation)."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.base import Area, AvailabilityZone, LogRetentionDays, VpcCidr

InterfaceEndpoint = Literal[
    "autoscaling",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "kms",
    "logs",
    "monitoring",
    "secretsmanager",
    "sqs",
    "ssm",
    "sts",
]


class FlowLogsSettings(Area):
    """VPC flow logs, written to CloudWatch Logs or to S3."""

    traffic_type: Literal["ACCEPT", "REJECT", "ALL"] = Field(
        description="Which traffic is logged. Default: REJECT in dev, ALL in prod (EC2 documentation, flow logs)."
    )
    retention_days: LogRetentionDays = Field(
        description="Days the flow logs are kept in CloudWatch. Default: 14 in dev, 90 in prod (our choice)."
    )
    destination: Literal["cloudwatch", "s3"] = Field(
        default="cloudwatch",
        description="Where they are written: cloudwatch, where they can be searched at once, or s3, the bucket of "
        "access logs, at about half of the price and for its `storage.logsRetentionDays`. Default: cloudwatch.",
    )


class NetworkSettings(Area):
    """The VPC: one /16, three zones, public, app, data and control-plane subnets of fixed size."""

    vpc_cidr: VpcCidr = Field(
        description="The VPC's IPv4 range, a private /16; never changes after the first deployment (EC2: create-only). "
        "Default: 10.20.0.0/16 in dev, 10.10.0.0/16 in prod."
    )
    availability_zones: Annotated[tuple[AvailabilityZone, ...], Field(min_length=3, max_length=3)] = Field(
        description="The three zones, in the order of the subnets; never changes after the first deployment. Default: "
        "zones a, b and c of the region."
    )
    nat_gateways: int = Field(
        ge=1,
        le=3,
        description="NAT gateways, 1 (cheapest) to 3 (one per zone, no zone depends on another). "
        "Default by phase: dev 1, prod 2, 3, 3.",
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        description="AWS services reached without leaving the VPC, besides S3, which always is; each costs per zone. "
        "Default: none in dev and in the first phase; then the six that a node needs."
    )
    flow_logs: FlowLogsSettings = Field(description="What is logged of the VPC's traffic, and for how long.")
