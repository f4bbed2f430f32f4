"""docs/performance.md says what the history of measurements says, and its picture draws it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from ops.answers.bench.answer import Grown
from ops.answers.bench.history import entries
from ops.answers.bench.numbers import Point
from tests.support.performance_page import BEGIN, PAGE, PICTURE, page, section, shown
from tests.support.performance_picture import LEFT, RIGHT, WIDTH, picture

KEPT = entries()


def test_the_page_is_made_of_the_history() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page(text, KEPT), "run .venv/bin/python -m tests.support.performance_page --write"
    assert text.count(BEGIN) == 1


def test_the_picture_is_made_of_the_history() -> None:
    assert PICTURE.read_text("utf-8") == picture(shown(KEPT).growth), "as above"


def test_what_is_written_by_hand_stays_where_it_is() -> None:
    made = section(KEPT)
    assert page("before\n", KEPT) == f"before\n\n{made}"
    assert page(f"before\n{made}after\n", KEPT) == f"before\n{made}after\n"


def test_every_entry_of_the_history_has_a_release_and_no_name_of_a_machine() -> None:
    assert KEPT
    for entry in KEPT:
        assert entry.version
        assert entry.compared
        assert entry.machine.cores >= 1


def test_a_power_is_a_straight_line_in_the_picture() -> None:
    row = Grown(
        what="cost", points=tuple(Point(resources=10**n, cpu=10**n / 100, mib=1) for n in (2, 3, 4)), exponent=1.0
    )
    root = ET.fromstring(picture([row]))  # noqa: S314 - our own document
    circles = [
        (float(item.get("cx", 0)), float(item.get("cy", 0))) for item in root.iter() if item.tag.endswith("circle")
    ]
    (x1, y1), (x2, y2), (x3, y3) = circles
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)  # one digit is written
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.2)
    assert LEFT <= x1 < x3 <= WIDTH - RIGHT
    assert y3 < y1


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        picture([Grown(what="cost", points=(Point(resources=1, cpu=1, mib=1),), exponent=None)])
