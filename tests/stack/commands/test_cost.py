"""Costs: every quantity from the plan, every price from the book, nothing guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from plan import Plan, PlannedResource
from planner.capacity.platform import PHASE_TOP
from planner.cost.charges import bill
from planner.cost.difference import break_even_users, difference
from planner.cost.monthly import Amount, amount, cost_of
from planner.cost.usage import Usage, UsageError, override
from tests.support.cli import Cli
from tests.support.paths import ROOT
from tests.support.plans import changed_plan, planned, stack_plan, write_plan
from tests.support.stack import CHECKED_IN, COMBINATIONS, EVERY_STACK, EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

AWS = planned("pulumi:providers:aws", "aws", region="us-east-1")
WITHOUT_A_RULE = {
    "cloudflare:index/loadBalancer:LoadBalancer",
    "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor",
    "cloudflare:index/loadBalancerPool:LoadBalancerPool",
    "cloudflare:index/zoneCacheReserve:ZoneCacheReserve",
}
"""Types of parts that are off by default: no rule bills them, so their cost is said to be unknown."""
NONE = Usage(users=0, nat_gb=0, endpoint_gb=0, control_plane_log_gb=0, database_log_gb=0)


def lines_of(*resources: PlannedResource, usage: Usage = NONE) -> dict[str, float | None]:
    """USD by SKU."""
    found: dict[str, float | None] = {}
    for line in cost_of(Plan((AWS, *resources)), usage).lines:
        usd = line.monthly_usd
        found[line.charge.sku] = None if usd is None else round((found.get(line.charge.sku) or 0) + usd, 4)
    return found


def database(**inputs: object) -> PlannedResource:
    sizes = {"instanceClass": "db.m7g.large", "allocatedStorage": 100, **inputs}
    return planned("aws:rds/instance:Instance", "thing", **sizes)


@pytest.mark.parametrize(("environment", "phase"), CHECKED_IN)
def test_at_least_95_percent_of_the_kinds_that_cost_something_are_priced(environment: str, phase: str) -> None:
    coverage = cost_of(stack_plan(environment, phase), Usage(cloudflare_plan="pro")).coverage
    assert coverage.percent >= 95, coverage.unpriced
    assert len(coverage.kinds) >= 12


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_every_type_of_the_platform_is_billed_or_free_for_a_stated_reason(environment: str, phase: str) -> None:
    billings = bill(stack_plan(environment, phase), Usage())
    unruled = {billing.item.type for billing in billings if not billing.ruled}
    assert unruled == (WITHOUT_A_RULE if (environment, phase) == EVERYTHING else set())
    assert all(billing.free for billing in billings if billing.ruled and not billing.charges)


@pytest.mark.parametrize(
    ("phase", "sizing_usd", "why_more"),
    [
        # the sizing tables of the platform, list prices without data transfer, and what they leave out
        ("optimization", 729, 25),
        ("horizontal", 1777, 131.4 + 73 + 25),
        ("microservices", 4822, 131.4 + 219 + 25),
    ],
)
def test_totals_lie_where_the_sizing_of_the_phases_puts_them(phase: str, sizing_usd: float, why_more: float) -> None:
    # interface endpoints (18 at 7.30), Database Insights advanced, the Cloudflare plan; 5 % for logs and small parts
    fixed = cost_of(stack_plan("prod", phase), Usage(cloudflare_plan="pro")).fixed.usd
    assert fixed is not None
    assert sizing_usd * 0.93 <= fixed <= (sizing_usd + why_more) * 1.05


def test_every_line_leads_to_its_price_its_source_and_its_date() -> None:
    for line in cost_of(stack_plan("prod", "horizontal"), Usage(cloudflare_plan="pro")).lines:
        document = line.as_json()
        assert document["urn"].startswith("urn:pulumi:")
        assert document["why"]
        if document["price"] is None:
            assert document["unknown"]
            assert document["quantity"] == 0  # a spot pool without nodes
            continue
        assert document["price"]["source"]
        assert document["price"]["date"] >= "2024-08-01"  # the oldest source of the region


def test_a_database_in_two_zones_is_billed_twice_with_its_storage() -> None:
    one, two = lines_of(database()), lines_of(database(multiAz=True))
    assert one["rds/postgres/db.m7g.large"] == pytest.approx(0.168 * 730)
    assert two["rds/postgres/db.m7g.large"] == pytest.approx(2 * 0.168 * 730)
    assert one["rds/gp3"] == pytest.approx(11.5)
    assert two["rds/gp3"] == pytest.approx(23)


def test_a_replica_without_a_storage_of_its_own_is_billed_for_its_sources() -> None:
    source = replace(database(identifier="main", allocatedStorage=150), urn="urn:pulumi:t::b::x::main")
    replica = planned("aws:rds/instance:Instance", "replica", instanceClass="db.m7g.large", replicateSourceDb="main")
    assert lines_of(source, replica)["rds/gp3"] == pytest.approx(2 * 150 * 0.115)


def test_backups_cost_only_beyond_the_size_of_the_database() -> None:
    assert lines_of(database())["rds/backup"] == 0
    assert lines_of(database(), usage=replace(NONE, backup_ratio=3))["rds/backup"] == pytest.approx(200 * 0.095)


def test_advanced_insights_are_billed_by_virtual_processor() -> None:
    assert lines_of(database(databaseInsightsMode="advanced"))["rds/database-insights-advanced"] == pytest.approx(
        2 * 730 * 0.0125
    )
    assert "rds/database-insights-advanced" not in lines_of(database(databaseInsightsMode="standard"))


def test_a_cache_is_billed_for_every_node_of_every_shard() -> None:
    cache = planned(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        engine="valkey",
        nodeType="cache.t4g.medium",
        numNodeGroups=3,
        replicasPerNodeGroup=1,
    )
    assert lines_of(cache)["elasticache/valkey/cache.t4g.medium"] == pytest.approx(6 * 0.052 * 730)


@pytest.mark.parametrize(("nodes", "count"), [("min", 2), ("desired", 3), ("max", 5)])
def test_a_node_pool_is_billed_at_the_chosen_size_with_the_disks_of_its_template(nodes: str, count: int) -> None:
    template = planned(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "template",
        instanceType="m8g.large",
        blockDeviceMappings=[{"ebs": {"volumeSize": 50}}],
    )
    sizes = {"minSize": 2, "desiredSize": 3, "maxSize": 5}
    pool = planned("aws:eks/nodeGroup:NodeGroup", scalingConfig=sizes, capacityType="ON_DEMAND")
    pool = replace(pool, dependencies=(template.urn,))
    found = lines_of(template, pool, usage=override(NONE, {"nodes": nodes}))
    assert found["ec2/m8g.large"] == pytest.approx(count * 0.08976 * 730)
    assert found["ebs/gp3"] == pytest.approx(count * 50 * 0.08)


def test_spot_nodes_cost_nothing_while_there_are_none_and_an_unknown_amount_otherwise() -> None:
    sizes = {"minSize": 0, "desiredSize": 0, "maxSize": 4}
    pool = planned(
        "aws:eks/nodeGroup:NodeGroup", scalingConfig=sizes, capacityType="SPOT", instanceTypes=["m8g.xlarge"]
    )
    assert lines_of(pool)["spot/m8g.xlarge"] == 0
    assert lines_of(pool, usage=replace(NONE, nodes="max"))["spot/m8g.xlarge"] is None


def test_an_interface_endpoint_is_billed_in_each_of_its_zones_and_a_gateway_endpoint_not_at_all() -> None:
    interface = planned("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface", subnetIds=["a", "b", "c"])
    assert lines_of(interface)["vpc/interface-endpoint"] == pytest.approx(3 * 7.30)
    assert lines_of(planned("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Gateway")) == {}


def test_a_load_balancer_has_an_address_in_each_zone_and_passes_what_the_cache_does_not_serve() -> None:
    balancer = planned("aws:lb/loadBalancer:LoadBalancer", loadBalancerType="network", subnets=["a", "b", "c"])
    usage = replace(NONE, users=1000, requests_per_user_day=500, response_kb=40, cache_hit_percent=50)
    found = lines_of(balancer, usage=usage)
    origin = 1000 * 500 * (365 / 12) * 40 / 1e6 * 0.5
    assert found["vpc/public-ipv4"] == pytest.approx(3 * 0.005 * 730)
    assert found["transfer/internet"] == pytest.approx((origin - 100) * 0.09, rel=1e-4)
    assert found["nlb/lcu"] == pytest.approx(origin * 0.006, rel=1e-4)
    assert lines_of(replace(balancer, inputs={**balancer.inputs, "internal": True}))["vpc/public-ipv4"] == 0


def test_volumes_that_a_helm_release_claims_are_billed_for_every_replica() -> None:
    claim = {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "50Gi"}}}}}
    release = planned(
        "kubernetes:helm.sh/v3:Release",
        values={"prometheus": {"prometheusSpec": {"replicas": 2, "storageSpec": claim}}},
    )
    assert lines_of(release)["ebs/gp3"] == pytest.approx(2 * 50 * 0.08)


def test_a_type_without_a_rule_is_named_and_lowers_the_coverage() -> None:
    coverage = cost_of(Plan((AWS, database(), planned("aws:new/thing:Thing"))), NONE).coverage
    assert coverage.unpriced == ("aws:new/thing:Thing",)
    assert coverage.percent == 50


def test_a_cloudflare_add_on_is_never_taken_for_a_part_of_the_plan() -> None:
    coverage = cost_of(Plan((AWS, planned("cloudflare:index/loadBalancer:LoadBalancer"))), NONE).coverage
    assert coverage.unpriced == ("cloudflare:index/loadBalancer:LoadBalancer",)


@pytest.mark.parametrize(
    ("region", "says"),
    [
        (
            "af-south-1",
            "the price book has no rds/postgres/db.m7g.large for af-south-1; it has one for 13 other regions",
        ),
        ("xx-nowhere-1", "AWS has no region 'xx-nowhere-1'"),
    ],
)
def test_a_region_that_nobody_read_has_no_prices_and_says_so(region: str, says: str) -> None:
    elsewhere = planned("pulumi:providers:aws", "aws", region=region)
    found = cost_of(Plan((elsewhere, database())), NONE)
    assert found.total.usd is None
    assert found.total.known_usd == 0
    assert found.unknown()[0].unknown == says


def test_a_zone_plan_that_nobody_stated_is_unknown() -> None:
    zone = planned("cloudflare:index/tieredCache:TieredCache")
    assert lines_of(zone) == {"cloudflare/plan/not-stated": None}
    assert lines_of(zone, usage=replace(NONE, cloudflare_plan="free")) == {"cloudflare/plan/free": 0}
    assert lines_of(zone, usage=replace(NONE, cloudflare_plan="enterprise")) == {"cloudflare/plan/enterprise": None}


def test_what_a_plan_deletes_is_not_billed() -> None:
    assert lines_of(replace(database(), op="delete")) == {}


def test_every_rule_bills_in_the_unit_in_which_the_book_sells() -> None:
    for environment, phase in COMBINATIONS:
        cost_of(stack_plan(environment, phase), Usage(cloudflare_plan="free", nodes="max", backup_ratio=2))


def test_the_difference_of_two_plans_names_what_changes_and_adds_up() -> None:
    usage = Usage(cloudflare_plan="pro")
    small, large = (cost_of(stack_plan("prod", phase), usage) for phase in ("horizontal", "microservices"))
    changes = difference(small, large)
    assert sum(change.usd or 0 for change in changes) == pytest.approx(large.total.known_usd - small.total.known_usd)
    assert difference(large, large) == []
    sizes = [abs(change.usd or 0) for change in changes]
    assert sizes == sorted(sizes, reverse=True)
    assert {change.now for change in changes if "shards-0-primary" in change.urn} == {Amount()}


def test_a_shard_more_costs_what_its_resources_cost() -> None:
    four = cost_of(stack_plan("prod", "microservices"))
    five = cost_of(changed_plan("prod", "microservices", postgres={"shards": {"count": 5}}))
    added = [line for line in five.lines if "shards-4" in line.urn and not line.charge.assumed]
    assert five.fixed.known_usd - four.fixed.known_usd >= amount(added).known_usd > 250


def test_from_the_break_even_on_the_larger_platform_costs_no_more_per_user() -> None:
    small = cost_of(stack_plan("prod", "optimization"), Usage(users=500, cloudflare_plan="pro"))
    large = cost_of(stack_plan("prod", "horizontal"), Usage(users=1000, cloudflare_plan="pro"))
    users = break_even_users(small, large)
    assert users is not None
    there = large.fixed.known_usd + large.assumed.known_usd / 1000 * users
    assert there / users == pytest.approx(small.per_user_usd)


def test_a_platform_whose_share_per_user_alone_costs_more_never_breaks_even() -> None:
    small = cost_of(stack_plan("prod", "optimization"), Usage(users=500, cloudflare_plan="pro"))
    heavy = cost_of(stack_plan("prod", "horizontal"), Usage(users=1000, response_kb=10_000, cloudflare_plan="pro"))
    assert break_even_users(small, heavy) is None


def test_without_users_there_is_no_cost_per_user_and_no_break_even() -> None:
    nobody = cost_of(stack_plan("dev", "optimization"), Usage(users=0, cloudflare_plan="free"))
    assert nobody.per_user_usd is None
    assert break_even_users(nobody, cost_of(stack_plan("dev", "horizontal"))) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pets": 1}, "no assumption 'pets'"),
        ({"users": "many"}, "users is no number"),
        ({"users": -1}, "give 0 to"),
        ({"users": "nan"}, "give 0 to"),
        ({"cache_hit_percent": 101}, "give 0 to 100"),
        ({"nodes": "some"}, "min, desired or max"),
    ],
)
def test_a_wrong_assumption_is_refused_by_name(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        override(Usage(), changes)


def test_the_command_prices_a_plan_file_against_another(tmp_path: Path) -> None:
    small, large = (
        write_plan(tmp_path / f"{phase}.json", stack_plan("prod", phase)) for phase in ("horizontal", "microservices")
    )
    ran = Cli(tmp_path).run(
        "cost", "prod", "--plan", str(large), "--against", str(small), "--set", "users=2000", "--json"
    )
    assert ran.code == 0, ran.err
    found = ran.document
    assert found["coverage"]["percent"] >= 95
    assert found["total_usd"] == pytest.approx(sum(line["monthly_usd"] for line in found["lines"]))
    assert found["per_active_user_usd"] == pytest.approx(found["total_usd"] / 2000)
    assert found["against"]["then"]["total_usd"] != found["against"]["now"]["total_usd"]
    assert found["budget_verdict"] == "under"
    assert found["budget_usd"] == 5700
    assert found["aws_usd"] == pytest.approx(found["total_usd"] - 25)
    assert {item["action"] for item in found["recommendations"]} == {"purchase_reserved"}


@pytest.mark.parametrize("wrong", [("--set", "users"), ("--set", "pets=1")])
def test_the_command_refuses_a_wrong_assumption_before_any_work(tmp_path: Path, wrong: tuple[str, str]) -> None:
    ran = Cli(tmp_path).run("cost", "prod", *wrong)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_plan_file_is_judged_by_the_configuration_that_it_was_made_with(tmp_path: Path) -> None:
    raw = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"] | {"bailbondpro:phase": "microservices"}
    config = {key: value if isinstance(value, str) else json.dumps(value) for key, value in raw.items()}
    file = write_plan(tmp_path / "plan.json", replace(stack_plan("prod", "microservices"), config=config))
    found = Cli(tmp_path).run("cost", "--plan", str(file), "--json").document
    assert found["phase"] == "microservices"
    assert found["per_active_user_usd"] == pytest.approx(found["total_usd"] / PHASE_TOP["microservices"][0])
    named = Cli(tmp_path).run("cost", "prod", "--plan", str(file), "--phase", "horizontal", "--json").document
    assert named["phase"] == "horizontal"


@pytest.mark.parametrize("columns", [None, "60"])
def test_no_name_is_cut_short_in_a_pipe_or_a_narrow_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str | None
) -> None:
    file = write_plan(tmp_path / "plan.json", stack_plan("prod", "microservices"))
    environment = {key: value for key, value in Cli(tmp_path).environment.items() if key != "COLUMNS"}
    environment |= {"COLUMNS": columns} if columns else {}
    monkeypatch.setattr(Cli, "environment", property(lambda _: environment))
    ran = Cli(tmp_path).run("cost", "prod", "--plan", str(file))
    assert ran.code == 0, ran.err
    assert "…" not in ran.out
    assert ("postgres-replica-1" in ran.out) is (columns is None)
