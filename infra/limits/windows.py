"""Backup and maintenance windows: how long they are, whether they touch, and how their times are written."""

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
    start, end = (week_minute(time) for time in window.split("-"))
    return (end - start) % (MINUTES_PER_DAY * len(_DAYS))


def overlap(daily: str, weekly: str) -> bool:
    """Whether a daily and a weekly window have a minute in common on any day."""
    start = week_minute(weekly.split("-", maxsplit=1)[0])
    minutes = {(start + offset) % MINUTES_PER_DAY for offset in range(weekly_length(weekly))}
    return bool(daily_minutes(daily) & minutes)


def weekly_overlap(one: str, other: str) -> bool:
    """Whether two weekly windows have a minute in common."""
    (start, length), (begin, other_length) = (
        (week_minute(window.split("-", maxsplit=1)[0]), weekly_length(window)) for window in (one, other)
    )
    week = MINUTES_PER_DAY * len(_DAYS)
    return (begin - start) % week < length or (start - begin) % week < other_length


def week_text(minute: int) -> str:
    """A minute of the week, counted from Monday, as `ddd:hh:mm`."""
    day, rest = divmod(minute % (MINUTES_PER_DAY * len(_DAYS)), MINUTES_PER_DAY)
    return f"{_DAYS[day]}:{rest // 60:02d}:{rest % 60:02d}"


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def week_minute(time: str) -> int:
    """The minute of the week, counted from Monday, of a time such as `sun:04:30`."""
    day, rest = time.split(":", 1)
    return _DAYS.index(day) * MINUTES_PER_DAY + _minute(rest)
