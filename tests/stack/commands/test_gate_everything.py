"""The gate on the stack with everything on: nothing of it is found where nothing changes, and each row still is."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from plan.preview import read_preview
from policies.gate.judge import judge
from tests.support.gate_cases import steps_of
from tests.support.paths import DATA
from tests.support.plans import stack_plan
from tests.support.previews import document_of, preview_between

if TYPE_CHECKING:
    from plan import Plan

CHANGES = [
    change
    for path in sorted(DATA.glob("weaker_changes*.yaml"))
    for change in yaml.safe_load(path.read_text(encoding="utf-8"))["changes"]
]
ONE_OF_TWO = ("kubernetes:policy/v1:PodDisruptionBudget",)
"""Types whose properties exclude each other: merged with those of the stack, no service would take them."""


@cache
def everything() -> Plan:
    return stack_plan("everything", "microservices")


def test_an_update_of_the_stack_with_everything_that_changes_nothing_finds_nothing() -> None:
    plan = everything()
    verdict = judge(read_preview(document_of(preview_between(plan, plan), plan)))
    assert verdict.findings == ()
    assert len(plan) > len({change["type"] for change in CHANGES})


def merged(inputs: Any, part: Any) -> Any:  # noqa: ANN401 - any value of a plan
    """The inputs with a part of them otherwise."""
    if not isinstance(inputs, dict) or not isinstance(part, dict):
        return copy.deepcopy(part)
    return {**inputs, **{key: merged(inputs.get(key), value) for key, value in part.items()}}


def without(inputs: Any, part: Any, kept: Any) -> Any:  # noqa: ANN401 - any value of a plan
    """The inputs without what only the first side has."""
    if not all(isinstance(one, dict) for one in (inputs, part, kept)):
        return inputs
    left = {key: value for key, value in inputs.items() if key not in part or key in kept}
    return {key: without(value, part.get(key), kept.get(key)) for key, value in left.items()}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change['type'].rsplit(':', 1)[-1]} {change['is']}")
def test_what_is_weaker_is_found_among_all_other_inputs_of_the_stack_with_everything(change: dict[str, Any]) -> None:
    things = everything().of_type(change["type"])
    if not things or change["type"] in ONE_OF_TWO:
        return
    inputs = without(things[0].inputs, change["is"], change["was"])
    was = merged(inputs, change["was"])
    then = merged(without(was, change["was"], change["is"]), change["is"])
    line = {"do": "update", "thing": "one", "was": was, "is": then, "changed": sorted({*change["was"], *change["is"]})}
    steps = list(steps_of(line, {"one": {"type": change["type"]}}))
    found = judge(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    assert change["rule"] in {one.rule for one in found.findings}
