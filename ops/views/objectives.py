"""Shows which objectives are met, missed, or not judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Item, Items, Section, Table, Text, Verdict

if TYPE_CHECKING:
    from ops.answers.objectives import ObjectivesReport
    from ops.document.blocks import Block, State
    from planner.objectives.model import Answer


def verdict(report: ObjectivesReport) -> Verdict:
    """How many objectives are met."""
    met = sum(answer.verdict == "met" for answer in report.answers)
    open_ones = [answer for answer in report.answers if not answer.ok]
    said = "; ".join(f"{answer.name} {answer.verdict}" for answer in open_ones)
    accepted = sum(bool(answer.accepted) for answer in report.answers)
    return Verdict(
        question="Does it meet its objectives?",
        answer=f"{met} of {len(report.answers)}" + (f", {accepted} accepted" if accepted else ""),
        detail=said or "every other one is accepted with a reason",
        state="bad" if report.failing else "note" if met < len(report.answers) else "good",
        section="objectives",
    )


def section(report: ObjectivesReport) -> Section:
    """One row for each objective, then what each rests on and what would help."""
    first = Text(
        text=f"Objectives of {report.planned.origin} ({report.environment.value}, {report.phase}): what no tool has "
        "judged does not pass."
    )
    rows = tuple(
        (answer.name, answer.goal, Cell(text=_said(answer), state=_state(answer)), answer.found, f"./bbp {answer.tool}")
        for answer in report.answers
    )
    table = Table(
        caption="Objectives", columns=("Objective", "Goal", "Verdict", "Found", "More"), rows=rows, numbers=frozenset()
    )
    blocks: list[Block] = [first, table]
    for title, items in (
        ("Accepted by the stack file or by the defaults of its phase", _accepted(report)),
        ("What would help", _fixes(report)),
        ("What this rests on", _evidence(report)),
    ):
        if items:
            blocks.append(Items(caption=title, items=tuple(items)))
    return Section(id="objectives", title="Objectives", blocks=tuple(blocks))


def _said(answer: Answer) -> str:
    return f"{answer.verdict}, accepted" if answer.accepted else answer.verdict


def _state(answer: Answer) -> State:
    if answer.verdict == "met":
        return "good"
    return "note" if answer.accepted else "bad"


def _accepted(report: ObjectivesReport) -> list[Item]:
    return [
        Item(text=f"{answer.name}: {answer.accepted}", state="note") for answer in report.answers if answer.accepted
    ]


def _fixes(report: ObjectivesReport) -> list[Item]:
    return [Item(text=f"{answer.name}: {answer.fix}") for answer in report.answers if answer.fix and not answer.ok]


def _evidence(report: ObjectivesReport) -> list[Item]:
    return [Item(text=f"{answer.name}: {'; '.join(answer.evidence)}") for answer in report.answers if answer.evidence]
