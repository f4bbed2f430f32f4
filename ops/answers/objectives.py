"""Objectives: whether a stack's plan reaches what it is to reach; nothing passes that no tool has judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from infra.phases import PHASES
from infra.settings import Environment, Phase
from infra.settings.objectives import ObjectivesSettings
from infra.settings.reading.defaults import defaults
from ops.answers.availability import AvailabilityReport
from ops.answers.availability import judged as availability_judged
from ops.answers.cost import DEV_USERS, CostReport, priced
from ops.answers.drill.found import drill_of
from ops.answers.simulate import REQUESTS_PER_USER_DAY
from ops.jsonable import picked, plain
from ops.rehearsal.planned import Planned, planned
from plan.days import day_of, end_of
from planner.capacity.platform import PHASE_TOP, peak_requests_per_second
from planner.objectives import judge
from planner.objectives.model import AcceptedObjective, Answer, Name, with_accepted
from planner.objectives.recovery import databases_of
from planner.objectives.storage import storage_gib, with_room
from planner.objectives.weaker import held_to
from planner.simulation import Assumptions, SimulationError, limit_of, scenario, simulate
from policies.rules import is_production

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ops.answers.drill.found import FoundDrill

TRAFFIC: tuple[Name, ...] = ("response", "errors", "load", "growth")


@dataclass(frozen=True)
class ObjectivesReport:
    """Every objective of a stack, answered.

    Attributes:
        planned: the plan and where it comes from.
        environment: whose objectives they are.
        phase: growth phase.
        answers: one for each objective.
    """

    planned: Planned
    environment: Environment
    phase: str
    answers: tuple[Answer, ...]

    @property
    def failing(self) -> list[Answer]:
        """What keeps the stack from passing: missed, and in production also what nobody judged, unless accepted."""
        return [
            answer
            for answer in self.answers
            if not answer.ok and (answer.verdict == "missed" or self.environment.production)
        ]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        return {
            **picked(self, "origin=planned.origin", "environment", "phase"),
            "ok": not self.failing,
            "failing": [answer.name for answer in self.failing],
            "objectives": plain(self.answers),
        }


def objectives(stack: str, phase: str | None, config: Path | None, plan_file: Path | None) -> ObjectivesReport:
    """Judge a stack's objectives.

    Raises:
        PlanError: the file is no plan.
        EvidenceError: the plan has nothing that a request of a user passes, or nothing that costs.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    return judged(planned(stack, phase, config, plan_file))


def judged(
    subject: Planned,
    drill: FoundDrill | None = None,
    today: date | None = None,
    available: AvailabilityReport | None = None,
) -> ObjectivesReport:
    """Judge the objectives of a plan that is already there.

    Args:
        subject: the plan and its settings.
        drill: what was drilled of it, where somebody has looked already.
        today: the day of the judgement; by default today, in UTC.
        available: what may fail of it, where somebody has removed its parts already.

    Raises:
        EvidenceError: the plan has nothing that a request of a user passes, or nothing that costs.
    """
    found = drill or drill_of(subject)
    available = available or availability_judged(subject, found)
    environment = str(Environment.spelled(available.environment))
    kind = Environment(environment) if environment in list(Environment) else Environment.PRODUCTION
    wanted = _wanted(subject, kind, available.phase)
    day = today or datetime.now(UTC).date()
    answers = [
        judge.availability_answer(available.found),
        judge.pods_answer(found.pods),
        *_measured(subject, wanted, (kind, available.phase), day),
    ]
    return ObjectivesReport(
        planned=subject,
        environment=kind,
        phase=available.phase,
        answers=_accepted(answers, wanted, day),
    )


def measured(subject: Planned, today: date | None = None) -> tuple[Answer, ...]:
    """What a plan says of its objectives by itself: all but what removals of its parts and a drill show.

    Args:
        subject: the plan and its settings.
        today: the day of the judgement; by default today, in UTC.

    Raises:
        EvidenceError: the plan has nothing that costs.
    """
    settings = subject.settings
    known = Environment.PRODUCTION if is_production(subject.plan) else Environment.DEVELOPMENT
    kind = settings.environment if settings else known
    phase = settings.phase.value if settings else PHASES[-1]
    wanted = _wanted(subject, kind, phase)
    day = today or datetime.now(UTC).date()
    return _accepted(_measured(subject, wanted, (kind, phase), day), wanted, day)


def _wanted(subject: Planned, environment: Environment, phase: str) -> ObjectivesSettings:
    own = subject.settings is not None and subject.settings.environment is environment
    return subject.settings.objectives if subject.settings and own else _defaults(environment, phase)


def _accepted(answers: Iterable[Answer], wanted: ObjectivesSettings, today: date) -> tuple[Answer, ...]:
    accepted = [
        AcceptedObjective(
            objective=item.objective,
            value=item.value,
            reason=item.reason,
            until=end_of(item.until),
        )
        for item in wanted.accepted
    ]
    return tuple(with_accepted(answer, accepted, today) for answer in answers)


def _measured(
    subject: Planned, wanted: ObjectivesSettings, stack: tuple[Environment, str], today: date
) -> list[Answer]:
    """Traffic, cost and recovery of a stack of an environment and a phase."""
    environment, phase = stack
    users = wanted.users or (PHASE_TOP[phase][0] if environment.production else DEV_USERS)
    cost = priced(subject, {"users": users})
    goals = _goals(wanted, users, cost, environment)
    timed = wanted.restore_timed
    restored = None if timed is None else judge.RestoreTimed(minutes=timed.minutes, day=day_of(timed.day))
    answers = [
        *_traffic(subject, goals),
        judge.cost_answer(cost.cost, goals),
        *judge.recovery_answers(databases_of(subject.plan), restored, goals, today),
    ]
    if not environment.production:
        return answers
    answers = list(with_room(answers, users, storage_gib(subject.plan)))
    least = replace(_goals(_defaults(environment, phase), users, cost, environment), users=PHASE_TOP[phase][0])
    return held_to(answers, goals, least)


def _traffic(subject: Planned, goals: judge.Goals) -> list[Answer]:
    """What a day of the users and a growing load show; not judged where the plan cannot be simulated."""
    peak = goals.users * goals.user_rps
    assumptions = Assumptions(
        latency_target_ms=goals.response_ms, availability_target_percent=100 - goals.error_percent
    )
    try:
        day = simulate(subject.plan, scenario("daily", peak_rps=peak), assumptions)
        limit = limit_of(subject.plan, scenario("steady", peak_rps=peak, hours=0.5), assumptions)
        grown = simulate(subject.plan, scenario("steady", peak_rps=peak * judge.GROWTH), assumptions)
    except SimulationError as error:
        return [
            Answer(name=name, goal="as configured", found=str(error), verdict="not judged", tool="simulate")
            for name in TRAFFIC
        ]
    return judge.traffic_answers(day, limit, grown, goals)


def _goals(wanted: ObjectivesSettings, users: int, cost: CostReport, environment: Environment) -> judge.Goals:
    usd, reason = wanted.usd_per_user, "objectives.usdPerUser"
    if usd is None and environment.production:
        usd, reason = cost.guide.cost_usd / users, "the guide's cost formula at these users"
    elif usd is None:
        limit = cost.budget.limit_usd if cost.budget else None
        usd, reason = None if limit is None else limit / users, "the budget for each user"
    return judge.Goals(
        users=users,
        user_rps=peak_requests_per_second(REQUESTS_PER_USER_DAY),
        response_ms=wanted.response_ms,
        error_percent=wanted.error_percent,
        usd_per_user=usd,
        usd_reason=reason,
        recovery_point_minutes=wanted.recovery_point_minutes,
        recovery_time_minutes=wanted.recovery_time_minutes,
    )


def _defaults(environment: Environment, phase: str) -> ObjectivesSettings:
    """The objectives of a stack of this kind unless its file says otherwise."""
    name = phase if phase in PHASES else PHASES[-1]
    tree = defaults(environment, Phase(name), "us-east-1", "example.com")["objectives"]
    return ObjectivesSettings.model_validate_json(json.dumps(tree))
