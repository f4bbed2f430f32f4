"""The pages about the sandbox say what its rows say."""

from __future__ import annotations

import re

import pytest

from sandbox.services import ROWS, SERVICES
from sandbox.truth.facts import short_name
from tests.support.sandbox_pages import MADE, PAGE, SECTIONS, certainty, outdated, page, rules


def test_both_pages_are_up_to_date() -> None:
    assert outdated() == [], "run .venv/bin/python -m tests.support.sandbox_pages --write"


def test_every_table_has_its_place_and_every_place_its_table() -> None:
    marks = [match[2] for match in MADE.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(marks) == sorted(SECTIONS)


def test_making_the_page_again_changes_nothing_and_leaves_the_prose() -> None:
    text = PAGE.read_text(encoding="utf-8")
    once = page(text)
    assert page(once) == once
    assert re.sub(MADE, "", once) == re.sub(MADE, "", text)


def test_an_unknown_mark_is_named() -> None:
    with pytest.raises(KeyError, match="nobodys-table"):
        page("<!-- made: nobodys-table -->\n<!-- end -->")


def test_every_rule_is_on_the_page_of_rules_with_its_source() -> None:
    text = " ".join(rules().split())
    missing = [
        rule.id
        for row in ROWS.values()
        for rule in (*row.values, *row.state)
        if rule.id not in text or " ".join(rule.source.split()).replace("|", "\\|").replace("<", "&lt;") not in text
    ]
    assert missing == []
    assert all(service.errors in text for service in SERVICES if service.errors and service.rows)


def test_the_page_shows_every_type_of_the_stack_once() -> None:
    rows = [line for line in page(PAGE.read_text(encoding="utf-8")).splitlines() if line.startswith("| ")]
    for item in certainty().types:
        wanted = f"| {item.package} `{short_name(item.token)}` |"
        assert sum(row.startswith(wanted) for row in rows) == 1, wanted
