"""Every gate says how much it saw, and judges nothing by a plan that shows too little."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.journey import Journey
from ops.answers.policies import policy_checks
from plan import Plan
from plan.tokens import DATABASE, DEPLOYMENT
from tests.support.cli import Cli
from tests.support.page import stack_report
from tests.support.plans import planned, stack_plan, write_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from pathlib import Path

GATES: dict[str, tuple[str, ...]] = {
    "availability": ("availability", "prod"),
    "cost": ("cost", "prod"),
    "reboots": ("reboots",),
    "diagram": ("diagram", "prod", "--out", "{folder}/x.svg"),
    "simulate": ("simulate", "prod", "--gate"),
    "render": ("render", "kubernetes", "prod", "--out", "{folder}/manifests"),
    "cdn": ("cdn", "audit", "prod"),
}


def document(plan: Plan, folder: Path, **more: object) -> Path:
    """A file of a plan with more keys."""
    path = write_plan(folder / "plan.json", plan)
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))
    return path


def foreign() -> Plan:
    thing = planned("aws:rds/instance:Instance", "db", instanceClass="db.m7g.large")
    return Plan((replace(thing, urn=thing.urn.replace("::bailbondpro::", "::shop::")),))


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("case", ["empty", "deleted", "foreign", "hidden"])
def test_no_gate_judges_by_a_plan_that_shows_too_little(gate: str, case: str, tmp_path: Path) -> None:
    gone = Plan((replace(planned("aws:rds/instance:Instance"), op="delete"),))
    plans: dict[str, tuple[Plan, dict[str, Any], str]] = {
        "empty": (Plan(()), {}, "is empty"),
        "deleted": (gone, {}, "is empty"),
        "foreign": (foreign(), {}, "another project (shop)"),
        "hidden": (Plan((planned("aws:ec2/vpc:Vpc"),)), {"changeSummary": {"same": 300}}, "leaves out 300"),
    }
    plan, more, message = plans[case]
    words = [word.format(folder=tmp_path) for word in GATES[gate]]
    ran = Cli(tmp_path / "sandbox").run(*words, "--plan", str(document(plan, tmp_path, **more)))
    assert ran.code == 1, (ran.out, ran.err)
    assert message in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("token", [DATABASE, DEPLOYMENT, "aws:eks/nodeGroup:NodeGroup"])
def test_availability_is_not_computed_without_what_a_request_needs(token: str, tmp_path: Path) -> None:
    cut = Plan(tuple(item for item in stack_plan("prod", "horizontal") if item.type != token))
    ran = Cli(tmp_path).run("availability", "prod", "--plan", str(write_plan(tmp_path / "plan.json", cut)))
    assert ran.code == 1
    assert "has no " in ran.err
    assert "100.000 %" not in ran.out


@pytest.mark.parametrize(("gate", "message"), [("cost", "no cost to judge"), ("reboots", "no parameter group")])
def test_a_gate_without_anything_of_its_kind_is_no_good_news(gate: str, message: str, tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", Plan((planned("aws:ec2/vpc:Vpc"),)))
    ran = Cli(tmp_path).run(*GATES[gate], "--plan", str(file))
    assert ran.code == 1
    assert message in ran.err


def test_availability_and_reboots_say_how_much_they_saw(tmp_path: Path) -> None:
    plan = stack_plan("prod", "horizontal")
    file = write_plan(tmp_path / "plan.json", plan)
    found = Cli(tmp_path).run("availability", "prod", "--phase", "horizontal", "--plan", str(file), "--json").document
    assert found["evidence"]["resources"] == len(plan)
    assert 10 < found["evidence"]["judged"] < len(plan)
    found = Cli(tmp_path).run("reboots", "--plan", str(file), "--json").document
    assert found["evidence"]["judged"] >= 1


def test_policies_that_saw_nothing_are_unknown() -> None:
    wanted, report = settings("prod", "horizontal"), stack_report("prod", "horizontal")
    edge = Plan(tuple(item for item in report.planned.plan if item.type.startswith("cloudflare:index/")))
    bare = Plan(tuple(item for item in edge if item.type.endswith((":Ruleset", "Settings"))))
    checks = policy_checks(wanted, bare, report.cost, report.availability, Journey("prod", ()))
    states = {check.title: check.state for check in checks}
    for title in (
        "Nothing that holds data is replaced, deleted, renamed or made smaller",
        "Production protects what holds data, in Pulumi and in AWS",
        "No database, cache or search engine is reachable from the internet",
        "What keeps data is encrypted at rest",
        "Databases can restart in a safe order",
    ):
        assert states[title] == "unknown", title


def test_a_type_that_no_row_describes_is_unknown_and_not_passed() -> None:
    wanted, report = settings("prod", "horizontal"), stack_report("prod", "horizontal")
    table = replace(planned("aws:dynamodb/table:Table", "sessions"), custom=True)

    def states(plan: Plan) -> dict[str, str]:
        checks = policy_checks(wanted, plan, report.cost, report.availability, None)
        assert all(table.type in check.detail for check in checks if check.state == "unknown")
        return {check.title: check.state for check in checks}

    before, after = states(report.planned.plan), states(Plan((*report.planned.plan, table)))
    assert {title: state for title, state in after.items() if before[title] != state} == {
        "Production protects what holds data, in Pulumi and in AWS": "unknown",
        "What keeps data is encrypted at rest": "unknown",
        "Each control of Security Hub's standards is met, or accepted with a reason": "unknown",
    }
    assert states(Plan((*report.planned.plan, replace(table, op="delete")))) == before
