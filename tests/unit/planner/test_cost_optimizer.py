"""The guide's CostOptimizer: each rule at, below and above its threshold, and its savings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plan import Plan
from planner.cost.monthly import cost_of
from planner.cost.optimizer import ResourceMetrics, actions, recommendations, trend
from tests.support.plans import planned

PLAN = Plan(
    (
        planned("pulumi:providers:aws", "aws", region="us-east-1"),
        planned("aws:rds/instance:Instance", "db", instanceClass="db.m7g.large", allocatedStorage=100),
    )
)
HOURS = 0.168 * 730


@pytest.mark.parametrize(
    ("cpu", "memory", "matches"), [(29.9, 39.9, True), (30, 39.9, False), (29.9, 40, False), (None, 10, False)]
)
def test_idle_instances_can_be_smaller(cpu: float | None, memory: float, matches: bool) -> None:
    found = actions(ResourceMetrics(cpu_percent=cpu, memory_percent=memory))
    assert (found == ["downgrade_instance"]) is matches


def test_batch_work_can_run_on_spot_instances_and_no_other_work() -> None:
    assert actions(ResourceMetrics(workload="batch")) == ["switch_to_spot"]
    assert actions(ResourceMetrics(workload="web")) == []


@pytest.mark.parametrize(("usage", "matches"), [(0.8, False), (0.81, True), (None, False)])
def test_what_runs_more_than_four_fifths_of_the_time_can_be_reserved(usage: float | None, matches: bool) -> None:
    assert (actions(ResourceMetrics(consistent_usage=usage)) == ["purchase_reserved"]) is matches


@pytest.mark.parametrize(
    ("metrics", "share"),
    [
        (ResourceMetrics(cpu_percent=10, memory_percent=10), 0.3),
        (ResourceMetrics(workload="batch"), 0.7),
        (ResourceMetrics(consistent_usage=1.0), 0.4),
    ],
)
def test_savings_are_the_guides_share_of_the_instance_and_not_of_its_disk(
    metrics: ResourceMetrics, share: float
) -> None:
    found = recommendations(PLAN, cost_of(PLAN), {"db": metrics})
    assert [item.saving_usd for item in found] == [pytest.approx(HOURS * share)]


def test_rules_that_match_together_never_save_more_than_the_bill() -> None:
    everything = ResourceMetrics(cpu_percent=10, memory_percent=10, workload="batch", consistent_usage=1.0)
    found = recommendations(PLAN, cost_of(PLAN), {"db": everything})
    assert {item.action: item.saving_usd for item in found} == {
        "downgrade_instance": pytest.approx(HOURS * 0.3),
        "switch_to_spot": pytest.approx(HOURS * 0.7 * 0.7),
    }
    steady = ResourceMetrics(cpu_percent=10, memory_percent=10, consistent_usage=1.0)
    saved = [item.saving_usd or 0 for item in recommendations(PLAN, cost_of(PLAN), {"db": steady})]
    assert sum(saved) == pytest.approx(HOURS * (0.3 + 0.7 * 0.4))


def test_without_measurements_a_database_always_runs_and_nothing_is_known_to_idle() -> None:
    assert [item.action for item in recommendations(PLAN, cost_of(PLAN))] == ["purchase_reserved"]


@pytest.mark.parametrize(("least", "wanted", "reserved"), [(3, 3, True), (4, 5, False), (0, 0, False)])
def test_of_a_node_pool_the_minimum_always_runs(least: int, wanted: int, reserved: bool) -> None:
    template = planned("aws:ec2/launchTemplate:LaunchTemplate", "template", instanceType="m8g.large")
    sizes = {"minSize": least, "desiredSize": wanted, "maxSize": 6}
    pool = planned("aws:eks/nodeGroup:NodeGroup", "pool", scalingConfig=sizes, capacityType="ON_DEMAND")
    plan = Plan((*PLAN.resources[:1], template, replace(pool, dependencies=(template.urn,))))
    assert bool(recommendations(plan, cost_of(plan))) is reserved


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ([], None),
        ([100, 100], None),
        ([100, 100, 100], "stable"),
        ([100, 110, 110], "stable"),
        ([100, 111, 111], "increasing"),
        ([100, 89, 89], "decreasing"),
        ([1, 1, 100, 100, 100, 100, 100, 100], "stable"),
        ([0, 5, 5], None),
    ],
)
def test_a_trend_compares_the_halves_of_the_last_six_months(months: list[float], expected: str | None) -> None:
    assert trend(months) == expected
