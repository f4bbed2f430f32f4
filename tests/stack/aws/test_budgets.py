"""A budget that fires when more is spent than planned, and not before."""

from __future__ import annotations

import re

import pytest

from infra.phases import BY_PHASE
from ops.answers.cost import priced
from ops.rehearsal.planned import Planned
from planner.cost.budget import BudgetVerdict, fitting_limit
from planner.cost.monthly import Amount
from tests.support.budgets import PLANNING, TABLE, PhaseBudget, phase_budget, row
from tests.support.plans import stack_plan
from tests.support.stack import CHECKED_IN, PHASES, settings


@pytest.mark.parametrize(("environment", "phase"), CHECKED_IN)
def test_a_budget_is_the_planned_cost_of_aws_and_its_margin(environment: str, phase: str) -> None:
    found = phase_budget(environment, phase)
    assert found.fits, f"{found}; .venv/bin/python -m tests.support.budgets --write"


def test_cloudflare_is_in_no_budget_of_aws() -> None:
    found = priced(Planned(stack_plan("prod", "optimization"), settings("prod", "optimization"), "recorded"))
    assert found.cost.total.known_usd - found.cost.aws.known_usd == pytest.approx(25)  # the pro plan of a zone
    assert found.budget is not None
    assert found.budget.total == found.cost.aws


@pytest.mark.parametrize(
    ("limit", "unknown", "says"),
    [
        (1055, 0, "345.00 USD under 1,055.00 USD a month; 820 USD would be AWS's part and 15 %"),
        (820, 0, "110.00 USD under 820.00 USD a month"),
        (700, 0, "10.00 USD over 700.00 USD a month; 820 USD would be AWS's part and 15 %"),
        (820, 1, "unknown whether it is under 820.00 USD a month: 710.00 USD are known, 1 charges have no known price"),
    ],
)
def test_a_budget_that_says_little_is_told_what_would_fit(limit: int, unknown: int, says: str) -> None:
    assert BudgetVerdict(limit_usd=limit, total=Amount(known_usd=710, unknown=unknown)).sentence() == says


@pytest.mark.parametrize(
    ("known", "unknown", "limit"), [(100.0, 0, 115), (100.1, 0, 120), (710.08, 0, 820), (100.0, 1, None), (0.0, 0, 5)]
)
def test_the_margin_is_15_percent_rounded_up_to_5_usd_and_unknown_where_a_price_is(
    known: float, unknown: int, limit: int | None
) -> None:
    assert fitting_limit(Amount(known_usd=known, unknown=unknown)) == limit


def test_the_row_is_written_as_it_stands_in_the_table() -> None:
    limits = [value for value in BY_PHASE["budget.monthlyLimitUsd"] if isinstance(value, int)]
    (line,) = re.findall(r'^ *"budget\.monthlyLimitUsd".*$', TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row(limits) == line


@pytest.mark.parametrize(("limit", "fits"), [(109, False), (110, True), (120, True), (121, False)])
def test_a_budget_beside_its_margin_is_said_to_be(limit: int, fits: bool) -> None:
    found = PhaseBudget(name="dev, x", limit_usd=limit, planned_usd=100, assumed_usd=5, fitting_usd=115)
    assert found.fits is fits
    assert ("should be 115" in str(found)) is not fits


def is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).strip().isdigit()


def test_the_numbers_of_the_documentation_are_those_of_the_checked_in_stacks() -> None:
    text = PLANNING.read_text(encoding="utf-8")
    rows = {
        cells[0].strip(): [float(cell.replace(",", "")) for cell in cells[1:]]
        for line in text.splitlines()
        if line.startswith("| ") and (cells := line.strip("|").split("|")) and all(map(is_number, cells[1:]))
    }
    costs = [priced(Planned(stack_plan("prod", phase), settings("prod", phase), "recorded")).cost for phase in PHASES]
    aws, edge = rows["AWS, decided by the plan"], rows["Cloudflare, which AWS never bills"]
    both = [one + other for one, other in zip(aws, edge, strict=True)]
    assert both == pytest.approx([cost.fixed.usd for cost in costs], rel=0.01)
    assert rows["AWS, resting on assumptions"] == pytest.approx([cost.assumed.usd for cost in costs], rel=0.05)
    assert rows["the budget: AWS and 15 %"] == list(BY_PHASE["budget.monthlyLimitUsd"])[1::2]
