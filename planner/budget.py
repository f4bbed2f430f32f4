"""A plan's cost against its budget: under it, over it, or not to be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planner.plan_values import UNKNOWN, at, text

if TYPE_CHECKING:
    from plan import Plan
    from planner.cost import Amount

BUDGET = "aws:budgets/budget:Budget"
BudgetState = Literal["under", "over", "unknown"]


@dataclass(frozen=True, kw_only=True)
class BudgetVerdict:
    """What is known about a budget.

    Attributes:
        limit_usd: the budget, USD a month; None where the plan does not know it yet.
        total: what the plan costs.
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

    def sentence(self) -> str:
        """The verdict in words."""
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


def budget_of(plan: Plan, total: Amount) -> BudgetVerdict | None:
    """The verdict on a plan's budgets, all together; None for a plan that has none."""
    budgets = plan.of_type(BUDGET)
    if not budgets:
        return None
    if any(at(item.inputs, "limitAmount") in (None, UNKNOWN) for item in budgets):
        return BudgetVerdict(limit_usd=None, total=total)
    return BudgetVerdict(limit_usd=sum(float(text(item.inputs, "limitAmount")) for item in budgets), total=total)
