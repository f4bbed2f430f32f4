"""Days as people write them, in one form: YYYY-MM-DD. Every file that holds one is read by this."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

FORM = "YYYY-MM-DD"
LONGEST_ACCEPTED = timedelta(days=366)
"""A year: by then another load and another price stand behind what was accepted (our choice; a waiver has 90 days)."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(value: object) -> date | None:
    """The day that a file states; None for anything else.

    Python's own reader takes `20261224` and `2026-W52-4` as well, which people do not read as a day: one that was not
    meant is a waiver that lasts.

    Args:
        value: a text, or what YAML made of one. A moment is none: in which zone would its day be?
    """
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day_of(text: str) -> date:
    """The day in a text that was checked before.

    Raises:
        ValueError: it is none.
    """
    found = read_day(text)
    if found is None:
        raise ValueError(f"{text} is no day; write it as {FORM}")
    return found


def end_of(text: str | None) -> date | None:
    """The last day that a checked setting states, if it has one."""
    return None if text is None else day_of(text)


def said_until(until: date | None, today: date | None) -> str:
    """The last day of what is accepted, in brackets behind its reason; one that nobody will look at again is named."""
    if until is None:
        return ""
    if today is not None and until - today > LONGEST_ACCEPTED:
        return f" (until {until}, more than a year ahead: nobody will look at it again)"
    return f" (until {until})"
