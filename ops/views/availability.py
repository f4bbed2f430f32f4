"""Shows what stops when something fails."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Table, Text, Verdict
from plan.days import said_until
from planner.availability.analysis import OBJECTIVE_PERCENT
from planner.availability.model import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.availability import AvailabilityReport
    from ops.document.blocks import Block, State
    from planner.availability.analysis import SinglePoint
    from planner.availability.model import Function, Removal

FEW = 3
"""How many functions one cell names; `--json` has all."""


def verdict(report: AvailabilityReport) -> Verdict:
    """What breaks first."""
    points, pods = report.found.single_points, report.found.pods
    open_points = [point for point in points if not point.accepted]
    drilled = sum(point.kind == "drill" for point in open_points)
    state: State = "bad" if report.found.failed else "note" if points or pods.undecided else "good"
    if drilled == len(open_points) > 0:
        answer = f"{drilled} scenarios of the drill fail"
    elif open_points:
        answer = f"{len(open_points)} single points of failure"
    elif report.found.short_of_uptime:
        answer = "less uptime than accepted"
    elif report.found.undecided:
        answer = "pods not drilled"
    else:
        answer = f"{len(points)} accepted" if points else "no single point of failure"
    why = f"pods {pods.undecided}; " if pods.undecided else ""
    return Verdict(
        question="What may fail alone?",
        answer=answer,
        detail=f"{why}{report.found.shown_percent:.3f} % is what the vendors promise together",
        state=state,
        section="availability",
    )


def section(report: AvailabilityReport) -> Section:
    """Removals by kind, single points, and what vendors promise."""
    found = report.found
    first = Text(
        text=f"Availability of {report.planned.origin} ({report.environment}, {report.phase}): "
        f"{report.judged_resources} of {len(report.planned.plan)} resources can fail on the way of a request; "
        f"{len(found.removals)} parts of them were removed, one at a time."
    )
    blocks: list[Block] = [_pods(report), first, _removals(report), *_points(report), _promises(report)]
    blocks += [Text(text=line) for line in _together(report)]
    return Section(id="availability", title="Availability", blocks=tuple(blocks))


def _pods(report: AvailabilityReport) -> Items:
    """Who says what of the pods, before anything else is said."""
    pods = report.found.pods
    if pods.verdict == "survive":
        return Items(items=(Item(text=f"Pods were {pods.sentence()}.", state="good"),))
    if pods.verdict == "fail":
        return Items(items=(Item(text=f"Pods were {pods.sentence()}", state=_state(report)),))
    meaning = (
        "What follows of pods is arithmetic, which may say no and never yes: the real scheduler decides whether they "
        "find nodes again."
    )
    return Items(items=(Item(text=f"Pods were {pods.undecided}", detail=meaning, state="note"),))


def _state(report: AvailabilityReport) -> State:
    return (
        "bad" if any(point.kind == "drill" and not point.accepted for point in report.found.single_points) else "note"
    )


def _removals(report: AvailabilityReport) -> Table:
    """One row for each removal that stops or pauses something, and one for all the others of a kind."""
    rows: list[tuple[str, ...]] = []
    quiet: Counter[str] = Counter()
    for removal in sorted(report.found.removals, key=lambda item: (item.element.kind, item.element.title)):
        if removal.stops or removal.pauses:
            rows.append((removal.element.title, _kind(removal), _names(removal.stops), _names(removal.pauses)))
        else:
            quiet[removal.element.kind] += 1
    rows += [(f"any of {count}", kind, "nothing", "nothing") for kind, count in quiet.items()]
    columns = ("Without", "Kind", "Stops", "Pauses until another takes over")
    return Table(caption="Everything removed, one at a time", columns=columns, rows=tuple(rows))


def _kind(removal: Removal) -> str:
    kind = removal.element.kind
    return f"{kind} (several failures at once)" if kind in GROUPS else kind


def _names(functions: Sequence[Function]) -> str:
    names = [item.title if item.critical else f"{item.title} (serves no request)" for item in functions]
    more = [f"and {len(names) - FEW} more"] if len(names) > FEW else []
    return "; ".join([*names[:FEW], *more]) or "nothing"


def _points(report: AvailabilityReport) -> Iterator[Block]:
    points = report.found.single_points
    if not points:
        by = ", by arithmetic: the pods were not drilled" if report.found.pods.undecided else ""
        yield Text(text=f"No single point of failure: whatever fails alone, every function of users goes on{by}.")
    for accepted, caption in ((False, "Single points of failure"), (True, "Accepted single points of failure")):
        chosen = [point for point in points if bool(point.accepted) is accepted]
        if chosen:
            chosen.sort(key=lambda point: (point.kind, point.title))
            yield Items(caption=caption, items=tuple(map(_point, chosen)))
    for reason in dict.fromkeys(point.accepted for point in points if point.accepted):
        yield Text(text=f"Accepted, because {reason}.")


def _point(point: SinglePoint) -> Item:
    if point.kind == "drill":
        what = "; ".join(point.stops)
    else:
        what = f"loses {point.stops[0]}" if point.kind == "spread" else f"without it no {'; no '.join(point.stops)}"
    return Item(
        text=f"{point.kind} {point.title}: {what}",
        detail=f"fix: {point.fix}",
        state="note" if point.accepted else "bad",
    )


def _promises(report: AvailabilityReport) -> Table:
    return Table(
        caption="Uptime that vendors promise for what one request needs (service credits, no forecast)",
        columns=("Part", "%", "Agreement", "Source"),
        rows=tuple(
            (
                promise.part,
                f"{promise.percent:g}" if promise.percent is not None else "none",
                promise.service,
                f"{promise.source} [{promise.confidence}]",
            )
            for promise in report.found.promises
        ),
        numbers=frozenset({1}),
    )


def _together(report: AvailabilityReport) -> Iterator[str]:
    found, accepted = report.found, report.found.accepted.uptime
    relation = "meets" if found.shown_percent >= OBJECTIVE_PERCENT else "is below"
    left = f"; left out, because nothing is promised: {', '.join(found.unpromised)}" if found.unpromised else ""
    yield (
        f"Together {found.shown_percent:.3f} %, which {relation} the scaling guide's {OBJECTIVE_PERCENT} %{left}. A "
        "promise is a credit, no forecast."
    )
    if found.short_of_uptime:
        yield f"Not accepted: {found.short_of_uptime}."
    elif accepted is not None and found.shown_percent < OBJECTIVE_PERCENT:
        end = said_until(accepted.until, found.accepted.today)
        yield f"Accepted from {accepted.percent:g} % on: {accepted.reason}{end}."
