"""How processor seconds grow with resources, as an SVG with two logarithmic axes: a straight line is a power."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from ops.document.plots import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ops.answers.bench.answer import Grown

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 250, 44, 44
LEGEND, LINE = 18, 18
"""How far the legend stands from the axes, and its lines from each other."""
DASHES = ("", "6 3", "2 3")
TITLE = "Processor seconds by number of resources"
STYLE = (
    "svg{color:#1f2328;background:#fff}"
    + "".join(f".s{index}{{stroke:{colour};fill:{colour}}}" for index, colour in enumerate(LIGHT))
    + "@media (prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}"
    + "".join(f".s{index}{{stroke:{colour};fill:{colour}}}" for index, colour in enumerate(DARK))
    + "}polyline{fill:none;stroke-width:2}"
)


def picture(rows: Sequence[Grown]) -> str:
    """One line for each row that has two sizes at least.

    Raises:
        ValueError: there is nothing to draw.
    """
    drawn = [row for row in rows if len(row.points) > 1]
    points = [point for row in drawn for point in row.points]
    if not points:
        raise ValueError("no row has two sizes")
    across = _Axis([point.resources for point in points], LEFT, WIDTH - RIGHT)
    up = _Axis([point.cpu for point in points], HEIGHT - BOTTOM, TOP)
    parts = [
        _head(),
        f"<title>{TITLE}</title>",
        f"<style>{STYLE}</style>",
        _text(LEFT, 24, TITLE, "start"),
    ]
    for value in up.ticks:
        parts.append(_rail(LEFT, up.at(value), WIDTH - RIGHT, up.at(value)))
        parts.append(_text(LEFT - 8, up.at(value) + 4, f"{value:g}", "end"))
    for value in across.ticks:
        parts.append(_rail(across.at(value), TOP, across.at(value), HEIGHT - BOTTOM))
        parts.append(_text(across.at(value), HEIGHT - BOTTOM + 20, f"{value:,.0f}", "middle"))
    for index, row in enumerate(drawn):
        look = f'class="s{index % len(LIGHT)}" stroke-dasharray="{DASHES[index // len(LIGHT) % len(DASHES)]}"'
        places = [(across.at(point.resources), up.at(point.cpu)) for point in row.points]
        parts.append(f'<polyline {look} points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        parts += [f'<circle class="s{index % len(LIGHT)}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
        x, y = WIDTH - RIGHT + LEGEND, TOP + LINE * index
        parts.append(f'<polyline {look} points="{x},{y} {x + 26},{y}"/>')
        power = "" if row.exponent is None else f" ({row.exponent:.2f})"
        parts.append(_text(x + 34, y + 4, f"{row.what}{power}", "start"))
    return "\n".join([*parts, "</svg>", ""])


def _head() -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{TITLE}" '
        'font-family="system-ui,sans-serif" font-size="12">'
    )


class _Axis:
    """Values between powers of ten, placed by their logarithm."""

    def __init__(self, values: Iterable[float], begin: float, end: float) -> None:
        found = [math.log10(value) for value in values]
        self.low, self.high = math.floor(min(found)), math.floor(max(found)) + 1
        self._begin, self._end = begin, end

    @property
    def ticks(self) -> list[float]:
        """Powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]

    def at(self, value: float) -> float:
        """Where a value lies."""
        return self._begin + (math.log10(value) - self.low) / (self.high - self.low) * (self._end - self._begin)


def _rail(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="currentColor" opacity="0.2"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{escape(text)}</text>'
