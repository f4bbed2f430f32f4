"""Shows which checks and lanes ran, how they ended, and which took more than their budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.test.budgets import over_budget
from ops.document.blocks import Cell, Item, Items, Section, Table

if TYPE_CHECKING:
    from ops.answers.test.lanes import Ran
    from ops.answers.test.lanes import State as Ending
    from ops.document.blocks import State

STATES: dict[Ending, State] = {"passed": "good", "failed": "bad", "no tests": "note", "not run": "note"}
COLUMNS = ("what", "state", "detail", "seconds", "CPU seconds", "MiB")


def section(ran: Ran) -> Section:
    """One row for each check and lane, and a sentence for each that is over its budget."""
    rows = tuple(
        (
            item.name,
            Cell(text=item.state, state=STATES[item.state]),
            item.detail,
            f"{item.took.seconds:.1f}",
            f"{item.took.cpu_seconds:.1f}",
            str(item.took.memory_mib),
        )
        for item in ran.outcomes
    )
    table = Table(caption="", columns=COLUMNS, rows=rows, numbers=frozenset({3, 4, 5}))
    over = [said for item in ran.outcomes if (said := over_budget(item.name, item.took.cpu_seconds))]
    told = Items(items=tuple(Item(text=said, state="note") for said in over), caption="Over budget")
    return Section(id="test", title="Lanes", blocks=(*((table,) if rows else ()), *((told,) if over else ())))
