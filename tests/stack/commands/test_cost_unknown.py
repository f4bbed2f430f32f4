"""A sum with an unknown part: it is no total, has no verdict, and does not end well where a budget is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.answers.cost import Side, in_order, priced
from ops.answers.policies import policy_checks
from ops.rehearsal.planned import Planned
from ops.views.cost import section as cost_section
from ops.views.cost import verdict as cost_verdict
from plan import Plan
from planner.cost.budget import BudgetVerdict, budget_of
from planner.cost.difference import break_even_users, difference
from planner.cost.monthly import Amount, cost_of
from planner.cost.optimizer import recommendations
from planner.cost.usage import Usage
from planner.plan_values import UNKNOWN
from planner.simulation import scenario, simulate
from tests.support.cli import Cli
from tests.support.page import stack_report
from tests.support.plans import edited, planned, stack_plan, write_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from pathlib import Path

AWS = "pulumi:providers:aws"
BUDGET = "aws:budgets/budget:Budget"


def elsewhere(phase: str) -> Plan:
    """A plan of prod in a region of which the price book has only what is carried over from others."""
    return edited(stack_plan("prod", phase), AWS, region="af-south-1")


def test_a_sum_with_an_unknown_part_is_no_number() -> None:
    cost = cost_of(elsewhere("optimization"), Usage(cloudflare_plan="pro"))
    assert cost.total.usd is None
    assert cost.fixed.usd is None
    assert cost.per_user_usd is None
    assert 0 < cost.total.known_usd < 100
    assert cost.by_system()["postgres"].usd is None
    assert cost.by_system()["cdn"].usd is not None


@pytest.mark.parametrize(
    "token",
    [
        "aws:new/thing:Thing",
        "cloudflare:index/r2Bucket:R2Bucket",
        "cloudflare:index/certificatePack:CertificatePack",
        "kubernetes:apps/v1:StatefulSet",
    ],
)
def test_a_type_without_a_rule_makes_the_sum_unknown(token: str) -> None:
    region = planned(AWS, "aws", region="us-east-1")
    cost = cost_of(Plan((region, planned(token))), Usage())
    assert cost.total == Amount(unknown=1)
    assert "no rule says" in cost.unknown()[0].unknown


@pytest.mark.parametrize(
    ("limit", "total", "state"),
    [
        (100, Amount(known_usd=60), "under"),
        (100, Amount(known_usd=100), "under"),
        (100, Amount(known_usd=101), "over"),
        (100, Amount(known_usd=60, unknown=1), "unknown"),
        (100, Amount(known_usd=101, unknown=1), "over"),
        (None, Amount(known_usd=60), "unknown"),
    ],
)
def test_a_budget_is_kept_only_where_everything_is_known(limit: float | None, total: Amount, state: str) -> None:
    verdict = BudgetVerdict(limit_usd=limit, total=total)
    assert verdict.state == state
    assert ("under" in verdict.sentence()) is (limit is not None and state != "over")
    assert verdict.sentence().startswith("unknown") is (limit is not None and state == "unknown")


def test_a_budget_that_the_plan_does_not_know_yet_is_no_budget_of_nothing() -> None:
    verdict = budget_of(Plan((planned(BUDGET, limitAmount=UNKNOWN),)), Amount())
    assert verdict is not None
    assert verdict.state == "unknown"
    assert budget_of(Plan(()), Amount()) is None


def test_the_command_says_unknown_first_and_does_not_end_well(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", elsewhere("horizontal"))
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(file))
    assert ran.code == 3, ran.err
    assert ran.out.index("UNKNOWN") < ran.out.index("PostgreSQL")
    assert "USD under" not in ran.out
    assert "no verdict on the budget" in ran.err
    assert "./bbp prices refresh --region af-south-1" in ran.err
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--json")
    assert ran.code == 3
    assert ran.document["complete"] is False
    assert ran.document["total_usd"] is ran.document["per_active_user_usd"] is None
    assert ran.document["budget_verdict"] == "unknown"
    assert ran.document["systems"]["postgres"] is None


def test_an_unknown_sum_does_not_end_well_without_a_budget_either(tmp_path: Path) -> None:
    without = Plan(tuple(item for item in elsewhere("optimization") if item.type != BUDGET))
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(write_plan(tmp_path / "plan.json", without)))
    assert ran.code == 3, ran.err
    assert "UNKNOWN" in ran.out
    assert "the cost is unknown" in ran.err
    assert "budget" not in ran.err


def test_a_budget_that_the_known_part_is_over_makes_no_total_of_it(tmp_path: Path) -> None:
    over = edited(elsewhere("horizontal"), BUDGET, limitAmount="1")
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(write_plan(tmp_path / "plan.json", over)), "--json")
    assert (ran.code, ran.document["budget_verdict"], ran.document["total_usd"]) == (3, "over", None)


def test_a_region_that_aws_does_not_have_is_an_error_and_no_unknown_sum(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", edited(stack_plan("prod", "horizontal"), AWS, region="eu-west-11"))
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(file))
    assert ran.code == 1
    assert "AWS has no region 'eu-west-11'; eu-west-1 is near" in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_the_report_has_neither_a_total_nor_a_good_word_for_the_budget() -> None:
    plan, wanted = elsewhere("horizontal"), settings("prod", "horizontal")
    found = priced(Planned(plan, wanted, "prod"))
    verdict = cost_verdict(found)
    assert verdict.answer.startswith("unknown")
    assert verdict.state == "bad"
    (text, systems, *_) = cost_section(found).blocks
    assert str(text).index("The cost is unknown") < str(text).index("List prices")
    assert "Known part" in str(systems)
    checks = policy_checks(wanted, plan, found, stack_report("prod", "horizontal").availability, None)
    states = {check.title: check.state for check in checks}
    assert states["The plan costs no more than its budget"] == "unknown"


def test_a_saving_of_an_unknown_price_is_unknown_and_not_left_out() -> None:
    plan = elsewhere("horizontal")
    found = recommendations(plan, cost_of(plan))
    assert found
    assert {item.saving_usd for item in found} == {None}


def test_neither_a_difference_nor_a_break_even_is_made_of_unknown_sums() -> None:
    usage = Usage(cloudflare_plan="pro")
    here, there = cost_of(stack_plan("prod", "horizontal"), usage), cost_of(elsewhere("horizontal"), usage)
    by_name = {item.urn.rsplit("::", 1)[-1]: item.usd for item in difference(here, there)}
    assert by_name["postgres-primary"] is None
    assert break_even_users(here, there) is None
    assert break_even_users(there, here) is None


def test_a_simulated_day_elsewhere_costs_an_unknown_amount() -> None:
    day = scenario("daily", phase="horizontal")
    assert simulate(elsewhere("horizontal"), day).summary.cost_usd is None
    assert simulate(stack_plan("prod", "horizontal"), day).summary.cost_usd is not None


@pytest.mark.parametrize(
    ("one", "two", "current", "now"),
    [
        ("horizontal", "microservices", None, "horizontal"),
        ("microservices", "horizontal", None, "horizontal"),
        ("optimization", "horizontal", "horizontal", "horizontal"),
        ("horizontal", "optimization", "horizontal", "horizontal"),
        ("microservices", "horizontal", "optimization", "horizontal"),
    ],
)
def test_now_and_then_do_not_depend_on_what_is_named_first(one: str, two: str, current: str | None, now: str) -> None:
    cost = cost_of(Plan(()))
    assert in_order(Side(one, one, cost), Side(two, two, cost), current)[0].phase == now


def test_of_two_plans_in_one_phase_the_priced_one_is_now() -> None:
    cost = cost_of(Plan(()))
    for phase in (None, "horizontal"):
        assert in_order(Side("a", phase, cost), Side("b", phase, cost), "horizontal")[0].origin == "a"
