"""`restore plan`: the steps from a loss to what was there before, as edits of the stack file and commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.problems import ConfigError, Problem, render
from infra.settings import load, read_stack_source
from infra.settings.reading.stack_name import own_name
from infra.wiring.names import names_of
from ops.answers.upgrade.steps import Edit, Refused, edited
from ops.inputs.stack_file import ROOT, settings_of
from planner.cost.prices import price_book

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from infra.settings import Settings

KINDS = ("point", "bucket", "region")
AS_LONG = "as long as the data is large; no document says how long, so a restore is tried once a quarter and timed"


class NoWayBackError(ConfigError):
    """Nothing of the stack leads back from this loss; carries every reason found in one pass."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.args = (render(self.problems, title="This restore"),)


START_JOB = (
    "aws backup start-restore-job --recovery-point-arn ARN --iam-role-arn ROLE_OF_THE_BACKUPS --metadata "
    """'{"DestinationBucketName":"BUCKET","NewBucket":"false","Encrypted":"true"}'"""
)
FROM_COPY = (
    "--source-db-instance-automated-backups-arn ARN --target-db-instance-identifier NAME --use-latest-restorable-time"
)


@dataclass(frozen=True, kw_only=True)
class RestoreStep:
    """One step.

    Attributes:
        title: what it does.
        by_hand: commands and acts, in their order.
        edits: of the stack file, all in one deployment; empty for a step without one.
        takes: how long, and who says so.
        costs: what it costs while it lasts.
        no_return: from when on there is no way back; None where there is one.
        back: how to go back before that.
    """

    title: str
    by_hand: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    takes: str
    costs: str = "nothing"
    no_return: str | None = None
    back: str


@dataclass(frozen=True, kw_only=True)
class RestorePlan:
    """The way back from a loss.

    Attributes:
        kind: what was lost: point, bucket or region.
        stack: whose stack file the edits are for.
        loses: what stays lost, at most.
        steps: in their order.
    """

    kind: str
    stack: str
    loses: str
    steps: tuple[RestoreStep, ...]


def plan(  # noqa: PLR0917 - one for each argument of the command
    kind: str, stack: str, source: str, at: str | None, config: Path | None = None, phase: str | None = None
) -> RestorePlan:
    """The steps back.

    Args:
        kind: one of `KINDS`.
        stack: whose stack file is edited.
        source: with `point`, the server whose rows are lost: primary, shard-0 and so on.
        at: with `point`, the moment in UTC; None for the latest that can be restored.
        config: another stack file.
        phase: growth phase to use instead of the file's.

    Raises:
        NoWayBackError: nothing of the stack leads back; every reason is in it.
        ConfigError: the stack file has problems, or a step would leave one that has.
    """
    settings, found = settings_of(stack, config, phase), Refused()
    if kind not in KINDS:
        found.add("KIND", kind, ", ".join(KINDS), "use one of them", rule="restore-path")
    if kind == "bucket" and not settings.storage.backups.enabled:
        found.add(
            "storage.backups.enabled",
            "false",
            "true before the loss",
            "without recovery points only deleted or overwritten documents come back, from their versions",
            rule="restore-path",
        )
    if kind == "region" and not (settings.postgres.backup_region or settings.storage.backups.copy_region):
        found.add(
            "postgres.backupRegion",
            "none",
            "a second region before the loss, and storage.backups.copyRegion for the documents",
            "nothing of this stack outlives its region",
            rule="restore-path",
        )
    if found.found:
        raise NoWayBackError(found.found)
    name = own_name(stack)
    makers = {"bucket": _bucket, "region": _region}
    steps = _point(settings, source, at) if kind == "point" else makers[kind](settings)
    read = read_stack_source(config or ROOT / f"Pulumi.{name}.yaml").raw
    now = {**read, "phase": phase} if phase is not None else dict(read)
    for step in steps:
        now = edited(now, step.edits, bare=True)
        load(now, name)
    loses = {
        "point": "what was written to the lost rows after the moment",
        "bucket": "what was uploaded since the last recovery point, a day at most",
        "region": "the last minutes of the databases (RDS states no bound for copies), a day of documents at most",
    }
    return RestorePlan(kind=kind, stack=name, loses=loses[kind], steps=steps)


def _point(settings: Settings, source: str, at: str | None) -> tuple[RestoreStep, ...]:
    """A server beside the one that lost rows, the rows out of it, and the server away again."""
    postgres = settings.postgres
    area = postgres if source == "primary" else postgres.shards
    moment = (Edit(path="postgres.restored.at", old=None, new=at),) if at is not None else ()
    host = f"{names_of(settings).prefix}-restored"
    return (
        RestoreStep(
            title="Make a server of that moment beside the one that lost rows",
            by_hand=("stop what deletes or overwrites them",),
            edits=(Edit(path="postgres.restored.source", old=None, new=source), *moment),
            takes=f"{AS_LONG} (Amazon RDS User Guide, Restoring a DB instance to a specified time)",
            costs=_hourly(settings.region, area.instance_class, area.allocated_storage_gib),
            back="take postgres.restored away: nothing else was touched",
        ),
        RestoreStep(
            title="Take the rows out of it",
            by_hand=(
                f"aws rds describe-db-instances --db-instance-identifier {host}: its endpoint; users are its source's",
                "pg_dump --data-only --table=TABLE into a file, from where the servers admit connections; read it",
                "load it into a table of another name first, then insert what is missing in one transaction",
            ),
            takes="as long as somebody needs to find the rows",
            no_return="the commit: it writes over what the rows became since",
            back="roll the transaction back",
        ),
        RestoreStep(
            title="Take the server away",
            edits=(Edit(path="postgres.restored", old=source, new=None),),
            takes="minutes; the preview shows the deletion of a database, which this is",
            no_return="the deletion; the same moment can be restored again while its backups are kept "
            f"({postgres.backup_retention_days} days)",
            back="leave it: it costs what the first step says",
        ),
    )


def _bucket(settings: Settings) -> tuple[RestoreStep, ...]:
    """A bucket of the same stack under another name, filled from the last recovery point."""
    vault = f"{names_of(settings).prefix}-backups"
    return (
        RestoreStep(
            title="Let the stack make the bucket again",
            by_hand=(
                "only objects? aws s3api list-object-versions --bucket BUCKET; delete the delete markers: that is it",
                "pulumi refresh, and read that nothing but the bucket and its parts is gone",
                "pulumi up: the bucket has another name, and pods get it with their rollout",
            ),
            takes="minutes",
            back="none is needed: the old name is gone",
        ),
        RestoreStep(
            title="Fill it from the last recovery point",
            by_hand=(
                f"aws backup list-recovery-points-by-backup-vault --backup-vault-name {vault} --by-resource-type S3",
                START_JOB,
                "the role also needs AWSBackupServiceRolePolicyForS3Restore for as long as the job runs",
            ),
            takes=AS_LONG,
            costs="0.02 USD for each GB restored, and the requests (AWS Backup pricing; unverified)",
            no_return="documents of the same key that were uploaded since are written over; their versions stay",
            back="stop the job: aws backup cannot; delete what it wrote",
        ),
    )


def _region(settings: Settings) -> tuple[RestoreStep, ...]:
    """A second stack in the region of the copies, filled there."""
    to = settings.postgres.backup_region or settings.storage.backups.copy_region
    vault = f"{names_of(settings).prefix}-backups"
    area = settings.postgres
    return (
        RestoreStep(
            title=f"Build the platform in {to} as a stack of its own",
            by_hand=(
                f"copy the stack file to Pulumi.NAME.yaml with aws:region: {to} and cdn.enabled: false",
                "./bbp check NAME, then ./bbp quotas NAME: the second region has quotas of its own",
                "pulumi up --stack NAME",
            ),
            takes="an hour and more: control plane, nodes, databases (docs/time.md)",
            costs="as ./bbp cost says of the stack; the primary alone: "
            + _hourly(to or "", area.instance_class, area.allocated_storage_gib),
            back="pulumi destroy of the second stack",
        ),
        RestoreStep(
            title="Restore the databases from their copies",
            by_hand=(
                f"aws rds describe-db-instance-automated-backups --region {to}",
                f"for each server: aws rds restore-db-instance-to-point-in-time --region {to} {FROM_COPY}",
                "pg_dump of each into the server of the second stack; replicas follow by themselves",
            ),
            takes=f"{AS_LONG}; dump and load come on top",
            back="delete what was restored; the copies stay",
        ),
        RestoreStep(
            title="Restore the documents from the vault of the second region",
            by_hand=(
                f"aws backup list-recovery-points-by-backup-vault --region {to} --backup-vault-name {vault}",
                "aws backup start-restore-job, as `./bbp restore plan bucket` prints it",
            ),
            takes=AS_LONG,
            costs="0.02 USD for each GB restored (AWS Backup pricing; unverified)",
            back="delete what it wrote",
        ),
        RestoreStep(
            title="Let clients in",
            by_hand=(
                "take the zone from the lost stack: its file keeps cdn.enabled, so nobody may deploy it meanwhile",
                "set cdn of the second stack to the zone, with cdn.imports for the rulesets that exist, and pulumi up",
            ),
            takes="minutes; DNS is Cloudflare's proxy, whose addresses do not change",
            no_return="the first write of a client: from here on the second region has what the first never had",
            back="before that: point the zone at the first region again",
        ),
    )


def _hourly(region: str, kind: str, gib: int) -> str:
    """What a single-zone server costs while it stands, by the price book."""
    book = price_book()
    compute, storage = book.find(f"rds/postgres/{kind}", region), book.find("rds/gp3", region)
    if compute is None or storage is None:
        return f"a {kind} with {gib} GiB, whose price in {region} is not known here"
    return f"{compute.usd + gib * storage.usd / book.hours_per_month:.2f} USD an hour: a {kind} in one zone, {gib} GiB"
