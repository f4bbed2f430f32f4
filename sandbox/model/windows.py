"""Backup and maintenance windows: `03:00-04:00` every day, `sun:03:00-sun:04:00` once a week, in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from bailbondpro.facts.windows import DAYS, daily_span, overlap, week_text, weekly_span

__all__ = ["DAYS", "daily", "next_daily", "next_weekly", "overlap", "week_text", "weekly"]


def daily(window: str, shortest: int) -> str | None:
    """What is wrong with a daily window, or None.

    Args:
        window: the text.
        shortest: least length in minutes.
    """
    span = daily_span(window)
    if span is None:
        return f"{window!r} is no daily window: hh:mm-hh:mm in UTC, for example 03:00-04:00"
    return _too_short(window, span.length, shortest)


def weekly(window: str, shortest: int) -> str | None:
    """What is wrong with a weekly window, or None."""
    span = weekly_span(window.lower())
    if span is None:
        return f"{window!r} is no weekly window: ddd:hh:mm-ddd:hh:mm in UTC, for example sun:04:00-sun:05:00"
    return _too_short(window, span.length, shortest)


def next_daily(window: str, after: datetime) -> datetime | None:
    """When the next daily window begins that begins later than a moment; None for a text that is none."""
    span = daily_span(window)
    if span is None:
        return None
    start = after.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=span.start)
    return start if start > after else start + timedelta(days=1)


def next_weekly(window: str, after: datetime) -> tuple[datetime, datetime] | None:
    """Begin and end of the next weekly window that begins later than a moment; None for a text that is none.

    A window that has begun already is not the next one: what is asked for within it waits for another week.
    """
    span = weekly_span(window.lower())
    if span is None:
        return None
    monday = after.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=after.weekday())
    start = monday + timedelta(minutes=span.start)
    if start <= after:
        start += timedelta(days=7)
    return start, start + timedelta(minutes=span.length)


def _too_short(window: str, length: int, shortest: int) -> str | None:
    return f"{window!r} lasts {length} minutes, at least {shortest} are required" if length < shortest else None
