"""Shows the clock of a rehearsal: what waits for what, and what happened when it was moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Table, Text
from sandbox.clock.events import Kind
from sandbox.clock.moments import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.clock.time_line import TimeLine
    from sandbox.clock.events import Event, Pending
    from sandbox.model.timing import Outage

SOON = 5
"""How many of the later moments a terminal shows; `--json` has all of them."""


def blocks(line: TimeLine) -> Iterator[Text | Table | Items]:
    """What the update did at once, what waits, and the time line."""
    if line.at_once:
        yield Items(caption="At once, as the update asked", items=tuple(Item(text=_told(one)) for one in line.at_once))
    if line.waiting:
        yield _waiting("Waiting, as with the real provider", line.waiting)
    if not line.moved:
        if line.waiting:
            yield Text(
                text=f"The clock stands at {spoken(line.now)}; --advance or --until moves it. A later update of the "
                "same object that is applied immediately takes along what waits."
            )
        return
    yield from _moved(line)


def _moved(line: TimeLine) -> Iterator[Text | Table | Items]:
    caption = f"From {spoken(line.began)} to {spoken(line.now)}"
    if line.events:
        columns = ("When", "Object", "What", "No answer", "Window", "Source")
        yield Table(caption=caption, columns=columns, rows=tuple(map(_row, line.events)))
    else:
        yield Text(text=f"{caption}: nothing happens.")
    if line.still:
        yield _waiting("Still waiting", line.still)
    if line.coming:
        soon = tuple(
            Item(text=f"{spoken(one.at)}: {one.name} {one.what}", detail=_sources(one)) for one in line.coming[:SOON]
        )
        more = len(line.coming) - len(soon)
        yield Items(caption="Next, by a moment of its own" + (f" ({more} more in --json)" if more else ""), items=soon)
    yield from _regular(line.regular)


def _regular(events: Sequence[Event]) -> Iterator[Items]:
    """What happens again and again: objects of which the same is said share a line."""
    alike: dict[str, list[Event]] = {}
    for one in events:
        alike.setdefault(one.what, []).append(one)
    items = tuple(
        Item(
            text=f"{', '.join(one.name for one in group)}: {what} (next: {spoken(group[0].at)})",
            detail=_sources(group[0]),
        )
        for what, group in alike.items()
    )
    if items:
        yield Items(caption="Again and again, whatever anybody changes", items=items)


def _row(one: Event) -> tuple[str, ...]:
    return (spoken(one.at), one.name, _what(one), _for(one.outage), one.window or "-", _sources(one))


def _told(one: Event) -> str:
    outage = f"; no answer for {_for(one.outage)}" if one.outage is not None else ""
    taken = " (it waited, and was taken along)" if one.kind is Kind.FLUSHED else ""
    return f"{one.name}: {_what(one)}{taken}{outage}"


def _what(one: Event) -> str:
    changes = ", ".join(map(str, one.changes))
    return f"{one.what}: {changes}" if one.what and changes else one.what or changes


def _for(outage: Outage | None) -> str:
    if outage is None:
        return "-"
    assumed = ", assumed" if outage.assumed else ""
    return f"{_length(outage.least)} to {_length(outage.most)} ({outage.why}{assumed})"


def _length(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds >= 120 and seconds % 60 == 0 else f"{seconds} s"  # noqa: PLR2004 - two minutes


def _sources(one: Event) -> str:
    outage = (one.outage.source,) if one.outage is not None else ()
    return "; ".join(dict.fromkeys((*one.sources, *outage)))


def _waiting(caption: str, waiting: Sequence[Pending]) -> Table:
    rows = tuple(
        (
            one.name,
            str(one.change),
            spoken(one.at) if one.at is not None else "at its next restart, which nobody ordered",
            one.window or "-",
            _for(one.outage),
        )
        for one in waiting
    )
    return Table(caption=caption, columns=("Object", "Change", "Happens", "Window", "No answer"), rows=rows)
