"""What a drill looks at of a plan, and what it takes from a drill before."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.drill import drilled as module
from ops.answers.drill.drilled import drilled
from ops.answers.drill.subject import subject
from ops.rehearsal.planned import Planned
from plan import Plan
from plan.drills import Outcome
from plan.drills.record import Drill
from plan.tokens import LAUNCH_TEMPLATE, NODE_GROUP
from sandbox.drill.scenarios.changes import CHANGE, NO_NEIGHBOUR
from sandbox.drill.scenarios.sizes import FIRST_START
from tests.support.plans import edited, stack_plan, write_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sandbox.drill.scenarios.base import Scenario
    from sandbox.drill.subject import Subject


def shuffled(value: Any, dice: random.Random) -> Any:  # noqa: ANN401 - inputs of a plan are JSON
    """The same with the keys of every map in another order, as the engine hands maps over."""
    if isinstance(value, list):
        return [shuffled(item, dice) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    dice.shuffle(keys)
    return {key: shuffled(value[key], dice) for key in keys}


def another_preview(plan: Plan) -> Plan:
    """The same plan as another preview has it: in another order, and with other names where the provider makes them."""
    dice = random.Random(7)  # noqa: S311 - an order, no secret
    found = []
    for item in plan:
        needs = list(item.dependencies)
        dice.shuffle(needs)
        inputs = shuffled(item.inputs, dice)
        if item.type == NODE_GROUP:
            inputs["nodeGroupName"] = f"app-{dice.random()}"
        found.append(replace(item, dependencies=tuple(needs), inputs=inputs))
    dice.shuffle(found)
    return Plan(tuple(found))


@pytest.mark.parametrize("phase", ["optimization", "microservices"])
def test_another_preview_of_the_same_stack_is_the_same_subject(phase: str) -> None:
    plan = stack_plan("prod", phase)
    first, second = subject(plan, phase), subject(another_preview(plan), phase)
    assert first.key == second.key
    assert [group.name for group in first.groups] == [group.name for group in second.groups]


def test_nodes_of_another_kind_are_another_subject() -> None:
    plan = stack_plan("prod", "horizontal")
    other = edited(plan, LAUNCH_TEMPLATE, instanceType="m8g.4xlarge")
    assert subject(plan, "").key != subject(other, "").key


def _outcome(name: str) -> Outcome:
    return Outcome(scenario=name, passed=True, seconds=1.0)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The scenarios of each run; nothing runs, and whatever runs passes."""
    monkeypatch.setenv("BBP_DRILLS_DIR", str(tmp_path / "drills"))
    seen: list[list[str]] = []

    def run(here: Subject, scenarios: Sequence[Scenario], *_: object, **__: object) -> Drill:
        names = [FIRST_START.name, *(item.name for item in scenarios if item is not FIRST_START)]
        seen.append(names[1:])
        return Drill(key=here.key, version="1", outcomes=tuple(map(_outcome, names)))

    monkeypatch.setattr(module, "run", run)
    return seen


def test_what_was_drilled_is_not_drilled_again_and_what_is_missing_is(runs: list[list[str]], tmp_path: Path) -> None:
    plan = write_plan(tmp_path / "plan.json", stack_plan("prod", "horizontal"))
    for scenarios in (("minimum",), ("minimum",), ("minimum", "maximum"), ("first-start",)):
        found = drilled("prod", "horizontal", None, plan, scenarios)
        assert [item.scenario for item in found.drill.outcomes] == list(dict.fromkeys(["first-start", *scenarios]))
    assert runs == [["minimum"], ["maximum"]]
    drilled("prod", "horizontal", None, plan, ("minimum",), again=True)
    assert runs[2:] == [["minimum"]]


def test_a_plan_file_has_no_later_phase_to_change_to(runs: list[list[str]], tmp_path: Path) -> None:
    plan = write_plan(tmp_path / "plan.json", stack_plan("prod", "horizontal"))
    found = drilled("prod", "horizontal", None, plan, ("minimum", CHANGE))
    assert runs == [["minimum"]]
    assert [item.skipped for item in found.drill.outcomes if item.scenario == CHANGE] == [NO_NEIGHBOUR]


def test_a_change_is_drilled_anew_when_the_later_phase_is_another_one(
    runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = {phase: stack_plan("prod", phase) for phase in ("horizontal", "microservices")}

    def planned(_stack: str, phase: str | None, *_: object) -> Planned:
        here = phase or "horizontal"
        return Planned(plan=plans[here], settings=settings("prod", here), origin="prod")

    monkeypatch.setattr(module, "planned", planned)
    drilled("prod", None, None, None, (CHANGE,))
    drilled("prod", None, None, None, (CHANGE,))
    assert runs == [[CHANGE]]
    plans["microservices"] = edited(plans["microservices"], LAUNCH_TEMPLATE, instanceType="m8g.4xlarge")
    drilled("prod", None, None, None, (CHANGE, "minimum"))
    assert runs == [[CHANGE], ["minimum", CHANGE]]
