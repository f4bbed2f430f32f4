"""Shows what a drill decided: scenarios, times, the lowest shares of ready pods, and what waited for a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Item, Items, More, Section, Table, Text, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.drill.report import DrillReport
    from ops.document.blocks import Block, State
    from plan.drills import Outcome

QUESTION = "Do the pods survive it?"
FEW = 5
"""How many pods one list names; `--json` has all."""


def verdict(report: DrillReport | None, why_not: str) -> Verdict:
    """What the real control plane says.

    Args:
        report: the drill; None where there is none.
        why_not: why there is none, or what of it is missing; empty where all was drilled.
    """
    if report is None:
        return Verdict(question=QUESTION, answer="not drilled", detail=why_not, state="note", section="drill")
    failed = len(report.failed)
    counted = (
        f"{len(report.judged)} scenarios on the real scheduler and controllers of Kubernetes {report.drill.version}"
    )
    part = "as far as drilled" if report.judged else "not drilled"
    return Verdict(
        question=QUESTION,
        answer=f"{failed} scenarios fail" if failed else part if why_not else "they do",
        detail=f"{counted}; {why_not}" if why_not else counted,
        state="bad" if failed else "note" if why_not else "good",
        section="drill",
    )


def section(report: DrillReport | None, why_not: str = "", *, lines: bool = True) -> Section:
    """A row for each scenario, and what each found; or why there is none.

    Args:
        report: the drill; None where there is none.
        why_not: why there is none, or what of it is missing; empty where all was drilled.
        lines: whether every second of it is told.
    """
    if report is None:
        said = f"Nobody has asked the real scheduler what becomes of the pods: {why_not}."
        return Section(id="drill", title="Drill", blocks=(Text(text=said),))
    drill = report.drill
    first = Text(
        text=f"Drill of {report.origin}: {len(report.judged)} scenarios on the real scheduler and controllers of "
        f"Kubernetes {drill.version}; {len(report.failed)} failed. Nodes are played; seconds are simulated."
    )
    blocks: list[Block] = [
        first,
        *([Text(text=f"Not all of it: {why_not}.")] if why_not else []),
        _table(report),
        *_problems(report.failed),
        *_notes(report),
    ]
    if lines:
        told = report.judged
        blocks += (More(title=f"{item.scenario}: what happened", blocks=(_line(item),), bulk=True) for item in told)
    return Section(id="drill", title="Drill", blocks=tuple(blocks))


def _table(report: DrillReport) -> Table:
    return Table(
        caption="Scenarios",
        columns=("Scenario", "Verdict", "Seconds", "Fewest ready", "Of", "Waited for a node", "Longest wait, s"),
        rows=tuple(map(_row, report.drill.outcomes)),
        numbers=frozenset({2, 3, 5, 6}),
    )


def _row(outcome: Outcome) -> tuple[str | Cell, ...]:
    if outcome.skipped:
        return (outcome.scenario, Cell(text="says nothing here", state="note"), "", "", outcome.skipped, "", "")
    state: State = "good" if outcome.passed else "bad"
    name, share = min(outcome.worst_ready, key=lambda item: item[1], default=("", 1.0))
    return (
        outcome.scenario,
        Cell(text="passed" if outcome.passed else "failed", state=state),
        f"{outcome.seconds:.0f}",
        Cell(text=f"{share:.0%}", share=share),
        name if share < 1 else "every workload",
        str(len(outcome.pending)),
        f"{max((item.seconds for item in outcome.pending), default=0):.0f}",
    )


def _problems(failed: tuple[Outcome, ...]) -> Iterator[Block]:
    for outcome in failed:
        waiting = [item for item in outcome.pending if not item.ended]
        items = [Item(text=problem, state="bad") for problem in outcome.problems]
        items += [Item(text=f"{item.pod} waited {item.seconds:.0f} s", detail=item.reason) for item in waiting[:FEW]]
        if len(waiting) > FEW:
            items.append(Item(text=f"and {len(waiting) - FEW} more"))
        yield Items(caption=outcome.scenario, items=tuple(items))


def _notes(report: DrillReport) -> Iterator[Block]:
    notes = [Item(text=f"{item.scenario}: {note}") for item in report.judged for note in item.notes]
    if notes:
        yield More(title="What happened in each", blocks=(Items(items=tuple(notes)),))
    if report.drill.stand_ins:
        items = tuple(Item(text=text, state="note") for text in report.drill.stand_ins)
        yield Items(caption="Not the real thing", items=items)
    if report.assumed:
        yield More(
            title="Assumed, because no document says it", blocks=(Items(items=tuple(map(_told, report.assumed))),)
        )


def _told(text: str) -> Item:
    return Item(text=text, state="note")


def _line(outcome: Outcome) -> Table:
    began = outcome.time_line.events[0].seconds if outcome.time_line.events else 0.0
    return Table(
        caption=f"{outcome.scenario}, second by second",
        columns=("s", "What", "Name", "", ""),
        rows=tuple(
            (f"{event.seconds - began:.0f}", event.kind, event.name, event.what, event.detail)
            for event in outcome.time_line.events
        ),
        numbers=frozenset({0}),
    )
