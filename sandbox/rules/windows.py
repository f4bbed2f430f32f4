"""Backup and maintenance windows: `03:00-04:00` every day, `sun:03:00-sun:04:00` once a week, in UTC."""

from __future__ import annotations

import re

DAY = 24 * 60
WEEK = 7 * DAY
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY = re.compile(f"{_TIME}-{_TIME}")
_WEEKLY = re.compile(rf"({'|'.join(_DAYS)}):{_TIME}-({'|'.join(_DAYS)}):{_TIME}")


def daily(window: str, shortest: int) -> str | None:
    """What is wrong with a daily window, or None.

    Args:
        window: the text.
        shortest: least length in minutes.
    """
    span = _daily_span(window)
    if span is None:
        return f"{window!r} is no daily window: hh:mm-hh:mm in UTC, for example 03:00-04:00"
    return _too_short(window, span[1], shortest)


def weekly(window: str, shortest: int) -> str | None:
    """What is wrong with a weekly window, or None."""
    span = _weekly_span(window)
    if span is None:
        return f"{window!r} is no weekly window: ddd:hh:mm-ddd:hh:mm in UTC, for example sun:04:00-sun:05:00"
    return _too_short(window, span[1], shortest)


def overlap(every_day: str, once_a_week: str) -> bool:
    """Whether a daily and a weekly window share a minute; windows that cannot be read share none."""
    day, week = _daily_span(every_day), _weekly_span(once_a_week)
    if day is None or week is None:
        return False
    starts = [day[0] + DAY * index for index in range(-1, 15)]
    return any(start < week[0] + week[1] and week[0] < start + day[1] for start in starts)


def _too_short(window: str, length: int, shortest: int) -> str | None:
    return f"{window!r} lasts {length} minutes, at least {shortest} are required" if length < shortest else None


def _daily_span(window: str) -> tuple[int, int] | None:
    found = _DAILY.fullmatch(window)
    if found is None:
        return None
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return start, (end - start) % DAY


def _weekly_span(window: str) -> tuple[int, int] | None:
    found = _WEEKLY.fullmatch(window.lower())
    if found is None:
        return None
    start = _DAYS.index(found[1]) * DAY + int(found[2]) * 60 + int(found[3])
    end = _DAYS.index(found[4]) * DAY + int(found[5]) * 60 + int(found[6])
    return start, (end - start) % WEEK
