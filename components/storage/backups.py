"""Recovery points of databases and buckets in a vault that nobody empties, and copies of them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bailbondpro.facts import backups
from bailbondpro.facts.windows import daily_length, daily_span

from ..kubernetes.children import child_options
from ..security.iam import service_trust
from ..validation import require, within

if TYPE_CHECKING:
    from collections.abc import Sequence

_POLICIES = {
    "backup": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "backup-s3": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
}
"""What AWS Backup may do: databases, and buckets (AWS Backup Developer Guide, "AWS managed policies"; unverified)."""


@dataclass(frozen=True, kw_only=True)
class BackupsArgs:
    """What is backed up, how long it stays, and where it is copied to.

    Attributes:
        vault_name: name of the vault, 2 to 50 letters, digits and hyphens.
        key_arn: KMS key of the recovery points.
        resource_arns: what is backed up: RDS instances, S3 buckets with versions.
        retention_days: days that a recovery point is kept.
        locked: recovery points cannot be deleted before their time, unless somebody may unlock the vault.
        locked_days: with `locked`, days that a recovery point cannot be deleted, at most `retention_days`; None: all of
            them. A lock that is for good keeps its days: `retention_days` can still rise above them.
        cooling_off_days: with `locked`, days after which nobody can unlock the vault any more, AWS included; None:
            whoever may, can.
        start_window: between when and when the jobs of a day start, UTC, an hour to eight: AWS Backup starts none of a
            database in its own windows and the hour before.
        copy_region: a second region that gets a vault and a copy of every recovery point, or None.
        copy_key_arn: KMS key in that region.
        copy_vault_arns: further vaults that get a copy, such as one of another account, which must allow it.
        protect: the engine refuses to delete or replace the vaults.
    """

    vault_name: str
    key_arn: pulumi.Input[str]
    resource_arns: Sequence[pulumi.Input[str]]
    retention_days: int = 35
    locked: bool = True
    locked_days: int | None = None
    cooling_off_days: int | None = None
    start_window: str = backups.START_WINDOW
    copy_region: str | None = None
    copy_key_arn: pulumi.Input[str] | None = None
    copy_vault_arns: tuple[str, ...] = ()
    protect: bool = False

    def __post_init__(self) -> None:
        """Refuse what AWS Backup refuses, and a lock without a vault to lock."""
        days = self.cooling_off_days
        require(
            "backups",
            (
                within(daily_length(self.start_window), backups.LEAST_START_MINUTES, backups.MOST_START_MINUTES),
                f"start_window lasts {backups.LEAST_START_MINUTES}..{backups.MOST_START_MINUTES} minutes",
            ),
            (self.locked_days is None or self.locked, "locked_days needs locked"),
            (
                self.locked_days is None or within(self.locked_days, 1, self.retention_days),
                f"locked_days is 1..{self.retention_days}, the days that a recovery point is kept",
            ),
            (within(self.retention_days, 1, backups.MAX_DAYS), f"retention_days is 1..{backups.MAX_DAYS}"),
            (days is None or self.locked, "cooling_off_days needs locked"),
            (
                days is None or within(days, backups.LEAST_COOLING_OFF_DAYS, backups.MAX_DAYS),
                f"cooling_off_days is {backups.LEAST_COOLING_OFF_DAYS}..{backups.MAX_DAYS} or None, not {days}",
            ),
            (
                (self.copy_region is None) == (self.copy_key_arn is None),
                "copy_region needs copy_key_arn, a key of that region, and the other way round",
            ),
        )


class Backups(pulumi.ComponentResource):
    """A backup plan with a locked vault, and copies in a second region or account.

    Databases keep their own automated backups, which restore to any second; a recovery point outlives the server, its
    deletion and, in the copies, its region. Continuous backup stays off: AWS Backup would take over the server's own
    backup window and retention, and every preview would show them as changed.

    Example:
        ```python
        Backups(
            "backups",
            BackupsArgs(vault_name="acme-prod", key_arn=key.key_arn, resource_arns=(database.primary.arn,)),
        )
        ```
    """

    vault_name: pulumi.Output[str]
    """Name of the vault, by which CloudWatch knows its jobs."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:storage:Backups", name, None, opts)
        self._args = args
        self._child = child_options(self, opts)
        vault = self._vault(f"{name}-vault", args.key_arn, None)
        targets: list[pulumi.Input[str]] = [*args.copy_vault_arns]
        if args.copy_region is not None and args.copy_key_arn is not None:
            targets.append(self._vault(f"{name}-copies", args.copy_key_arn, args.copy_region).arn)
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=args.vault_name,
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=cron(args.start_window),
                    start_window=daily_length(args.start_window),
                    completion_window=backups.COMPLETION_WINDOW_MINUTES,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=args.retention_days),
                    copy_actions=[self._copy(target) for target in targets],
                )
            ],
            opts=self._child,
        )
        role, attached = self._role(name)
        aws.backup.Selection(
            f"{name}-selection",
            name=args.vault_name,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=list(args.resource_arns),
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=attached)),
        )
        self.vault_name = vault.name
        self.register_outputs({"vault_name": self.vault_name})

    def _vault(self, name: str, key_arn: pulumi.Input[str], region: str | None) -> aws.backup.Vault:
        """A vault, locked if that is asked for.

        Other days of the lock replace it, and a vault has one: made first, the second would go with the first, because
        AWS Backup knows a lock by its vault's name alone.
        """
        args = self._args
        vault = aws.backup.Vault(
            name,
            name=args.vault_name,
            kms_key_arn=key_arn,
            region=region,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect)),
        )
        if args.locked:
            aws.backup.VaultLockConfiguration(
                f"{name}-lock",
                backup_vault_name=vault.name,
                min_retention_days=args.locked_days or args.retention_days,
                changeable_for_days=args.cooling_off_days,
                region=region,
                opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(delete_before_replace=True)),
            )
        return vault

    def _copy(self, vault_arn: pulumi.Input[str]) -> aws.backup.PlanRuleCopyActionArgs:
        lifecycle = aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=self._args.retention_days)
        return aws.backup.PlanRuleCopyActionArgs(destination_vault_arn=vault_arn, lifecycle=lifecycle)

    def _role(self, name: str) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{name}-role",
            description="AWS Backup makes recovery points",
            assume_role_policy=service_trust("backup.amazonaws.com"),
            opts=self._child,
        )
        attached: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(f"{name}-role-{kind}", role=role.name, policy_arn=arn, opts=self._child)
            for kind, arn in _POLICIES.items()
        ]
        return role, attached


def cron(window: str) -> str:
    """The beginning of a daily window as AWS Backup's cron expression.

    >>> cron("21:30-05:00")
    'cron(30 21 * * ? *)'
    """
    span = daily_span(window)
    hour, minute = divmod(span.start if span is not None else 0, 60)
    return f"cron({minute} {hour} * * ? *)"
