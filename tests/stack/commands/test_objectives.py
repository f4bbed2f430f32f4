"""Objectives of whole stacks: the checked-in ones as documented, and sabotaged ones that no longer pass."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.objectives import judged
from ops.rehearsal.planned import Planned
from plan.tokens import CACHE, DATABASE
from tests.support.cli import Cli
from tests.support.objectives_page import HEAD, PAGE, STACKS, answers, table
from tests.support.plans import edited, resized, stack_plan, write_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plan import Plan, PlannedResource

TODAY = date(2027, 6, 1)
UNDRILLED = {"pods", "recovery-time"}
"""What no plan can say: production passes with a drill and a restore that was timed."""


def failing(plan: Plan, environment: str = "prod", phase: str = "horizontal", **changes: object) -> set[str]:
    """The objectives that keep a plan from passing."""
    subject = Planned(plan, settings(environment, phase, **changes), "a plan", environment)
    return {answer.name for answer in judged(subject, today=TODAY).failing}


def one(plan: Plan, name: str) -> PlannedResource:
    (found,) = [item for item in plan if item.name == name]
    return found


def scaled(plan: Plan, name: str, **spec: Any) -> Plan:  # noqa: ANN401 - parts of an autoscaler
    item = one(plan, name)
    return edited(plan, item.type, name, spec={**item.inputs["spec"], **spec})


def configured(plan: Plan, *replaced: tuple[str, str]) -> Plan:
    item = one(plan, "gateway-config")
    text = item.inputs["data"]["nginx.conf"]
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return edited(plan, item.type, item.name, data={"nginx.conf": text})


HPA = "autoscaler-horizontal-pod-autoscaler"
SABOTAGE: dict[str, tuple[str, Callable[[Plan], Plan], set[str]]] = {
    "two pods of the application at most": (
        "horizontal",
        lambda plan: scaled(plan, HPA, minReplicas=2, maxReplicas=2),
        {"growth"},
    ),
    "an application of a hundredth of a core": (
        "horizontal",
        lambda plan: resized(plan, "app-deployment", limits={"cpu": "10m"}),
        {"response", "errors", "load", "growth"},
    ),
    "a pooler of a hundredth of a core": (
        "microservices",
        lambda plan: resized(plan, "pooler-deployment", limits={"cpu": "10m"}),
        {"growth"},
    ),
    "a gateway of a thousandth of a core": (
        "horizontal",
        lambda plan: resized(plan, "gateway-deployment", limits={"cpu": "1m"}),
        {"response", "errors", "load", "growth"},
    ),
    "a service of a hundredth of a core": (
        "microservices",
        lambda plan: resized(plan, "service-bonds-workload-deployment", limits={"cpu": "10m"}),
        {"growth"},
    ),
    "one request a second for a client": (
        "horizontal",
        lambda plan: configured(plan, ("zone=api:10m rate=10r/s", "zone=api:10m rate=1r/s")),
        {"errors", "load", "growth"},
    ),
    "no burst for a client": (
        "horizontal",
        lambda plan: configured(plan, ("zone=api burst=20 nodelay", "zone=api burst=2 nodelay")),
        {"errors", "load", "growth"},
    ),
    "an autoscaler without a metric": (
        "horizontal",
        lambda plan: scaled(plan, HPA, metrics=[]),
        {"response", "errors"},
    ),
    "a metric that nobody simulates": (
        "horizontal",
        lambda plan: scaled(
            plan,
            HPA,
            metrics=[
                {
                    "type": "External",
                    "external": {"metric": {"name": "queue"}, "target": {"type": "Value", "value": "1"}},
                }
            ],
        ),
        {"response", "errors"},
    ),
    "a trigger by the clock": (
        "microservices",
        lambda plan: scaled(plan, "autoscaler-scaled-object", triggers=[{"type": "cron", "metadata": {}}]),
        {"response", "errors"},
    ),
    "one gateway pod": (
        "horizontal",
        lambda plan: scaled(plan, "gateway-autoscaler-horizontal-pod-autoscaler", minReplicas=1),
        {"availability"},
    ),
    "one application pod": ("horizontal", lambda plan: scaled(plan, HPA, minReplicas=1), {"availability"}),
    "a primary in one zone": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, "postgres-primary", multiAz=False),
        {"availability"},
    ),
    "a cache without failover": (
        "horizontal",
        lambda plan: edited(plan, CACHE, replicasPerNodeGroup=0, automaticFailoverEnabled=False, multiAzEnabled=False),
        {"availability"},
    ),
    "no backups": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, backupRetentionPeriod=0),
        {"recovery-point"},
    ),
    "an autoscaler of nobody": (
        "horizontal",
        lambda plan: scaled(plan, HPA, scaleTargetRef={"kind": "Deployment", "name": "nobody"}),
        {"response", "errors"},
    ),
    "storage for the data of two hundred users": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, "postgres-primary", allocatedStorage=20, maxAllocatedStorage=20),
        {"load"},
    ),
    "a size without a price": (
        "horizontal",
        lambda plan: edited(plan, CACHE, "redis-group", nodeType="cache.x99.huge"),
        {"cost"},
    ),
    "a region without prices": (
        "horizontal",
        lambda plan: edited(plan, "pulumi:providers:aws", region="xx-nowhere-1"),
        {"cost"},
    ),
    "ten times the databases": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, "postgres-primary", instanceClass="db.r8g.24xlarge"),
        {"cost"},
    ),
    "pods that no node has room for": (
        "horizontal",
        lambda plan: resized(plan, "app-deployment", requests={"memory": "900Gi"}),
        {"response", "errors", "load", "growth"},
    ),
    "a primary whose volume has ten I/O a second": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, "postgres-primary", iops=10),
        {"growth"},
    ),
    "a volume of a number that nobody can read": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, "postgres-primary", iops="many"),
        {"response", "errors", "load", "growth"},
    ),
    "a database of a slow class behind ten times the users": (
        "horizontal",
        lambda plan: edited(plan, DATABASE, "postgres-primary", instanceClass="db.x99.huge"),
        {"response", "errors", "load", "growth", "cost"},
    ),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_sabotaged_stack_fails_naming_the_objective(name: str) -> None:
    phase, change, named = SABOTAGE[name]
    found = failing(change(stack_plan("prod", phase)), phase=phase)
    assert named <= found, found


def test_a_starved_volume_is_named_by_the_objective_that_it_misses() -> None:
    plan = edited(stack_plan("prod", "horizontal"), DATABASE, "postgres-primary", iops=10)
    subject = Planned(plan, settings("prod", "horizontal"), "a plan", "prod")
    found = {answer.name: answer for answer in judged(subject, today=TODAY).answers}
    assert "volume of postgres-primary: 10 I/O a second" in found["growth"].fix
    assert "volume of postgres-primary: 10 I/O a second" in found["load"].found
    assert "each request that reaches a database takes 1 I/O of 8 KiB (assumed" in found["load"].evidence[0]


def test_production_passes_once_it_was_drilled_and_a_restore_was_timed() -> None:
    plan = stack_plan("prod", "horizontal")
    assert failing(plan) == UNDRILLED
    own = {"restoreTimed": {"minutes": 90, "day": "2027-05-01"}}
    assert failing(plan, objectives=own) == {"pods"}


def test_the_same_gap_that_production_does_not_pass_is_a_note_in_development() -> None:
    assert not failing(stack_plan("dev", "optimization"), "dev", "optimization")


def test_stricter_goals_are_missed_and_may_be_accepted_up_to_a_value() -> None:
    plan = stack_plan("prod", "optimization")
    strict: dict[str, Any] = {"responseMs": 40, "usdPerUser": 1}
    assert failing(plan, phase="optimization", objectives=strict) >= {"response", "cost"}
    reason = "twenty characters of a reason"
    strict["accepted"] = [{"objective": "response", "value": 60, "reason": reason, "until": "2027-06-30"}]
    found = failing(plan, phase="optimization", objectives=strict)
    assert "response" not in found
    assert "cost" in found


def test_goals_of_production_that_ask_for_less_are_missed_and_those_of_development_are_its_own() -> None:
    weak: dict[str, Any] = {"users": 1, "responseMs": 60_000, "errorPercent": 90, "usdPerUser": 100_000}
    weak |= {"recoveryPointMinutes": 100_000, "recoveryTimeMinutes": 100_000}
    named = {"response", "errors", "load", "cost", "recovery-point"}
    assert failing(stack_plan("prod", "horizontal"), objectives=weak) == UNDRILLED | named
    assert not failing(stack_plan("dev", "optimization"), "dev", "optimization", objectives=weak)
    said = {"reason": "twenty characters of a reason", "until": "2027-06-30"}
    accepted = [{"objective": "response", "value": 250, **said}]
    own = {"responseMs": 250, "accepted": accepted}
    assert failing(stack_plan("prod", "horizontal"), objectives=own) == UNDRILLED


def test_the_command_names_what_keeps_a_stack_from_passing(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", stack_plan("prod", "horizontal"))
    cli = Cli(tmp_path)
    ran = cli.run("objectives", "prod", "--plan", str(file), "--phase", "horizontal", "--json")
    assert ran.code == 1
    assert "not judged: pods, recovery-time" in ran.err
    document = json.loads(ran.out)
    assert document["ok"] is False
    assert document["failing"] == ["pods", "recovery-time"]
    assert {item["name"]: item["verdict"] for item in document["objectives"]}["response"] == "met"
    shown = cli.run("objectives", "prod", "--plan", str(file), "--phase", "horizontal")
    assert "restoreTimed" in shown.out
    assert "Traceback" not in shown.err


def test_the_page_begins_as_its_generator_writes_it() -> None:
    assert PAGE.read_text(encoding="utf-8").startswith(HEAD)


@pytest.mark.parametrize("stack", STACKS, ids="-".join)
def test_the_documented_table_is_what_is_judged(stack: tuple[str, str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for line in table(stack, answers(stack)).splitlines():
        assert line in text.splitlines()
