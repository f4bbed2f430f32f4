"""How measurements become an answer, its document, its table and its history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ops.answers.bench.answer import ALL, Benched, Machine, compared, growth
from ops.answers.bench.history import entries, keep, measured_in, with_entry
from ops.answers.bench.numbers import Point, Took
from ops.answers.bench.run import FLAT, PROJECT, PUBLISHED, Found, Key
from ops.document.blocks import Table
from ops.jsonable import plain
from ops.views.bench import section

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = Machine(processor="A", cores=2, memory_gib=24, python="3.11.7", engine="3.259.0", sdk="3.272.0")


def found() -> Found:
    """Two rounds of two operations, of a command and of tools."""
    result = Found(resources={"horizontal": 300})
    for side, seconds in ((PROJECT, (10.0, 30.0)), (FLAT, (10.0, 25.0)), (PUBLISHED, (20.0, 60.0))):
        for row in ("preview", "empty preview"):
            result.takes[Key(row=row, phase="horizontal", side=side)] = [
                Took(program=second - 2, engine=1, sandbox=1, wall=9, program_mib=400, engine_mib=200)
                for second in seconds
            ]
    result.takes[Key(row="check", phase="horizontal")] = [Took(program=0.5), Took(program=0.5)]
    result.sizes["cost"] = [Point(resources=size, cpu=size / 1_000, mib=90) for size in (564, 2_000, 10_000)]
    result.sizes["flat program, preview"] = [Point(resources=200, cpu=2, mib=90)]
    return result


def benched(**changes: object) -> Benched:
    made = Benched(
        day="2026-12-01",
        version="0.1.0",
        quick=False,
        rounds=5,
        machine=MACHINE,
        compared=compared(found()),
        growth=growth(found()),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


def test_a_row_is_compared_with_the_same_row_of_the_flat_program_in_the_same_round() -> None:
    rows = {row.row: row for row in compared(found())}
    preview = rows["preview"]
    assert (preview.to_flat.low, preview.to_flat.high) == (1.0, 1.2)
    assert (preview.to_published.low, preview.to_published.high) == (0.5, 0.5)
    assert (preview.project.cpu, preview.flat.cpu, preview.published.cpu) == (20, 17.5, 40)
    assert preview.resources == 300


def test_a_command_is_compared_with_all_operations_of_the_flat_program() -> None:
    check = next(row for row in compared(found()) if row.row == "check")
    assert check.beside == ALL
    # Operations of the flat program took 20 and 50 s in the two rounds.
    assert (check.to_flat.low, check.to_flat.high) == (0.5 / 50, 0.5 / 20)


def test_all_operations_of_a_phase_are_a_row_of_their_own() -> None:
    rows = [row.row for row in compared(found())]
    assert rows == ["preview", "empty preview", ALL, "check"]
    everything = compared(found())[2]
    assert (everything.project.cpu, everything.project.program_mib) == (40, 400)
    assert everything.to_flat.high == 1.2


def test_tools_are_fitted_from_where_starting_python_is_not_most_of_it() -> None:
    changed = found()
    changed.sizes["cost"][0] = Point(resources=564, cpu=1.9, mib=90)
    by_name = {row.what: row for row in growth(changed)}
    assert by_name["cost"].exponent == pytest.approx(1.0)
    assert by_name["flat program, preview"].exponent is None


def test_the_document_has_every_number_by_name_and_names_no_machine() -> None:
    document = plain(benched())
    assert list(document) == ["day", "version", "quick", "rounds", "machine", "compared", "growth", "left_out"]
    assert set(document["machine"]) == {"processor", "cores", "memory_gib", "python", "engine", "sdk"}
    assert set(document["compared"][0]) >= {"row", "phase", "project", "flat", "published", "to_flat", "to_published"}
    assert set(document["compared"][0]["project"]) >= {"program", "engine", "sandbox", "wall", "program_mib"}
    assert document["growth"][0]["points"][1] == {"resources": 2_000, "cpu": 2.0, "mib": 90}


def test_the_table_says_ratios_with_their_spread_and_exponents() -> None:
    tables = [block for block in section(benched()).blocks if isinstance(block, Table)]
    assert tables[0].rows[0][-2:] == ("1.10 (1.00 to 1.20)", "0.50 (0.50 to 0.50)")
    assert [row[-1] for row in tables[2].rows] == ["1.00", "-"]
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)


def test_few_rounds_are_said_to_be_few() -> None:
    said = [str(block) for block in section(benched(rounds=2)).blocks]
    assert any("Rounds: 2." in text for text in said)
    assert not any("so few pairs" in str(block) for block in section(benched()).blocks)


def test_what_could_not_be_measured_is_said() -> None:
    said = str(section(benched(left_out=("cost at 9 resources: killed",))).blocks[-1])
    assert "cost at 9 resources: killed" in said
    assert "could not be measured" not in str(section(benched()))


def test_a_release_has_one_entry_for_each_class_of_machine() -> None:
    old, new = benched(day="2026-11-30"), benched()
    other = benched(machine=replace(MACHINE, cores=8))
    assert with_entry((old, other), new) == (other, new)
    assert with_entry((old,), benched(version="0.2.0")) == (old, benched(version="0.2.0"))


def test_a_short_form_replaces_no_full_entry() -> None:
    assert with_entry((benched(quick=True),), benched()) == (benched(),)
    with pytest.raises(ValueError, match="says less"):
        with_entry((benched(),), benched(quick=True))


def test_what_is_kept_is_read_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    assert entries(file) == ()
    keep(benched(), file)
    assert entries(file) == (benched(),)
    ran = tmp_path / "bench.json"
    import json

    ran.write_text(json.dumps(plain(benched())), encoding="utf-8")
    assert measured_in(ran) == benched()
