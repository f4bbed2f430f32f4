"""What could go from a stack: its saving is what the stack without it costs less, and the limits are asked."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ops.answers.cost import CostReport, priced
from ops.answers.costs.levers import JudgedLever, refused
from ops.rehearsal.planned import Planned
from ops.views.cost import section
from tests.support.budgets import PLANNING
from tests.support.plans import changed_plan, stack_plan
from tests.support.stack import FILLED, settings

LAST = ("prod", "microservices")
WITHOUT: dict[str, dict[str, Any]] = {
    "network.interfaceEndpoints": {"network": {"interfaceEndpoints": []}},
    "redis.replicasPerShard": {"redis": {"clientIsClusterAware": True, "replicasPerShard": 1}},
    "pools.system.enabled": {"pools": {"system": {"enabled": False}}},
    "postgres.instanceClass": {
        "postgres": {"instanceClass": "db.m7g.large", "replicaInstanceClass": "db.m7g.large"},
    },
    "network.flowLogs.destination": {"network": {"flowLogs": {"destination": "s3"}}},
    "postgres.databaseInsightsMode": {
        "postgres": {"databaseInsightsMode": "standard", "performanceInsightsRetentionDays": 7}
    },
}
"""The stack without each, as its file would say it."""
ALARMS_USD = 3
"""What alarms of the things that go cost, which a lever leaves in: nine metrics of each of three cache nodes."""


def report(environment: str, phase: str, **changes: object) -> CostReport:
    plan = changed_plan(environment, phase, **changes) if changes else stack_plan(environment, phase)
    return priced(Planned(plan, settings(environment, phase, **changes), "recorded"))


def found(of: CostReport) -> dict[str, JudgedLever]:
    return {lever.settings[0].split(":")[0]: lever for lever in of.levers}


def test_production_in_its_last_phase_has_every_lever_with_the_largest_first() -> None:
    savings = [lever.saving_usd for lever in report(*LAST).levers]
    assert found(report(*LAST)).keys() == WITHOUT.keys()
    assert savings == sorted(savings, key=lambda usd: -(usd or 0))


@pytest.mark.parametrize("name", WITHOUT)
def test_a_saving_is_what_the_stack_without_it_costs_less(name: str) -> None:
    now, then = report(*LAST), report(*LAST, **WITHOUT[name])
    # Through NAT goes what went through endpoints: a plan alone cannot know that.
    moved = 50 * 0.045 if name == "network.interfaceEndpoints" else 0
    less = now.cost.total.known_usd - then.cost.total.known_usd - moved
    saving = found(now)[name].saving_usd
    assert saving is not None
    assert less - ALARMS_USD <= saving <= less + 0.01
    assert name not in found(then)


def test_the_primary_shrinks_only_when_the_shards_hold_the_clients() -> None:
    assert "only once" in found(report(*LAST))["postgres.instanceClass"].gives_up
    assert "only once" not in found(report(*LAST, postgres=FILLED))["postgres.instanceClass"].gives_up


def test_a_stack_that_has_nothing_of_it_has_no_lever() -> None:
    bucket = {"flowLogs": {"destination": "s3"}}
    assert found(report("dev", "optimization")).keys() == {"network.flowLogs.destination"}
    assert report("dev", "optimization", network=bucket).levers == ()


def test_fewer_replicas_need_leave_to_shrink() -> None:
    assert found(report(*LAST))["redis.replicasPerShard"].settings == (
        "redis.replicasPerShard: 1",
        "allowShrink: true",
    )


def test_the_limits_are_asked_and_what_they_said_before_is_not_said_again() -> None:
    stack = settings("prod", "horizontal")
    assert refused(stack, (("postgres.pooler.enabled", False),))[0].startswith("connections-fit")
    assert refused(stack, (("network.interfaceEndpoints", ()),)) == ()
    assert {lever.refused for lever in report(*LAST).levers} == {()}


def test_the_documentation_has_the_savings_of_production_in_its_last_phase() -> None:
    rows = re.findall(r"^\| `([\w.]+)[^|]*\| (\d+) \|", PLANNING.read_text("utf-8"), re.MULTILINE)
    written = {name: int(usd) for name, usd in rows if name in WITHOUT}
    assert written == {name: round(lever.saving_usd or 0) for name, lever in found(report(*LAST)).items()}


def test_a_plan_without_a_stack_file_is_not_called_accepted() -> None:
    without = priced(Planned(stack_plan(*LAST), None, "a file"))
    assert {lever.refused for lever in without.levers} == {None}
    assert "unknown: no stack file" in str(section(without))
    assert "accepts it" in str(section(report(*LAST)))
