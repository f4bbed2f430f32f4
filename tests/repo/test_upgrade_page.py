"""The plans in docs/upgrades.md are what the command prints."""

from __future__ import annotations

from tests.support.upgrade_page import PAGE, WAYS, WRITE, begin, page


def test_the_page_shows_each_plan_as_the_command_prints_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [way for way in WAYS if begin(way) not in text] == []
    assert page() == text, WRITE
