"""The customer managed KMS key that encrypts what the platform keeps."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..kubernetes.children import child_options
from ..naming import NameKind, physical_name
from .iam import Arn, Statement, arn_like, equals, policy_document

DELETION_WINDOW_DAYS = range(7, 31)
"""How long KMS can keep a key that is scheduled for deletion (KMS API reference, ScheduleKeyDeletion)."""

PUBLISHERS_WITH_SOURCE = ("budgets.amazonaws.com", "costalerts.amazonaws.com", "events.rds.amazonaws.com")
"""Services that publish to encrypted SNS topics and name the account they act for."""

PUBLISHERS = ("cloudwatch.amazonaws.com",)
"""Publishers whose documented key policy has no source condition (CloudWatch User Guide, "Amazon SNS encryption")."""


@dataclass(frozen=True, kw_only=True)
class DataKeyArgs:
    """What a data key needs to be told.

    Attributes:
        alias: name with or without the leading "alias/", such as "bailbondpro-prod-data".
        deletion_window_days: days between a scheduled deletion and the loss of everything encrypted with it, 7 to 30.
        protect: the engine refuses to delete or replace the key.
        region: another region than the provider's, for copies that are kept there; changing it makes a new key.
    """

    alias: str
    deletion_window_days: int
    protect: bool
    region: str | None = None

    def __post_init__(self) -> None:
        """Refuse a window that KMS refuses."""
        if self.deletion_window_days not in DELETION_WINDOW_DAYS:
            raise ValueError(f"deletion_window_days must be 7 to 30, got {self.deletion_window_days}")


def key_policy(key_arn: str) -> str:
    """Who may use the key: its account through IAM, CloudWatch Logs for its log groups, and publishers of alerts.

    Account, region and partition are read from the key's own ARN, so no data call is made.

    Args:
        key_arn: the ARN of the key that the policy is for.
    """
    arn = Arn.parse(key_arn)
    source = equals("aws:SourceAccount", arn.account)
    publish = ("kms:Decrypt", "kms:GenerateDataKey*")
    return policy_document(
        Statement(
            sid="AccountDelegatesToIam",
            actions=("kms:*",),
            resources=("*",),
            accounts=(f"arn:{arn.partition}:iam::{arn.account}:root",),
        ),
        Statement(
            sid="LogGroupsOfThisAccount",
            actions=("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"),
            resources=("*",),
            services=(f"logs.{arn.region}.amazonaws.com",),
            conditions=(
                arn_like(
                    "kms:EncryptionContext:aws:logs:arn",
                    f"arn:{arn.partition}:logs:{arn.region}:{arn.account}:log-group:*",
                ),
            ),
        ),
        Statement(
            sid="AlertsOfThisAccount",
            actions=publish,
            resources=("*",),
            services=PUBLISHERS_WITH_SOURCE,
            conditions=(source,),
        ),
        Statement(sid="Alarms", actions=publish, resources=("*",), services=PUBLISHERS),
    )


class DataKey(pulumi.ComponentResource):
    """A symmetric KMS key, rotated every year, with an alias and a policy for the services that use it.

    Example:
        ```python
        key = DataKey("keys", DataKeyArgs(alias="acme-prod-data", deletion_window_days=30, protect=True))
        bucket_key = key.key_arn
        ```
    """

    key_arn: pulumi.Output[str]
    """The key's ARN, known once its policy is in place, so that nobody uses the key too early."""
    key_id: pulumi.Output[str]
    alias_name: pulumi.Output[str]

    def __init__(self, name: str, args: DataKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:keys:DataKey", name, None, opts)
        child = child_options(self, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description="Encrypts databases, caches, buckets, secrets and logs of the platform",
            enable_key_rotation=True,
            deletion_window_in_days=args.deletion_window_days,
            region=args.region,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=args.protect)),
        )
        policy = aws.kms.KeyPolicy(
            f"{name}-policy",
            key_id=key.key_id,
            policy=key.arn.apply(key_policy),
            region=args.region,
            opts=child,
        )
        alias = aws.kms.Alias(
            f"{name}-alias",
            name=physical_name(NameKind.KMS_ALIAS, args.alias.removeprefix(NameKind.KMS_ALIAS.rule.lead)),
            target_key_id=key.key_id,
            region=args.region,
            opts=child,
        )
        self.key_arn = pulumi.Output.all(key.arn, policy.id).apply(lambda pair: str(pair[0]))
        self.key_id = key.key_id
        self.alias_name = alias.name
        self.register_outputs({"key_arn": self.key_arn, "key_id": self.key_id, "alias_name": self.alias_name})
