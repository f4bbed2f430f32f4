"""Backup, snapshot and maintenance windows as RDS and ElastiCache write them: `hh:mm-hh:mm` and `ddd:hh:mm-ddd:hh:mm`.

All times are UTC. How long a window must be is the business of each service.
"""

from __future__ import annotations

import re
from typing import NamedTuple

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days as both services write them (Amazon RDS API reference, CreateDBInstance; Amazon ElastiCache API reference,
CreateReplicationGroup; read 2026-11-29)."""

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAY = f"({'|'.join(DAYS)})"

DAILY = f"{_CLOCK}-{_CLOCK}"
"""Pattern of a daily window (Amazon RDS API reference, CreateDBInstance, PreferredBackupWindow; read 2026-11-29)."""
WEEKLY = f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}"
"""Pattern of a weekly window (Amazon RDS API reference, CreateDBInstance, PreferredMaintenanceWindow; read
2026-11-29)."""

MINUTES_PER_DAY = 24 * 60
"""Minutes of a day."""
MINUTES_PER_WEEK = len(DAYS) * MINUTES_PER_DAY
"""Minutes of a week."""


class Span(NamedTuple):
    """A window in minutes.

    Attributes:
        start: counted from midnight, or from Monday's.
        length: how long it is; it may run over the end of the day or the week.
    """

    start: int
    length: int


def daily_span(window: str) -> Span | None:
    """What a daily window covers, for example `23:30-00:30`; None for a text that is none."""
    found = re.fullmatch(DAILY, window)
    if found is None:
        return None
    hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
    start = hour * 60 + minute
    return Span(start, (end_hour * 60 + end_minute - start) % MINUTES_PER_DAY)


def weekly_span(window: str) -> Span | None:
    """What a weekly window covers, for example `sun:23:30-mon:00:30`; None for a text that is none."""
    if re.fullmatch(WEEKLY, window) is None:
        return None
    start, end = (week_minute(time) for time in window.split("-"))
    return Span(start, (end - start) % MINUTES_PER_WEEK)


def daily_length(window: str) -> int:
    """Length of a daily window in minutes; 0 for a text that is none."""
    span = daily_span(window)
    return span.length if span else 0


def weekly_length(window: str) -> int:
    """Length of a weekly window in minutes; 0 for a text that is none."""
    span = weekly_span(window)
    return span.length if span else 0


def overlap(daily: str, weekly: str) -> bool:
    """Whether a daily and a weekly window have a minute in common on any day; False where either is malformed.

    RDS refuses a backup window that overlaps the maintenance window, ElastiCache a snapshot window that does
    (their API references, CreateDBInstance and CreateReplicationGroup).
    """
    return _meet(daily_span(daily), weekly_span(weekly), MINUTES_PER_DAY)


def daily_overlap(one: str, other: str) -> bool:
    """Whether two daily windows have a minute in common; False where either is malformed."""
    return _meet(daily_span(one), daily_span(other), MINUTES_PER_DAY)


def weekly_overlap(one: str, other: str) -> bool:
    """Whether two weekly windows have a minute in common; False where either is malformed."""
    return _meet(weekly_span(one), weekly_span(other), MINUTES_PER_WEEK)


def longer(daily: str, minutes: int) -> str:
    """A daily window that ends so much later; all of the day where that is more than there is.

    >>> longer("21:00-05:30", 60), longer("00:00-23:30", 60)
    ('21:00-06:30', '00:00-23:59')
    """
    start, length = daily_span(daily) or Span(0, 0)
    end = start + min(length + minutes, MINUTES_PER_DAY - 1)
    return "-".join(f"{minute // 60 % 24:02d}:{minute % 60:02d}" for minute in (start, end))


def week_text(minute: int) -> str:
    """A minute of the week, counted from Monday, as `ddd:hh:mm`."""
    day, rest = divmod(minute % MINUTES_PER_WEEK, MINUTES_PER_DAY)
    return f"{DAYS[day]}:{rest // 60:02d}:{rest % 60:02d}"


def week_minute(time: str) -> int:
    """The minute of the week, counted from Monday, of a time such as `sun:04:30`."""
    day, hour, minute = time.split(":")
    return DAYS.index(day) * MINUTES_PER_DAY + int(hour) * 60 + int(minute)


def _meet(one: Span | None, other: Span | None, period: int) -> bool:
    if one is None or other is None or not (one.length and other.length):
        return False
    return (other.start - one.start) % period < one.length or (one.start - other.start) % period < other.length
