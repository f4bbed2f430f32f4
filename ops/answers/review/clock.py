"""What a rehearsal said of its clock: what happened at once with a pause, and what waits for a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Moment:
    """One thing that takes its time.

    Attributes:
        name: the object.
        what: what becomes of it.
        when: the moment, UTC, or what it waits for.
        seconds: least and most seconds without an answer; None where it goes on answering.
        source: the document.
        assumed: whether no document gives the numbers.
        waits: whether it has not happened when the update ends.
    """

    name: str
    what: str
    when: str
    seconds: tuple[int, int] | None
    source: str
    assumed: bool
    waits: bool


def moments(said: Mapping[str, Any]) -> tuple[Moment, ...]:
    """Of the JSON document of a rehearsal: what answers late or not at all, and what waits.

    A document of an older commit may say nothing of time.
    """
    time = said.get("time")
    if not isinstance(time, dict):
        return ()
    at_once = [_at_once(one) for one in time.get("at_once") or ()]
    return (*(one for one in at_once if one.seconds is not None), *map(_waiting, time.get("waiting") or ()))


def _at_once(one: Mapping[str, Any]) -> Moment:
    outage = one.get("outage") or {}
    paths = ", ".join(f"{change['path']} {change['old']} -> {change['new']}" for change in one.get("changes") or ())
    what = ": ".join(filter(None, (one.get("what") or "", paths)))
    least_most = tuple(outage["seconds"]) if outage else None
    source = str(outage.get("source") or "; ".join(one.get("sources") or ()))
    return Moment(str(one["name"]), what, "at once", least_most, source, bool(outage.get("assumed")), waits=False)


def _waiting(one: Mapping[str, Any]) -> Moment:
    what = f"{one['path']} {one['old']} -> {one['new']}"
    when = str(one["at"]) if one.get("at") else "at its next restart, which nobody ordered"
    if one.get("window"):
        when += f" (window {one['window']})"
    outage = one.get("outage_seconds")
    seconds = (int(outage[0]), int(outage[1])) if outage else None
    return Moment(str(one["name"]), what, when, seconds, str(one["source"]), bool(one["assumed"]), waits=True)
