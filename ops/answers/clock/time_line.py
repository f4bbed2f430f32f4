"""What waits in a simulated cloud, what happened to it, and what a preview shows only because something waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ops.jsonable import plain
from ops.rehearsal.progress import progress
from sandbox.clock.agenda import advance, coming, pending, regular
from sandbox.clock.events import Kind
from sandbox.clock.moments import written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from plan import Plan, PlannedResource
    from sandbox.clock.events import Event, Pending
    from sandbox.cloud import Cloud
    from sandbox.session import Session


@dataclass(frozen=True)
class Left:
    """What a preview after an update still shows.

    Attributes:
        waiting: resources that differ in nothing but what waits, as the real provider shows them until it is real.
        defects: all others: the update did not lead where the program wants.
    """

    waiting: tuple[PlannedResource, ...]
    defects: tuple[PlannedResource, ...]


def left(plan: Plan, waiting: Iterable[Pending]) -> Left:
    """Tell what waits from what is wrong."""
    paths: dict[str, set[str]] = {}
    for one in waiting:
        paths.setdefault(one.urn, set()).add(one.change.path)
    waits = [item for item in plan.changes() if _only(item, paths.get(item.urn, set()))]
    return Left(tuple(waits), tuple(item for item in plan.changes() if item not in waits))


def _only(item: PlannedResource, waiting: set[str]) -> bool:
    return item.op == "update" and bool(item.changed) and {path for path, _ in item.changed} <= waiting


@dataclass(frozen=True)
class TimeLine:
    """The clock of a rehearsal.

    Attributes:
        began: where it stood.
        now: where it stands.
        at_once: what the update did at once to what existed, with a restart or by taking along what waited.
        waiting: what waited when the update had ended.
        events: what happened while the clock was moved, in its order.
        still: what waits now.
        coming: what has a moment of its own later: expiries, ends of what is kept for a time.
        regular: what happens again and again, each at its next time: backups, upgrades of minor versions.
        moved: whether the clock was to be moved.
        after: what a preview shows after the move and a refresh; None where the clock was not moved.
    """

    began: datetime
    now: datetime
    at_once: tuple[Event, ...]
    waiting: tuple[Pending, ...]
    events: tuple[Event, ...] = ()
    still: tuple[Pending, ...] = ()
    coming: tuple[Event, ...] = ()
    regular: tuple[Event, ...] = ()
    moved: bool = False
    after: Left | None = None

    @property
    def flushed(self) -> tuple[Event, ...]:
        """What waited for a window and was taken along by a later request."""
        return tuple(one for one in self.at_once if one.kind is Kind.FLUSHED)

    @property
    def defects(self) -> tuple[PlannedResource, ...]:
        """What is not as the program wants although nothing of it waits any more."""
        return self.after.defects if self.after is not None else ()

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "began": written(self.began),
            "now": written(self.now),
            "at_once": plain(self.at_once),
            "waiting": plain(self.waiting),
            "events": plain(self.events),
            "still_waiting": plain(self.still),
            "coming": plain(self.coming),
            "regular": plain(self.regular),
            "changes_after": len(self.after.defects) if self.after is not None else None,
        }


def standing(cloud: Cloud) -> TimeLine:
    """The clock after an update, and what the update did at once; the next one tells of what came after it."""
    waits, at_once = tuple(pending(cloud)), tuple(cloud.happened)
    cloud.happened.clear()
    later, again = tuple(coming(cloud)), tuple(regular(cloud))
    return TimeLine(cloud.now, cloud.now, at_once, waits, still=waits, coming=later, regular=again)


def moved_and_read(session: Session, line: TimeLine, target: datetime) -> TimeLine:
    """Move the clock, read the cloud back as `pulumi refresh` does, and see what a preview shows then.

    Raises:
        ClockError: the target lies in the past.
        EngineError: the engine failed.
    """
    line = moved(session.cloud, line, target)
    with progress("refresh") as bar:
        session.refresh(bar)
    with progress("preview after") as bar:
        after, _ = session.preview(bar)
    return replace(line, after=left(after, line.still))


def moved(cloud: Cloud, line: TimeLine, target: datetime) -> TimeLine:
    """The clock after it was moved: everything that was due has happened.

    Raises:
        ClockError: the target lies in the past.
    """
    events = tuple(advance(cloud, target))
    return TimeLine(
        line.began,
        cloud.now,
        line.at_once,
        line.waiting,
        events,
        tuple(pending(cloud)),
        tuple(coming(cloud)),
        tuple(regular(cloud)),
        moved=True,
    )
