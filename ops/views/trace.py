"""Shows what the platform does with each statement of the scaling guide."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ops.answers.trace.answer import KINDS
from ops.document.blocks import Cell, Item, Items, Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.trace.answer import State as Found
    from ops.answers.trace.answer import Traced, TraceReport
    from ops.document.blocks import Block, State

_STATES: dict[Found, State | None] = {"holds": "good", "not compared": None, "missing": "bad", "false": "bad"}


def section(report: TraceReport) -> Section:
    """Counts by section, then every row of each."""
    blocks: list[Block] = [_first(report), _counts(report), _ways(report)]
    for heading, rows in groupby(report.rows, key=_heading):
        table = Table(
            caption=heading,
            columns=("Statement", "Answer", "Checked", "Where"),
            rows=tuple((row.entry.row.says, row.entry.row.answer, _checked(row), where(row)) for row in rows),
        )
        blocks.append(table)
    return Section(id="trace", title="The scaling guide", blocks=(*blocks, *_open(report)))


def without_answer(report: TraceReport) -> Section:
    """Only what is false or has no answer."""
    blocks: list[Block] = [_first(report), _ways(report)]
    if report.failing:
        items = tuple(
            Item(
                text=f"{_heading(row)}: {row.entry.row.says} ({row.entry.row.id})",
                detail="; ".join(row.problems) or row.entry.row.why,
                state="bad",
            )
            for row in report.failing
        )
        blocks.append(Items(caption="False, or without an answer", items=items))
    return Section(id="trace", title="The scaling guide", blocks=(*blocks, *_open(report)))


def where(row: Traced) -> str:
    """What a row rests on, in words."""
    own, place = row.entry.row, row.entry.place
    said = [f"key {own.key}"] if own.key else []
    said += [f"{own.constant} = {own.number}"] if own.constant else []
    if place is not None:
        said.append(f"{place.resource.name} {place.path} ({place.resource.environment}, {place.resource.phase})")
    said += [f"deviation: {own.deviation}"] if own.deviation else []
    said += [f"contract: {name}" for name in own.clauses]
    said += list(own.tests)
    return "; ".join([*said, *([own.why] if own.why else [])])


def _heading(row: Traced) -> str:
    return f"{row.entry.chapter}, {row.entry.section}"


def _first(report: TraceReport) -> Text:
    counts = report.counts()
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    states = ", ".join(f"{counts[f'state {state}']} {state}" for state in _STATES)
    return Text(text=f"{len(report.rows)} statements of the guide: {kinds}. Checked: {states}.")


def _counts(report: TraceReport) -> Table:
    rows = []
    for heading, found in groupby(report.rows, key=_heading):
        own = tuple(found)
        counts = report.counts(own)
        rows.append((heading, str(len(own)), *(str(counts[kind]) for kind in KINDS), str(counts["state false"])))
    total = report.counts()
    last = ("All", str(len(report.rows)), *(str(total[kind]) for kind in KINDS), str(total["state false"]))
    return Table(
        caption="By section",
        columns=("Section", "Rows", *(kind.capitalize() for kind in KINDS), "False"),
        rows=(*rows, last),
        numbers=frozenset(range(1, len(KINDS) + 3)),
        total=True,
    )


def _ways(report: TraceReport) -> Table:
    return Table(
        caption="How rows are checked; one may be in several ways",
        columns=("What", "Rows"),
        rows=tuple((way.what[0].upper() + way.what[1:], str(way.rows)) for way in report.ways),
        numbers=frozenset({1}),
    )


def _checked(row: Traced) -> Cell:
    said = f"{row.state}: {'; '.join(row.problems)}" if row.problems else row.state
    return Cell(text=said, state=_STATES[row.state])


def _open(report: TraceReport) -> tuple[Items, ...]:
    needs = sorted({reason for row in report.rows for reason in row.open})
    said = [
        *(Item(text=f"compared with {name}", state="good") for name in report.compared),
        *(Item(text=text, state="note") for text in report.unseen),
        *(
            Item(
                text=f"{sum(reason in row.open for row in report.rows)} rows: {reason}",
                detail="name one with --stack" if not report.compared else "",
                state="note",
            )
            for reason in needs
        ),
    ]
    return (Items(caption="What was compared, and what was not", items=tuple(said)),) if said else ()
