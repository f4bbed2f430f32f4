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
ITEMS = 40
"""Entries of a list that are shown."""
DETAIL = 1_000
"""Characters of an answer's detail, and of an entry of a list; the page has all of it."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~@!])")


def comment(document: Document) -> str:
    """The report as GitHub's Markdown, short enough for one comment."""
    parts = [f"## {plain(document.title)}", plain(_cut(document.subtitle, 4 * DETAIL)), _verdicts(document.verdicts)]
    used = sum(map(len, parts))
    for number, section in enumerate(document.sections):
        text = _section(section, MOST - used)
        if used + len(text) > MOST:
            rest = ", ".join(plain(left.title) for left in document.sections[number : number + ITEMS])
            more = f" and {left} more" if (left := len(document.sections) - number - ITEMS) > 0 else ""
            parts.append(f"Too long for a comment: {rest}{more}. The page has it.")
            break
        if text:
            parts.append(text)
            used += len(text) + 2
    return "\n\n".join(parts) + "\n"


def _cut(text: str, most: int = DETAIL) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def plain(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would read."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")


def _verdicts(verdicts: tuple[Verdict, ...]) -> str:
    rows: list[tuple[str, ...]] = []
    used = 0
    for verdict in verdicts:
        row = _verdict(verdict)
        if (used := used + sum(map(len, row))) > MOST // 2:
            left = f"{len(verdicts) - len(rows)} more answers stand in the page."
            return f"{_grid(('Question', 'Answer', '', 'Detail'), rows, frozenset())}\n\n{left}"
        rows.append(row)
    return _grid(("Question", "Answer", "", "Detail"), rows, frozenset())


def _verdict(item: Verdict) -> tuple[str, ...]:
    state = f"{SIGNS[item.state]} {WORDS[item.state]}"
    return (plain(item.question), f"**{plain(item.answer)}**", state, plain(_cut(item.detail)))


def _grid(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: frozenset[int]) -> str:
    rule = ["---:" if index in numbers else "---" for index in range(len(columns))]
    lines = [columns, tuple(rule), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _section(section: Section, room: int) -> str:
    """A folded chapter, or an open one whose details are folded; drawings are left to the page.

    Of an open one that has no room, what comes first stays.
    """
    if not section.open:
        return _folded(section.title, section.blocks)
    parts, used = [f"### {plain(section.title)}"], 0
    for number, block in enumerate(section.blocks):
        text = _folded(block.title, block.blocks) if isinstance(block, More) else _block(block)
        if number and (used := used + len(text) + 2) > room - DETAIL:
            parts.append("The rest of this chapter is too long for a comment. The page has it.")
            break
        if text:
            parts.append(text)
    return "\n\n".join(parts)


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
        left = len(block.items) - ITEMS
        more = [f"- {left} more stand in the page"] if left > 0 else []
        return "\n".join([*caption, *map(_item, block.items[:ITEMS]), *more])
    if isinstance(block, Figure | More):
        return ""
    raise AssertionError(block)


def _item(item: Item) -> str:
    sign = f"{SIGNS[item.state]} " if item.state is not None else ""
    return f"- {sign}{plain(_cut(item.text))}" + (f"\n  {plain(_cut(item.detail))}" if item.detail else "")


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
