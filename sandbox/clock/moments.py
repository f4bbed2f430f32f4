"""Moments of the simulated clock, in UTC, and how people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.model.windows import DAYS

START = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
"""Where the clock of every new rehearsal stands: a Monday at noon, the same for everybody and on every day."""
LAST = datetime(2100, 1, 1, tzinfo=UTC)
"""The clock goes no further: a typing error of ten thousand years helps nobody."""
FORMS = "8d, 36h, 90m, 2w or 1d12h"
MOMENTS = "'sunday 05:00' or 2026-12-06T05:00Z, in UTC"
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::00)?)?(Z|\+00:00)?", re.IGNORECASE)


class ClockError(Exception):
    """The clock cannot be moved like this; nothing was touched."""


def written(moment: datetime) -> str:
    """A moment as it stands in files and documents: `2026-12-06T05:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def read(text: str) -> datetime:
    """The moment that `written` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)


def spoken(moment: datetime) -> str:
    """A moment for people: `Sun 2026-12-06 05:00 UTC`."""
    return f"{_NAMES[moment.weekday()][:3].capitalize()} {moment.strftime('%Y-%m-%d %H:%M')} UTC"


def later(advance: str, now: datetime) -> datetime:
    """The moment that lies a stretch of time after another one.

    Args:
        advance: numbers with units, for example `8d` or `1d12h`.
        now: the clock.

    Raises:
        ClockError: the text is no stretch of time, is nothing, or leads too far.
    """
    parts = re.findall(r"(\d{1,6})([wdhm])", advance.lower())
    if not parts or "".join(number + unit for number, unit in parts) != advance.lower():
        raise ClockError(f"--advance {advance!r} is no stretch of time\n  allowed: {FORMS}\n  fix: --advance 8d")
    length = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    if not length:
        raise ClockError(f"--advance {advance!r} moves nothing\n  allowed: {FORMS}\n  fix: --advance 8d")
    if length > LAST - now:
        raise ClockError(f"--advance {advance!r} leads beyond {written(LAST)}\n  fix: a shorter stretch, such as 8d")
    return now + length


def until(target: str, now: datetime) -> datetime:
    """The moment that a text names: a date, or the next such time of the week.

    Args:
        target: `sunday 05:00`, `sun 05:00`, `2026-12-06T05:00Z` or `2026-12-06`.
        now: the clock.

    Raises:
        ClockError: the text is no moment, or one that lies in the past.
    """
    moment = _weekly(target, now) or _dated(target)
    if moment is None:
        raise ClockError(
            f"--until {target!r} is no moment\n  allowed: {MOMENTS}; every time is UTC\n  fix: --until 'sunday 05:00'"
        )
    if moment <= now:
        raise ClockError(
            f"--until {target!r} is {spoken(moment)}, and the clock of this rehearsal stands at {spoken(now)}: it "
            "never goes back\n  fix: name a later moment, or begin anew with --fresh"
        )
    if moment > LAST:
        raise ClockError(f"--until {target!r} lies beyond {written(LAST)}\n  fix: name an earlier moment")
    return moment


def _weekly(target: str, now: datetime) -> datetime | None:
    found = re.fullmatch(r"([a-z]+)[ ,:]+([01]\d|2[0-3]):([0-5]\d)(?:\s*(?:utc|z))?", target.strip().lower())
    if found is None or found[1] not in (*DAYS, *_NAMES):
        return None
    day = DAYS.index(found[1][:3])
    start = now.replace(hour=int(found[2]), minute=int(found[3])) + timedelta(days=(day - now.weekday()) % 7)
    return start if start > now else start + timedelta(days=7)


def _dated(target: str) -> datetime | None:
    found = _DATE.fullmatch(target.strip())
    if found is None:
        return None
    try:
        return datetime.strptime(f"{found[1]}T{found[2] or '00:00'}", "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True)
class Move:
    """Where somebody wants the clock to be: a stretch of time later, at a named moment, or where it is.

    Attributes:
        advance: as `later` reads it.
        until: as `until` reads it.
    """

    advance: str | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        return self.advance is not None or self.until is not None

    def target(self, now: datetime) -> datetime:
        """The moment, seen from where the clock stands.

        Raises:
            ClockError: there is no such moment, or it lies in the past.
        """
        if self.advance is not None:
            return later(self.advance, now)
        return until(self.until, now) if self.until is not None else now
