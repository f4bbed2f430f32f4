"""Rows that are lost: a server of the moment before, beside the one that lost them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.wiring.names import names_of
from ops.answers.restore.model import AS_LONG, RestoreStep, hourly
from ops.answers.upgrade.steps import Edit

if TYPE_CHECKING:
    from infra.settings import Settings

LOSES = "what was written to the lost rows after the moment"
GONE = ("what was written and lost again between two moments that nobody restores",)


WITHOUT_A_MOMENT = (
    "the latest moment that RDS restores is about five minutes ago (Amazon RDS User Guide, Restoring a DB instance to "
    "a specified time): where rows were lost before, give --at with one from before the loss"
)


def point(settings: Settings, source: str, at: str | None) -> tuple[RestoreStep, ...]:
    """A server beside the one that lost rows, the rows out of it, and the server away again.

    Args:
        settings: of the stack.
        source: the server whose rows are lost.
        at: the moment in UTC, or None for the latest.
    """
    postgres = settings.postgres
    area = postgres if source == "primary" else postgres.shards
    moment = (Edit(path="postgres.restored.at", old=None, new=at),) if at is not None else ()
    ask = f"aws rds describe-db-instances --region {settings.region}"
    host = f"{names_of(settings).prefix}-restored"
    return (
        RestoreStep(
            title=f"Make a server of {'the latest' if at is None else 'that'} moment beside the one that lost rows",
            by_hand=("stop what deletes or overwrites them", *(() if at is not None else (WITHOUT_A_MOMENT,))),
            commands=(f"./bbp rehearse {settings.stack}", f"pulumi up --stack {settings.stack}"),
            edits=(Edit(path="postgres.restored.source", old=None, new=source), *moment),
            takes=f"{AS_LONG} (Amazon RDS User Guide, Restoring a DB instance to a specified time)",
            costs=hourly(settings.region, area.instance_class, area.allocated_storage_gib),
            back="take postgres.restored away: nothing else was touched",
        ),
        RestoreStep(
            title="Take the rows out of it",
            by_hand=(
                "users and passwords are its source's; connect from where the servers admit connections",
                "pg_dump --data-only --table=TABLE into a file; read it",
                "load it into a table of another name first, then insert what is missing in one transaction",
            ),
            commands=(f"{ask} --db-instance-identifier {host} --query 'DBInstances[0].Endpoint'",),
            takes="as long as somebody needs to find the rows",
            no_return="the commit: it writes over what the rows became since",
            back="roll the transaction back",
        ),
        RestoreStep(
            title="Take the server away",
            commands=(f"pulumi up --stack {settings.stack}",),
            edits=(Edit(path="postgres.restored", old=source, new=None),),
            takes="minutes; the preview shows the deletion of a database, which this is",
            no_return="the deletion; the same moment can be restored again while its backups are kept "
            f"({postgres.backup_retention_days} days)",
            back="leave it: it costs what the first step says",
        ),
    )
