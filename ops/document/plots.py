"""Line plots as self-contained SVG: no script, no font, no network; they follow the page's light or dark colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT, RIGHT, TOP, BOTTOM = 64, 16, 56, 36
TICKS = 5
MAX_SERIES = 4
LIGHT = ("#0b62c4", "#c2410c", "#15803d", "#7e22ce")
DARK = ("#6cb6ff", "#ff9e64", "#57c785", "#c99bff")
"""Colours of the series, each with a contrast of 4.5 at least against white and near-black (WCAG 2.2, 1.4.3)."""
DASHES = ("", "6 3", "2 3", "8 3 2 3")
"""Lines differ in more than colour (WCAG 2.2, 1.4.1)."""
STYLE = (
    "svg.plot{color:#1f2328;background:#fff}"
    + "".join(f"svg.plot .s{index}{{stroke:{colour}}}" for index, colour in enumerate(LIGHT))
    + "@media (prefers-color-scheme:dark){svg.plot{color:#e6edf3;background:#0d1117}"
    + "".join(f"svg.plot .s{index}{{stroke:{colour}}}" for index, colour in enumerate(DARK))
    + "}"
)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line.

    Attributes:
        label: what it shows.
        points: horizontal and vertical values, in order of the horizontal ones.
        stepped: whether a value holds until the next one, as counts do.
    """

    label: str
    points: tuple[tuple[float, float], ...]
    stepped: bool = False


@dataclass(frozen=True)
class Rule:
    """A horizontal line for a target or a limit."""

    value: float
    label: str


@dataclass(frozen=True)
class _Frame:
    """Where values lie on the picture."""

    width: float
    height: float
    x_low: float
    x_high: float
    y_step: float
    y_high: float

    def x(self, value: float) -> float:
        return LEFT + (value - self.x_low) / (self.x_high - self.x_low) * (self.width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.height - BOTTOM - min(value / self.y_high, 1.0) * (self.height - TOP - BOTTOM)


def line_plot(
    series: Sequence[Series],
    *,
    title: str,
    unit: str,
    rules: Sequence[Rule] = (),
    width: int = 720,
    height: int = 260,
    y_max: float | None = None,
) -> str:
    """An `<svg>` with lines over time.

    Args:
        series: one to four lines; the horizontal values are seconds.
        title: what the picture shows; also its name for screen readers.
        unit: of the vertical axis.
        rules: targets and limits, as horizontal lines.
        width: of the view box.
        height: of the view box.
        y_max: highest value of the vertical axis; what lies above is drawn at the edge. By default the highest value.

    Raises:
        ValueError: there is nothing to draw, too many lines, or a value below 0 or not finite.
    """
    if not 1 <= len(series) <= MAX_SERIES or any(not item.points for item in series):
        raise ValueError(f"a plot has 1 to {MAX_SERIES} lines with points, got {len(series)}")
    values = [point for item in series for point in item.points]
    if any(not (math.isfinite(x) and math.isfinite(y) and y >= 0) for x, y in values):
        raise ValueError(f"{title}: every value must be finite and 0 at least")
    xs = [x for x, _ in values]
    highest = y_max or max([y for _, y in values] + [rule.value for rule in rules])
    step = _step(highest)
    top = max(math.ceil(highest / step - 1e-9), 1) * step
    frame = _Frame(width, height, min(xs), max(*xs, min(xs) + 1), step, top)
    parts = [
        _head(title, width, height),
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        _text(LEFT, 18, title, anchor="start", weight="600", size=14),
        *_axes(frame, unit),
        *(part for rule in rules for part in _rule(frame, rule)),
        *(_line(frame, item, index) for index, item in enumerate(series)),
        *_legend(series),
        "</svg>",
    ]
    return "\n".join(parts)


def _head(title: str, width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title, quote=True)}" font-family="system-ui,sans-serif" font-size="12" fill="none">'
    )


def page(plots: Sequence[str], title: str, *, width: int = 720, height: int = 260) -> str:
    """One SVG file with several plots below each other, each `width` by `height`."""
    placed = [
        plot.replace("<svg ", f'<svg x="0" y="{index * height}" width="{width}" height="{height}" ', 1)
        for index, plot in enumerate(plots)
    ]
    total = height * len(plots)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}" height="{total}" '
        f'role="img" aria-label="{escape(title, quote=True)}"><title>{escape(title)}</title>'
    )
    back = '<rect class="back" width="100%" height="100%"/>'
    style = "<style>.back{fill:#fff}@media (prefers-color-scheme:dark){.back{fill:#0d1117}}</style>"
    return "\n".join([head, style, back, *placed, "</svg>", ""])


def _step(value: float) -> float:
    """The smallest round number, 1, 2, 2.5, 5 or 10 times a power of ten, that reaches a value in five steps."""
    if value <= 0:
        return 1.0
    each = value / TICKS
    power: float = 10.0 ** math.floor(math.log10(each))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= each * (1 - 1e-9))


def _axes(frame: _Frame, unit: str) -> list[str]:
    parts = [_text(LEFT - 8, TOP - 10, unit, anchor="end")]
    for tick in range(round(frame.y_high / frame.y_step) + 1):
        value = frame.y_step * tick
        y = frame.y(value)
        parts.append(_rail(LEFT, y, frame.width - RIGHT, y, opacity=0.35 if tick == 0 else 0.15))
        parts.append(_text(LEFT - 8, y + 4, f"{value:,.10g}", anchor="end"))
    step = _time_step(frame.x_high - frame.x_low)
    first = math.ceil(frame.x_low / step)
    for index in range(first, math.floor(frame.x_high / step) + 1):
        x = frame.x(index * step)
        parts.append(_rail(x, frame.height - BOTTOM, x, frame.height - BOTTOM + 4, opacity=0.5))
        parts.append(_text(x, frame.height - BOTTOM + 18, clock(index * step), anchor="middle"))
    return parts


def _time_step(span: float) -> float:
    choices = (1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 259_200)
    return next((step for step in choices if span / step <= TICKS + 3), 604_800)


def clock(seconds: float) -> str:
    """A time since the start as hours and minutes, with seconds where they matter."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}" + (f":{rest:02}" if rest else "")


def _rail(x1: float, y1: float, x2: float, y2: float, *, opacity: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" opacity="{opacity:g}"/>'
    )


def _text(x: float, y: float, text: str, *, anchor: str, weight: str = "400", size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor" '
        f'font-weight="{weight}" font-size="{size}">{escape(text)}</text>'
    )


def _rule(frame: _Frame, rule: Rule) -> list[str]:
    if rule.value > frame.y_high:
        return []
    y = frame.y(rule.value)
    line = (
        f'<line x1="{LEFT}" y1="{y:.1f}" x2="{frame.width - RIGHT:.1f}" y2="{y:.1f}" '
        'stroke="currentColor" stroke-dasharray="3 4"/>'
    )
    return [line, _text(frame.width - RIGHT, y - 5, rule.label, anchor="end")]


def _line(frame: _Frame, series: Series, index: int) -> str:
    drawn = [(frame.x(x), frame.y(y)) for x, y in series.points]
    if series.stepped:
        drawn = [drawn[0], *(step for one, two in pairwise(drawn) for step in ((two[0], one[1]), two))]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
    dash = f' stroke-dasharray="{DASHES[index]}"' if DASHES[index] else ""
    return f'<polyline class="s{index}" points="{points}" stroke-width="1.75" stroke-linejoin="round"{dash}/>'


def _legend(series: Sequence[Series]) -> list[str]:
    parts, x = [], float(LEFT)
    for index, item in enumerate(series):
        dash = f' stroke-dasharray="{DASHES[index]}"' if DASHES[index] else ""
        parts.append(f'<line class="s{index}" x1="{x:.1f}" y1="34" x2="{x + 24:.1f}" y2="34" stroke-width="2"{dash}/>')
        parts.append(_text(x + 30, 38, item.label, anchor="start"))
        x += 30 + 7 * len(item.label) + 24
    return parts
