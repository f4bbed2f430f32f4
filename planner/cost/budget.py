"""A plan's cost against its budget: under it, over it, or not to be said."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from typing import TYPE_CHECKING, Literal

from plan.tokens import BUDGET
from planner.plan_values import at

if TYPE_CHECKING:
    from plan import Plan
    from planner.cost.monthly import Amount

BudgetState = Literal["under", "over", "unknown"]
MARGIN_PERCENT = 15
"""What a budget leaves above the planned cost: for traffic, and for nodes that the autoscaler adds (by judgement)."""
LEAST_PERCENT, MOST_PERCENT = 10, 20
"""The margins with which a budget still counts as the planned cost and its margin: no row is changed for a dollar."""
STEP_USD = 5
"""Budgets are rounded up to a multiple of this."""


@dataclass(frozen=True, kw_only=True)
class BudgetVerdict:
    """What is known about a budget.

    Attributes:
        limit_usd: the budget, USD a month; None where the plan does not know it yet.
        total: what AWS bills for the plan: an AWS budget counts nothing else.
    """

    limit_usd: float | None
    total: Amount

    @property
    def state(self) -> BudgetState:
        """`over` as soon as the known part is; `under` only where nothing is unknown."""
        if self.limit_usd is None:
            return "unknown"
        if self.total.known_usd > self.limit_usd:
            return "over"
        return "unknown" if self.total.unknown else "under"

    @property
    def fits(self) -> bool:
        """Whether the limit is the planned cost and about its margin; False where a part of the cost is unknown."""
        if self.limit_usd is None or self.total.usd is None:
            return False
        least, most = (self.total.usd * (100 + percent) / 100 for percent in (LEAST_PERCENT, MOST_PERCENT))
        return least <= self.limit_usd <= max(most, STEP_USD)

    def sentence(self) -> str:
        """The verdict in words, and the limit that would fit where this one does not."""
        fitting = fitting_limit(self.total)
        advice = "" if self.fits or fitting is None else f"; {fitting:,} USD would be AWS's part and {MARGIN_PERCENT} %"
        return self._verdict() + advice

    def _verdict(self) -> str:
        if self.limit_usd is None:
            return "the budget itself is not known before an update, so no verdict"
        apart, limit = abs(self.total.known_usd - self.limit_usd), f"{self.limit_usd:,.2f} USD a month"
        if self.state == "unknown":
            return (
                f"unknown whether it is under {limit}: {self.total.known_usd:,.2f} USD are known, "
                f"{self.total.unknown} charges have no known price"
            )
        least = "at least " if self.total.unknown else ""
        return f"{least}{apart:,.2f} USD {self.state} {limit}"


def fitting_limit(total: Amount) -> int | None:
    """The budget that a planned cost asks for, in USD a month; None where a part of the cost is unknown."""
    if total.usd is None:
        return None
    steps = ceil(round(total.usd * (100 + MARGIN_PERCENT) / 100 / STEP_USD, 6))
    return max(steps, 1) * STEP_USD


def budget_of(plan: Plan, total: Amount) -> BudgetVerdict | None:
    """The verdict on a plan's budgets, all together; None for a plan that has none.

    Args:
        plan: the plan.
        total: what AWS bills for it.
    """
    budgets = plan.of_type(BUDGET)
    if not budgets:
        return None
    limits = [_limit(at(item.inputs, "limitAmount")) for item in budgets]
    known = [limit for limit in limits if limit is not None]
    return BudgetVerdict(limit_usd=sum(known) if len(known) == len(limits) else None, total=total)


def _limit(amount: object) -> float | None:
    """A budget's limit; None where the plan does not know it, or where it is no number."""
    try:
        limit = float(str(amount))
    except ValueError:  # among them the engine's marker for what is not known yet
        return None
    return limit if isfinite(limit) else None
