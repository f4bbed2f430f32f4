"""What Amazon RDS does to an instance again and again: its automated backup, and upgrades of its minor version.

The user guide and the API reference were read on 2026-11-29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.checks import flag, number, text
from sandbox.model.outputs import short_hash
from sandbox.model.timing import Deadline
from sandbox.model.windows import next_daily, next_weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sandbox.cloud import CloudObject

_BACKUPS = (
    "Amazon RDS User Guide, Managing automated backups: daily in the backup window, half an hour that RDS picks where "
    "none is given; Backup retention period; Restoring to a specified time: within the last five minutes"
)
_MINOR = (
    "Amazon RDS User Guide, Automatic minor version upgrades for RDS for PostgreSQL: in the maintenance window, to the "
    "version that RDS has designated; Amazon RDS API Reference, AutoMinorVersionUpgrade: true where it is not given"
)


def default_backup_window(identifier: str) -> str:
    """Half an hour in the block of us-east-1 (03:00 to 11:00 UTC); picked by the name here, at random there."""
    start = 3 * 60 + int(short_hash("backup window", identifier), 16) % 16 * 30
    return f"{start // 60:02d}:{start % 60:02d}-{(start + 30) // 60:02d}:{(start + 30) % 60:02d}"


def recurring(default_window: Callable[[str], str]) -> Callable[[CloudObject, datetime], Iterator[Deadline]]:
    """What happens to an instance next, after a moment.

    Args:
        default_window: (identifier) -> the maintenance window of an instance without one.
    """

    def found(item: CloudObject, now: datetime) -> Iterator[Deadline]:
        yield from _backup(item, now)
        yield from _minor(item, now, default_window)

    return found


def _backup(item: CloudObject, now: datetime) -> Iterator[Deadline]:
    days, given = number(item.inputs.get("backupRetentionPeriod")), text(item.inputs, "backupWindow")
    start = next_daily(given or default_backup_window(item.id), now)
    if days and start is not None:
        what = (
            f"is backed up, as every day; it can be put back to any moment of {days:g} days but the last five minutes"
        )
        yield Deadline(start, what, _BACKUPS, assumed=not given)


def _minor(item: CloudObject, now: datetime, default_window: Callable[[str], str]) -> Iterator[Deadline]:
    if flag(item.inputs.get("autoMinorVersionUpgrade")) is False:
        return
    given = text(item.inputs, "maintenanceWindow")
    span = next_weekly(given or default_window(item.id), now)
    if span is not None:
        pinned = "." in str(item.inputs.get("engineVersion") or "")
        then = "; the next preview then shows the version that is given to the letter" if pinned else ""
        what = f"may be upgraded to a newer minor version, and answers nothing meanwhile{then}"
        yield Deadline(span[0], what, _MINOR, assumed=not given)
