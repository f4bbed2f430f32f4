"""A vault of recovery points: whether its jobs run, and whether they succeed.

Metrics of the namespace AWS/Backup: names and what they count as others quote the AWS Backup Developer Guide, "AWS
Backup metrics with Amazon CloudWatch", and `BackupVaultName` alone as their dimension as two public sets of alarms have
it (the Digito artifacts, and NHSDigital/nhs-notify-reporting; read 2026-11-30). Nobody here saw one in an
account. That nothing is published where nothing happened is unverified. Those who quote the guide say that an expired
job is one whose recovery point could not be deleted at its end; the API calls a job EXPIRED that did not start in its
window (AWS Backup API Reference, BackupJob). The alarm says both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..alarm_spec import AlarmSpec, Dimensions, Severity
from ..kind import Kind, Panels, Target
from ..panels import Dashboard, of_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

NAMESPACE = "AWS/Backup"
HOUR_SECONDS = 3_600
FAILED_HOURS = 24
"""Hours that an alarm on a failed job lasts: until the job of the next day has had its turn."""
SILENT_HOURS = 36
"""Hours without a completed job that are an alarm (ours): jobs start once a day, within eight hours, and take a while
themselves."""


@dataclass(frozen=True, kw_only=True)
class BackupsTarget(Target):
    """A vault that a backup plan fills every day.

    Attributes:
        vault_name: name of the vault.
        copied: whether its recovery points are copied to other vaults.
    """

    vault_name: pulumi.Input[str]
    copied: bool = False

    @property
    def vault(self) -> Dimensions:
        """What CloudWatch knows the vault by."""
        return (("BackupVaultName", self.vault_name),)


def alarms(target: BackupsTarget) -> tuple[AlarmSpec, ...]:
    """What failed, what never started, what was not copied, and a day on which nothing was backed up."""
    alarm = partial(
        AlarmSpec,
        namespace=NAMESPACE,
        dimensions=target.vault,
        statistic="Sum",
        threshold=0,
        period_seconds=HOUR_SECONDS,
        periods=FAILED_HOURS,
        bad_periods=1,
        runbook="recovery-points",
    )
    failed = alarm(
        name="failed-jobs",
        metric="NumberOfBackupJobsFailed",
        summary="A job of the backup plan failed: a database or the documents lack today's recovery point",
        action="Read the job's status message in AWS Backup, Jobs; repair what it names and start the job by hand.",
    )
    expired = alarm(
        name="expired-jobs",
        metric="NumberOfBackupJobsExpired",
        summary="A job of the backup plan did not start in its window, or a recovery point outlived its days",
        action="Look what else held the server at that time and start the job by hand; delete what should be gone.",
    )
    copies = alarm(
        name="failed-copies",
        metric="NumberOfCopyJobsFailed",
        summary="A recovery point was not copied to its other vault",
        action="Read the copy job's status message; the other vault's policy and key must allow the copy.",
    )
    missing = alarm(
        name="no-job-completed",
        metric="NumberOfBackupJobsCompleted",
        comparison="LessThanThreshold",
        threshold=1,
        periods=SILENT_HOURS,
        bad_periods=SILENT_HOURS,
        severity=Severity.CRITICAL,
        breaching_without_data=True,
        summary=f"No recovery point was completed for {SILENT_HOURS} hours",
        action="Look whether the backup plan still has its selection and its role, and S3 and RDS are opted in.",
    )
    return (failed, expired, *((copies,) if target.copied else ()), missing)


def panels(targets: Sequence[BackupsTarget]) -> Panels:
    """Jobs by what became of them."""
    things = [(target.name, target.vault) for target in targets]
    shown = (
        ("Completed jobs", "NumberOfBackupJobsCompleted"),
        ("Failed jobs", "NumberOfBackupJobsFailed"),
        ("Expired jobs", "NumberOfBackupJobsExpired"),
        ("Failed copies", "NumberOfCopyJobsFailed"),
    )
    show = partial(of_each, statistic="Sum", unit="short", namespace=NAMESPACE, things=things)
    return {BOARD: tuple(show(title, metric) for title, metric in shown)}


BOARD = Dashboard(uid="bailbondpro-backups", title="BailBondPro: recovery points")
BACKUPS = Kind(
    target=BackupsTarget,
    watches=("aws:backup/plan:Plan", "aws:backup/selection:Selection", "aws:backup/vault:Vault"),
    alarms=alarms,
    panels=panels,
)
