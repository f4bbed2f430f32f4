"""The broken variants of the sample application: of every clause one, and each breaks what it says it breaks."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bailbondpro.contract import contract
from tests.support.paths import ROOT
from tests.support.sample_variants import VARIANTS, Variant, runs

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT: dict[str, str] = {}
"""Clauses of which no variant is made, and why."""


def test_every_clause_that_contract_test_judges_is_broken_by_a_variant_or_says_why_not() -> None:
    asked = {clause.id for clause in contract().every_clause if clause.judged == "test"}
    have = {variant.clause for variant in VARIANTS}
    assert have <= asked
    assert asked - have == WITHOUT.keys()


def test_variants_are_judged_once_each_and_beside_none_that_hides_them() -> None:
    made = runs()
    assert sorted(map(repr, VARIANTS)) == sorted(repr(variant) for run in made for variant in run)
    assert all(len({variant.clause for variant in run}) == len(run) for run in made)


@pytest.mark.parametrize("run", runs(), ids=lambda run: run[0].clause)
def test_the_text_that_a_variant_replaces_is_there_once(run: list[Variant], tmp_path: Path) -> None:
    for file in (ROOT / "examples" / "application").glob("*.js"):
        shutil.copy(file, tmp_path)
    for variant in run:
        variant.apply(tmp_path)
