"""Limits of what is kept of documents and databases: locks that contradict something, copies that copy nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.backups import APART_MINUTES, LEAST_START_MINUTES, MOST_START_MINUTES, START_WINDOW
from bailbondpro.facts.windows import daily_length, daily_overlap, longer, overlap
from infra.limits.maintenance import schedule
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings


@rule("object-lock-period", source="Amazon S3 API Reference, DefaultRetention", areas=("storage",))
def a_lock_has_one_period(settings: Settings) -> Iterator[Finding]:
    """S3 takes days or years."""
    lock = settings.storage.uploads.object_lock
    if lock is not None and (lock.days is None) == (lock.years is None):
        both = lock.days is not None
        yield Finding(
            path="storage.uploads.objectLock",
            value=f"{lock.days} days and {lock.years} years" if both else "no period",
            allowed="days or years, one of the two",
            fix="remove one of them" if both else "set days to how long the law wants a version kept",
        )


@rule("object-lock-protect", source="Amazon S3 User Guide, Object Lock considerations", areas=("storage", "protect"))
def what_nobody_deletes_is_not_thrown_away(settings: Settings) -> Iterator[Finding]:
    """Without protection the bucket is to be emptied and deleted with its stack, which locked versions refuse."""
    lock = settings.storage.uploads.object_lock
    if lock is not None and not settings.protect:
        yield Finding(
            path="storage.uploads.objectLock",
            value=lock.mode,
            allowed="only with protect: true: S3 deletes no bucket that holds locked versions",
            fix="set protect: true, or remove the key before the first update with it",
        )


@rule("vault-lock", source="AWS Backup API Reference, PutBackupVaultLockConfiguration", areas=("storage",))
def days_of_a_lock_need_one(settings: Settings) -> Iterator[Finding]:
    """Days of a lock say something of a lock alone, and of recovery points that are there for so long."""
    backups = settings.storage.backups
    for key, value in (("coolingOffDays", backups.cooling_off_days), ("lockedDays", backups.locked_days)):
        if value is not None and not backups.locked:
            yield Finding(
                path=f"storage.backups.{key}",
                value=value,
                allowed="only while storage.backups.locked is true",
                fix=f"set locked: true, or remove {key}",
            )
    if backups.locked and (backups.locked_days or 0) > backups.retention_days:
        yield Finding(
            path="storage.backups.lockedDays",
            value=backups.locked_days,
            allowed=f"at most storage.backups.retentionDays ({backups.retention_days}): the lock refuses shorter ones",
            fix=f"set it to {backups.retention_days}, or retentionDays to {backups.locked_days}",
        )


@rule("backups-off", source="what copies would be made of", areas=("storage",))
def copies_are_made_of_something(settings: Settings) -> Iterator[Finding]:
    """Keys of a vault that is not there look like recovery points in a second region, and are none."""
    backups = settings.storage.backups
    if backups.enabled:
        return
    for key, value in (
        ("copyRegion", backups.copy_region),
        ("copyVaultArns", backups.copy_vault_arns or None),
        ("coolingOffDays", backups.cooling_off_days),
        ("lockedDays", backups.locked_days),
    ):
        if value is not None:
            yield Finding(
                path=f"storage.backups.{key}",
                value=list(value) if isinstance(value, tuple) else value,
                allowed="nothing while storage.backups.enabled is false: there is no vault",
                fix="set storage.backups.enabled: true, or remove the key",
            )


@rule(
    "copied-backups", source="Amazon RDS API Reference, StartDBInstanceAutomatedBackupsReplication", areas=("postgres",)
)
def backups_that_are_copied_are_made(settings: Settings) -> Iterator[Finding]:
    """RDS copies the backups that a server keeps."""
    postgres = settings.postgres
    if postgres.backup_region is not None and not postgres.backup_retention_days:
        yield Finding(
            path="postgres.backupRegion",
            value=postgres.backup_region,
            allowed="only with postgres.backupRetentionDays of at least 1: there is nothing to copy",
            fix="set postgres.backupRetentionDays to 1 or more, or remove the key",
        )


@rule("copy-region", source="AWS Backup Developer Guide, copies across Regions", areas=("storage", "region"))
def recovery_points_go_elsewhere(settings: Settings) -> Iterator[Finding]:
    """A copy in the region itself does not survive it, and its vault has the name of the first."""
    if settings.storage.backups.copy_region == settings.region:
        yield Finding(
            path="storage.backups.copyRegion",
            value=settings.region,
            allowed=f"another region than {settings.region}",
            fix="name a second region, or remove the key",
        )


@rule(
    "recovery-points-apart",
    source="AWS Backup Developer Guide, Plan options and configuration",
    areas=("storage", "postgres"),
)
def jobs_start_outside_of_the_windows(settings: Settings) -> Iterator[Finding]:
    """A job of a database that would start in one of its windows, or in the hour before, fails."""
    backups, postgres = settings.storage.backups, settings.postgres
    start, path = backups.start_window, "storage.backups.startWindow"
    if not LEAST_START_MINUTES <= daily_length(start) <= MOST_START_MINUTES:
        yield Finding(
            path=path,
            value=start,
            allowed=f"{LEAST_START_MINUTES} to {MOST_START_MINUTES} minutes",
            fix=f"set it to {START_WINDOW}",
        )
    if not backups.enabled:
        return
    apart = longer(start, APART_MINUTES)
    met = [postgres.backup_window] if daily_overlap(apart, postgres.backup_window) else []
    met += [window for window in schedule(settings).all if overlap(apart, window)]
    if met:
        yield Finding(
            path=path,
            value=start,
            allowed=f"hours that end {APART_MINUTES} minutes before the databases' own windows begin ({met[0]})",
            fix="let it begin when the last of postgres.maintenanceWindow and backupWindow has ended",
        )


RULES = (
    a_lock_has_one_period,
    what_nobody_deletes_is_not_thrown_away,
    days_of_a_lock_need_one,
    copies_are_made_of_something,
    recovery_points_go_elsewhere,
    jobs_start_outside_of_the_windows,
    backups_that_are_copied_are_made,
)
