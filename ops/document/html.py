"""Writes a report as one HTML page: no script, no font, no picture and no style from anywhere else."""

from __future__ import annotations

import re
from html import escape as markup
from typing import TYPE_CHECKING

from ops.document.blocks import SIGNS, WORDS, Cell, Figure, Items, More, Table, Text
from ops.document.style import STYLE
from ops.foreign import steerless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.document.blocks import Block, Document, Item, Section, Verdict

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Content Security Policy: the page may load nothing at all, and run nothing."""
FULL = 100
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")


def page(document: Document) -> str:
    """The report as a page that opens from a file, without any network."""
    title = escape(document.title)
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<link rel="icon" href="data:,">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f'<header><h1>{title}</h1><p class="soft">{escape(document.subtitle)}</p></header>',
            _navigation(document.sections),
            "<main>",
            '<section aria-labelledby="summary"><h2 id="summary">Summary</h2>',
            f'<ul class="cards">{"".join(map(_card, document.verdicts))}</ul></section>',
            *(_section(section) for section in document.sections),
            "</main>",
            "</body>",
            "</html>",
            "",
        )
    )


def _navigation(sections: Iterable[Section]) -> str:
    links = "".join(f'<li><a href="#{section.id}">{escape(section.title)}</a></li>' for section in sections)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>'


def _card(verdict: Verdict) -> str:
    return (
        f'<li class="card {verdict.state}"><a href="#{verdict.section}">{escape(verdict.question)}</a>'
        f"<strong>{escape(verdict.answer)}</strong>"
        f'<span class="state">{SIGNS[verdict.state]} {WORDS[verdict.state]}</span>'
        f"<span>{escape(verdict.detail)}</span></li>"
    )


def _section(section: Section) -> str:
    blocks = "\n".join(map(_block, section.blocks))
    name = section.id
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(section.title)}</h2>\n{blocks}\n</section>'


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Items):
        return _items(block)
    if isinstance(block, Figure):
        return _figure(block)
    return _more(block)


def _items(block: Items) -> str:
    caption = f'<p class="caption">{escape(block.caption)}</p>' if block.caption else ""
    return f'{caption}<ul class="items">{"".join(map(_item, block.items))}</ul>'


def _item(item: Item) -> str:
    text = escape(item.text)
    if item.state is not None:
        text = f'<span class="state {item.state}">{SIGNS[item.state]}</span> {text}'
    detail = f'<br><span class="soft">{escape(item.detail)}</span>' if item.detail else ""
    return f"<li>{text}{detail}</li>"


def _more(block: More) -> str:
    inner = "\n".join(map(_block, block.blocks))
    return f"<details><summary>{escape(block.title)}</summary>\n{inner}\n</details>"


def _figure(block: Figure) -> str:
    style = f' style="min-width:{block.least_width}px"' if block.least_width else ""
    drawing = _DECLARATION.sub("", block.svg)
    caption = escape(block.caption)
    kind = ' class="half"' if block.half else ""
    return (
        f'<figure{kind}><figcaption>{caption}</figcaption><div class="scroll" tabindex="0" role="region" '
        f'aria-label="{caption}"><div class="drawing"{style}>{drawing}</div></div></figure>'
    )


def _table(table: Table) -> str:
    heads = "".join(
        f'<th scope="col"{_number(table, column)}>{escape(title)}</th>' for column, title in enumerate(table.columns)
    )
    last = len(table.rows) - 1
    rows = "".join(_row(table, row, total=table.total and index == last) for index, row in enumerate(table.rows))
    caption = escape(table.caption)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(table: Table, row: tuple[str | Cell, ...], *, total: bool) -> str:
    cells = "".join(
        f'<th scope="row">{_cell(cell)}</th>' if not column else f"<td{_number(table, column)}>{_cell(cell)}</td>"
        for column, cell in enumerate(row)
    )
    kind = ' class="total"' if total else ""
    return f"<tr{kind}>{cells}</tr>"


def _number(table: Table, column: int) -> str:
    return ' class="number"' if column in table.numbers else ""


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    text = escape(cell.text)
    if cell.share is not None:
        filled = f"{min(cell.share, 1) * FULL:.0f}"
        kind = f" {cell.state}" if cell.state else ""
        return f'{text}<span class="bar{kind}" aria-hidden="true"><span style="width:{filled}%"></span></span>'
    if cell.state is not None:
        return f'<span class="state {cell.state}">{SIGNS[cell.state]} {text or WORDS[cell.state]}</span>'
    return text


def escape(text: str) -> str:
    """The text as a page shows it: nothing in it is markup, and nothing turns its direction."""
    return markup(steerless(text))
