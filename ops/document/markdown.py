"""Writes a report as Markdown for a comment on a pull request: the answers, and everything else folded away."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from ops.document.blocks import SIGNS, WORDS, Cell, Figure, Items, More, Table, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.document.blocks import Block, Document, Item, Section, Verdict

MOST = 60_000
"""Characters: a comment holds 65,536 (GitHub, maximum length of a comment's body), and some room is left."""
ROWS = 15
"""Rows of a table that are shown; the page has all of them."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~@!])")


def comment(document: Document) -> str:
    """The report as GitHub's Markdown, short enough for one comment."""
    parts = [f"## {plain(document.title)}", plain(document.subtitle), _verdicts(document.verdicts)]
    used = sum(map(len, parts))
    for number, section in enumerate(document.sections):
        text = _section(section)
        if used + len(text) > MOST:
            rest = ", ".join(plain(left.title) for left in document.sections[number:])
            parts.append(f"Too long for a comment: {rest}. The page has it.")
            break
        if text:
            parts.append(text)
            used += len(text) + 2
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would read."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")


def _verdicts(verdicts: tuple[Verdict, ...]) -> str:
    return _grid(("Question", "Answer", "", "Detail"), list(map(_verdict, verdicts)), frozenset())


def _verdict(item: Verdict) -> tuple[str, ...]:
    state = f"{SIGNS[item.state]} {WORDS[item.state]}"
    return (plain(item.question), f"**{plain(item.answer)}**", state, plain(item.detail))


def _grid(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: frozenset[int]) -> str:
    rule = ["---:" if index in numbers else "---" for index in range(len(columns))]
    lines = [columns, tuple(rule), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _section(section: Section) -> str:
    """A folded chapter, or an open one whose details are folded; drawings are left to the page."""
    if section.open:
        shown = [
            _folded(block.title, block.blocks) if isinstance(block, More) else _block(block) for block in section.blocks
        ]
        return "\n\n".join((f"### {plain(section.title)}", *filter(None, shown)))
    return _folded(section.title, section.blocks)


def _folded(title: str, blocks: Sequence[Block]) -> str:
    said = [text for block in blocks if (text := _block(block))]
    if not said:
        return ""
    inner = "\n\n".join(said)
    return f"<details><summary>{escape(' '.join(title.split()))}</summary>\n\n{inner}\n\n</details>"


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return plain(block.text)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Items):
        caption = [f"**{plain(block.caption)}**", ""] if block.caption else []
        return "\n".join([*caption, *map(_item, block.items)])
    if isinstance(block, Figure | More):
        return ""
    raise AssertionError(block)


def _item(item: Item) -> str:
    sign = f"{SIGNS[item.state]} " if item.state is not None else ""
    return f"- {sign}{plain(item.text)}" + (f"\n  {plain(item.detail)}" if item.detail else "")


def _table(table: Table) -> str:
    rows = [tuple(map(_cell, row)) for row in table.rows]
    shown = rows[:ROWS]
    if table.total and len(rows) > ROWS:
        shown = [*rows[: ROWS - 1], rows[-1]]
    left = len(rows) - len(shown)
    more = f"\n\n{left} more rows stand in the page." if left else ""
    return f"**{plain(table.caption)}**\n\n{_grid(tuple(map(plain, table.columns)), shown, table.numbers)}{more}"


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return plain(cell)
    if cell.share is None and cell.state is not None:
        return f"{SIGNS[cell.state]} {plain(cell.text or WORDS[cell.state])}"
    return plain(cell.text)
