"""Each row of docs/deviations.md can be broken by one change, and names the tests that see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from ops.answers.trace.checkout import deviation_rows
from tests.support import deviations_broken
from tests.support.deviations_broken import FILE, PAGE, Mutation, Tried, line, mutations, places, proofs, run, tried
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAKABLE = [mutation for _, mutation in mutations() if not mutation.nothing_to_break]


def test_every_mutation_is_of_a_row() -> None:
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert [item["row"] for item in listed if item["row"] not in proofs()] == []


def test_every_row_has_a_mutation() -> None:
    rows = {mutation.row for _, mutation in mutations()}
    assert [row for row in deviation_rows(PAGE) if row not in rows] == [], (
        "tests/data/deviation_mutations.yaml lacks it"
    )


def test_what_nothing_of_ours_can_break_is_one_row_with_its_reason() -> None:
    rows = [mutation.row for _, mutation in mutations() if mutation.nothing_to_break]
    assert rows == ["one `DEL` of every key that `KEYS` finds"]


@pytest.mark.parametrize("mutation", BREAKABLE, ids=lambda mutation: mutation.row)
def test_a_mutation_applies_and_its_tests_are_the_rows_own(mutation: Mutation) -> None:
    assert mutation.applied(ROOT) is not None, f"{mutation.find} must stand once in {mutation.file}"
    assert mutation.find != mutation.replace
    assert mutation.red
    assert set(mutation.red) <= set(proofs()[mutation.row])
    assert set(mutation.red) <= places().keys()


def test_a_text_that_is_gone_and_a_test_that_stays_green_are_no_proof(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    mutation = Mutation(row="a row", file="bbp", find="set -eu", replace="set -e", red=("test_one",))
    gone = tried(1, Mutation(row="a row", file="bbp", find="no such text", red=("test_one",)), ROOT)
    assert (gone.verdict, gone.ok) == ("does not apply", False)
    root = ROOT.__class__(str(tmp_path))
    (root / "bbp").write_text("set -eu\n")
    answers: Iterator[tuple[int | None, set[str], str]] = iter([(0, set[str](), ""), (0, set[str](), "")])
    monkeypatch.setattr(deviations_broken, "run", lambda *_: next(answers))
    green = tried(1, mutation, root)
    assert (green.verdict, green.said, green.ok) == ("green", "test_one", False)
    assert (root / "bbp").read_text() == "set -eu\n"
    assert "green" in line(green)
    for before, after, verdict in (
        ((1, {"test_one"}, ""), (0, set[str](), ""), "red without it"),
        ((0, set[str](), ""), (1, {"test_one"}, ""), "red"),
        ((0, set[str](), ""), (2, set[str](), ""), "broken"),
        ((0, set[str](), ""), (None, set[str](), ""), "too slow"),
    ):
        answers = iter([before, after])
        assert tried(1, mutation, root).verdict == verdict


def test_a_row_that_nothing_can_break_is_said_and_not_counted_as_proven() -> None:
    found = tried(1, Mutation(row="a row", nothing_to_break="it is so"), ROOT)
    assert found == Tried(1, found.mutation, "nothing to break", found.seconds, "it is so")
    assert found.ok
    assert run is deviations_broken.run
