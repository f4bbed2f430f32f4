"""docs/guide.md is what the ledger of the scaling guide says."""

from __future__ import annotations

from bailbondpro.guide import ledger
from tests.support.guide_page import PAGE, WRITE, page


def test_the_page_is_made_of_the_ledger() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), WRITE


def test_every_row_of_the_ledger_stands_on_the_page_in_its_order() -> None:
    lines = [line for line in page().splitlines() if line.startswith("| ")]
    said = [line.split(" | ")[0].removeprefix("| ").replace("\\|", "|") for line in lines]
    rows = iter(said)
    assert [entry.row.id for entry in ledger() if entry.row.says not in rows] == []
