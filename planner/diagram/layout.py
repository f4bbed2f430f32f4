"""Where everything of a diagram stands: rows from top to bottom, zones as columns, cards at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.diagram.compare import WORDS
from planner.diagram.scene import ROWS
from planner.diagram.text import wrapped

if TYPE_CHECKING:
    from planner.diagram.parts import Box, Mark
    from planner.diagram.scene import Edge, Scene

TITLE_SIZE, LINE_SIZE = 13.0, 12.0
TITLE_STEP, LINE_STEP = 18.0, 16.0
PAD = 10.0
GAP = 12.0
ROW_GAP = 34.0
"""Room between two rows, for the arrow between them and what it carries."""
ZONE = 264.0
LEAST_ZONES = 3
GUTTER = 56.0
LANE = 14.0
MARGIN = 20.0
SIDE = 248.0
HEADER = 84.0
FRAME_HEAD = 34.0
GROUP_HEAD = 22.0
PER_LINE = 3
"""Boxes of a row beside each other at most."""


@dataclass(frozen=True, kw_only=True)
class Rect:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A box with its place and its texts as they are drawn."""

    box: Box
    rect: Rect
    title: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Band:
    """A row with its place; its title is empty for a single box."""

    key: str
    title: str
    rect: Rect


@dataclass(frozen=True, kw_only=True)
class Way:
    """An arrow: its corners, and where its label stands."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    label: tuple[float, float] | None

    @property
    def mark(self) -> Mark:
        """What happens to it."""
        return self.edge.mark


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A diagram in pixels."""

    width: float
    height: float
    frame: Rect
    columns: tuple[tuple[str, Rect], ...]
    bands: tuple[Band, ...]
    boxes: tuple[Placed, ...]
    side: tuple[Placed, ...]
    ways: tuple[Way, ...]


def arrange(scene: Scene) -> Layout:
    """Place everything that a scene holds."""
    inner = max(len(scene.zones), LEAST_ZONES) * ZONE
    left = MARGIN + GUTTER
    bands: list[Band] = []
    boxes: list[Placed] = []
    y, frame_top = HEADER, 0.0
    for key, title in ROWS:
        members = scene.row(key)
        if not members:
            continue
        if not frame_top and key != "cdn":
            frame_top = y
            y += FRAME_HEAD
        band, placed = _row(scene, members, key, title, Rect(x=left, y=y, width=inner, height=0))
        bands.append(band)
        boxes += placed
        y = band.rect.bottom + ROW_GAP
    side_x = left + inner + GUTTER + MARGIN
    side = _cards(scene, side_x)
    bottom = max(y - ROW_GAP + PAD * 2, frame_top, HEADER + FRAME_HEAD)
    frame = Rect(x=MARGIN, y=frame_top or HEADER, width=inner + 2 * GUTTER, height=bottom - (frame_top or HEADER))
    lowest = max([frame.bottom, *(card.rect.bottom for card in side)])
    return Layout(
        width=side_x + SIDE + MARGIN,
        height=lowest + MARGIN + LINE_STEP,
        frame=frame,
        columns=tuple(_columns(scene, left, inner, frame)),
        bands=tuple(bands),
        boxes=tuple(boxes),
        side=tuple(side),
        ways=tuple(_ways(scene, bands)),
    )


def _columns(scene: Scene, left: float, inner: float, frame: Rect) -> list[tuple[str, Rect]]:
    if not scene.zones:
        return []
    each = inner / len(scene.zones)
    return [
        (zone, Rect(x=left + index * each, y=frame.y, width=each, height=frame.height))
        for index, zone in enumerate(scene.zones)
    ]


def _row(scene: Scene, members: list[Box], key: str, title: str, room: Rect) -> tuple[Band, list[Placed]]:
    """A row: boxes of one zone in its column, all others side by side over the whole width."""
    y = room.y + (GROUP_HEAD if title else 0)
    inset = PAD if title else 0.0
    placed: list[Placed] = []
    zoned = [box for box in members if box.zone in scene.zones]
    each = room.width / max(len(scene.zones), 1)
    depth = [y] * len(scene.zones)
    for box in zoned:
        column = scene.zones.index(box.zone)
        rect = Rect(x=room.x + column * each + PAD, y=depth[column], width=each - 2 * PAD, height=0)
        placed.append(_place(box, rect))
        depth[column] = placed[-1].rect.bottom + GAP
    y = max([y, *depth])
    spanning = [box for box in members if box.zone not in scene.zones]
    columns = _beside(len(spanning))
    for start in range(0, len(spanning), columns):
        line = spanning[start : start + columns]
        width = (room.width - 2 * inset - GAP * (columns - 1)) / columns
        spots = [room.x + inset + index * (width + GAP) for index in range(len(line))]
        row = [_place(box, Rect(x=x, y=y, width=width, height=0)) for box, x in zip(line, spots, strict=True)]
        height = max(item.rect.height for item in row)
        placed += [_stretched(item, height) for item in row]
        y += height + GAP
    bottom = max(item.rect.bottom for item in placed) + (PAD if title else 0)
    return Band(key=key, title=title, rect=Rect(x=room.x, y=room.y, width=room.width, height=bottom - room.y)), placed


def _beside(count: int) -> int:
    """How many boxes stand beside each other, without one of them alone on a line."""
    return max(count // 2 if count == PER_LINE + 1 else min(count, PER_LINE), 1)


def _place(box: Box, rect: Rect) -> Placed:
    room = rect.width - 2 * PAD
    title = wrapped(box.title, room, TITLE_SIZE, bold=True) + ([WORDS[box.mark]] if box.mark else [])
    lines = [part for line in box.lines for part in wrapped(line, room, LINE_SIZE)]
    height = 2 * PAD + TITLE_STEP * len(title) + LINE_STEP * len(lines) - 2
    return Placed(
        box=box,
        rect=Rect(x=rect.x, y=rect.y, width=rect.width, height=height),
        title=tuple(title),
        lines=tuple(lines),
    )


def _stretched(item: Placed, height: float) -> Placed:
    rect = Rect(x=item.rect.x, y=item.rect.y, width=item.rect.width, height=height)
    return Placed(box=item.box, rect=rect, title=item.title, lines=item.lines)


def _cards(scene: Scene, x: float) -> list[Placed]:
    y = HEADER
    found = []
    for box in scene.side:
        found.append(_place(box, Rect(x=x, y=y, width=SIDE, height=0)))
        y = found[-1].rect.bottom + GAP
    return found


def _ways(scene: Scene, bands: list[Band]) -> list[Way]:
    """Straight down between neighbours; others through a lane of a gutter: shared by those from or to one row."""
    order = {band.key: index for index, band in enumerate(bands)}
    known = [edge for edge in scene.edges if edge.source in order and edge.target in order]
    sides: dict[str, list[str]] = {"left": [], "right": []}
    ways = []
    for edge in sorted(known, key=lambda edge: (order[edge.source], order[edge.target])):
        source, target = bands[order[edge.source]], bands[order[edge.target]]
        if order[edge.target] == order[edge.source] + 1:
            x = source.rect.x + source.rect.width / 2
            points = ((x, source.rect.bottom), (x, target.rect.y - 1))
            label = (x + 8, source.rect.bottom + ROW_GAP / 2 + 4)
            ways.append(Way(edge=edge, points=points, label=label))
            continue
        side, trunk = _lane(edge)
        if trunk not in sides[side]:
            sides[side].append(trunk)
        offset = LANE * (sides[side].index(trunk) + 1)
        ways.append(Way(edge=edge, points=_around(source.rect, target.rect, side, offset), label=None))
    return ways


def _lane(edge: Edge) -> tuple[str, str]:
    """The gutter, and what the lane in it belongs to: cache and services at the left, databases at the right."""
    if edge.target in {"redis", "services"}:
        return "left", f"to {edge.target}"
    return "right", f"from {edge.source}"


def _around(source: Rect, target: Rect, side: str, offset: float) -> tuple[tuple[float, float], ...]:
    out, into = source.y + source.height * 0.7, target.y + target.height * 0.3
    if side == "left":
        x = min(source.x, target.x) - offset
        return ((source.x, out), (x, out), (x, into), (target.x - 1, into))
    x = max(source.right, target.right) + offset
    return ((source.right, out), (x, out), (x, into), (target.right + 1, into))
