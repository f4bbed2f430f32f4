"""Shows which checks and lanes ran, and how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Section, Table

if TYPE_CHECKING:
    from ops.answers.test import Ran
    from ops.answers.test import State as Ending
    from ops.document.blocks import State

STATES: dict[Ending, State] = {"passed": "good", "failed": "bad", "no tests": "note", "not run": "note"}


def section(ran: Ran) -> Section:
    """One row for each check and lane."""
    rows = tuple(
        (item.name, Cell(text=item.state, state=STATES[item.state]), item.detail, f"{item.seconds:.1f}")
        for item in ran.outcomes
    )
    table = Table(caption="", columns=("what", "state", "detail", "seconds"), rows=rows, numbers=frozenset({3}))
    return Section(id="test", title="Lanes", blocks=(table,) if rows else ())
