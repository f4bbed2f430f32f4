"""What happened, or is to happen, when: one entry of a time line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sandbox.clock.moments import written

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.model.timing import Outage


class Kind(StrEnum):
    """Why something happened."""

    ASKED = "asked for"
    """The update asked for it, and it happens at once."""
    FLUSHED = "flushed"
    """It waited for a window; a later request to apply immediately took it along."""
    WINDOW = "window"
    """The maintenance window that it waited for began."""
    ALONG = "along"
    """A change of another object brought it."""
    REGULAR = "regular"
    """It happens again and again; this is the next time."""
    DEADLINE = "deadline"
    """Its time had come, whatever anybody changed."""


@dataclass(frozen=True)
class Change:
    """One property and what becomes of it."""

    path: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.path} {_text(self.old)} -> {_text(self.new)}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"path": self.path, "old": self.old, "new": self.new}


@dataclass(frozen=True)
class Event:
    """One entry of a time line.

    Attributes:
        at: the moment.
        kind: why it happened.
        type: the type of the object.
        name: its logical name.
        changes: what became real.
        what: what happened, in words that follow the name, where no property says it.
        window: the maintenance window that it waited for.
        outages: for how long the object does not answer, each with its source.
        sources: the public documents.
        assumed: whether any of it is assumed.
    """

    at: datetime
    kind: Kind
    type: str
    name: str
    changes: tuple[Change, ...] = ()
    what: str = ""
    window: str = ""
    outages: tuple[Outage, ...] = ()
    sources: tuple[str, ...] = ()
    assumed: bool = False

    @property
    def outage(self) -> Outage | None:
        """The longest time without an answer."""
        return max(self.outages, key=lambda item: (item.most, item.least), default=None)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        outage = self.outage
        return {
            "at": written(self.at),
            "kind": str(self.kind),
            "type": self.type,
            "name": self.name,
            "changes": [item.as_json() for item in self.changes],
            "what": self.what or None,
            "window": self.window or None,
            "outage": None
            if outage is None
            else {
                "why": outage.why,
                "seconds": [outage.least, outage.most],
                "source": outage.source,
                "assumed": outage.assumed,
            },
            "sources": list(self.sources),
            "assumed": self.assumed,
        }


@dataclass(frozen=True)
class Pending:
    """A change that waits.

    Attributes:
        urn: the object.
        type: its type.
        name: its logical name.
        change: what becomes of which property.
        since: when it was asked for.
        at: when it happens; None at the object's next restart, which nobody has ordered.
        window: the maintenance window that it waits for.
        outage: for how long the object does not answer then.
        source: the public document.
        assumed: whether any of it is assumed.
    """

    urn: str
    type: str
    name: str
    change: Change
    since: datetime
    at: datetime | None
    window: str
    outage: Outage | None
    source: str
    assumed: bool

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            **self.change.as_json(),
            "since": written(self.since),
            "at": written(self.at) if self.at is not None else None,
            "window": self.window or None,
            "outage_seconds": [self.outage.least, self.outage.most] if self.outage is not None else None,
            "source": self.source,
            "assumed": self.assumed,
        }


def _text(value: Any) -> str:  # noqa: ANN401 - property values have any shape
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
