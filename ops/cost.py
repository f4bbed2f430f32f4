"""Cost: a stack's plan priced, beside another plan, the guide's formula and the budget."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ops.documents import DocumentError, read_document
from ops.pairs import pairs
from ops.planned import Planned, planned, planned_against
from planner.capacity import Requirement, requirement
from planner.cost import Cost, Difference, break_even_users, cost_of, difference
from planner.optimizer import Recommendation, ResourceMetrics, recommendations
from planner.plan_values import text
from planner.platform import PHASE_TOP
from planner.usage import Usage, UsageError, override

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
    """

    stack: str
    phase: str | None = None
    config: Path | None = None
    plan_file: Path | None = None
    against: str | None = None
    usage_file: Path | None = None
    assumptions: tuple[str, ...] = ()
    metrics_file: Path | None = None


@dataclass(frozen=True)
class Comparison:
    """Another plan's cost beside this one's."""

    origin: str
    cost: Cost
    differences: tuple[Difference, ...]
    break_even_users: float | None


@dataclass(frozen=True)
class CostReport:
    """What a plan costs, and what that means."""

    planned: Planned
    cost: Cost
    guide: Requirement
    budget_usd: float | None
    recommendations: tuple[Recommendation, ...]
    comparison: Comparison | None

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report; every line names its price, source and date."""
        cost, coverage = self.cost, self.cost.coverage
        return {
            "origin": self.planned.origin,
            "phase": self.planned.phase,
            "region": cost.region,
            "currency": "USD",
            "total_usd": cost.total_usd,
            "fixed_usd": cost.fixed_usd,
            "assumed_usd": cost.assumed_usd,
            "unverified_usd": cost.unverified_usd,
            "per_active_user_usd": cost.per_user_usd,
            "coverage": {
                "percent": coverage.percent,
                "kinds": list(coverage.kinds),
                "unpriced": list(coverage.unpriced),
                "resources": coverage.resources,
                "free": coverage.free,
            },
            "systems": cost.by_system(),
            "lines": [line.as_json() for line in cost.lines],
            "unknown": [{"name": line.name, "sku": line.charge.sku, "why": line.unknown} for line in cost.unknown()],
            "assumptions": cost.usage.as_json(),
            "guide": asdict(self.guide),
            "budget_usd": self.budget_usd,
            "recommendations": [asdict(item) for item in self.recommendations],
            "against": _comparison_json(self.comparison) if self.comparison else None,
        }


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "origin": comparison.origin,
        "total_usd": comparison.cost.total_usd,
        "per_active_user_usd": comparison.cost.per_user_usd,
        "systems": comparison.cost.by_system(),
        "break_even_users": comparison.break_even_users,
        "differences": [{**asdict(item), "usd": item.usd} for item in comparison.differences],
    }


def cost(options: CostOptions) -> CostReport:
    """Price a stack's plan.

    Raises:
        UsageError: an assumption or a measurement is wrong.
        PlanError: a file is no plan.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    changes = {**_mapping(options.usage_file), **pairs(options.assumptions, UsageError, "users=800")}
    measured = _metrics(options.metrics_file)
    override(Usage(), changes)  # a wrong assumption is refused before the engine runs
    report = priced(planned(options.stack, options.phase, options.config, options.plan_file), changes, measured)
    if not options.against:
        return report
    return replace(report, comparison=_compare(options, report.cost, changes))


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
    """
    found = cost_of(subject.plan, _usage(subject, changes or {}))
    usage = found.usage
    daily = usage.users * usage.requests_per_user_day
    return CostReport(
        planned=subject,
        cost=found,
        guide=requirement(usage.users, daily, usage.users * GB_PER_USER),
        budget_usd=_budget(subject),
        recommendations=tuple(recommendations(subject.plan, found, measured)),
        comparison=None,
    )


def _compare(options: CostOptions, found: Cost, changes: Mapping[str, object]) -> Comparison:
    other = planned_against(options.stack, options.against or "", options.config)
    if not other.plan.resources:
        raise UsageError(f"the plan in {other.origin} is empty")
    before = cost_of(other.plan, _usage(other, changes))
    smaller, larger = sorted((before, found), key=lambda item: item.fixed_usd)
    return Comparison(
        origin=other.origin,
        cost=before,
        differences=tuple(difference(before, found)),
        break_even_users=break_even_users(smaller, larger),
    )


def _usage(subject: Planned, changes: Mapping[str, object]) -> Usage:
    """The assumptions for a plan: users at the top of its phase, its Cloudflare plan, then what was given."""
    known: dict[str, object] = {}
    if subject.settings is not None:
        prod = subject.settings.environment.value == "prod"
        known["users"] = PHASE_TOP[subject.settings.phase.value][0] if prod else DEV_USERS
        known["cloudflare_plan"] = subject.settings.cdn.plan
    return override(Usage(), {**known, **changes})


def _budget(subject: Planned) -> float | None:
    limits = [text(item.inputs, "limitAmount") for item in subject.plan.of_type("aws:budgets/budget:Budget")]
    return sum(float(limit) for limit in limits if limit) if any(limits) else None


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
