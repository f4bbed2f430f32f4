"""Limits of a server that is restored: it has one source, which exists and lies in the stack's region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_API = "Amazon RDS API Reference, RestoreDBInstanceToPointInTime"


@rule("restored-source", source=_API, areas=("postgres",))
def what_is_restored_exists_and_has_a_past(settings: Settings) -> Iterator[Finding]:
    """A server is restored beside one that the stack has, and from its backups unless others are named."""
    postgres, wanted = settings.postgres, settings.postgres.restored
    if wanted is None:
        return
    known = ("primary", *(f"shard-{index}" for index in range(postgres.shards.count)))
    if wanted.source not in known:
        yield Finding(
            path="postgres.restored.source",
            value=wanted.source,
            allowed=", ".join(known),
            fix="name the server whose rows are lost",
        )
    if not postgres.backup_retention_days and wanted.backups_arn is None and wanted.snapshot is None:
        yield Finding(
            path="postgres.restored",
            value=wanted.source,
            allowed="with postgres.backupRetentionDays of at least 1",
            fix="without backups there is no past to restore",
        )


@rule("restored-once", source=f"{_API}; RestoreDBInstanceFromDBSnapshot", areas=("postgres",))
def what_is_restored_has_one_source(settings: Settings) -> Iterator[Finding]:
    """Backups reach to any second, a snapshot is of one, and nothing is made of both."""
    wanted = settings.postgres.restored
    if wanted is None or wanted.snapshot is None:
        return
    for key, value in (("backupsArn", wanted.backups_arn), ("at", wanted.at)):
        if value is not None:
            yield Finding(
                path=f"postgres.restored.{key}",
                value=value,
                allowed="nothing beside postgres.restored.snapshot, which has a moment of its own",
                fix="remove it, or the snapshot",
            )


@rule("restored-region", source=_API, areas=("postgres", "region"))
def what_is_restored_lies_here(settings: Settings) -> Iterator[Finding]:
    """RDS restores in the region in which backups and snapshots lie."""
    wanted = settings.postgres.restored
    if wanted is None:
        return
    for key, value in (("backupsArn", wanted.backups_arn), ("snapshot", wanted.snapshot)):
        region = value.split(":")[3] if value is not None and value.startswith("arn:") else settings.region
        if region != settings.region:
            yield Finding(
                path=f"postgres.restored.{key}",
                value=value,
                allowed=f"of the stack's own region, {settings.region}",
                fix=f"copy it into {settings.region}, or restore it with a stack of {region}",
            )


RULES = (
    what_is_restored_exists_and_has_a_past,
    what_is_restored_has_one_source,
    what_is_restored_lies_here,
)
