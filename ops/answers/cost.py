"""Cost: a stack's plan priced, beside another plan, the guide's formula and the budget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from infra.phases import PHASES
from ops.answers.costs.bills import bills_json, read_bills
from ops.answers.costs.levers import JudgedLever, judged_levers
from ops.answers.costs.simulated import requests_a_day
from ops.inputs.documents import DocumentError, read_document
from ops.inputs.pairs import pairs
from ops.jsonable import picked, plain
from ops.rehearsal.planned import Planned, phase_of, planned, planned_against
from planner.capacity.growth import Requirement, requirement
from planner.capacity.platform import PHASE_TOP
from planner.cost.budget import BudgetVerdict, budget_of, fitting_limit
from planner.cost.difference import Difference, break_even_users, change, difference
from planner.cost.monthly import Cost, cost_of
from planner.cost.optimizer import Recommendation, ResourceMetrics, recommendations
from planner.cost.prices import price_book
from planner.cost.scenarios import ScenarioCost, in_scenario, named
from planner.cost.usage import Usage, UsageError, override
from planner.evidence import EvidenceError
from planner.plan_values import region_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEV_USERS = 10
"""Active users of a development stack: an assumption."""
GB_PER_USER = 0.1
"""Database GB for an active user (scaling guide, Growth Projections: 10 GB for 100 users)."""


@dataclass(frozen=True)
class CostOptions:
    """What to price.

    Attributes:
        stack: stack name.
        phase: growth phase to use instead of the file's.
        config: another stack file.
        plan_file: a plan to price instead of a preview of the stack.
        against: a growth phase or a plan file to compare with.
        usage_file: a YAML or JSON file with assumptions.
        assumptions: single assumptions, `name=value`.
        metrics_file: a YAML or JSON file with measured use of resources, for the recommendations.
        bills_file: a YAML or JSON list of past monthly bills, for their trend.
        scenarios: other ways to pay, by name.
        simulated_file: a simulated day, whose requests are billed.
    """

    stack: str
    phase: str | None = None
    config: Path | None = None
    plan_file: Path | None = None
    against: str | None = None
    usage_file: Path | None = None
    assumptions: tuple[str, ...] = ()
    metrics_file: Path | None = None
    bills_file: Path | None = None
    scenarios: tuple[str, ...] = ()
    simulated_file: Path | None = None


@dataclass(frozen=True)
class Side:
    """One of two plans that are compared."""

    origin: str
    phase: str | None
    cost: Cost

    def as_json(self) -> dict[str, Any]:
        """The sums of this side."""
        return {**picked(self, "origin", "phase"), **_total_json(self.cost), "systems": _systems_json(self.cost)}


@dataclass(frozen=True)
class Comparison:
    """Two plans' costs beside each other, whichever of them was asked for first.

    Attributes:
        now: the side of the phase in the stack file; where that decides nothing, of the earlier phase, and of two plans
            in one phase the plan that is priced.
        then: the other side.
        differences: by resource, from now to then.
        break_even_users: active users from which the larger of both costs no more per user.
    """

    now: Side
    then: Side
    differences: tuple[Difference, ...]
    break_even_users: float | None

    @property
    def usd(self) -> float | None:
        """What is added from now to then; None where a part of either is unknown."""
        return change(self.now.cost.total, self.then.cost.total)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable comparison; what is unknown is null."""
        return {
            **picked(self, "now", "then", "difference_usd=usd", "break_even_users"),
            "differences": [
                picked(item, "urn", "now_usd=now.usd", "then_usd=then.usd", "difference_usd=usd")
                for item in self.differences
            ],
        }


@dataclass(frozen=True)
class CostReport:
    """What a plan costs, and what that means."""

    planned: Planned
    cost: Cost
    guide: Requirement
    budget: BudgetVerdict | None
    recommendations: tuple[Recommendation, ...]
    levers: tuple[JudgedLever, ...]
    comparison: Comparison | None
    bills: tuple[float, ...] | None = None
    scenarios: tuple[ScenarioCost, ...] = ()

    @property
    def judged(self) -> bool:
        """False where the plan has a budget and nothing can be said about it."""
        return self.budget is None or self.budget.state != "unknown"

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report; every line names its price, source and date, and what is unknown is null."""
        cost, budget = self.cost, self.budget
        return {
            **picked(self, "origin=planned.origin", "phase=planned.phase", "region=cost.region"),
            "currency": "USD",
            "complete": not cost.total.unknown,
            **_total_json(cost),
            **picked(cost, "fixed_usd=fixed.usd", "assumed_usd=assumed.usd", "unverified_usd", "carried_usd"),
            "coverage": picked(cost.coverage, "percent", "kinds", "unpriced", "resources", "free"),
            "systems": _systems_json(cost),
            "lines": plain(cost.lines),
            "unknown": [picked(line, "name", "sku=charge.sku", "why=unknown") for line in cost.unknown()],
            "assumptions": plain(cost.usage),
            "guide": plain(self.guide),
            "budget_usd": budget.limit_usd if budget else None,
            "budget_verdict": budget.state if budget else None,
            "budget_fitting_usd": fitting_limit(cost.aws),
            "aws_usd": cost.aws.usd,
            "recommendations": plain(self.recommendations),
            "levers": plain(self.levers),
            "against": plain(self.comparison),
            "scenarios": [_scenario_json(item) for item in self.scenarios],
            **({} if self.bills is None else {"bills": bills_json(self.bills)}),
        }


def _scenario_json(item: ScenarioCost) -> dict[str, Any]:
    return {
        **picked(item.scenario, "name", "title", "terms", "source", "date", "at_most_percent"),
        **picked(item, "now_usd=now.usd", "then_usd", "difference_usd", "least_usd", "guide_usd"),
    }


def _total_json(cost: Cost) -> dict[str, Any]:
    return picked(cost, "total_usd=total.usd", "known_usd=total.known_usd", "per_active_user_usd=per_user_usd")


def _systems_json(cost: Cost) -> dict[str, float | None]:
    return {key: value.usd for key, value in cost.by_system().items()}


def cost(options: CostOptions) -> CostReport:
    """Price a stack's plan.

    Raises:
        UsageError: an assumption or a measurement is wrong.
        ScenarioError: there is no scenario of a name.
        BillsError: the file of bills holds something else.
        PlanError: a file is no plan, or the plan lies in a region that AWS does not have.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    bills = None if options.bills_file is None else read_bills(options.bills_file)
    changes: dict[str, object] = {**_mapping(options.usage_file), **pairs(options.assumptions, UsageError, "users=800")}
    measured = _metrics(options.metrics_file)
    override(Usage(), changes)  # a wrong assumption is refused before the engine runs
    asked = named(options.scenarios)
    daily = requests_a_day(options.simulated_file) if options.simulated_file else None
    subject = planned(options.stack, options.phase, options.config, options.plan_file)
    if region := region_of(subject.plan):
        price_book().checked(region)
    if daily is not None:
        users = usage_of(subject, changes).users
        if not users:
            raise UsageError("--simulated needs users to spread its requests over: --set users=NUMBER")
        changes["requests_per_user_day"] = daily / users
    found = priced(subject, changes, measured)
    report = replace(found, bills=bills, scenarios=tuple(in_scenario(item, found.cost) for item in asked))
    if not options.against:
        return report
    return replace(report, comparison=_compare(options, report, changes))


def priced(
    subject: Planned,
    changes: Mapping[str, object] | None = None,
    measured: Mapping[str, ResourceMetrics] | None = None,
) -> CostReport:
    """Price a plan that is already there.

    Args:
        subject: the plan and what is known about it.
        changes: assumptions about usage that differ from the plan's own.
        measured: measured use of resources by logical name.

    Raises:
        UsageError: an assumption is wrong.
        EvidenceError: the plan has nothing that costs.
    """
    found = cost_of(subject.plan, usage_of(subject, changes or {}))
    if not found.lines:
        raise EvidenceError(f"nothing in the plan in {subject.origin} is sold by anyone, so it has no cost to judge")
    usage = found.usage
    daily = usage.users * usage.requests_per_user_day
    return CostReport(
        planned=subject,
        cost=found,
        guide=requirement(usage.users, daily, usage.users * GB_PER_USER),
        budget=budget_of(subject.plan, found.aws),
        recommendations=tuple(recommendations(subject.plan, found, measured)),
        levers=judged_levers(subject, found),
        comparison=None,
    )


def _compare(options: CostOptions, found: CostReport, changes: Mapping[str, object]) -> Comparison:
    other = planned_against(options.stack, options.against or "", options.config)
    priced_side = Side(found.planned.origin, found.planned.phase, found.cost)
    against = Side(other.origin, other.phase, cost_of(other.plan, usage_of(other, changes)))
    now, then = in_order(priced_side, against, phase_of(options.stack, options.config))
    smaller, larger = sorted((now.cost, then.cost), key=lambda item: item.fixed.known_usd)
    return Comparison(
        now=now,
        then=then,
        differences=tuple(difference(now.cost, then.cost)),
        break_even_users=break_even_users(smaller, larger),
    )


def in_order(priced_side: Side, against: Side, current: str | None) -> tuple[Side, Side]:
    """Which of two sides is now and which is then.

    Args:
        priced_side: the plan that is priced.
        against: the plan that it is compared with.
        current: the phase in the stack file, if it has a valid one.
    """
    one, two = priced_side.phase, against.phase
    if one == two or one is None or two is None:
        return priced_side, against
    first = current if current in {one, two} else min(one, two, key=PHASES.index)
    return (priced_side, against) if one == first else (against, priced_side)


def usage_of(subject: Planned, changes: Mapping[str, object]) -> Usage:
    """The assumptions for a plan: users at the top of its phase, its Cloudflare plan, then what was given."""
    known: dict[str, object] = {}
    if subject.settings is not None:
        prod = subject.settings.environment.production
        known["users"] = PHASE_TOP[subject.settings.phase.value][0] if prod else DEV_USERS
        known["cloudflare_plan"] = subject.settings.cdn.plan
    return override(Usage(), {**known, **changes})


def _mapping(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        document = read_document(path)
    except DocumentError as error:
        raise UsageError(str(error)) from error
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise UsageError(f"{path} must hold names and values")
    return document


def _metrics(path: Path | None) -> dict[str, ResourceMetrics]:
    measured = {}
    for name, values in _mapping(path).items():
        try:
            measured[name] = ResourceMetrics(**values)
        except TypeError as error:
            known = "cpu_percent, memory_percent, workload, consistent_usage"
            raise UsageError(f"{path}: {name} must hold some of {known}") from error
    return measured
