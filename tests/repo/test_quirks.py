"""docs/quirks.md is what the rows say of values that come back in another form."""

from __future__ import annotations

from sandbox.providers.returned import known_values
from tests.support.quirks import DOCUMENT, main, rendered, tables


def test_the_tables_are_those_of_the_rows() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert rendered(text) == text, ".venv/bin/python -m tests.support.quirks --write"
    assert main([]) == 0


def test_no_value_is_left_out() -> None:
    lines = [line for table in tables().values() for line in table]
    absent = [
        (token, value.path)
        for token, value in known_values()
        if value.path and not any(f"`{value.path}`" in line and value.source in line for line in lines)
    ]
    assert absent == []


def test_a_table_that_says_something_else_is_noticed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    other = text.replace("`$Latest`, `$Default` | the number of the version", "`$Latest` | itself")
    assert other != text
    assert rendered(other) == text
    gone = "\n".join(line for line in text.splitlines() if "`$Default`" not in line) + "\n"
    assert rendered(gone) == text


def test_sixty_rows_and_more_name_a_thread_or_a_file() -> None:
    named = [
        line for table in tables().values() for line in table if any(char.isdigit() for char in line) or ".go" in line
    ]
    assert len(named) >= 60
