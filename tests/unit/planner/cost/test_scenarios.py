"""Commitments and spot: exact where every rate is known, a bound where the vendor says "up to", else unknown."""

from __future__ import annotations

import pytest

from plan import Plan
from planner.cost.monthly import cost_of
from planner.cost.prices import price_book
from planner.cost.scenarios import ScenarioCost, ScenarioError, in_scenario, named, scenarios
from tests.support.plans import planned

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
DATABASE = "aws:rds/instance:Instance"


def cache(node: str = "cache.m7g.large", region: str = "us-east-1") -> Plan:
    aws = planned("pulumi:providers:aws", "aws", region=region)
    return Plan((aws, planned(CACHE, engine="valkey", nodeType=node, numNodeGroups=3, replicasPerNodeGroup=1)))


def result(name: str, plan: Plan) -> ScenarioCost:
    return in_scenario(named([name])[0], cost_of(plan))


def test_reserved_nodes_cost_their_rate() -> None:
    found = result("elasticache-reserved-1y", cache())
    assert found.now.usd is not None
    assert found.now.usd == pytest.approx(6 * 0.1264 * 730)
    assert found.then_usd == pytest.approx(6 * 0.0856 * 730)
    assert found.difference_usd == pytest.approx(6 * (0.0856 - 0.1264) * 730)
    assert found.guide_usd == pytest.approx(found.now.usd * 0.6)


@pytest.mark.parametrize(
    "plan",
    [cache("cache.r7g.large"), cache(region="af-south-1")],
    ids=["a class without a rate", "a region without one"],
)
def test_without_the_rate_of_one_instance_the_sum_is_unknown(plan: Plan) -> None:
    found = result("elasticache-reserved-3y", plan)
    assert (found.now.usd, found.then_usd, found.difference_usd, found.guide_usd) == (None, None, None, None)


def test_up_to_is_a_bound_and_no_price() -> None:
    database = planned(DATABASE, instanceClass="db.m7g.large", allocatedStorage=100, engine="postgres")
    nodes = planned(
        "aws:eks/nodeGroup:NodeGroup", scalingConfig={"desiredSize": 2, "minSize": 2}, instanceTypes=["m8g.large"]
    )
    plan = Plan((planned("pulumi:providers:aws", "aws", region="us-east-1"), database, nodes))
    found = result("ec2-savings-plan", plan)
    assert found.now.usd is not None
    assert found.now.usd == pytest.approx(2 * 0.08976 * 730), "disks and databases are not of it"
    assert found.then_usd is None
    assert found.least_usd == pytest.approx(found.now.usd * 0.28)
    assert result("spot", plan).guide_usd == pytest.approx(found.now.usd * 0.3)
    assert result("rds-reserved", plan).least_usd is None


def test_every_scenario_has_terms_a_dated_source_and_rates_below_those_on_demand() -> None:
    book = price_book()
    for scenario in scenarios():
        assert scenario.terms
        assert scenario.source
        assert scenario.date > "2024"
        for region, rates in scenario.rates.items():
            for sku, usd in rates.items():
                listed = book.find(sku, region)
                assert listed is not None
                assert scenario.is_for(sku)
                assert listed.usd * 0.3 < usd < listed.usd, (scenario.name, region, sku)


def test_scenarios_are_found_by_name_and_all_of_them_by_one_word() -> None:
    assert named(["all"]) == scenarios()
    assert named([]) == ()
    assert [item.name for item in named(["spot", "rds-reserved"])] == ["rds-reserved", "spot"]
    with pytest.raises(ScenarioError, match="there is no scenario 'gold'; there are all, compute-savings-plan"):
        named(["gold"])
