"""Flow logs of a VPC in CloudWatch or S3: who talked to whom, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..kubernetes.children import child_options
from ..naming import NameKind, physical_name
from ..security.iam import Statement, arn_like, equals, policy_document, service_trust

LOG_RETENTION_DAYS = frozenset(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
"""Retentions that CloudWatch Logs accepts, in days (CloudWatch Logs API reference, PutRetentionPolicy)."""

FLOW_LOG_INTERVAL_SECONDS = 600
"""The longest aggregation interval: one tenth of the records of 60 s (VPC User Guide, "Flow logs basics")."""


@dataclass(frozen=True, kw_only=True)
class FlowLogs:
    """What is recorded of the traffic.

    Attributes:
        traffic_type: "ALL", "ACCEPT" or "REJECT".
        retention_days: how long CloudWatch keeps the records; one of `LOG_RETENTION_DAYS`.
    """

    traffic_type: str
    retention_days: int

    def __post_init__(self) -> None:
        """Refuse what the services refuse."""
        if self.traffic_type not in {"ALL", "ACCEPT", "REJECT"}:
            raise ValueError(f"traffic_type must be ALL, ACCEPT or REJECT, got {self.traffic_type!r}")
        if self.retention_days not in LOG_RETENTION_DAYS:
            raise ValueError(f"retention_days must be one of {sorted(LOG_RETENTION_DAYS)}, got {self.retention_days}")


@dataclass(frozen=True, kw_only=True)
class VpcFlowLogsArgs:
    """What the flow logs of a VPC need to be told.

    Attributes:
        prefix: beginning of the log group's name.
        vpc_id: the VPC.
        account_id: the account that owns it.
        flow_logs: what is recorded, and for how long it is kept.
        key_arn: KMS key of the log group; None leaves it to the service's own key.
        bucket_arn: bucket that gets the records instead of a log group, and decides for how long; its policy must admit
            log delivery before, as that of a `LogsBucket` does (VPC User Guide, "Publish flow logs to Amazon S3").
    """

    prefix: str
    vpc_id: pulumi.Input[str]
    account_id: pulumi.Input[str]
    flow_logs: FlowLogs
    key_arn: pulumi.Input[str] | None = None
    bucket_arn: pulumi.Input[str] | None = None


class VpcFlowLogs(pulumi.ComponentResource):
    """The flow log, with a log group and the role that writes to it, or to a bucket that somebody else made.

    Example:
        ```python
        recorded = FlowLogs(traffic_type="ALL", retention_days=90)
        args = VpcFlowLogsArgs(prefix="acme-prod", vpc_id=vpc.id, account_id=vpc.owner_id, flow_logs=recorded)
        VpcFlowLogs("flow-logs", args)
        ```
    """

    log_group_name: pulumi.Output[str] | None
    """Where the records are, if not in a bucket."""

    def __init__(self, name: str, args: VpcFlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:network:VpcFlowLogs", name, None, opts)
        child = child_options(self, opts)
        if args.bucket_arn is None:
            self.log_group_name = self._in_cloudwatch(name, args, child)
        else:
            self.log_group_name = None
            _flow_log(name, args, child, destination=args.bucket_arn, kind="s3")
        self.register_outputs({"log_group_name": self.log_group_name})

    def _in_cloudwatch(self, name: str, args: VpcFlowLogsArgs, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            name=physical_name(NameKind.LOG_GROUP, args.prefix, "vpc-flow-logs"),
            retention_in_days=args.flow_logs.retention_days,
            kms_key_id=args.key_arn,
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            description="Lets VPC flow logs write to their log group",
            assume_role_policy=pulumi.Output.from_input(args.account_id).apply(_trust),
            opts=child,
        )
        policy = aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=group.arn.apply(_write_policy), opts=child)
        after = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[policy]))
        _flow_log(name, args, after, destination=group.arn, role_arn=role.arn)
        log_group_name: pulumi.Output[str] = group.name
        return log_group_name


def _flow_log(
    name: str,
    args: VpcFlowLogsArgs,
    opts: pulumi.ResourceOptions,
    *,
    destination: pulumi.Input[str],
    kind: str = "cloud-watch-logs",
    role_arn: pulumi.Input[str] | None = None,
) -> aws.ec2.FlowLog:
    return aws.ec2.FlowLog(
        f"{name}-log",
        vpc_id=args.vpc_id,
        traffic_type=args.flow_logs.traffic_type,
        log_destination_type=kind,
        log_destination=destination,
        iam_role_arn=role_arn,
        max_aggregation_interval=FLOW_LOG_INTERVAL_SECONDS,
        opts=opts,
    )


def _trust(account: str) -> str:
    """Only flow logs of this account may use the role (VPC User Guide, "Flow logs confused deputy prevention")."""
    return service_trust(
        "vpc-flow-logs.amazonaws.com",
        equals("aws:SourceAccount", account),
        arn_like("aws:SourceArn", f"arn:*:ec2:*:{account}:vpc-flow-log/*"),
    )


def _write_policy(log_group_arn: str) -> str:
    group = log_group_arn.removesuffix(":*")
    return policy_document(
        Statement(
            sid="WriteFlowLogs",
            actions=("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"),
            resources=(group, f"{group}:*"),
        ),
        Statement(sid="FindLogGroups", actions=("logs:DescribeLogGroups",), resources=("*",)),
    )
