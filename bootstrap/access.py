"""Who may take a stack's roles, what of the state they touch, and what every role inside a stack may be at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.policies import Scope, compact
from components.security.iam import Condition, Effect, Statement, equals, policy_document
from plan.permissions.scopes import BUCKET
from plan.tokens import BACKUP_PLAN

if TYPE_CHECKING:
    from plan.permissions import Needs

ISSUER = "token.actions.githubusercontent.com"
"""GitHub's issuer of tokens (GitHub documentation, "Configuring OpenID Connect in Amazon Web Services")."""
AUDIENCE = "sts.amazonaws.com"
"""What `aws-actions/configure-aws-credentials` asks a token for (as above)."""

DEPLOY_SESSION_SECONDS = 21_600
"""Longest session of the deploying role: the length of a job on GitHub's own runners (GitHub documentation, "Usage
limits": 6 hours), and more than the pipeline's job asks for."""
PIPELINE_SESSION_SECONDS = 19_800
"""Session that the pipeline's deploying job asks for (.github/workflows/deploy.yml, which a test compares)."""
PREVIEW_SESSION_SECONDS = 3_600
"""Longest session of the preview role: IAM's least and default (IAM API Reference, CreateRole)."""

STATE_FOLDERS = (
    ".pulumi/stacks/{project}/{stack}.*",
    ".pulumi/history/{project}/{stack}/*",
    ".pulumi/backups/{project}/{stack}/*",
    ".pulumi/locks/organization/{project}/{stack}/*",
)
"""Where the engine keeps a stack in a bucket (pulumi 3.259, `pkg/backend/diy`: store.go, lock.go)."""
STATE_FORMAT = ".pulumi/meta.yaml"
"""What the engine reads first; `pulumi login` writes it into an empty bucket (as above, meta.go)."""
PROJECT = "bailbondpro"
"""The platform's project."""

BOUNDED_SERVICES = (
    *("autoscaling", "cloudwatch", "ec2", "ec2messages", "ecr", "eks", "eks-auth", "elasticloadbalancing"),
    *("logs", "sns", "ssm", "ssmmessages", "xray"),
)
"""Services that roles of a stack use: the platform's own policies, and those of AWS that it attaches
(AmazonEKSClusterPolicy, AmazonEKSWorkerNodePolicy, AmazonEKS_CNI_Policy, AmazonEC2ContainerRegistryPullOnly,
AmazonEBSCSIDriverPolicy, CloudWatchAgentServerPolicy, AmazonRDSEnhancedMonitoringRole; AWS Managed Policy Reference
Guide; read 2026-11-30). A test holds every action of theirs against the boundary."""
BACKUP_SERVICES = ("backup", "backup-storage", "events", "rds", "tag")
"""Services that the role of AWS Backup uses beside keys and the stack's own buckets, where a plan has recovery points
(AWSBackupServiceRolePolicyForBackup, AWSBackupServiceRolePolicyForS3Backup; AWS Managed Policy Reference Guide; read
2026-11-30). What that role may do with services that no plan uses is taken away."""


def trust_policy(provider_arn: str, repository: str, environment: str) -> str:
    """Jobs of one repository in one environment, and nobody else: both claims are compared as a whole.

    A token's subject names the environment where a job has one, and then no branch (GitHub documentation, "OpenID
    Connect reference"): which branches may use the environment is the environment's own rule.

    Args:
        provider_arn: GitHub's OIDC provider in this account.
        repository: owner/name; a fork has another owner.
        environment: the environment's name.
    """
    return policy_document(
        Statement(
            sid="JobsOfOneEnvironment",
            actions=("sts:AssumeRoleWithWebIdentity",),
            federated=(provider_arn,),
            conditions=(
                Condition(
                    operator="StringEquals",
                    key=f"{ISSUER}:aud",
                    values=(AUDIENCE,),
                ),
                Condition(
                    operator="StringEquals",
                    key=f"{ISSUER}:sub",
                    values=(f"repo:{repository}:environment:{environment}",),
                ),
            ),
        )
    )


def state_policy(stack: str, bucket_arn: str, bucket_key_arn: str, secrets_key_arn: str, *, writes: bool) -> str:
    """What a role may do with its own stack's state.

    A preview reads alone: neither `pulumi preview` nor `pulumi refresh --preview-only` takes the lock (pulumi 3.259,
    `pkg/backend/diy/backend.go`).

    Args:
        stack: the stack's name.
        bucket_arn: the bucket of all states.
        bucket_key_arn: the key that encrypts the bucket.
        secrets_key_arn: the key of this stack's secrets provider.
        writes: whether the role updates.
    """
    own = tuple(f"{bucket_arn}/{pattern.format(project=PROJECT, stack=stack)}" for pattern in STATE_FOLDERS)
    objects = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject") if writes else ("s3:GetObject",)
    keys = ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",)
    return compact(
        Statement(sid="OwnState", actions=objects, resources=own),
        Statement(sid="FormatOfState", actions=("s3:GetObject",), resources=(f"{bucket_arn}/{STATE_FORMAT}",)),
        Statement(sid="NamesOfStates", actions=("s3:GetBucketLocation", "s3:ListBucket"), resources=(bucket_arn,)),
        Statement(sid="StateIsEncrypted", actions=keys, resources=(bucket_key_arn,)),
        Statement(sid="OwnSecrets", actions=("kms:Decrypt",), resources=(secrets_key_arn,)),
    )


def key_policy(account_root_arn: str) -> str:
    """The account decides through IAM who uses the key: nobody is locked out, and nobody else is let in.

    Args:
        account_root_arn: `arn:aws:iam::<account>:root`.
    """
    return policy_document(
        Statement(sid="AccountDelegatesToIam", actions=("kms:*",), resources=("*",), accounts=(account_root_arn,))
    )


def boundary_policy(scope: Scope, needs: Needs) -> str:
    """What a role of a stack may be at most, whatever policies it is given: no IAM, no other stack's data.

    Args:
        scope: the stack.
        needs: what its plans hold.
    """
    start = f"arn:{scope.partition}"
    services = (*BOUNDED_SERVICES, *(BACKUP_SERVICES if BACKUP_PLAN in needs.types else ()))
    secrets = tuple(f"{start}:secretsmanager:*:{scope.account}:secret:{scope.prefix}{end}*" for end in ("/", "-"))
    return compact(
        Statement(
            sid="ServicesOfTheStack",
            actions=tuple(f"{service}:*" for service in services),
            resources=("*",),
        ),
        Statement(
            sid="UseKeys",
            actions=(
                *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"),
                *("kms:GenerateDataKey*", "kms:ListGrants", "kms:ReEncrypt*"),
            ),
            resources=("*",),
        ),
        Statement(
            sid="OwnBuckets",
            actions=("s3:*",),
            resources=tuple(f"{start}:s3:::{name}" for name in needs.names.get(BUCKET, ())),
        ),
        *(
            (Statement(sid="NamesOfBuckets", actions=("s3:ListAllMyBuckets",), resources=("*",)),)
            if BACKUP_PLAN in needs.types
            else ()
        ),
        Statement(sid="OwnSecrets", actions=("secretsmanager:*",), resources=secrets),
        Statement(
            sid="LoadBalancersRole",
            actions=("iam:CreateServiceLinkedRole",),
            resources=(f"{start}:iam::{scope.account}:role/aws-service-role/*",),
            conditions=(equals("iam:AWSServiceName", "elasticloadbalancing.amazonaws.com"),),
        ),
        Statement(
            sid="OtherStacks",
            effect=Effect.DENY,
            actions=("kms:*", "secretsmanager:*"),
            resources=("*",),
            conditions=(
                Condition(operator="StringNotEquals", key="aws:ResourceTag/Stack", values=(scope.prefix,)),
                Condition(operator="Null", key="aws:ResourceTag/Stack", values=("false",)),
            ),
        ),
    )
