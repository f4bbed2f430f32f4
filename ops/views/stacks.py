"""Shows the stacks of a folder in the order of their deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import render
from ops.answers.gate.answer import clean
from ops.document.blocks import Cell, Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.stacks import StackFiles
    from ops.document.blocks import Block
    from ops.inputs.stack_file import CheckResult


def section(found: StackFiles) -> Section:
    """A row for each stack, then what is wrong with which."""
    if not found.checked:
        text = "There is no stack file here (Pulumi.<stack>.yaml). `./bbp init STACK` writes one."
        return Section(id="stacks", title="Stacks", blocks=(Text(text=text),))
    table = Table(
        caption="Stacks, in the order in which a merge deploys them",
        columns=("stack", "environment", "phase", "region", "after", "file"),
        rows=tuple(_row(found, one) for one in found.checked),
    )
    broken = [one for one in found.checked if one.problems]
    said: list[Block] = [Text(text=render(one.problems, title=clean(one.file.name), lines=one.lines)) for one in broken]
    return Section(id="stacks", title="Stacks", blocks=(table, *said))


def _row(found: StackFiles, one: CheckResult) -> tuple[str | Cell, ...]:
    settings = one.settings
    valid = Cell(text="broken" if one.problems else "valid", state="bad" if one.problems else "good")
    if settings is None:
        return (clean(one.stack), "", "", "", "", valid)
    waits = ", ".join(found.after(one.stack)) or "none"
    return (one.stack, settings.environment.value, settings.phase.value, settings.region, waits, valid)
