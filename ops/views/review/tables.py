"""The tables of one stack's step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Item, Items, Table, Text
from ops.views.cost import usd
from plan import SYSTEMS
from planner.cost.difference import change
from planner.cost.monthly import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.review.changes import Changed
    from ops.answers.review.clock import Moment
    from ops.answers.review.sides import Judged
    from ops.answers.review.step import Moved, Step
    from ops.document.blocks import State
    from policies.way_back import Stuck

NOT_JUDGED = "not judged"
NONE = "-"
SIDES = ("Base", "Head", "Difference")
LARGEST = 12
"""Differences of cost by resource that are listed; the page of `./bbp cost` has all."""
FEW = 2
"""Properties that force a replacement which are told with their values."""
SYSTEM_TITLES = {system.key: system.title for system in SYSTEMS}
STATES: dict[str, State] = {"ok": "good", "note": "note", "failed": "bad", "unknown": "bad"}
_MINUTE = 60


def short(token: str) -> str:
    """A type token as people say it: `aws:rds/instance:Instance` is `rds Instance`."""
    package, _, rest = token.partition(":")
    module, _, name = rest.rpartition(":")
    return f"{module.split('/')[0]} {name}" if package == "aws" else f"{package} {name}"


def called(item: Changed) -> str:
    """A resource by its name and type."""
    return f"{item.name} ({short(item.type)})"


def taken(caption: str, items: Sequence[Changed]) -> Iterator[Table]:
    """What is deleted or replaced, with what that takes along and what forces it."""
    if items:
        rows = [
            (
                called(item),
                Cell(text=item.op, state="bad" if item.holds else "note"),
                item.holds or NONE,
                ", ".join(item.forced_by) or "the program no longer has it" if item.op == "delete" else _forced(item),
            )
            for item in items
        ]
        yield Table(caption=caption, columns=("Resource", "What", "Holds", "Because of"), rows=tuple(rows))


def _forced(item: Changed) -> str:
    """The properties that force a replacement, with what becomes of them."""
    forcing = [str(found) for found in item.properties if found.forces]
    more = f" and {len(forcing) - FEW} more" if len(forcing) > FEW else ""
    return "; ".join(forcing[:FEW]) + more or "the provider says so"


def in_place(caption: str, items: Sequence[Changed]) -> Iterator[Table]:
    """Property by property; resources of one type that change alike share their lines."""
    alike: dict[tuple[object, ...], list[Changed]] = {}
    for item in items:
        alike.setdefault((item.type, item.properties), []).append(item)
    rows = []
    for group in alike.values():
        name = (
            called(group[0])
            if len(group) == 1
            else f"{', '.join(item.name for item in group)} ({short(group[0].type)})"
        )
        for found in group[0].properties:
            rows.append((name, found.path, found.old, found.new))
            name = ""
        if not group[0].properties:
            rows.append((name, NONE, NONE, NONE))
    if rows:
        yield Table(caption=caption, columns=("Resource", "Property", "Old", "New"), rows=tuple(rows))


def created(items: Sequence[Changed]) -> Iterator[Table]:
    """What is made, by type."""
    counted = Counter(item.type for item in items)
    names = {token: ", ".join(item.name for item in items if item.type == token) for token in counted}
    rows = tuple((short(token), str(count), names[token]) for token, count in sorted(counted.items()))
    if rows:
        yield Table(caption="Created", columns=("Type", "Count", "Names"), rows=rows, numbers=frozenset({1}))


def both_sides(step: Step) -> Table:
    """Base, head and the difference, always of the same measures."""
    rows = (
        *_objectives(step),
        _cost(step),
        *_availability(step),
        _pods(step),
        *_traffic(step),
        _policies(step),
        _limits(step),
    )
    return Table(caption="Before and after", columns=("Measure", *SIDES), rows=rows, numbers=frozenset({1, 2, 3}))


def _cells(*values: float | None, digits: int) -> tuple[str, str, str]:
    one, other = values
    apart = NONE if one is None or other is None else f"{other - one:+,.{digits}f}"
    base, head = (NOT_JUDGED if value is None else f"{value:,.{digits}f}" for value in values)
    return base, head, apart


def _cost(step: Step) -> tuple[str, ...]:
    base, head = (_total(side) for side in (step.base, step.head))
    known = step.usd
    return ("Cost, USD a month", base, head, "unknown" if known is None else f"{known:+,.2f}")


def _total(side: Judged | None) -> str:
    if side is None:
        return NONE
    return usd(side.cost.cost.total) if side.cost is not None else NOT_JUDGED


def _availability(step: Step) -> Iterator[tuple[str, ...]]:
    found = [side.availability.found if side and side.availability else None for side in (step.base, step.head)]
    promised = [each.shown_percent if each else None for each in found]
    yield ("Promised by vendors together, %", *_cells(*promised, digits=3))
    points = [float(sum(not one.accepted for one in each.single_points)) if each else None for each in found]
    yield ("Single points of failure, not accepted", *_cells(*points, digits=0))


def _objectives(step: Step) -> Iterator[tuple[str, ...]]:
    """Names of the objectives that do not hold, without those that the stack accepts."""
    for title, verdict in (("Objectives missed", "missed"), ("Objectives not judged", "not judged")):
        base, head = (_names(side, verdict) for side in (step.base, step.head))
        yield (title, base, head, "the same" if base == head else "changed")


def _names(side: Judged | None, verdict: str) -> str:
    if side is None:
        return NONE
    if side.objectives is None:
        return NOT_JUDGED
    return ", ".join(item.name for item in side.objectives.answers if item.verdict == verdict and not item.ok) or "none"


def _pods(step: Step) -> tuple[str, ...]:
    base, head = (side.drill.pods.verdict if side is not None else NONE for side in (step.base, step.head))
    return ("Pods in the drill", base, head, "the same" if base == head else "changed")


def _traffic(step: Step) -> Iterator[tuple[str, ...]]:
    found = [side.traffic.summary if side and side.traffic else None for side in (step.base, step.head)]
    yield ("Worst p95 of a day, ms", *_cells(*(each.worst_p95_ms if each else None for each in found), digits=0))
    answered = (each.availability_percent if each else None for each in found)
    yield ("Answered in a day, %", *_cells(*answered, digits=3))


def _policies(step: Step) -> tuple[str, ...]:
    counted = [_failing(side) for side in (step.base, step.head)]
    return ("Policies that fail or cannot be judged", *_cells(*counted, digits=0))


def _failing(side: Judged | None) -> float | None:
    if side is None or side.policies is None:
        return None
    return float(sum(check.state in {"failed", "unknown"} for check in side.policies))


def _limits(step: Step) -> tuple[str, ...]:
    counted = [
        float(sum(use.state == "over" for use in side.limits)) if side and side.limits is not None else None
        for side in (step.base, step.head)
    ]
    return ("Limits and quotas that are exceeded", *_cells(*counted, digits=0))


def not_judged(step: Step) -> Iterator[Items]:
    """What no tool could say, each with its reason."""
    said = {
        f"{name} of {which}: {why}": None
        for which, side in (("base", step.base), ("head", step.head))
        if side is not None
        for name, why in (side.why_not or {}).items()
    }
    if step.head is not None and not step.updated:
        said["what waits for a window, and what does not answer meanwhile: head was not deployed"] = None
    if step.head is not None and step.head.drill.lacks:
        said[f"pods of head: {step.head.drill.lacks}"] = None
    if said:
        yield Items(caption="Not judged", items=tuple(Item(text=text, state="note") for text in said))


def costs(step: Step) -> Iterator[Table]:
    """By system and by resource: base, head, difference."""
    sides = [side.cost.cost if side and side.cost else None for side in (step.base, step.head)]
    if sides[0] is None or sides[1] is None or not step.differences:
        return
    now, then, nothing = sides[0].by_system(), sides[1].by_system(), Amount()
    rows = [
        (SYSTEM_TITLES.get(key, key), *_money(now.get(key, nothing), then.get(key, nothing)))
        for key in dict.fromkeys([*now, *then])
    ]
    rows.append(("Total", *_money(sides[0].total, sides[1].total)))
    yield Table(
        caption="By system, USD a month",
        columns=("System", *SIDES),
        rows=tuple(rows),
        numbers=frozenset({1, 2, 3}),
        total=True,
    )
    found = step.differences[:LARGEST]
    left = len(step.differences) - len(found)
    yield Table(
        caption="By resource" + (f", the {LARGEST} largest; {left} more" if left else ""),
        columns=("Resource", *SIDES),
        rows=tuple((item.urn.rsplit("::", 1)[-1], *_money(item.now, item.then)) for item in found),
        numbers=frozenset({1, 2, 3}),
    )


def _money(now: Amount, then: Amount) -> tuple[str, str, str]:
    apart = change(now, then)
    return usd(now), usd(then), "unknown" if apart is None else f"{apart:+,.2f}"


def moved(caption: str, found: Sequence[Moved]) -> Iterator[Table]:
    """Policies or limits that say something else of head, the worse ones first."""
    rows = [
        (
            item.title,
            item.base,
            Cell(text=item.head, state="bad" if item.worse and item.head in {"failed", "over"} else _milder(item)),
            item.detail,
        )
        for item in sorted(found, key=lambda item: not item.worse)
    ]
    if rows:
        yield Table(caption=caption, columns=("What", "Base", "Head", "Found in head"), rows=tuple(rows))


def _milder(item: Moved) -> State:
    return "note" if item.worse else "good"


def clock(found: Sequence[Moment]) -> Iterator[Table]:
    """What answers late, and what waits."""
    rows = tuple((one.name, one.what, one.when, _seconds(one), one.source) for one in found)
    if rows:
        columns = ("Object", "What", "When, UTC", "No answer", "Source")
        yield Table(caption="What waits, and what does not answer meanwhile", columns=columns, rows=rows)


def _seconds(one: Moment) -> str:
    if one.seconds is None:
        return NONE
    least, most = one.seconds
    assumed = ", assumed" if one.assumed else ""
    if least >= _MINUTE and least % _MINUTE == most % _MINUTE == 0:
        return f"{least // _MINUTE} to {most // _MINUTE} min{assumed}"
    return f"{least} to {most} s{assumed}"


def waits(step: Step) -> Iterator[Table | Text]:
    """How long the update may take at most, by kind and along the longest chain."""
    rows = tuple((short(one.type), one.op, str(one.count), f"{one.at_most_minutes}") for one in step.waiting)
    if rows:
        yield Table(
            caption="At most so many minutes, after which the provider gives up",
            columns=("Type", "What", "Count", "Minutes"),
            rows=rows,
            numbers=frozenset({2, 3}),
        )
    if step.chain.minutes:
        names = " → ".join(step.chain.names)
        yield Text(text=f"The longest chain: {step.chain.minutes} minutes at most: {names}.")


def way_back(found: Sequence[Stuck]) -> Iterator[Table]:
    """What a revert does not take back."""
    rows = tuple(
        (
            f"{one.name}: {one.change}",
            Cell(text=one.row.back.value, state="bad" if one.row.back.name in {"REFUSED", "LOST"} else "note"),
            one.row.why,
            one.row.instead,
            one.row.source,
        )
        for one in found
    )
    if rows:
        columns = ("Step", "Revert", "Why", "Instead", "Source")
        yield Table(caption="What a revert does not take back", columns=columns, rows=rows)
