"""The page of the pair rules is made of the rules."""

from __future__ import annotations

from sandbox.services import PAIRS
from tests.support import pair_page


def test_the_page_of_the_pair_rules_is_up_to_date() -> None:
    text = pair_page.PAGE.read_text(encoding="utf-8")
    assert text == pair_page.page(), "out of date; fix: .venv/bin/python -m tests.support.pair_page --write"


def test_every_pair_rule_has_one_line_on_the_page() -> None:
    lines = [line.split(" | ")[0].removeprefix("| ") for line in pair_page.page().splitlines() if line.startswith("| ")]
    assert sorted(set(lines) - {"rule"}) == sorted(line.id for line in PAIRS)
    assert len(lines) - 2 == len(PAIRS)
