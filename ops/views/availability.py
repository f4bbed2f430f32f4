"""Prints what stops when something fails."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table

from ops.console import out
from planner.availability import OBJECTIVE_PERCENT
from planner.availability_model import GROUPS

if TYPE_CHECKING:
    from ops.answers.availability import AvailabilityReport
    from planner.availability import SinglePoint
    from planner.availability_model import Function, Removal

FEW = 3
"""How many functions one cell names; `--json` has all."""


def render(report: AvailabilityReport) -> None:
    """Print the removals by kind, the single points, and what is promised."""
    found = report.found
    _say(f"\nAvailability of {report.planned.origin} ({report.environment}, {report.phase})")
    _say(
        f"{report.judged_resources} of {len(report.planned.plan)} resources can fail on the way of a request; "
        f"{len(found.removals)} parts of them were removed, one at a time."
    )
    out.print(_removals(report))
    if not found.single_points:
        _say("\nNo single point of failure: whatever fails alone, every function of users goes on.")
    for title, points in (
        ("Single points of failure", [point for point in found.single_points if not point.accepted]),
        ("Accepted single points of failure", [point for point in found.single_points if point.accepted]),
    ):
        if points:
            _say(f"\n{title}:")
            _points(points)
    _promises(report)


def _say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)


def _removals(report: AvailabilityReport) -> Table:
    """One row for each removal that stops or pauses something, and one for all the others of a kind."""
    table = Table("Without", "Kind", "Stops", "Pauses", box=None, pad_edge=False)
    quiet: Counter[str] = Counter()
    for removal in report.found.removals:
        if removal.stops or removal.pauses:
            table.add_row(removal.element.title, _kind(removal), _names(removal.stops), _names(removal.pauses))
        else:
            quiet[removal.element.kind] += 1
    for kind, count in quiet.items():
        table.add_row(f"any of {count}", kind, "nothing", "")
    return table


def _kind(removal: Removal) -> str:
    kind = removal.element.kind
    return f"{kind} (several failures at once)" if kind in GROUPS else kind


def _names(functions: tuple[Function, ...]) -> str:
    names = [item.title if item.critical else f"{item.title} (serves no request)" for item in functions]
    more = [f"and {len(names) - FEW} more"] if len(names) > FEW else []
    return "\n".join([*names[:FEW], *more])


def _points(points: list[SinglePoint]) -> None:
    for point in points:
        what = f"loses {point.stops[0]}" if point.kind == "spread" else f"without it no {'; no '.join(point.stops)}"
        _say(f"  {point.kind} {point.title}: {what}")
        _say(f"    fix: {point.fix}")
    reasons = dict.fromkeys(point.accepted for point in points if point.accepted)
    for reason in reasons:
        _say(f"  accepted: {reason}")


def _promises(report: AvailabilityReport) -> None:
    found = report.found
    _say("\nUptime that vendors promise for what one request needs (service credits, no forecast):")
    table = Table("Part", "Agreement", "%", "Source", box=None, pad_edge=False)
    for promise in found.promises:
        percent = f"{promise.percent:g}" if promise.percent is not None else "none"
        table.add_row(promise.part, promise.service, percent, f"{promise.source} [{promise.confidence}]")
    out.print(table)
    relation = "meets" if found.shown_percent >= OBJECTIVE_PERCENT else "is below"
    accepted = found.accepted.uptime
    _say(
        f"Together {found.shown_percent:.3f} %, which {relation} the scaling guide's {OBJECTIVE_PERCENT} %"
        + (f"; left out, because nothing is promised: {', '.join(found.unpromised)}." if found.unpromised else ".")
    )
    if found.short_of_uptime:
        _say(f"Not accepted: {found.short_of_uptime}.")
    elif accepted is not None and found.shown_percent < OBJECTIVE_PERCENT:
        end = f", until {accepted.until}" if accepted.until else ""
        _say(f"Accepted from {accepted.percent:g} % on{end}: {accepted.reason}.")
