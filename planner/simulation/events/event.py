"""Events: what happens to the platform, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

EventKind = Literal["deployment", "zone", "node", "pod", "primary", "replica", "redis-shard", "pooler"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
FORMS = (
    "deployment@12:00, deployment:NAME@12:00, zone-a@12:00, node@12:00, pod@12:00, pod:NAME@12:00, primary@12:00, "
    "replica@12:00, replica:NAME@12:00, redis-shard@12:00, pooler@12:00"
)
_EVENT = re.compile(r"(?:zone-(?P<zone>[a-z0-9-]+)|(?P<kind>[a-z-]+)(?::(?P<name>[a-z0-9.-]+))?)@(?P<at>[0-9:.]+)")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_SECONDS = re.compile(r"\d{1,7}(\.\d+)?")
NAMED: frozenset[EventKind] = frozenset(("deployment", "pod", "replica"))
"""Kinds of which a platform may have several that people tell apart; of the others any one is as good."""


class EventError(ValueError):
    """An event that cannot be; the message says which and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens to the platform once.

    Attributes:
        kind: what.
        at: seconds from the start of the run.
        name: of a zone its name or the end of it; otherwise the name in the plan. Empty for the application and what
            comes with it, or for any one of the kind.
    """

    kind: EventKind
    at: float
    name: str = ""

    @property
    def title(self) -> str:
        """As people write it, without the time."""
        if self.kind == "zone":
            return f"zone-{self.name}"
        return f"{self.kind}:{self.name}" if self.name else self.kind


def parse_event(text: str) -> Event:
    """The event of a text such as `zone-a@12:00`; the time is hours and minutes since the start, or seconds.

    Raises:
        EventError: it is none.
    """
    found = _EVENT.fullmatch(text.strip())
    at = _at(found["at"]) if found else None
    kind = next((known for known in KINDS if found and known == (found["kind"] or "zone")), None)
    name = (found["zone"] or found["name"] or "") if found else ""
    if at is None or kind is None or (kind == "zone" and not name) or (name and kind not in {*NAMED, "zone"}):
        raise EventError(f"{text!r} is no event; there are {FORMS}, with seconds from the start for a time, too")
    return Event(kind=kind, at=at, name=name)


def _at(text: str) -> float | None:
    """Seconds of a time as hours, minutes and perhaps seconds, or in seconds."""
    hours = _CLOCK.fullmatch(text)
    if hours:
        return 3600.0 * int(hours[1]) + 60 * int(hours[2]) + int(hours[3] or 0)
    return float(text) if _SECONDS.fullmatch(text) else None
