"""The picture of the whole platform in every phase and environment: complete, readable, the same each time."""

from __future__ import annotations

import pytest

from plan import Plan
from planner.diagram import compare, scene_of, svg
from tests.support.cli import Cli
from tests.support.picture import overflowing, parsed
from tests.support.plans import changed_plan, stack_plan, write_plan
from tests.support.stack import COMBINATIONS, FILLED


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_resource_of_a_stack_belongs_to_something_on_the_picture(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    scene = scene_of(plan, "test")
    drawn = {system for box in (*scene.boxes, *scene.side) for system in box.systems}
    assert {item.system for item in plan if item.custom} - drawn == set()


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_the_picture_of_a_stack_is_valid_and_no_text_leaves_its_box(environment: str, phase: str) -> None:
    picture = svg(scene_of(stack_plan(environment, phase), f"{environment}, phase {phase}"))
    parsed(picture)
    assert overflowing(picture) == []


def test_the_last_phase_shows_its_real_counts() -> None:
    scene = scene_of(stack_plan("prod", "microservices"), "test")
    assert [len(scene.row(row)) for row in ("services", "replicas", "shards", "nodes", "nat")] == [6, 3, 4, 3, 3]
    application = scene.row("app")[0]
    assert application.lines[0] == "3 to 20 pods, autoscaled"
    assert scene.row("redis")[0].lines[0] == "3 shards of one primary and 2 replicas"
    assert {(edge.source, edge.target) for edge in scene.edges} == {
        ("cdn", "balancer"),
        ("balancer", "gateway"),
        ("gateway", "app"),
        ("gateway", "services"),
        ("app", "pooler"),
        ("services", "pooler"),
        ("pooler", "primary"),
        ("pooler", "replicas"),
        ("primary", "replicas"),
        ("app", "redis"),
        ("services", "redis"),
    }


def test_a_way_leads_to_shards_only_once_they_are_in_use() -> None:
    empty = scene_of(stack_plan("prod", "microservices"), "test")
    assert {box.lines[-1] for box in empty.row("shards")} == {"empty: no pod is told of it"}
    assert "shards" not in {edge.target for edge in empty.edges}
    filled = scene_of(changed_plan("prod", "microservices", postgres=FILLED), "test")
    assert not any("empty" in line for box in filled.row("shards") for line in box.lines)
    assert {edge.source for edge in filled.edges if edge.target == "shards"} == {"pooler"}


def test_the_order_of_a_plan_does_not_change_the_picture() -> None:
    plan = stack_plan("prod", "horizontal")
    turned = Plan(tuple(reversed(plan.resources)))
    assert svg(scene_of(plan, "test")) == svg(scene_of(turned, "test"))


def test_growing_by_a_phase_adds_services_and_shards_and_removes_nothing() -> None:
    before, after = (scene_of(stack_plan("prod", phase), phase) for phase in ("horizontal", "microservices"))
    both = compare(before, after)
    assert {box.row for box in both.boxes if box.mark == "added"} == {"services", "shards"}
    assert [box.title for box in (*both.boxes, *both.side) if box.mark == "removed"] == []
    assert overflowing(svg(both)) == []


def test_the_command_writes_the_file_and_lists_the_differences(cli: Cli) -> None:
    files = [
        write_plan(cli.sandbox / f"{phase}.json", stack_plan("prod", phase)) for phase in ("horizontal", "optimization")
    ]
    out = cli.sandbox / "picture.svg"
    ran = cli.run("diagram", "--plan", str(files[0]), "--against", str(files[1]), "--out", str(out), "--json")
    assert ran.code == 0, ran.err
    marked = {box["title"]: box["mark"] for box in ran.document["boxes"] if "mark" in box}
    assert marked["Pooler (PgBouncer)"] == "added"
    assert (ran.document["title"], ran.document["against"]) == ("Architecture of horizontal.json", "optimization.json")
    parsed(out.read_text())


def test_the_command_says_which_file_is_no_plan(cli: Cli) -> None:
    wrong = cli.sandbox / "wrong.json"
    wrong.write_text("{}")
    ran = cli.run("diagram", "--plan", str(wrong), "--out", str(cli.sandbox / "a.svg"))
    assert ran.code == 1
    assert "is no engine preview" in ran.err
    assert "Traceback" not in ran.err


@pytest.fixture
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    return Cli(tmp_path_factory.mktemp("diagram"))
