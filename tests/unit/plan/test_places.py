"""A preview without the places in the program says the same to every tool."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.gate import Gate
from plan import Plan, PlanError, parse_preview
from plan.places import without_places
from tests.support.gate_cases import Case, cases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLACE = {"sourcePosition": "project:///a.py#1", "stackTrace": [{"sourcePosition": "project:///a.py#1"}]}
MANY = 1000
"""A plan of so many steps says nothing more here, and takes its time."""


def placed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The preview as an engine writes it: every state with its place."""
    found = copy.deepcopy(dict(document))
    for step in found.get("steps", []):
        for name in {"oldState", "newState"} & step.keys():
            step[name] = {**step[name], **PLACE}
    return found


def judged(folder: Path) -> list[Case]:
    """Plans that the gate judges, without those whose steps no engine would write."""
    return [
        one
        for one in cases()
        if one.document is not None and isinstance(one.answer(folder), Gate) and well_formed(one.document)
    ]


def well_formed(document: Mapping[str, Any]) -> bool:
    steps = document.get("steps", [])
    return len(steps) < MANY and all(
        isinstance(step, dict) and all(isinstance(step.get(name, {}), dict) for name in ("oldState", "newState"))
        for step in steps
    )


def read(document: dict[str, Any]) -> Plan | str:
    """The plan, or why it is refused."""
    try:
        return parse_preview(document)
    except PlanError as error:
        return str(error)


def test_the_gate_answers_the_same_with_and_without_the_places(tmp_path: Path) -> None:
    found = judged(tmp_path)
    assert len(found) > 40
    for one in found:
        assert one.document is not None
        with_places = placed(one.document)
        without = dict(without_places(with_places))
        assert "stackTrace" not in json.dumps(without)
        assert replace(one, document=with_places).answer(tmp_path) == replace(one, document=without).answer(tmp_path)


def test_a_plan_that_every_other_tool_reads_is_the_same_without_the_places(tmp_path: Path) -> None:
    for one in judged(tmp_path):
        assert one.document is not None
        with_places = placed(one.document)
        assert read(dict(without_places(with_places))) == read(with_places)


def test_a_property_of_a_resource_that_is_called_so_stays() -> None:
    state = {"type": "a:b/c:C", "inputs": {"stackTrace": "on"}, **PLACE}
    (step,) = without_places({"steps": [{"op": "create", "urn": "u", "newState": state}]})["steps"]
    assert step["newState"] == {"type": "a:b/c:C", "inputs": {"stackTrace": "on"}}


@pytest.mark.parametrize("document", [{}, {"changeSummary": {}}, {"steps": [{"op": "same", "urn": "u"}]}])
def test_a_preview_of_nothing_stays_one(document: dict[str, Any]) -> None:
    assert without_places(document) == document
