"""`restore plan`: the steps from a loss to what was there before; every edit is tried on the stack file before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.settings import load, read_stack_source
from infra.settings.reading.stack_name import own_name
from ops.answers.restore import bucket, point, region
from ops.answers.restore.model import KINDS, NoWayBackError, RestorePlan
from ops.answers.upgrade.steps import Refused, edited
from ops.inputs.stack_file import ROOT, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings

RULE = "restore-path"
LOSSES = {
    "point": (point.LOSES, point.GONE),
    "bucket": (bucket.LOSES, bucket.GONE),
    "region": (region.LOSES, region.GONE),
}


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
    settings = settings_of(stack, config, phase)
    _refuse(kind, settings)
    name = own_name(stack)
    read = read_stack_source(config or ROOT / f"Pulumi.{name}.yaml").raw
    now = {**read, "phase": phase} if phase is not None else dict(read)
    if kind == "point":
        steps, where = point.point(settings, source, at), name
    elif kind == "bucket":
        steps, where = bucket.bucket(settings), name
    else:
        steps, where = region.region(settings, now), region.STANDBY
    for step in steps:
        now = edited(now, step.edits, bare=True)
        load(now, where)
    loses, gone = LOSSES[kind]
    return RestorePlan(kind=kind, stack=name, edited=where, loses=loses, gone=gone, steps=steps)


def _refuse(kind: str, settings: Settings) -> None:
    """Whatever no step leads back from."""
    found = Refused()
    if kind not in KINDS:
        found.add("KIND", kind, ", ".join(KINDS), "use one of them", rule=RULE)
    if kind == "bucket" and not settings.storage.backups.enabled:
        found.add(
            "storage.backups.enabled",
            "false",
            "true before the loss",
            "without recovery points only deleted or overwritten documents come back, from their versions",
            rule=RULE,
        )
    databases, documents = settings.postgres.backup_region, region.copied_to(settings)
    if kind == "region" and databases is None and documents is None:
        found.add(
            "postgres.backupRegion",
            "none",
            "a second region before the loss, and storage.backups.copyRegion for the documents",
            "nothing of this stack outlives its region",
            rule=RULE,
        )
    elif kind == "region" and databases is not None and documents is not None and databases != documents:
        found.add(
            "storage.backups.copyRegion",
            documents,
            f"the region of the databases' copies, {databases}: a stack stands in one region, and copies are restored "
            "where they lie",
            "choose one of the two before the loss",
            rule=RULE,
        )
    if found.found:
        raise NoWayBackError(found.found)
