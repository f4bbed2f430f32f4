"""docs/gate.md says what the rules are and what the gate answers."""

from __future__ import annotations

from datetime import date

import yaml

from ops.answers.gate.reading import rule_ids
from policies.gate import read_waivers
from tests.support.gate_page import DOCUMENT, WAIVERS, page


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page(), ".venv/bin/python -m tests.support.gate_page --write"


def test_the_waiver_on_the_page_is_one() -> None:
    assert read_waivers(yaml.safe_load(WAIVERS), rule_ids(), date(2026, 12, 1)).problems == ()
