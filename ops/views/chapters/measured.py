"""The report's chapter of what was measured in operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Section, Table, Text, Verdict
from planner.objectives.measured import LEVELS

if TYPE_CHECKING:
    from ops.answers.measured.month import MeasuredReport
    from ops.document.blocks import Block, State
    from planner.objectives.measured import MeasuredObjective


def verdict(report: MeasuredReport) -> Verdict:
    """Whether the objectives were reached in operation."""
    met = sum(one.verdict == "met" for one in report.objectives)
    return Verdict(
        question="Was that measured in operation?",
        answer=f"{met} of {len(report.objectives)} met" if report.origin else "no",
        detail="; ".join(f"{one.name}: {one.found}" for one in report.objectives)
        or "the other answers are of the plan; --measured or --prometheus adds what runs",
        state="bad" if report.missed else "good" if met and met == len(report.objectives) else "note",
        section="measured",
    )


def section(report: MeasuredReport) -> Section:
    """Objectives by counted requests, and the guide's summary of each metric."""
    return Section(id="measured", title="Measured", blocks=tuple(_blocks(report)))


def _blocks(report: MeasuredReport) -> list[Block]:
    if not report.origin:
        return [Text(text="Nothing was measured: this report is of a plan. --measured or --prometheus adds what runs.")]
    blocks: list[Block] = [
        Text(text=f"Measured by {report.origin}. An objective is judged by counted requests, not by averages."),
        Table(
            caption="Objectives in operation",
            columns=("Objective", "Goal", "Verdict", "Measured", "Of what may go wrong"),
            rows=tuple(
                (
                    one.name,
                    one.goal,
                    Cell(text=one.verdict, state=_state(one)),
                    one.found,
                    "" if one.used is None else f"{one.used:.0f} % used",
                )
                for one in report.objectives
            ),
            numbers=frozenset(),
        ),
    ]
    if report.metrics:
        blocks.append(
            Table(
                caption="Performance monitoring report, as the scaling guide has it",
                columns=("Metric", "", "Average", "Min", "Max", "95th percentile", "Samples", "Alert above", "Above"),
                rows=tuple(
                    (
                        one.metric,
                        LEVELS[one.metric],
                        *(f"{number:,.2f}" for number in (one.average, one.low, one.high, one.most_of)),
                        f"{one.count:,}",
                        f"{one.threshold:g}",
                        f"{one.above:,}",
                    )
                    for one in report.metrics
                ),
                numbers=frozenset(range(2, 9)),
            )
        )
    return [*blocks, *(Text(text=f"{gap}.") for gap in report.gaps)]


def _state(one: MeasuredObjective) -> State:
    return {"met": "good", "missed": "bad"}.get(one.verdict, "note")  # type: ignore[return-value]  # each is a `State`
