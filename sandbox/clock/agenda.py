"""What waits and for when, and what happens when the clock is moved: everything that is due, in its order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.clock.events import Change, Event, Kind, Pending
from sandbox.clock.modifying import applied, timing_of
from sandbox.clock.moments import read
from sandbox.model.timing import TimeSource
from sandbox.model.windows import next_weekly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.timing import Timing

PICKED = " (picked by the service; which one is assumed)"


def time_source(token: str) -> TimeSource:
    """How sure it is when the changes of a type happen."""
    timing = timing_of(token)
    return timing.source if timing is not None else TimeSource.NONE


def window_of(item: CloudObject) -> str:
    """The maintenance window of an object, or an empty text for one that has none."""
    timing = timing_of(item.token)
    if timing is None or not timing.window:
        return ""
    given = item.inputs.get(timing.window)
    if isinstance(given, str) and given:
        return given.lower()
    return timing.default_window(item.id) if timing.default_window is not None else ""


def _picked(item: CloudObject, timing: Timing) -> bool:
    return not item.inputs.get(timing.window)


def next_window(cloud: Cloud, item: CloudObject) -> datetime | None:
    """When the next maintenance window of an object begins."""
    span = next_weekly(window_of(item), cloud.now)
    return span[0] if span is not None else None


def pending(cloud: Cloud) -> list[Pending]:
    """Everything that waits, in the order in which it happens; what nobody has ordered comes last."""
    found = [one for item in cloud.all() if item.waiting for one in _pending(cloud, item)]
    return sorted(found, key=lambda one: (one.at is None, one.at or one.since, one.name, one.change.path))


def _pending(cloud: Cloud, item: CloudObject) -> Iterator[Pending]:
    timing = timing_of(item.token)
    if timing is None:
        return
    for one in item.waiting:
        setting = timing.by_path.get(one.path)
        old = "set, not in use" if one.restart else item.inputs.get(one.path)
        picked = PICKED if not one.restart and _picked(item, timing) else ""
        yield Pending(
            item.urn,
            item.token,
            item.name,
            Change(one.path, old, one.value),
            read(one.since),
            None if one.restart else next_window(cloud, item),
            "" if one.restart else window_of(item) + picked,
            setting.outage(item.inputs, one.value) if setting is not None and setting.outage is not None else None,
            setting.source if setting is not None else "",
            bool(picked) or (setting.assumed if setting is not None else False),
        )


def coming(cloud: Cloud) -> list[Event]:
    """What has a moment of its own after now: expiries, and the ends of what is kept for a time."""
    return sorted(_deadlines(cloud), key=lambda event: (event.at, event.name, event.what))


def _deadlines(cloud: Cloud) -> Iterator[Event]:
    for item in cloud.all():
        timing = timing_of(item.token)
        if timing is not None and timing.deadlines is not None:
            for one in timing.deadlines(item):
                if one.at > cloud.now:
                    yield Event(
                        one.at,
                        Kind.DEADLINE,
                        item.token,
                        item.name,
                        what=one.what,
                        sources=(one.source,),
                        assumed=one.assumed,
                    )
    for ends in cloud.ending():
        yield Event(read(ends.at), Kind.DEADLINE, ends.type, ends.name, what=ends.what, sources=(ends.source,))


def regular(cloud: Cloud) -> list[Event]:
    """What happens again and again, such as backups, each at its next time; moving the clock tells nothing of it."""
    found = [
        Event(one.at, Kind.REGULAR, item.token, item.name, what=one.what, sources=(one.source,), assumed=one.assumed)
        for item in cloud.all()
        if (timing := timing_of(item.token)) is not None and timing.recurring is not None
        for one in timing.recurring(item, cloud.now)
    ]
    return sorted(found, key=lambda event: (event.at, event.name, event.what))


@dataclass(frozen=True)
class _Due:
    """What happens next."""

    at: datetime
    windows: tuple[CloudObject, ...]
    deadlines: tuple[Event, ...]


def _next(cloud: Cloud, last: datetime) -> _Due | None:
    opening = [
        (start, item)
        for item in cloud.all()
        if any(not one.restart for one in item.waiting)
        and (start := next_window(cloud, item)) is not None
        and start <= last
    ]
    ends = [event for event in coming(cloud) if event.at <= last]
    at = min([*(start for start, _ in opening), *(event.at for event in ends)], default=None)
    if at is None:
        return None
    items = sorted((item for start, item in opening if start == at), key=lambda item: (item.name, item.id))
    return _Due(at, tuple(items), tuple(event for event in ends if event.at == at))


def advance(cloud: Cloud, to: datetime) -> list[Event]:
    """Move the clock, and let happen what is due on the way, in its order.

    Every step is written before the next begins, and the clock of a step after what happens in it: a run that is
    killed midway leaves a cloud from which the same call goes on.

    Raises:
        ClockError: the moment lies before the clock's.
    """
    found: list[Event] = []
    with cloud.exclusive():
        while (due := _next(cloud, to)) is not None:
            with cloud.standing_at(due.at):
                for item in due.windows:
                    found += _open(cloud.within(item.token.partition(":")[0], item.scope), item)
                cloud.forget_ended(due.at)
            found += due.deadlines
            cloud.move_clock(due.at)
        cloud.move_clock(to)
    return found


def _open(cloud: Cloud, known: CloudObject) -> list[Event]:
    """The window of an object begins; what happened to it a moment before, in another one's window, counts."""
    item = cloud.get(known.token, known.id)
    if item is None:
        return []
    real = {one.path: one.value for one in item.waiting if not one.restart}
    window = window_of(item)
    rest = replace(item, waiting=tuple(one for one in item.waiting if one.restart))
    done = applied(cloud, rest, real, Kind.WINDOW, window)
    done.keep(cloud)
    return done.events
