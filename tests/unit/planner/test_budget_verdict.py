"""The verdict on a plan's budgets where their limits are odd."""

from __future__ import annotations

import pytest

from plan import Plan
from plan.tokens import BUDGET
from planner.cost.budget import (
    budget_of,
)
from planner.cost.monthly import Amount
from tests.support.plans import planned


@pytest.mark.parametrize("limit", ["nan", "inf", "", "a lot", None])
def test_a_budget_that_is_no_number_has_no_verdict(limit: str | None) -> None:
    plan = Plan((planned(BUDGET, "budget", limitAmount=limit),))
    verdict = budget_of(plan, Amount(known_usd=5))
    assert verdict is not None
    assert verdict.state == "unknown"
