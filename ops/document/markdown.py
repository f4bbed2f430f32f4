"""Writes a report as Markdown for a comment on a pull request: the answers, and everything else folded away."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from ops.document.blocks import SIGNS, WORDS, Cell, Figure, Items, More, Table, Text
from ops.foreign import visible

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
"""Characters of an answer, a cell, a heading and an entry of a list: a value of a change may be as long as a file. The
page has all of it."""
TITLE = 60
"""Characters of a chapter's title in the list of those that are left out: `ITEMS` of them fit beside `MOST`."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~!])")
_BEGINS = re.compile(r"^(?:(\d{1,9})(?=[.)](?:\s|$))|(?=(?:[-+](?:\s|$)|-{2,}|=)))")
"""What makes a line a list, a rule or the line before it a heading (CommonMark 0.31, Container and Leaf blocks;
unverified)."""
NOTHING = "&#8203;"
"""A space without width: no name and no number of an issue begins behind it. A backslash does not help, because GitHub
looks for mentions in the text that it has rendered (github/markup issue 1168; unverified)."""
_MEANT = (
    (re.compile(r"#(?=[0-9])"), f"#{NOTHING}"),
    (re.compile(r"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])"), f"@{NOTHING}"),
    (re.compile(r"(?<=[A-Za-z0-9])@"), "<span>@</span>"),
    (re.compile(r"\b(GH-)(?=[0-9])", re.IGNORECASE), rf"\g<1>{NOTHING}"),
    (re.compile(r":(?=//|[\w+\\-]+:)"), "<span>:</span>"),
    (re.compile(r"\b(www)\.", re.IGNORECASE), r"\g<1><span>.</span>"),
    (re.compile(r"\$"), "<span>$</span>"),
)
"""What GitHub makes links and mentions of (GitHub documentation, Autolinked references and URLs; read 2026-12-01), the
sign of its formulas in the form that is none (Writing mathematical expressions; read 2026-12-01), and what begins the
code of an emoji (Basic writing and formatting syntax, Using emojis; unverified 2026-12-01): `:secret:` is one, and in
the ARN of every secret. Ids of commits stay as they are: GitHub links those of the repository alone, and one of 40
signs would take six marks. A `span` leaves what people copy as it is."""


def comment(document: Document) -> str:
    """The report as GitHub's Markdown, short enough for one comment."""
    parts = [f"## {_short(document.title)}", plain(_cut(document.subtitle, 4 * DETAIL)), _verdicts(document.verdicts)]
    used = sum(map(len, parts))
    left: list[str] = []
    for section in document.sections:
        text = _section(section, MOST - used)
        if used + len(text) > MOST:
            left.append(_inline(_cut(section.title, TITLE)))
        elif text:
            parts.append(text)
            used += len(text) + 2
    if left:
        more = f" and {len(left) - ITEMS} more" if len(left) > ITEMS else ""
        parts.append(f"Too long for a comment: {', '.join(left[:ITEMS])}{more}. The page has it.")
    return "\n\n".join(parts) + "\n"


def _cut(text: str, most: int = DETAIL) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def plain(text: str) -> str:
    """The text as a line of its own, with nothing in it that Markdown, HTML or GitHub would read."""
    return _BEGINS.sub(lambda match: f"{match[1] or ''}\\", _inline(text))


def _inline(text: str) -> str:
    """The same within a line, which begins with something else."""
    return _unmeant(_SPECIAL.sub(r"\\\1", visible(text)).replace("&", "&amp;"))


def _unmeant(text: str) -> str:
    """Markup in which nobody is mentioned and nothing is linked or set as a formula."""
    for sign, instead in _MEANT:
        text = sign.sub(instead, text)
    return text


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
    return (_short(item.question), f"**{_short(item.answer)}**", state, _short(item.detail))


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
    parts, used = [f"### {_short(section.title)}"], 0
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
    return f"<details><summary>{_unmeant(escape(visible(_cut(title))))}</summary>\n\n{inner}\n\n</details>"


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return plain(block.text)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Items):
        caption = [f"**{_short(block.caption)}**", ""] if block.caption else []
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
    return f"**{_short(table.caption)}**\n\n{_grid(tuple(map(_short, table.columns)), shown, table.numbers)}{more}"


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return _short(cell)
    if cell.share is None and cell.state is not None:
        return f"{SIGNS[cell.state]} {_short(cell.text or WORDS[cell.state])}"
    return _short(cell.text)


def _short(text: str) -> str:
    return _inline(_cut(text))
