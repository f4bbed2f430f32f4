"""Backup, snapshot and maintenance windows of RDS and ElastiCache, in UTC, and whether two of them clash."""

from __future__ import annotations

import re

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY = re.compile(f"{_CLOCK}-{_CLOCK}")
_WEEKLY = re.compile(f"({'|'.join(_DAYS)}):{_CLOCK}-({'|'.join(_DAYS)}):{_CLOCK}")
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES


def _span(start: int, end: int, period: int) -> tuple[int, int]:
    """Start and length in minutes of a window that may run over the end of its period."""
    return start, (end - start) % period


def _daily(window: str) -> tuple[int, int] | None:
    match = _DAILY.fullmatch(window)
    if not match:
        return None
    hour, minute, end_hour, end_minute = (int(part) for part in match.groups())
    return _span(hour * 60 + minute, end_hour * 60 + end_minute, _DAY_MINUTES)


def _weekly(window: str) -> tuple[int, int] | None:
    match = _WEEKLY.fullmatch(window)
    if not match:
        return None
    day, hour, minute, end_day, end_hour, end_minute = match.groups()
    start = _DAYS.index(day) * _DAY_MINUTES + int(hour) * 60 + int(minute)
    end = _DAYS.index(end_day) * _DAY_MINUTES + int(end_hour) * 60 + int(end_minute)
    return _span(start, end, _WEEK_MINUTES)


def is_daily_window(window: str, minimum_minutes: int) -> bool:
    """Whether a text is `hh:mm-hh:mm` of at least so many minutes; it may run over midnight."""
    span = _daily(window)
    return span is not None and span[1] >= minimum_minutes


def is_weekly_window(window: str, minimum_minutes: int) -> bool:
    """Whether a text is `ddd:hh:mm-ddd:hh:mm` of at least so many minutes and at most a day."""
    span = _weekly(window)
    return span is not None and minimum_minutes <= span[1] <= _DAY_MINUTES


def windows_clash(daily: str, weekly: str) -> bool:
    """Whether a daily and a weekly window share a minute; False where either is malformed.

    RDS refuses a backup window that overlaps the maintenance window, ElastiCache a snapshot window that does
    (their API references, CreateDBInstance and CreateReplicationGroup).
    """
    short, long = _daily(daily), _weekly(weekly)
    if short is None or long is None:
        return False
    (start, length), (other, other_length) = short, long
    return (other - start) % _DAY_MINUTES < length or (start - other) % _DAY_MINUTES < other_length
