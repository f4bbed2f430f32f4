"""What becomes of pods is said by drills: every answer repeats their word, or says that nobody has drilled."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import pytest

from ops.answers.availability import judged
from ops.answers.cost import priced
from ops.answers.drill.found import FoundDrill, change_between, drill_of, found
from ops.answers.journey import Journey, JourneyStep
from ops.answers.policies import PODS, PolicyCheck, policy_checks
from ops.document.blocks import Document
from ops.document.html import page
from ops.document.markdown import comment
from ops.rehearsal.planned import Planned
from ops.views import journey as journey_view
from ops.views.report import document, report_json
from plan.drills.record import Drill, written
from plan.tokens import LAUNCH_TEMPLATE, NODE_GROUP
from planner.availability.pods import stranded
from sandbox.drill.scenarios.changes import CHANGE
from sandbox.kubernetes.tools import VERSION
from tests.stack.kubernetes.test_availability_spread import spread_as
from tests.support.cli import Cli, Ran
from tests.support.kept_drills import ALL_PASSED, APP, SPREAD, keep_in, outcome, with_outcome
from tests.support.page import stack_report
from tests.support.paths import ROOT
from tests.support.plans import edited, stack_plan, write_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan
    from plan.drills import Outcome

PHASE = "horizontal"
STUCK = f"{APP}: 2 of 10 pods run; 8 pending: {SPREAD}"
LOST = outcome("zone-lost-maximum", STUCK, waits=SPREAD, ready=0.2)
"""A zone is lost, and the scheduler keeps the replacements waiting."""
ROOM = "The configuration keeps every limit"


@pytest.fixture(autouse=True)
def drills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of kept drills."""
    folder = tmp_path / "drills"
    monkeypatch.setenv("BBP_DRILLS_DIR", str(folder))
    return folder


def old_spread() -> Plan:
    """The second phase of production with the spread that counts lost zones."""
    return spread_as(stack_plan("prod", PHASE), nodeTaintsPolicy=None)


def command(folder: Path, plan: Plan, name: str = "availability", stack: str = "prod", *more: str) -> Ran:
    file = write_plan(folder / "plan.json", plan)
    return Cli(folder).run(name, stack, "--plan", str(file), "--phase", PHASE, *more)


def subject_of(plan: Plan, stack: str = "prod") -> Planned:
    return Planned(plan, settings(stack, PHASE), f"{stack}, phase {PHASE}", f"{stack} --phase {PHASE}")


def policies(plan: Plan, stack: str = "prod") -> dict[str, PolicyCheck]:
    subject = subject_of(plan, stack)
    checks = policy_checks(settings(stack, PHASE), plan, priced(subject), judged(subject), None)
    return {item.title: item for item in checks}


def test_production_that_was_never_drilled_is_not_passed_and_says_so_before_anything_else(tmp_path: Path) -> None:
    plan = stack_plan("prod", PHASE)
    ran = command(tmp_path, plan)
    assert ran.code == 3
    assert f"not drilled: run `./bbp drill prod --phase {PHASE} --plan" in ran.err.replace("\n", " ")
    assert ran.out.index("Pods were not drilled") < ran.out.index("Everything removed")
    found = command(tmp_path, plan, "availability", "prod", "--json").document
    assert (found["ok"], found["single_points"], found["pods"]["verdict"]) == (False, [], "not drilled")


def test_production_whose_drill_passed_is_passed(tmp_path: Path, drills: Path) -> None:
    plan = stack_plan("prod", PHASE)
    keep_in(drills, plan)
    ran = command(tmp_path, plan)
    assert ran.code == 0, ran.err
    assert f"Pods were drilled: {len(ALL_PASSED)} scenarios hold" in ran.out
    assert "fewest ready were 67% of production/bailbondpro-app" in ran.out


def test_the_old_spread_put_back_is_red_in_the_schedulers_own_words(tmp_path: Path, drills: Path) -> None:
    keep_in(drills, old_spread(), with_outcome(LOST))
    ran = command(tmp_path, old_spread())
    assert ran.code == 1
    assert "scenarios of the drill that fail: zone-lost-maximum" in ran.err.replace("\n", " ")
    assert f"drill zone-lost-maximum: {STUCK}" in ran.out
    assert "fix: nodeTaintsPolicy: Honor" in ran.out
    (point,) = [item for item in judged(subject_of(old_spread())).found.single_points if item.kind == "drill"]
    assert (point.title, point.stops) == ("zone-lost-maximum", (STUCK,))
    assert point.urn.endswith("::app-deployment") or "Deployment" in point.urn


def test_a_drill_that_failed_outweighs_arithmetic_that_says_yes(tmp_path: Path, drills: Path) -> None:
    plan = stack_plan("prod", PHASE)
    assert stranded(plan) == []
    keep_in(drills, plan, with_outcome(LOST))
    assert command(tmp_path, plan).code == 1


def test_arithmetic_that_says_no_outweighs_a_drill_that_passed(tmp_path: Path, drills: Path) -> None:
    keep_in(drills, old_spread())
    ran = command(tmp_path, old_spread())
    assert ran.code == 1
    assert "bailbondpro-app without us-east-1a: loses 8 of 10 pods" in ran.out


def test_the_drill_of_other_objects_or_nodes_says_nothing(drills: Path) -> None:
    plan = stack_plan("prod", PHASE)
    keep_in(drills, plan)
    for other in (old_spread(), edited(plan, LAUNCH_TEMPLATE, instanceType="m8g.4xlarge")):
        drill = drill_of(subject_of(other))
        assert drill.report is None
        assert "what was drilled before has other objects or nodes" in drill.why_not
    assert drill_of(subject_of(plan)).pods.verdict == "survive"


def test_a_drill_of_one_scenario_is_no_yes_and_names_what_is_missing(tmp_path: Path, drills: Path) -> None:
    plan = stack_plan("prod", PHASE)
    keep_in(drills, plan, ALL_PASSED[:2])
    ran = command(tmp_path, plan)
    assert ran.code == 3
    assert "not drilled: maximum, node-lost" in ran.err.replace("\n", " ")


def test_what_says_nothing_of_a_stack_is_not_missing(drills: Path) -> None:
    plan = stack_plan("prod", PHASE)
    skipped = replace(outcome("spot-reclaimed"), passed=False, skipped="the stack has no spot nodes")
    keep_in(drills, plan, with_outcome(skipped))
    assert drill_of(subject_of(plan)).pods.verdict == "survive"


def test_development_may_go_by_arithmetic_and_is_told_that_it_does(tmp_path: Path, drills: Path) -> None:
    plan = stack_plan("dev", PHASE)
    ran = command(tmp_path, plan, "availability", "dev")
    assert ran.code == 0, ran.err
    assert "Pods were not drilled" in ran.out
    assert policies(plan, "dev")[PODS].state == "note"
    keep_in(drills, plan, with_outcome(LOST))
    assert STUCK in command(tmp_path, plan, "availability", "dev").out


def test_a_node_whose_size_nobody_knows_is_said_and_not_drilled() -> None:
    plan = edited(stack_plan("prod", PHASE), LAUNCH_TEMPLATE, instanceType="zz9.huge")
    plan = edited(plan, NODE_GROUP, instanceTypes=["zz9.huge"])
    drill = drill_of(subject_of(plan))
    assert (drill.report, drill.key) == (None, "")
    assert "cannot be told from the plan" in drill.why_not
    assert "zz9.huge" in drill.why_not


def test_looking_for_a_drill_loads_nothing_that_could_start_one() -> None:
    code = "import sys, ops.answers.drill.found; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    started = {"sandbox.drill.run", "sandbox.drill.control_plane", "sandbox.drill.stage"}
    assert not started & set(done.stdout.split())


@pytest.mark.parametrize(
    ("outcomes", "state", "room"),
    [
        (None, "unknown", "fits by arithmetic; not drilled"),
        (ALL_PASSED, "ok", "fits by arithmetic; drilled"),
        (with_outcome(LOST), "failed", "fits by arithmetic; drilled"),
        (with_outcome(outcome("maximum", STUCK)), "failed", "fits by arithmetic; the drill says no"),
    ],
    ids=["never", "passed", "zone", "maximum"],
)
def test_the_policies_repeat_the_drill(
    drills: Path, outcomes: tuple[Outcome, ...] | None, state: str, room: str
) -> None:
    plan = stack_plan("prod", PHASE)
    if outcomes is not None:
        keep_in(drills, plan, outcomes)
    checks = policies(plan)
    assert checks[PODS].state == state
    assert checks[ROOM].detail.endswith(f"nodes-hold-pods: {room}")
    assert ("arithmetic" in checks["No single point of failure"].detail) is (outcomes is None)


def report_of(drill: FoundDrill) -> Document:
    whole = stack_report("prod", PHASE)
    subject = subject_of(whole.planned.plan)
    return document(replace(whole, drill=drill, availability=judged(subject, drill)))


def test_the_report_and_its_comment_have_the_drills_verdict(drills: Path) -> None:
    plan = stack_plan("prod", PHASE)
    question = "Do the pods survive it?"
    for outcomes, answer, state in (
        (None, "not drilled", "note"),
        (ALL_PASSED, "they do", "good"),
        (ALL_PASSED[:3], "as far as drilled", "note"),
        (with_outcome(LOST), "1 scenarios fail", "bad"),
    ):
        if outcomes is not None:
            keep_in(drills, plan, outcomes)
        shown = report_of(drill_of(subject_of(plan)))
        verdict = next(item for item in shown.verdicts if item.question == question)
        assert (verdict.answer, verdict.state) == (answer, state)
        assert answer in page(shown)
        assert answer in comment(shown)
    assert escape(STUCK) in page(shown)
    found = report_json(replace(stack_report("prod", PHASE), drill=drill_of(subject_of(plan))), shown)
    assert found["drill"].failures[0].scenario == "zone-lost-maximum"


def test_a_journey_says_of_every_phase_and_of_the_way_whether_it_was_drilled(drills: Path) -> None:
    plans = [stack_plan("prod", phase) for phase in ("optimization", PHASE)]
    first, second = found(plans[0], "prod", "optimization"), found(plans[1], "prod", PHASE)
    assert change_between(first, second) is None
    steps = [
        JourneyStep(None, "optimization", plans[0].resources, drill=first),
        JourneyStep("optimization", PHASE, plans[1].resources, drill=second),
    ]

    def shown(steps: list[JourneyStep]) -> str:
        journey = Journey("prod", tuple(steps))
        return page(Document(title="", subtitle="", verdicts=(), sections=(journey_view.section(journey),)))

    told = shown(steps)
    assert "pods in optimization: not drilled: run `./bbp drill prod --phase optimization`" in told
    assert "pods on the way from optimization: not drilled" in told
    verdict = journey_view.verdict(Journey("prod", tuple(steps)), "")
    assert (verdict.answer, verdict.state) == ("no data is touched", "note")
    assert "pods not drilled in optimization, horizontal" in verdict.detail
    keep_in(drills, plans[0])
    keep_in(drills, plans[1])
    first, second = found(plans[0], "prod", "optimization"), found(plans[1], "prod", PHASE)
    change = Drill(key=f"{first.key}-{second.key}", version=VERSION, outcomes=(outcome(CHANGE),))
    (drills / f"{change.key}.json").write_text(written(change))
    first, second = found(plans[0], "prod", "optimization"), found(plans[1], "prod", PHASE)
    kept = change_between(first, second)
    assert kept is not None
    steps = [replace(steps[0], drill=first), replace(steps[1], drill=second, way=kept.outcome(CHANGE))]
    assert journey_view.verdict(Journey("prod", tuple(steps)), "").state == "good"
    assert "pods on the way from optimization: drilled, every workload went on" in shown(steps)


def test_a_simulation_says_whether_its_ready_pods_are_drilled_and_its_gate_does_not_pass_on_an_assumption(
    tmp_path: Path, drills: Path
) -> None:
    plan = stack_plan("prod", PHASE)
    words = ("simulate", "prod", "--scenario", "steady", "--gate")
    ran = command(tmp_path, plan, *words, "--json")
    assert ran.code == 3
    assert "ready pods" in ran.err
    names = [gap["name"] for gap in ran.document["not_simulated"] if gap["name"] != "ready pods"]
    left_out = [word for name in names for word in ("--leave-out", name)]
    assert command(tmp_path, plan, *words, *left_out).code == 3
    ran = command(tmp_path, plan, *words, *left_out, "--leave-out", "ready pods")
    assert ran.code == 0, ran.err
    assert "Ready pods: assumed" in ran.out
    keep_in(drills, plan)
    ran = command(tmp_path, plan, *words, *left_out)
    assert ran.code == 0, ran.err
    assert f"Ready pods: as drilled on Kubernetes {VERSION}" in ran.out
    assert "at worst 67% of production/bailbondpro-app were ready" in ran.out
    keep_in(drills, plan, with_outcome(outcome("maximum", STUCK)))
    ran = command(tmp_path, plan, *words, *left_out)
    assert ran.code == 1
    assert "the drill says that they do not become ready" in ran.out
