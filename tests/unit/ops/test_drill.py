"""What a drill's report says."""

from __future__ import annotations

from dataclasses import replace

from ops.answers.drill.report import DrillReport
from ops.jsonable import plain
from ops.views.drill import section, verdict
from plan.drills import Outcome, Pending
from plan.drills.record import Drill
from sandbox.drill.assumed import assumptions
from sandbox.drill.nodes.fleet import BOOT_SECONDS
from sandbox.drill.numbers import NUMBERS
from tests.support.told import told

PASSED = Outcome(scenario="minimum", passed=True, seconds=12.0, worst_ready=(("production/app", 1.0),))
FAILED = Outcome(
    scenario="zone-lost-maximum",
    passed=False,
    seconds=1500.0,
    problems=("production/app: 8 of 20 pods run; 12 pending: 0/9 nodes are available",),
    pending=tuple(Pending(f"production/app-{number}", "0/9 nodes are available", 1400.0) for number in range(12)),
    worst_ready=(("production/app", 0.4), ("production/gateway", 1.0)),
    notes=("us-east-1b had 3 of 9 nodes",),
)
SKIPPED = Outcome(scenario="spot-reclaimed", passed=False, seconds=0.0, skipped="the stack has no spot nodes")
REPORT = DrillReport(
    origin="prod, phase microservices",
    phase="microservices",
    drill=Drill(key="k", version="1.37.2", outcomes=(PASSED, FAILED, SKIPPED), stand_ins=("a chart is not rendered",)),
)


def text(report: DrillReport) -> str:
    return told(section(report))


def test_a_failed_scenario_shows_its_problem_the_schedulers_reason_and_the_fewest_ready_pods() -> None:
    said = text(REPORT)
    assert "production/app: 8 of 20 pods run" in said
    assert "0/9 nodes are available" in said
    assert "40%" in said
    assert "and 7 more" in said


def test_a_scenario_that_says_nothing_of_a_stack_neither_passes_nor_fails() -> None:
    assert "the stack has no spot nodes" in text(REPORT)
    assert [item.scenario for item in REPORT.judged] == ["minimum", "zone-lost-maximum"]
    only_skipped = replace(REPORT, drill=replace(REPORT.drill, outcomes=(SKIPPED,)))
    assert not only_skipped.ok
    assert not only_skipped.failed


def test_what_was_not_the_real_thing_is_said() -> None:
    assert "a chart is not rendered" in text(REPORT)


def test_what_is_assumed_is_said_with_its_number() -> None:
    said = " ".join(text(replace(REPORT, assumed=assumptions())).split())
    assert f"a machine registers {BOOT_SECONDS:.0f} s after it is asked for" in said
    unsaid = [item.name for item in NUMBERS if item.assumed and item.assumed.split(";")[0] not in said]
    assert unsaid == []


def test_the_verdict_is_no_success_without_a_drill() -> None:
    found = verdict(None, "no Go here")
    assert (found.answer, found.state) == ("not drilled", "note")
    assert verdict(REPORT, "").state == "bad"
    assert verdict(replace(REPORT, drill=replace(REPORT.drill, outcomes=(PASSED,))), "").state == "good"


def test_the_document_has_every_scenario_with_its_problems_and_pending_pods() -> None:
    document = plain(REPORT)
    assert document["ok"] is False
    assert [item["scenario"] for item in document["scenarios"]] == ["minimum", "zone-lost-maximum", "spot-reclaimed"]
    assert document["scenarios"][1]["pending"][0]["reason"] == "0/9 nodes are available"
    assert document["scenarios"][1]["worst_ready"] == [["production/app", 0.4], ["production/gateway", 1.0]]
