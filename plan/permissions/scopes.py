"""On which resources a stack's writes are granted: by name where the stack chooses it, by tag, or anywhere.

ARN formats, and which actions take which resource, are the Service Authorization Reference's (read 2026-11-29 as
cfn-lint has it; a test compares). Region and condition of the region are written by whoever renders the policy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE: Final = "aws:iam/role:Role"
BUCKET: Final = "aws:s3/bucket:Bucket"
TOPIC: Final = "aws:sns/topic:Topic"

NAMED_BY_PULUMI: Final = (ROLE, BUCKET, TOPIC)
"""Types whose name begins with the resource's own in the program, and that are granted by that beginning."""

SCOPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "backup": (
            "arn:{partition}:backup:*:{account}:backup-vault:{prefix}-*",
            # A plan has an id that AWS Backup makes.
            "arn:{partition}:backup:*:{account}:backup-plan:*",
        ),
        "budgets": ("arn:{partition}:budgets::{account}:budget/{prefix}-*",),
        "cloudwatch": ("arn:{partition}:cloudwatch:*:{account}:alarm:alarms-*",),
        "ecr": ("arn:{partition}:ecr:*:{account}:repository/{prefix}/*",),
        "eks": (
            "arn:{partition}:eks:*:{account}:cluster/{prefix}",
            "arn:{partition}:eks:*:{account}:nodegroup/{prefix}/*",
            "arn:{partition}:eks:*:{account}:addon/{prefix}/*",
            "arn:{partition}:eks:*:{account}:access-entry/{prefix}/*",
            "arn:{partition}:eks:*:{account}:podidentityassociation/{prefix}/*",
        ),
        "elasticache": (
            "arn:{partition}:elasticache:*:{account}:replicationgroup:{prefix}-*",
            "arn:{partition}:elasticache:*:{account}:cluster:{prefix}-*",
            "arn:{partition}:elasticache:*:{account}:snapshot:{prefix}-*",
            # Groups of parameters and of subnets are named by Pulumi and hold no data.
            "arn:{partition}:elasticache:*:{account}:parametergroup:*",
            "arn:{partition}:elasticache:*:{account}:subnetgroup:*",
        ),
        "elasticloadbalancing": (
            "arn:{partition}:elasticloadbalancing:*:{account}:loadbalancer/net/{prefix}-*",
            "arn:{partition}:elasticloadbalancing:*:{account}:listener/net/{prefix}-*",
            # Named by Pulumi, 32 characters at most.
            "arn:{partition}:elasticloadbalancing:*:{account}:targetgroup/load-balancer-*",
        ),
        "logs": (
            "arn:{partition}:logs:*:{account}:log-group:/{prefix}/*",
            "arn:{partition}:logs:*:{account}:log-group:/aws/eks/{prefix}/*",
            "arn:{partition}:logs:*:{account}:log-group:/aws/rds/instance/{prefix}-*",
            "arn:{partition}:logs:*:{account}:log-group:/aws/vendedlogs/elasticache/{prefix}-*",
        ),
        "rds": (
            "arn:{partition}:rds:*:{account}:db:{prefix}-*",
            "arn:{partition}:rds:*:{account}:snapshot:{prefix}-*",
            # Recovery points of databases are snapshots that AWS Backup names.
            "arn:{partition}:rds:*:{account}:snapshot:awsbackup:*",
            # An automated backup has an id that RDS makes; groups and subscriptions are named by Pulumi.
            "arn:{partition}:rds:*:{account}:auto-backup:*",
            "arn:{partition}:rds:*:{account}:es:*",
            "arn:{partition}:rds:*:{account}:og:*",
            "arn:{partition}:rds:*:{account}:pg:*",
            "arn:{partition}:rds:*:{account}:subgrp:*",
        ),
        "secretsmanager": (
            "arn:{partition}:secretsmanager:*:{account}:secret:{prefix}/*",
            "arn:{partition}:secretsmanager:*:{account}:secret:{prefix}-shard-*",
        ),
        "ssm": ("arn:{partition}:ssm:*:{account}:parameter/bailbondpro/{stack}/*",),
    }
)
"""By service, with `{prefix}` for `bailbondpro-<stack>`. IAM, S3 and SNS are granted by the names in the plan, KMS and
EC2 by tag; Cost Explorer's monitors have ids that it makes."""

ANYWHERE: Final = frozenset(
    (
        *("eks:CreateCluster", "kms:CreateKey", "ssm:DescribeParameters"),
        *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"),
    )
)
"""Writes (and one read of `SECRETS`' service) of scoped services that take no resource."""

BY_TAG: Final = frozenset(
    (
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate",
        "ec2:DeleteManagedPrefixList",
        "ec2:DeleteNatGateway",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:ModifyLaunchTemplate",
        "ec2:ReleaseAddress",
        "kms:ScheduleKeyDeletion",
    )
)
"""Deletions that are granted on what has the stack's tag (`Stack`): every one of them names one resource, and the
provider tags all of them. What makes and connects things is not: it names others' resources beside its own (the rules
of the cluster's security group, which EKS makes without the tag, are one case)."""

GLOBAL: Final = frozenset(("budgets", "ce", "iam"))
"""Services whose requests have one region whatever the stack's: a condition on the region would refuse them."""
