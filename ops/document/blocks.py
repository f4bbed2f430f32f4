"""What an answer is made of, before it is shown in a terminal, as HTML or as Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

State = Literal["good", "note", "bad"]
WORDS: dict[State, str] = {"good": "OK", "note": "Note", "bad": "Failed"}
"""What a state says in a word; colour only repeats it."""
SIGNS: dict[State, str] = {"good": "✓", "note": "!", "bad": "✗"}


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a table that carries more than its text.

    Attributes:
        text: what it says.
        state: a verdict, shown by a sign and a word.
        share: a part of a whole, shown as a bar; 1 is all of it.
    """

    text: str
    state: State | None = None
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        caption: what it lists.
        columns: headings.
        rows: cells, as many as there are headings.
        numbers: columns that hold numbers, from 0.
        total: whether the last row is a sum.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    numbers: frozenset[int] = field(default_factory=frozenset)
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a list.

    Attributes:
        text: what it says.
        detail: what to know or do about it, on a line of its own.
        state: a verdict.
    """

    text: str
    detail: str = ""
    state: State | None = None


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list of facts that are sentences rather than cells.

    Attributes:
        items: the entries; there is at least one.
        caption: what it lists.
    """

    items: tuple[Item, ...]
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing.

    Attributes:
        svg: an SVG document of our own making.
        caption: what it shows.
        least_width: pixels below which it scrolls instead of shrinking.
        half: whether two of them stand beside each other where there is room.
    """

    svg: str
    caption: str
    least_width: int = 0
    half: bool = False


@dataclass(frozen=True, kw_only=True)
class More:
    """What is folded away until somebody asks for it.

    Attributes:
        title: what it is.
        blocks: what it says.
        bulk: whether it is so much that a terminal only names it; `--json` has it all.
    """

    title: str
    blocks: tuple[Text | Table | Items | Figure, ...]
    bulk: bool = False


Block: TypeAlias = Text | Table | Items | Figure | More


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to one question, for the top of the report.

    Attributes:
        question: what is asked.
        answer: the number or word.
        detail: what it means.
        state: good, worth knowing, or bad.
        section: id of the section that explains it.
    """

    question: str
    answer: str
    detail: str
    state: State
    section: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter.

    Attributes:
        id: for links, unique.
        title: heading.
        blocks: what it says; in a terminal a command's own section, without the heading.
        open: whether a comment shows it at once and folds its details, instead of folding all of it.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Document:
    """The whole report.

    Attributes:
        title: heading.
        subtitle: what it was made from.
        verdicts: the answers.
        sections: the chapters.
    """

    title: str
    subtitle: str
    verdicts: tuple[Verdict, ...]
    sections: tuple[Section, ...]
