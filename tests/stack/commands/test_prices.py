"""The price book over all regions: which are complete for the checked-in stacks, and what the commands say of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ops.answers.prices import refresh as refresh_module
from planner.cost.prices import price_book
from tests.support.cli import Cli
from tests.support.paths import ROOT
from tests.support.plans import edited, stack_plan, write_plan
from tests.support.prices_page import PAGE, complete, cost_in, page, table
from tests.support.stack import CHECKED_IN

if TYPE_CHECKING:
    from pathlib import Path

COMPLETE = {
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "eu-north-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-south-1",
}
FILES = ROOT / "tests" / "data" / "price_list"
AWS = "pulumi:providers:aws"


def test_thirteen_regions_are_complete_in_every_phase_and_the_others_are_said_not_to_be() -> None:
    assert {region for region in price_book().regions() if complete(region)} == COMPLETE
    assert len(COMPLETE) >= 12


@pytest.mark.parametrize(("environment", "phase"), CHECKED_IN)
def test_no_complete_region_rests_on_what_was_read_elsewhere_by_more_than_a_hundredth(
    environment: str, phase: str
) -> None:
    for region in COMPLETE:
        cost = cost_in(environment, phase, region)
        assert cost.aws.usd is not None
        assert cost.carried_usd < cost.aws.usd / 100, region


def test_the_table_of_regions_in_the_docs_is_what_the_stacks_cost() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), ".venv/bin/python -m tests.support.prices_page --write"
    assert page() == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("region", "code"), [("eu-central-1", 0), ("eu-west-3", 3), ("af-south-1", 3)])
def test_cost_ends_well_where_the_region_is_complete_and_not_elsewhere(tmp_path: Path, region: str, code: int) -> None:
    plan = edited(stack_plan("prod", "horizontal"), AWS, region=region)
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(write_plan(tmp_path / "plan.json", plan)), "--json")
    assert ran.code == code, ran.err
    assert ran.document["complete"] is (code == 0)
    assert (ran.document["total_usd"] is None) is (code == 3)


def test_a_plan_is_priced_in_every_region_of_the_book(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", stack_plan("dev", "optimization"))
    ran = Cli(tmp_path).run("prices", "show", "dev", "--plan", str(file), "--json")
    assert ran.code == 0, ran.err
    regions = {row["region"]: row for row in ran.document["regions"]}
    assert set(regions) == set(price_book().regions())
    assert regions["us-east-1"]["total"]["known_usd"] < regions["sa-east-1"]["total"]["known_usd"]
    shown = Cli(tmp_path).run("prices", "show", "dev", "--plan", str(file))
    assert "sa-east-1" in shown.out
    assert "secretsmanager/secret" in shown.out


def test_the_book_is_shown_without_any_stack(tmp_path: Path) -> None:
    ran = Cli(tmp_path).run("prices", "show")
    assert ran.code == 0, ran.err
    assert "eu-north-1" in ran.out


def test_refresh_compares_files_without_a_network_and_says_what_is_wrong_with_one(tmp_path: Path) -> None:
    before = (refresh_module.FOLDER / "eu-west-2.json").read_bytes()
    sources = [part for path in sorted(FILES.iterdir()) for part in ("--from", str(path))]
    ran = Cli(tmp_path).run("prices", "refresh", "--region", "eu-west-2", *sources, "--check", "--json")
    assert ran.code == 1, "the price of m8g.large in the files is made up"
    assert ran.document["written"] is False
    assert (refresh_module.FOLDER / "eu-west-2.json").read_bytes() == before
    wrong = Cli(tmp_path).run("prices", "refresh", "--region", "mars-1", *sources)
    assert wrong.code == 1
    assert "AWS has no region 'mars-1'" in wrong.err
    broken = tmp_path / "broken.csv"
    broken.write_text("<html>not here</html>")
    wrong = Cli(tmp_path).run("prices", "refresh", "--region", "eu-west-2", "--from", str(broken))
    assert wrong.code == 3
    assert "no offer file of AWS's price list" in wrong.err
    assert "Traceback" not in wrong.err


def test_other_ways_to_pay_stand_beside_the_cost_and_change_nothing_of_it(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", stack_plan("prod", "microservices"))
    plain = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--json").document
    asked = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--scenario", "all", "--json").document
    assert asked["total_usd"] == plain["total_usd"]
    assert plain["scenarios"] == []
    found = {item["name"]: item for item in asked["scenarios"]}
    assert found["elasticache-reserved-1y"]["difference_usd"] < 0
    assert found["spot"]["then_usd"] is None
    assert found["spot"]["least_usd"] == pytest.approx(found["spot"]["now_usd"] / 10)
    shown = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--scenario", "rds-reserved")
    assert "Reserved database instances (rds-reserved)" in shown.out
    wrong = Cli(tmp_path).run("cost", "prod", "--scenario", "gold")
    assert wrong.code == 2
    assert "there is no scenario 'gold'" in wrong.err


def test_requests_of_a_simulated_day_are_billed_as_the_months(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", stack_plan("prod", "horizontal"))
    day = tmp_path / "day.json"
    day.write_text(json.dumps({"seconds": 86_400, "summary": {"requests": 1_500_000.0}}))
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--simulated", str(day), "--json")
    assert ran.code == 0, ran.err
    assumed = ran.document["assumptions"]
    assert assumed["requests_per_user_day"] * assumed["users"] == pytest.approx(1_500_000)
    for text, says in (
        ({"seconds": 3600, "summary": {"requests": 9.0}}, "a run of 1 hours: give one of a day"),
        ({"seconds": 86_400}, "is no answer of"),
    ):
        day.write_text(json.dumps(text))
        ran = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--simulated", str(day))
        assert ran.code == 2
        assert says in " ".join(ran.err.replace("│", " ").split())
