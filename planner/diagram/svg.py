"""Draws a scene as SVG: one file, no script, no font and no image of its own, the same bytes for the same plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from planner.diagram.compare import WORDS
from planner.diagram.layout import (
    FRAME_HEAD,
    GROUP_HEAD,
    LINE_SIZE,
    LINE_STEP,
    MARGIN,
    PAD,
    TITLE_SIZE,
    TITLE_STEP,
    Layout,
    Placed,
    Rect,
    Way,
    arrange,
)
from planner.diagram.text import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.diagram.layout import Band
    from planner.diagram.parts import Mark
    from planner.diagram.scene import Scene

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold (XML 1.0, production Char)."""
HEADING = 18.0
SMALL = 11.0
FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
STYLE = """
.bbpd{--ink:#16202c;--soft:#4a5866;--paper:#ffffff;--frame:#f4f6f8;--zone:#e9edf1;--line:#5c6b7a;--edge:#d7ebff;
--compute:#e0f3e6;--data:#ece4fb;--ground:#fdf0d9;--side:#eef1f4;--rim:#8796a5;--added:#0b6e3b;--changed:#8a5300;
--removed:#b3261e}
@media (prefers-color-scheme: dark){.bbpd{--ink:#eef2f6;--soft:#b6c2ce;--paper:#12181f;--frame:#19212a;--zone:#202a35;
--line:#9aabbb;--edge:#173a5c;--compute:#173f2a;--data:#352a57;--ground:#4a3710;--side:#222c37;--rim:#6d7f91;
--added:#66d699;--changed:#f0b455;--removed:#ff8a80}}
.bbpd text{font-family:FAMILY;fill:var(--ink)}
.bbpd .soft{fill:var(--soft)}
.bbpd .box{stroke:var(--rim);stroke-width:1}
.bbpd .edge{fill:var(--edge)}.bbpd .compute{fill:var(--compute)}.bbpd .data{fill:var(--data)}
.bbpd .ground{fill:var(--ground)}.bbpd .side{fill:var(--side)}
.bbpd .frame{fill:var(--frame);stroke:var(--rim)}
.bbpd .zone{fill:none;stroke:var(--rim);stroke-dasharray:2 5}
.bbpd .group{fill:none;stroke:var(--rim)}
.bbpd .way{fill:none;stroke:var(--line);stroke-width:1.5}
.bbpd .tip{fill:var(--line)}
.bbpd .added{stroke:var(--added);stroke-width:3}
.bbpd .changed{stroke:var(--changed);stroke-width:3;stroke-dasharray:10 4}
.bbpd .removed{stroke:var(--removed);stroke-width:3;stroke-dasharray:3 4}
""".replace("FAMILY", FAMILY)
PALETTE = {
    **dict.fromkeys(("cdn", "balancer"), "edge"),
    **dict.fromkeys(("gateway", "app", "services", "pooler"), "compute"),
    **dict.fromkeys(("primary", "replicas", "shards", "redis"), "data"),
    **dict.fromkeys(("nodes", "nat"), "ground"),
}


def svg(scene: Scene) -> str:
    """The scene as an SVG document.

    It follows the reader's colour scheme, and says everything in words: marks of a comparison stand beside the names.
    """
    layout = arrange(scene)
    size = f"{_n(layout.width)} {_n(layout.height)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bbpd" role="img" viewBox="0 0 {size}"',
        f'width="{_n(layout.width)}" height="{_n(layout.height)}" aria-labelledby="bbpd-title bbpd-desc">',
        f'<title id="bbpd-title">{_clean(_heading(scene))}</title>',
        f'<desc id="bbpd-desc">{_clean(_description(scene))}</desc>',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" style="fill:var(--paper)"/>',
        *_header(scene, layout),
        *_frame(layout),
        *(_way(way) for way in layout.ways),
        *(part for band in layout.bands for part in _group(band)),
        *(_box(item, PALETTE[item.box.row]) for item in layout.boxes),
        *(_box(item, "side") for item in layout.side),
        *(label for way in layout.ways for label in _label(way)),
        *_footer(scene, layout),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _clean(text: str) -> str:
    return escape(NOT_XML.sub("�", text))


def _text(x: float, y: float, text: str, size: float, *, bold: bool = False, soft: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    kind = ' class="soft"' if soft else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{weight}{kind}>{_clean(text)}</text>'


def _rect(rect: Rect, kind: str, radius: float = 6) -> str:
    return (
        f'<rect class="{kind}" x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" '
        f'height="{_n(rect.height)}" rx="{_n(radius)}"/>'
    )


def _heading(scene: Scene) -> str:
    return f"{scene.title}, compared with {scene.against}" if scene.against else scene.title


def _description(scene: Scene) -> str:
    """The picture in words: every box with its sizes, in the order of a request."""
    boxes = [f"{_marked(box.title, box.mark)}: {', '.join(box.lines)}" for box in (*scene.boxes, *scene.side)]
    ways = [f"{_marked(f'{edge.source} to {edge.target}', edge.mark)} ({edge.label})" for edge in scene.edges]
    return f"{'; '.join(boxes)}. Ways: {'; '.join(ways)}."


def _marked(text: str, mark: Mark) -> str:
    return f"{text} ({mark})" if mark else text


def _header(scene: Scene, layout: Layout) -> Iterator[str]:
    room = layout.width - 2 * MARGIN
    yield _text(MARGIN, 34, fitted(_heading(scene), room, HEADING, bold=True), HEADING, bold=True)
    where = f"{len(scene.zones)} availability zones" if len(scene.zones) != 1 else "1 availability zone"
    line = f"{scene.resources:,} resources in {where}. Read from the plan; a request goes from top to bottom."
    if scene.against:
        marks = [box.mark for box in (*scene.boxes, *scene.side) if box.mark]
        counts = ", ".join(f"{marks.count(mark)} {mark}" for mark in ("added", "changed", "removed"))
        line = f"{scene.resources:,} resources in {where}. Against {scene.against}: {counts}."
    yield _text(MARGIN, 58, fitted(line, room, LINE_SIZE), LINE_SIZE, soft=True)


def _frame(layout: Layout) -> Iterator[str]:
    yield _rect(layout.frame, "frame", 10)
    for index, (zone, rect) in enumerate(layout.columns):
        name = fitted(zone, rect.width - 2 * PAD, LINE_SIZE, bold=True)
        yield _text(rect.x + PAD, rect.y + FRAME_HEAD - 13, name, LINE_SIZE, bold=True, soft=True)
        if index:
            yield f'<path class="zone" d="M{_n(rect.x)} {_n(rect.y)}V{_n(rect.bottom)}"/>'


def _group(band: Band) -> Iterator[str]:
    if band.title:
        yield _rect(band.rect, "group", 8)
        yield _text(band.rect.x + PAD, band.rect.y + GROUP_HEAD - 7, band.title, SMALL, bold=True, soft=True)


def _box(item: Placed, kind: str) -> str:
    box, rect = item.box, item.rect
    y = rect.y + PAD + TITLE_SIZE - 2
    texts = []
    for line in item.title:
        texts.append(_text(rect.x + PAD, y, line, TITLE_SIZE, bold=True))
        y += TITLE_STEP
    for line in item.lines:
        texts.append(_text(rect.x + PAD, y, line, LINE_SIZE))
        y += LINE_STEP
    hint = "; ".join(part for part in (_marked(box.title, box.mark), *box.lines, box.note) if part)
    mark = f" {box.mark}" if box.mark else ""
    group = f'<g class="part" id="{_identifier(box.key)}"><title>{_clean(hint)}</title>'
    return "\n".join((group, _rect(rect, f"box {kind}{mark}"), *texts, "</g>"))


def _identifier(key: str) -> str:
    """An id that is unique for a key and valid in XML."""
    return "bbpd-" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in key
    )


def _way(way: Way) -> str:
    mark = f" {way.mark}" if way.mark else ""
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in way.points)
    (from_x, _), (x, y) = way.points[-2:]
    if x == from_x:
        tip = f"M{_n(x - 4)} {_n(y - 7)}h8l-4 7z"
    else:
        back = -7 if x > from_x else 7
        tip = f"M{_n(x)} {_n(y)}l{back} -4v8z"
    hint = _clean(_marked(f"{way.edge.source} to {way.edge.target}: {way.edge.label}", way.mark))
    return f'<g><title>{hint}</title><polyline class="way{mark}" points="{points}"/><path class="tip" d="{tip}"/></g>'


def _label(way: Way) -> Iterator[str]:
    if way.label is not None:
        text = f"{way.edge.label} ({WORDS[way.mark]})" if way.mark else way.edge.label
        yield _text(*way.label, text, SMALL, soft=True)


def _footer(scene: Scene, layout: Layout) -> Iterator[str]:
    y = layout.height - MARGIN / 2
    legend = "Blue: delivery. Green: pods. Violet: data. Yellow: what it runs on. Dotted lines part the zones."
    if scene.against:
        legend += " Thick rims are differences."
    yield _text(MARGIN, y, fitted(legend, layout.width - 2 * MARGIN, SMALL), SMALL, soft=True)
