"""What the gate says of goals that a preview would miss, or leave unjudged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest

import ops.answers.objectives as judges
from ops.answers.gate import GateOptions, gate
from ops.answers.gate.goals import ELSEWHERE, goals_of, missed
from plan.preview import read_preview
from planner.objectives.model import Answer, Name
from tests.support.plans import edited, stack_plan
from tests.support.previews import document_of, preview_between

if TYPE_CHECKING:
    from planner.objectives.model import Verdict

PROD, DEV = ({"config": {"bailbondpro:environment": name}, "steps": []} for name in ("production", "development"))
TOLD, STOPS, UNJUDGED, NOTHING = (False, True), (True, True), (True, False), None


def answer(name: Name, verdict: Verdict, value: float | None = None, accepted: str = "") -> Answer:
    return Answer(
        name=name, goal="a goal", found="something", verdict=verdict, tool="x", value=value, accepted=accepted
    )


def said(before: Answer, after: Answer, document: dict[str, Any] = PROD) -> tuple[bool, bool] | None:
    """Whether it stops and is judged; None where nothing is said."""
    found = list(missed(read_preview(document), [before], [after]))
    assert len(found) <= 1
    return (found[0].stops, found[0].judged) if found else None


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (answer("response", "met", 50), answer("response", "met", 150), NOTHING),
        (answer("response", "met", 150), answer("response", "missed", 250), STOPS),
        (answer("response", "met", 150), answer("response", "not judged"), UNJUDGED),
        (answer("response", "missed", 250), answer("response", "missed", 250), TOLD),
        (answer("response", "missed", 250), answer("response", "missed", 255), TOLD),
        (answer("response", "missed", 250), answer("response", "missed", 400), STOPS),
        (answer("response", "missed", 250, "for a while"), answer("response", "missed", 300), STOPS),
        (answer("response", "met", 150), answer("response", "missed", 250, "for a while"), NOTHING),
        (answer("response", "not judged"), answer("response", "not judged"), NOTHING),
        (answer("response", "not judged"), answer("response", "missed", 250), TOLD),
        (answer("response", "missed", 250), answer("response", "not judged"), NOTHING),
        (answer("load", "missed", 900), answer("load", "missed", 500), STOPS),
        (answer("load", "missed", 500), answer("load", "missed", 900), TOLD),
        (answer("growth", "met"), answer("growth", "missed"), STOPS),
        (answer("recovery-point", "met", 5), answer("recovery-point", "missed", 1440), STOPS),
        (answer("recovery-time", "met", 90), answer("recovery-time", "not judged"), UNJUDGED),
        (answer("pods", "met"), answer("pods", "missed"), STOPS),
        (answer("pods", "met"), answer("pods", "not judged"), (False, False)),
        (answer("cost", "met", 1), answer("cost", "missed", 2), TOLD),
        (answer("availability", "met", 99.9), answer("availability", "missed", 99), NOTHING),
    ],
)
def test_a_goal_that_was_met_must_be_met_and_judged(
    before: Answer, after: Answer, says: tuple[bool, bool] | None
) -> None:
    assert said(before, after) == says


def test_of_development_a_goal_may_stay_unjudged_and_not_be_missed() -> None:
    assert said(answer("errors", "met", 0), answer("errors", "not judged"), DEV) == (False, False)
    assert said(answer("errors", "met", 0), answer("errors", "missed", 1), DEV) == STOPS


def test_a_database_without_a_backup_misses_how_much_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "_traffic", lambda _plan, _goals: [])
    base = stack_plan("prod", "optimization")
    head = edited(base, "aws:rds/instance:Instance", "postgres-primary", backupRetentionPeriod=0)
    preview = read_preview(document_of(preview_between(base, head), base))
    found = gate(preview, GateOptions(objectives=(goals_of,))).stopping
    assert [one.properties for one in found if one.rule == "objectives"] == [("recovery-point",)]
    nothing = read_preview(document_of(preview_between(base, base), base))
    monkeypatch.delattr(judges, "measured")
    assert list(goals_of(nothing)) == [], "where nothing changes, nothing is simulated"


def test_the_gate_and_the_parts_judge_every_goal_together() -> None:
    told = {name for name in get_args(Name) if said(answer(name, "met"), answer(name, "missed"))}
    assert told | ELSEWHERE == set(get_args(Name))
    assert GateOptions().objectives[-1] is goals_of
