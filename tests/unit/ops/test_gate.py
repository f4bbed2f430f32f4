"""The gate on every plan of `tests/data/gate_plans.yaml`, and what it says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.answers.gate import Gate
from policies.gate.model import STEP_RULES
from policies.rules import rules
from tests.support.gate_cases import Case, cases

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "aws:rds/instance:Instance"


def case(name: str) -> Case:
    return next(one for one in cases() if one.name == name)


def answer(name: str, folder: Path) -> Gate:
    found = case(name).answer(folder)
    assert isinstance(found, Gate)
    return found


@pytest.mark.parametrize("one", cases(), ids=lambda one: one.name)
def test_the_gate_answers_each_plan_as_the_table_says(one: Case, tmp_path: Path) -> None:
    assert one.outcome(tmp_path) == (one.exit, one.says)


def test_no_plan_stands_twice_in_the_table() -> None:
    names = [one.name for one in cases()]
    assert len(set(names)) == len(names) >= 40


def test_a_replacement_names_its_property_and_comes_first(tmp_path: Path) -> None:
    found = answer("a database is replaced", tmp_path)
    assert found.steps[0].forced == ("engine",)
    assert found.findings[0].properties == ("engine",)


def test_an_id_means_one_rule() -> None:
    ids = [*(rule.id for rule in STEP_RULES), *(rule.id for rule in rules())]
    assert len(set(ids)) == len(ids)
