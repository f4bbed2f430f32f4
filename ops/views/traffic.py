"""The chapter about traffic: what the planned platform does under load, and what breaks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.simulate import plots
from ops.document.blocks import Cell, Figure, More, Section, Table, Text, Verdict
from ops.document.plots import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation import Gap, Simulation, Summary

PLOT_WIDTH = 520
"""Pixels below which a plot's texts cannot be read."""
TITLES = {
    "daily": "A day at the top of the phase",
    "double": "Twice the load",
    "spike": "Ten times the load at once",
    "guide-growth": "Two years of the guide's growth",
}


def traffic_verdict(runs: Sequence[Simulation]) -> Verdict:
    """Whether an ordinary day keeps the guide's targets; the other scenarios are beyond what a phase promises."""
    first, gaps = runs[0].summary, runs[0].gaps
    holds = _holds(first)
    others = [run.scenario.name for run in runs[1:] if not _holds(run.summary)]
    return Verdict(
        question="Will it carry a day?",
        answer=f"{first.worst_p95_ms:,.0f} ms at worst" if holds else "targets missed",
        detail=f"{first.availability_percent:.3f} % of {first.requests:,.0f} requests answered"
        + (f"; targets missed in: {', '.join(others)}" if others else "; every other scenario holds, too")
        + (f"; not simulated, so unknown: {', '.join(gap.name for gap in gaps)}" if gaps else ""),
        state="bad" if not holds else "note" if others or gaps else "good",
        section="traffic",
    )


def traffic_section(runs: Sequence[Simulation]) -> Section:
    """Every scenario in numbers, the first one drawn."""
    assumed = runs[0].assumptions
    tables = Table(
        caption="Simulated traffic",
        columns=("Scenario", "Requests/s", "Pods", "Nodes", "Worst p95", "Answered", "Verdict", "Breaks first"),
        rows=tuple(_row(run) for run in runs),
        numbers=frozenset({1, 2, 3, 4, 5}),
    )
    return Section(
        id="traffic",
        title="Traffic simulation",
        blocks=(
            Text(
                text="Requests over time against the planned platform, with its own autoscalers, node start times, "
                "queues and connection pools. The targets are the scaling guide's: "
                f"{assumed.latency_target_ms:g} ms and {assumed.availability_target_percent:g} %. It rests on "
                "assumptions about service times; the simulate command lists and changes them. The same seed gives the "
                "same result."
            ),
            tables,
            *_gaps(runs[0].gaps),
            *_drawings(runs[0]),
            *(More(title=_title(run), blocks=tuple(_drawings(run))) for run in runs[1:]),
        ),
    )


def _gaps(gaps: Sequence[Gap]) -> list[Table]:
    if not gaps:
        return []
    return [
        Table(
            caption="Not simulated: nothing above is said about these",
            columns=("What", "Kind", "Why"),
            rows=tuple((gap.name, gap.kind, gap.why) for gap in gaps),
        )
    ]


def _title(run: Simulation) -> str:
    return TITLES.get(run.scenario.name, run.scenario.name)


def _drawings(run: Simulation) -> list[Figure]:
    name = _title(run)
    subjects = ("load", "pods and nodes", "response time", "utilization", "errors")
    return [
        Figure(svg=svg, caption=f"{name}: {subject}", least_width=PLOT_WIDTH, half=True)
        for subject, svg in zip(subjects, plots(run), strict=True)
    ]


def _row(run: Simulation) -> tuple[str | Cell, ...]:
    summary, first = run.summary, run.summary.first_break
    holds = _holds(summary)
    return (
        _title(run),
        f"{summary.peak_rps:,.1f}",
        str(summary.peak_replicas),
        str(summary.peak_nodes),
        f"{summary.worst_p95_ms:,.0f} ms at {clock(summary.worst_at)}",
        f"{summary.availability_percent:.3f} %",
        Cell(text="holds" if holds else "misses its targets", state="good" if holds else "note"),
        f"{first.resource} at {clock(first.at)}: {first.reason}" if first else "nothing",
    )


def _holds(summary: Summary) -> bool:
    return summary.latency_target_met and summary.availability_target_met
