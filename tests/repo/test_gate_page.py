"""docs/gate.md says what the rules are and what the gate answers."""

from __future__ import annotations

from tests.support.gate_page import DOCUMENT, page


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page(), ".venv/bin/python -m tests.support.gate_page --write"
