"""Keys in letters in which no engine writes them, wherever a preview is read."""

from __future__ import annotations

from typing import Any

import pytest

from plan.keys import other_letters, twice
from plan.model import PlanError, parse_preview

URN = "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::database"
STATE = {"type": "aws:rds/instance:Instance", "custom": True, "protect": True}


def test_a_key_in_other_letters_is_named_with_the_one_that_it_resembles() -> None:
    assert other_letters({"protect": True, "unknown": 1}, {"protect", "id"}) == ""
    assert other_letters({"PROTECT": True}, {"protect"}) == "the key 'PROTECT' is 'protect' in other letters"


def test_two_keys_that_differ_in_capital_letters_are_named() -> None:
    assert twice({"a": 1, "b": 2}) == ""
    assert twice({"a": 1, "A": 2}) == "the keys 'a' and 'A' differ in capital letters alone"


@pytest.mark.parametrize(
    "document",
    [
        {"steps": [], "Steps": []},
        {"steps": [{"op": "same", "OP": "delete", "urn": URN, "newState": STATE}]},
        {"steps": [{"op": "same", "urn": URN, "newState": {**STATE, "Protect": False}}]},
    ],
    ids=["document", "step", "state"],
)
def test_a_plan_with_a_key_in_other_letters_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="in other letters"):
        parse_preview(document)
