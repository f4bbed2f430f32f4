"""Objectives: met, missed or not judged, and what may be accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from plan import Plan
from plan.tokens import DATABASE
from planner.availability.drilled import PodsDrilled
from planner.objectives.judge import (
    Goals,
    RestoreTimed,
    cost_answer,
    pods_answer,
    recovery_answers,
    traffic_answers,
)
from planner.objectives.model import AcceptedObjective, Answer, Name, against, with_accepted
from planner.objectives.recovery import databases_of
from planner.objectives.weaker import held_to
from planner.simulation import Gap, Limit
from planner.simulation.assumptions import Assumptions
from planner.simulation.limit import limit_on
from planner.simulation.scenarios import scenario
from tests.support.load import app, platform, run, store
from tests.support.plans import planned

TODAY = date(2027, 6, 1)
GOALS = Goals(
    users=1000,
    user_rps=500 / 86_400 * 5,
    response_ms=200,
    error_percent=0.1,
    usd_per_user=2.0,
    usd_reason="as asked",
    recovery_point_minutes=5,
    recovery_time_minutes=240,
)
MISSED = Answer(name="response", goal="200 ms", found="300 ms", verdict="missed", tool="simulate", value=300)
UNJUDGED = replace(MISSED, verdict="not judged", value=None)


def accept(value: float | None, until: date | None = None, objective: str = "response") -> list[AcceptedObjective]:
    return [AcceptedObjective(objective=objective, value=value, reason="as everybody knows", until=until)]


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("response", 200, "met"),
        ("response", 200.1, "missed"),
        ("load", 1000, "met"),
        ("load", 999, "missed"),
        ("availability", 99.9, "met"),
        ("availability", 99.89, "missed"),
    ],
)
def test_a_value_meets_its_goal_from_the_right_side(name: str, value: float, verdict: str) -> None:
    goal = {"response": 200, "load": 1000, "availability": 99.9}[name]
    assert against(value, goal, name) == verdict  # type: ignore[arg-type]  # names of objectives


def test_what_is_missed_is_accepted_up_to_a_value_and_until_a_day() -> None:
    assert with_accepted(MISSED, accept(300), TODAY).accepted == "as everybody knows"
    assert with_accepted(MISSED, accept(300, TODAY), TODAY).accepted == "as everybody knows (until 2027-06-01)"
    assert not with_accepted(MISSED, accept(299), TODAY).accepted
    assert not with_accepted(MISSED, accept(300, date(2027, 5, 31)), TODAY).accepted
    assert not with_accepted(MISSED, accept(300, objective="errors"), TODAY).accepted


def test_what_may_stay_unjudged_may_not_be_missed_nor_the_other_way_round() -> None:
    assert with_accepted(UNJUDGED, accept(None), TODAY).accepted
    assert not with_accepted(UNJUDGED, accept(300), TODAY).accepted
    assert not with_accepted(MISSED, accept(None), TODAY).accepted
    assert not with_accepted(replace(MISSED, value=None), accept(1e9), TODAY).accepted
    assert not with_accepted(replace(MISSED, verdict="met"), accept(300), TODAY).accepted


def test_pods_that_nobody_drilled_are_not_judged() -> None:
    found = pods_answer(PodsDrilled(why_not="not drilled: run it"))
    assert (found.verdict, found.ok) == ("not judged", False)
    assert "not drilled" in found.found


def _traffic(*, users: int = 1000, gaps: tuple[Gap, ...] = (), replicas: int = 3) -> dict[str, Answer]:
    goals = replace(GOALS, users=users)
    wanted = platform(app(None, replicas=replicas), stores=(store(processors=64),), gaps=gaps)
    peak = users * 500 / 86_400 * 5
    load, assumptions = scenario("steady", peak_rps=peak, hours=0.1), Assumptions()
    day, limit = run(wanted, load), limit_on(wanted, load, assumptions, 1)
    return {item.name: item for item in traffic_answers(day, limit, run(wanted, load.scaled(10)), goals)}


def test_a_load_that_is_carried_meets_response_errors_load_and_growth() -> None:
    found = _traffic()
    assert {item.verdict for item in found.values()} == {"met"}
    assert found["load"].value is not None
    # Three pods of 286 requests a second each; a user asks for 0.029 in the busiest second.
    assert 0.9 * 3 * 1000 / 3.5 < found["load"].value * 500 / 86_400 * 5 < 3 * 1000 / 3.5


def test_ten_times_the_users_are_missed_before_the_users_are() -> None:
    found = _traffic(users=5000)
    assert (found["load"].verdict, found["growth"].verdict) == ("met", "missed")
    assert "replicas: fixed at 3" in found["growth"].found


def test_an_autoscaler_that_wants_more_pods_than_it_may_have_misses_growth_though_targets_hold() -> None:
    load = scenario("steady", peak_rps=450, hours=0.1)
    grown = run(platform(app(targets=app().targets, hpa=replace(app().hpa, max_replicas=3))), load)  # type: ignore[type-var]  # it has one
    assert grown.holds
    limit = Limit(factor=1, peak_rps=450, then=None)
    answer = traffic_answers(run(platform(), load), limit, grown, GOALS)[3]
    assert (answer.name, answer.verdict, answer.fix) == ("growth", "missed", "maxReplicas of app-hpa")


def test_what_is_not_simulated_is_never_met_and_may_still_be_missed() -> None:
    gap = Gap(name="queue", kind="trigger", why="nobody knows")
    found = _traffic(gaps=(gap,), users=5000)
    assert found["response"].verdict == "not judged"
    assert "not simulated: queue" in found["response"].found
    assert found["growth"].verdict == "missed"


def _database(name: str, days: object, **inputs: object) -> Plan:
    return Plan((planned(DATABASE, name, backupRetentionPeriod=days, **inputs),))


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [
        (7, "met", "5 minutes, of 1 databases"),
        (0, "missed", "no backups are kept of primary"),
        (None, "not judged", "does not say what is kept of primary"),
        ("unknown", "not judged", "does not say"),
        (True, "not judged", "does not say"),
    ],
)
def test_writes_that_are_lost_follow_from_what_is_backed_up(days: object, verdict: str, said: str) -> None:
    point, _ = recovery_answers(databases_of(_database("primary", days)), None, GOALS, TODAY)
    assert point.verdict == verdict
    assert said in point.found


def test_replicas_have_nothing_to_lose_and_no_database_is_not_judged() -> None:
    assert not databases_of(_database("replica", 0, replicateSourceDb="primary"))
    point, _ = recovery_answers([], None, GOALS, TODAY)
    assert point.verdict == "not judged"


def test_a_stricter_recovery_point_than_backups_give_is_missed() -> None:
    strict = replace(GOALS, recovery_point_minutes=1)
    point, _ = recovery_answers(databases_of(_database("primary", 7)), None, strict, TODAY)
    assert (point.verdict, point.value) == ("missed", 5)


@pytest.mark.parametrize(
    ("timed", "verdict", "said"),
    [
        (None, "not judged", "nobody has stated a restore"),
        (RestoreTimed(minutes=42, day=date(2027, 5, 1)), "met", "42 minutes, tried on 2027-05-01"),
        (RestoreTimed(minutes=241, day=date(2027, 5, 1)), "missed", "241 minutes"),
        (RestoreTimed(minutes=42, day=date(2026, 12, 3)), "met", "42 minutes"),
        (RestoreTimed(minutes=42, day=date(2026, 12, 2)), "not judged", "181 days old"),
        (RestoreTimed(minutes=42, day=date(2027, 6, 2)), "not judged", "lies in the future"),
    ],
)
def test_a_restore_that_was_timed_says_how_long_it_takes_for_half_a_year(
    timed: RestoreTimed | None, verdict: str, said: str
) -> None:
    _, time = recovery_answers([], timed, GOALS, TODAY)
    assert time.verdict == verdict
    assert said in time.found
    assert ("restoreTimed" in time.fix) is (verdict == "not judged")


def test_an_unpriced_charge_makes_cost_unjudged_and_cents_are_compared_as_they_are_printed() -> None:
    from planner.cost.monthly import cost_of

    unpriced = cost_of(Plan((planned(DATABASE, "primary", instanceClass="db.x99.huge", engine="postgres"),)))
    assert cost_answer(unpriced, GOALS).verdict == "not judged"
    unsaid = cost_answer(unpriced, replace(GOALS, usd_per_user=None))
    assert (unsaid.verdict, unsaid.fix) == ("not judged", "objectives.usdPerUser says how much it may be")


WEAKER: tuple[tuple[Name, dict[str, float]], ...] = (
    ("response", {"response_ms": 201}),
    ("errors", {"error_percent": 0.11}),
    ("load", {"users": 999}),
    ("cost", {"usd_per_user": 2.01}),
    ("recovery-point", {"recovery_point_minutes": 6}),
    ("recovery-time", {"recovery_time_minutes": 241}),
)


@pytest.mark.parametrize(("name", "changed"), WEAKER, ids=[name for name, _ in WEAKER])
def test_a_goal_weaker_than_its_standard_is_missed_until_it_is_accepted_up_to_it_with_an_end(
    name: Name, changed: dict[str, float]
) -> None:
    (own,) = changed.values()
    met = replace(MISSED, name=name, verdict="met", value=own)
    weak = replace(GOALS, **changed)  # type: ignore[arg-type]  # numbers of goals
    (held,) = held_to([met], weak, GOALS)
    assert (held.verdict, held.ok) == ("missed", False)
    assert "weaker than" in held.found
    assert "until" in held.fix
    assert with_accepted(held, accept(own, TODAY, name), TODAY).ok
    assert not with_accepted(held, accept(own, None, name), TODAY).ok
    assert not with_accepted(held, accept(None, TODAY, name), TODAY).ok
    nearer = own * 1.001 if name == "load" else own * 0.999
    assert not with_accepted(held, accept(nearer, TODAY, name), TODAY).ok
    assert held_to([met], GOALS, weak) == [met]


def test_a_weaker_goal_that_is_missed_besides_is_accepted_only_up_to_what_was_found() -> None:
    weak = replace(GOALS, response_ms=250)
    (held,) = held_to([MISSED], weak, GOALS)
    assert not with_accepted(held, accept(250, TODAY), TODAY).ok
    assert with_accepted(held, accept(300, TODAY), TODAY).ok
