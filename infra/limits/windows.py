"""Backup and maintenance windows: how long they are and whether they touch."""

from __future__ import annotations

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY = 24 * 60


def daily_minutes(window: str) -> frozenset[int]:
    """The minutes of a day that a daily window covers, for example `23:30-00:30`."""
    start, end = (_minute(time) for time in window.split("-"))
    length = (end - start) % MINUTES_PER_DAY
    return frozenset((start + offset) % MINUTES_PER_DAY for offset in range(length))


def weekly_length(window: str) -> int:
    """The length of a weekly window (`sun:23:30-mon:00:30`) in minutes."""
    start, end = (_week_minute(time) for time in window.split("-"))
    return (end - start) % (MINUTES_PER_DAY * len(_DAYS))


def overlap(daily: str, weekly: str) -> bool:
    """Whether a daily and a weekly window have a minute in common on any day."""
    start = _week_minute(weekly.split("-", maxsplit=1)[0])
    minutes = {(start + offset) % MINUTES_PER_DAY for offset in range(weekly_length(weekly))}
    return bool(daily_minutes(daily) & minutes)


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _week_minute(time: str) -> int:
    day, rest = time.split(":", 1)
    return _DAYS.index(day) * MINUTES_PER_DAY + _minute(rest)
