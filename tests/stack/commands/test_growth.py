"""What is said of a plan takes work that grows with the plan, and not with its square.

Work is counted, not timed: calls of functions, and looks at what a tool goes through. A plan of four times the size may
take four times the work, and a tenth more.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.bench.plans import larger
from plan import Plan, PlannedResource, parse_preview
from plan.tokens import PARAMETER_GROUP
from planner.availability.analysis import availability
from planner.availability.model import Element, Function
from planner.cost.levers import levers
from planner.cost.monthly import Line, cost_of
from planner.cost.optimizer import recommendations
from planner.diagram.layout import arrange
from planner.diagram.scene import scene_of
from planner.objectives.recovery import databases_of
from planner.simulation.assumptions import Assumptions
from planner.simulation.read_plan import platform_of
from policies.reboots import reboots
from tests.support.plans import stack_plan, write_plan

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL, TIMES, MOST = 1000, 4, 4.4
LOOKED_AT: tuple[type, ...] = (PlannedResource, Element, Function, Line)


def _priced(plan: Plan) -> object:
    cost = cost_of(plan)
    return recommendations(plan, cost), levers(plan, cost), cost.by_system(), cost.by_resource()


def _reparameterised(plan: Plan) -> object:
    group = {"parameters": [{"name": "max_connections", "value": "99", "applyMethod": "pending-reboot"}]}
    changed = (replace(item, op="update", old_inputs=group) for item in plan if item.type == PARAMETER_GROUP)
    others = (replace(item, op="same") for item in plan if item.type != PARAMETER_GROUP)
    return reboots(Plan((*changed, *others)))


TOOLS: dict[str, Callable[[Plan], object]] = {
    "cost": _priced,
    "diagram": lambda plan: arrange(scene_of(plan, "a plan")),
    "availability": lambda plan: availability(plan, phase="microservices"),
    "simulate": lambda plan: platform_of(plan, Assumptions()),
    "reboots": _reparameterised,
    "objectives": databases_of,
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two previews of production in its third phase with more shards and services, the second four times the first."""
    path = write_plan(tmp_path_factory.mktemp("growth") / "plan.json", stack_plan("prod", "microservices"))
    document = json.loads(path.read_text())
    small, large = ({**document, "steps": larger(document["steps"], size)} for size in (SMALL, SMALL * TIMES))
    return small, large


def work(of: Callable[[], object]) -> int:
    """How many functions are called, and how often something of the plan is looked at."""
    done = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal done
        done += event == "call"

    def looked(item: object, name: str) -> Any:  # noqa: ANN401 - any attribute
        nonlocal done
        done += 1
        return object.__getattribute__(item, name)

    with pytest.MonkeyPatch.context() as patch:
        for one in LOOKED_AT:
            patch.setattr(one, "__getattribute__", looked, raising=False)
        before = sys.getprofile()
        sys.setprofile(called)
        try:
            of()
        finally:
            sys.setprofile(before)
    return done


@pytest.mark.parametrize("name", TOOLS)
def test_a_plan_of_four_times_the_size_takes_a_tool_four_times_the_work(
    name: str, documents: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    tool = TOOLS[name]
    tool(parse_preview(documents[0]))  # tables that are read once
    small, large = (parse_preview(document) for document in documents)
    first, second = work(lambda: tool(small)), work(lambda: tool(large))
    assert len(large) == TIMES * len(small)
    assert first > len(small) / TIMES
    assert second <= MOST * first, f"{second:,} steps instead of {first:,}: {second / first:.1f} times"


def test_work_that_grows_with_the_square_is_seen(documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    def squared(plan: Plan) -> object:
        servers = plan.of_type("aws:rds/instance:Instance")
        return [[other for other in servers if other.parent == item.parent] for item in servers]

    small, large = (parse_preview(document) for document in documents)
    assert work(lambda: squared(large)) > MOST * work(lambda: squared(small))
