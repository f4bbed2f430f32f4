"""Line plots: well-formed, readable without colour, and true to their numbers."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from ops.document.plots import DARK, LIGHT, Rule, Series, clock, line_plot, page

SVG = "{http://www.w3.org/2000/svg}"
RISING = Series(label="pods", points=((0, 0), (1800, 5), (3600, 10)))


def _root(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own output, nothing from outside


def _lines(svg: str) -> list[list[tuple[float, float]]]:
    found = []
    for item in _root(svg).iter(f"{SVG}polyline"):
        pairs = (pair.split(",") for pair in item.attrib["points"].split())
        found.append([(float(x), float(y)) for x, y in pairs])
    return found


def _texts(svg: str) -> list[str]:
    return [item.text or "" for item in _root(svg).iter(f"{SVG}text")]


def test_a_plot_is_a_picture_with_a_name_for_screen_readers() -> None:
    root = _root(line_plot([RISING], title='Load <"&">', unit="1/s"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Load <"&">'
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == 'Load <"&">'


def test_equal_steps_of_values_are_equal_steps_on_the_picture() -> None:
    (points,) = _lines(line_plot([RISING], title="t", unit="u"))
    (x1, y1), (x2, y2), (x3, y3) = points
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.2)
    assert y3 < y1


def test_the_axis_ends_at_a_round_number_above_every_value_and_target() -> None:
    texts = _texts(line_plot([RISING], title="t", unit="u", rules=[Rule(200, "target 200 ms")]))
    assert "200" in texts
    assert "target 200 ms" in texts
    assert {"0:00", "0:30", "1:00"} <= set(texts)


def test_a_stepped_line_has_only_level_and_upright_parts() -> None:
    (points,) = _lines(line_plot([Series(label="n", points=RISING.points, stepped=True)], title="t", unit="u"))
    assert all(one[0] == two[0] or one[1] == two[1] for one, two in pairwise(points))


def test_values_above_the_given_top_are_drawn_at_the_edge() -> None:
    (points,) = _lines(line_plot([RISING], title="t", unit="u", y_max=5))
    assert points[1][1] == points[2][1]


def test_lines_differ_without_colour_and_follow_light_and_dark() -> None:
    svg = line_plot([RISING, Series(label="b", points=RISING.points)], title="t", unit="u")
    dashes = [item.attrib.get("stroke-dasharray") for item in _root(svg).iter(f"{SVG}polyline")]
    assert len(set(dashes)) == 2
    assert "prefers-color-scheme:dark" in svg
    assert "currentColor" in svg


@pytest.mark.parametrize(("colours", "background"), [(LIGHT, "#ffffff"), (DARK, "#0d1117")])
def test_every_colour_has_enough_contrast(colours: tuple[str, ...], background: str) -> None:
    for colour in colours:
        high, low = sorted((_luminance(colour), _luminance(background)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def test_a_picture_needs_nothing_from_elsewhere() -> None:
    svg = page([line_plot([RISING], title="a", unit="u"), line_plot([RISING], title="b", unit="u")], "both")
    assert "<script" not in svg
    assert svg.count("http") == svg.count('xmlns="http://www.w3.org/2000/svg"')
    assert [item.attrib["y"] for item in _root(svg).findall(f"{SVG}svg")] == ["0", "260"]


@pytest.mark.parametrize(
    "series",
    [
        [],
        [Series(label="empty", points=())],
        [RISING] * 5,
        [Series(label="bad", points=((0, math.nan),))],
        [Series(label="bad", points=((0, -1),))],
    ],
)
def test_what_cannot_be_drawn_is_refused(series: list[Series]) -> None:
    with pytest.raises(ValueError, match=r"plot has|finite"):
        line_plot(series, title="t", unit="u")


def test_a_single_value_and_nothing_but_zeros_can_be_drawn() -> None:
    assert _lines(line_plot([Series(label="one", points=((5, 0),))], title="t", unit="u"))


def test_times_are_written_as_hours_and_minutes() -> None:
    assert [clock(seconds) for seconds in (0, 75, 3600, 90_000)] == ["0:00", "0:01:15", "1:00", "25:00"]


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
