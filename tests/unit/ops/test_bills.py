"""`./bbp cost --bills`: past bills and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.answers.costs.bills import BillsError, bills_json, bills_text, read_bills

if TYPE_CHECKING:
    from pathlib import Path


def test_bills_are_read_and_their_trend_is_said(tmp_path: Path) -> None:
    file = tmp_path / "bills.yaml"
    file.write_text("[700, 700, 710, 800, 850, 900]")
    bills = read_bills(file)
    assert bills_json(bills) == {"months": 6, "trend": "increasing"}
    assert bills_text(bills).startswith("Bills of the last 6 months: increasing")


def test_two_months_show_no_trend(tmp_path: Path) -> None:
    file = tmp_path / "bills.json"
    file.write_text("[700, 900]")
    assert bills_json(read_bills(file)) == {"months": 2, "trend": None}
    assert "no trend" in bills_text(read_bills(file))


@pytest.mark.parametrize("content", ["{a: 1}", "[1, two]", "[true]", "[-1]", "[.nan]", "[1", "", "\x00"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bills.yaml"
    file.write_text(content)
    with pytest.raises(BillsError, match="bills"):
        read_bills(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BillsError, match=r"none\.yaml"):
        read_bills(tmp_path / "none.yaml")
