"""Writes blocks to a terminal or a pipe: colour only repeats what words say, and nothing is cut short."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text as Styled

from ops.console import out
from ops.document.blocks import WORDS, Cell, Items, More, Table, Text
from ops.foreign import steerless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from ops.document.blocks import Block, Section, State, Verdict

STYLES: dict[State, str] = {"good": "green", "note": "yellow", "bad": "red"}
WIDEST_NUMBER = 24
"""Columns: a number up to this long is not broken, where there is room for all cells."""
LEAST_ROOM = 15
"""Columns of a terminal for each column of a table; with less every cell is broken, and still whole."""


def show(section: Section, console: Console = out) -> None:
    """Print a command's own section; its heading would only repeat the command."""
    _blocks(section.blocks, console)


def show_verdicts(verdicts: Iterable[Verdict]) -> None:
    """Print answers, one on a line."""
    for verdict in verdicts:
        _say(out, f"{verdict.question:26} {verdict.answer} ({verdict.detail})", verdict.state)


def _say(console: Console, line: str, state: State | None = None) -> None:
    console.print(_styled(line, state), soft_wrap=True)


def _styled(text: str, state: State | None = None) -> Styled:
    """Text in the colour of its state; what would steer a terminal is shown instead of obeyed."""
    return Styled(steerless(text), STYLES[state] if state else "")


def _blocks(blocks: Sequence[Block], console: Console) -> None:
    say = partial(_say, console)
    for before, block in zip((None, *blocks), blocks, strict=False):
        if isinstance(block, Text):
            if not isinstance(before, Text | None):
                say("")
            say(block.text)
        elif isinstance(block, Table):
            _caption(console, block.caption, before)
            console.print(_grid(block, console.width))
        elif isinstance(block, Items):
            _caption(console, block.caption, before)
            for item in block.items:
                say(f"  {item.text}", item.state)
                if item.detail:
                    say(f"    {item.detail}")
        elif isinstance(block, More) and block.bulk:
            say(f"({block.title}: --json has them)")
        elif isinstance(block, More):
            say("")
            _blocks(block.blocks, console)


def _caption(console: Console, caption: str, before: Block | None) -> None:
    if before is not None:
        _say(console, "")
    if caption:
        _say(console, f"{caption}:")


def _grid(table: Table, room: int) -> Grid:
    grid = Grid(*table.columns, box=None, pad_edge=False)
    cells = [[_cell(cell) for cell in row] for row in table.rows]
    for index, column in enumerate(grid.columns):
        column.overflow = "fold"  # a name cut short leads nowhere
        if index in table.numbers:
            column.justify = "right"
            longest = max((len(row[index]) for row in cells), default=0)
            if room >= len(table.columns) * LEAST_ROOM:
                column.min_width = min(longest, WIDEST_NUMBER)
    for row in cells:
        grid.add_row(*row)
    return grid


def _cell(cell: str | Cell) -> Styled:
    if isinstance(cell, str):
        return _styled(cell)
    return _styled(cell.text or WORDS[cell.state or "good"], cell.state)
