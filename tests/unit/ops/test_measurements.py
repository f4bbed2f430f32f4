"""Dated measurements of users' files: what is read, and what each mistake is answered with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ops.inputs.measurements import read_measurements
from planner.capacity.growth import CapacityError
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "date,users,storage_gb\n2026-02-01,120,\n2026-01-01,100,10.5\n"


def file(folder: Path, text: str, name: str = "history.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_come_in_the_order_of_their_days_and_an_empty_cell_is_unknown(tmp_path: Path) -> None:
    first, second = read_measurements(file(tmp_path, GOOD))
    assert (first.day, dict(first.values)) == (date(2026, 1, 1), {"users": 100, "storage_gb": 10.5})
    assert dict(second.values) == {"users": 120}


def test_the_same_rows_are_read_from_yaml_and_from_a_table_with_a_byte_order_mark(tmp_path: Path) -> None:
    text = "- {date: 2026-01-01, users: 100, storage_gb: 10.5}\n- {date: '2026-02-01', users: 120}\n"
    assert read_measurements(file(tmp_path, text, "history.yaml")) == read_measurements(file(tmp_path, GOOD))
    assert read_measurements(file(tmp_path, "\ufeff" + GOOD)) == read_measurements(file(tmp_path, GOOD))


def test_the_example_is_read() -> None:
    assert len(read_measurements(ROOT / "examples" / "history.csv")) > 30


def test_a_day_that_is_still_to_come_has_not_been_measured(tmp_path: Path) -> None:
    path = file(tmp_path, "date,users\n2026-01-02,5\n")
    assert len(read_measurements(path, date(2026, 1, 2))) == 1
    with pytest.raises(CapacityError, match="2026-01-02, which is still to come"):
        read_measurements(path, date(2026, 1, 1))
    with pytest.raises(CapacityError, match="still to come"):
        read_measurements(file(tmp_path, "date,users\n2999-01-02,5\n"))


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    text = "date,users\n2026-01-01,0\n2026-13-01,5\n2026-01-02,many\n2026-01-03,\n2026-01-04,7\n2026-01-04,8\n"
    with pytest.raises(CapacityError) as caught:
        read_measurements(file(tmp_path, text))
    said = str(caught.value)
    assert "line 2: users is '0'; give a number above 0 and up to 1e12" in said
    assert "line 3: date is '2026-13-01'; write a day as YYYY-MM-DD" in said
    assert "line 4: users is 'many'" in said
    assert "line 5: it has none of users" in said
    assert "line 7: 2026-01-04 stands in line 6 already; leave one" in said


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "1e13", "true"])
def test_what_is_no_amount_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(CapacityError, match="give a number above 0"):
        read_measurements(file(tmp_path, f"date,users\n2026-01-01,{value}\n"))
    with pytest.raises(CapacityError, match="give a number above 0"):
        read_measurements(file(tmp_path, f"- {{date: 2026-01-01, users: {value}}}\n", "h.yaml"))


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "h.csv", "the first line must name columns"),
        ("day,users\n2026-01-01,5\n", "h.csv", "the first line must name columns"),
        ("date,users,users\n", "h.csv", "once each"),
        ("date,users\n", "h.csv", "holds no row"),
        ("date,pets\n2026-01-01,5\n", "h.csv", "'pets' is no column"),
        ("date,users\n2026-01-01,5,6\n", "h.csv", "is no column"),
        ('date,users\n2026-01-01,"5\n', "h.csv", "unexpected end of data"),
        ("users: 5\n", "h.yaml", "must hold a list of rows"),
        ("- {date: 2026-01-01T10:00:00, users: 5}\n", "h.yaml", "write a day as YYYY-MM-DD"),
    ],
)
def test_a_file_of_another_kind_is_told_in_a_sentence(tmp_path: Path, text: str, name: str, says: str) -> None:
    with pytest.raises(CapacityError, match=says):
        read_measurements(file(tmp_path, text, name))


def test_a_file_that_is_none_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(CapacityError, match="cannot be read: No such file"):
        read_measurements(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"date,users\n\xff\xfe\n")
    with pytest.raises(CapacityError, match="no text in UTF-8"):
        read_measurements(tmp_path / "b.csv")


def test_hundreds_of_problems_are_counted_after_the_first_eight(tmp_path: Path) -> None:
    text = "date,users\n" + "".join(f"2026-01-{day:02d},x\n" for day in range(1, 29))
    with pytest.raises(CapacityError, match="and 20 more"):
        read_measurements(file(tmp_path, text))
