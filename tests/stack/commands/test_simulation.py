"""Traffic simulations of the checked-in stacks: read from their plans, and run by the command."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bailbondpro.facts.instance_classes import instance_class
from infra.limits.room import allocatable
from plan import Plan
from planner.simulation import Assumptions, SimulationError, limit_of, parse_event, platform_of, scenario, simulate
from planner.simulation.events.pace import Amount, Pace
from tests.support.cli import Cli
from tests.support.paths import ROOT
from tests.support.plans import changed_plan, edited, stack_plan, write_plan
from tests.support.stack import COMBINATIONS, EVERYTHING, FILLED, settings

if TYPE_CHECKING:
    from pathlib import Path

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_a_platform_is_read_from_its_plan_as_its_settings_state_it(environment: str, phase: str) -> None:
    wanted = settings(environment, phase)
    found = platform_of(stack_plan(environment, phase), Assumptions())
    assert found.app.bounds == (wanted.autoscaling.min_replicas, wanted.autoscaling.max_replicas)
    assert found.app.scaler == "bailbondpro-hpa"
    assert (found.app.cpu_request, found.app.cpu_limit, found.app.memory_request) == (500, 1000, 512)
    assert {(target.measure, target.value) for target in found.app.targets} >= {("cpu", 70), ("memory", 80)}
    assert found.gateway is not None
    assert found.gateway.bounds == (wanted.gateway.replicas, wanted.gateway.max_replicas)
    assert found.pool is not None
    assert (found.pool.instance, found.pool.max_nodes) == (wanted.pools.app.instance_type, wanted.pools.app.max_size)
    shards = wanted.postgres.shards.count if wanted.postgres.placement == "shards" else 0
    counts = (1, wanted.postgres.replicas, shards)
    assert [store.endpoints for store in found.stores] == [count for count in counts if count]
    free = wanted.postgres.max_connections - wanted.postgres.reserved_connections
    assert {(store.connections, store.pooled) for store in found.stores} == {(free, wanted.postgres.pooler.enabled)}
    assert (found.timeout_seconds, found.cache_ttl, found.shared_queue) == (30, 300, True)
    assert found.gateway_connections == 4096
    # No rule bills some parts of the stack with everything: a sum with an unknown part is no sum.
    assert (found.fixed_usd is None) is ((environment, phase) == EVERYTHING)
    assert found.fixed_usd is None or found.fixed_usd > 0


def test_a_shards_replica_takes_no_load_because_no_pod_is_told_of_it() -> None:
    shards = {**FILLED["shards"], "replicas": 2}
    found = platform_of(changed_plan("prod", "microservices", postgres={**FILLED, "shards": shards}), Assumptions())
    assert [store.endpoints for store in found.stores] == [1, 3, 4]


@pytest.mark.parametrize(("postgres", "endpoints"), [(FILLED, [1, 3, 4]), ({"shards": {"count": 8}}, [1, 3])])
def test_only_shards_in_use_take_a_part_of_the_load(postgres: dict[str, object], endpoints: list[int]) -> None:
    found = platform_of(changed_plan("prod", "microservices", postgres=postgres), Assumptions())
    assert [store.endpoints for store in found.stores] == endpoints


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_a_node_has_the_same_room_here_as_in_the_limits(environment: str, phase: str) -> None:
    pool = platform_of(stack_plan(environment, phase), Assumptions()).pool
    assert pool is not None
    room = allocatable(instance_class("ec2", pool.instance))
    assert (pool.cpu, pool.memory) == (room.cpu_millicores, room.memory_mib)


@pytest.mark.parametrize("phase", ["horizontal", "microservices"])
def test_what_is_lost_with_a_zone_is_read_from_the_plan(phase: str) -> None:
    found = platform_of(stack_plan("prod", phase), Assumptions())
    zones = ("us-east-1a", "us-east-1b", "us-east-1c")
    assert found.failing.zones == zones
    assert found.failing.nodes == tuple((zone, 1, 3) for zone in zones)
    assert found.failing.notice_seconds == 90
    places = {(server.kind, server.zone, server.standby) for server in found.failing.servers}
    assert places == {("PRIMARY", "", True), *(("REPLICA", zone, False) for zone in zones)}
    assert (found.failing.cache_copies, found.failing.cache_zones) == (True, True)
    assert found.app.pace == Pace(surge=Amount(1), unavailable=Amount(), min_ready_seconds=10)


@pytest.mark.parametrize(
    ("strategy", "pace"),
    [
        ({"type": "Recreate"}, Pace(surge=Amount(), unavailable=Amount(percent=100), min_ready_seconds=10)),
        (
            {"rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 2}},
            Pace(surge=Amount(percent=50), unavailable=Amount(2), min_ready_seconds=10),
        ),
        ({}, Pace(min_ready_seconds=10)),
    ],
)
def test_the_pace_of_a_rollout_is_that_of_its_deployment(strategy: dict[str, object], pace: Pace) -> None:
    base = stack_plan("prod", "horizontal")
    (item,) = [item for item in base.of_type(DEPLOYMENT) if item.name == "app-deployment"]
    plan = edited(base, DEPLOYMENT, "app-deployment", spec={**item.inputs["spec"], "strategy": strategy})
    assert platform_of(plan, Assumptions()).app.pace == pace


def test_timeout_and_algorithm_are_those_of_the_gateways_configuration() -> None:
    base = stack_plan("prod", "horizontal")
    (config,) = [item for item in base if item.name == "gateway-config"]
    text = config.inputs["data"]["nginx.conf"]
    text = text.replace("least_conn;", "").replace("proxy_read_timeout 30s", "proxy_read_timeout 45s")
    text = text.replace("worker_processes 1;", "worker_processes 2;")
    found = platform_of(edited(base, config.type, "gateway-config", data={"nginx.conf": text}), Assumptions())
    assert (found.timeout_seconds, found.shared_queue, found.gateway_connections) == (45, False, 2 * 4096)


def test_requests_a_second_scale_the_last_phase_only() -> None:
    by_phase = {
        phase: [
            target
            for target in platform_of(stack_plan("prod", phase), Assumptions()).app.targets
            if target.measure == "requests"
        ]
        for phase in ("optimization", "horizontal", "microservices")
    }
    assert by_phase["optimization"] == by_phase["horizontal"] == []
    (target,) = by_phase["microservices"]
    assert (target.value, target.external) == (100, True)


def test_shares_of_the_databases_add_up_whatever_there_is() -> None:
    for environment, phase in COMBINATIONS:
        for tier in platform_of(stack_plan(environment, phase), Assumptions()).tiers:
            assert sum(visit.read_share for visit in tier.visits) == pytest.approx(1)
            assert sum(visit.write_share for visit in tier.visits) == pytest.approx(1)


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_stack_carries_the_load_at_the_top_of_its_phase(environment: str, phase: str) -> None:
    summary = simulate(stack_plan(environment, phase), scenario("steady", phase=phase)).summary
    assert summary.first_break is None
    assert summary.availability_target_met


def test_the_literal_metric_of_the_guide_scales_as_kedas_does() -> None:
    spec = stack_plan("prod", "microservices")
    external = next(item for item in spec if item.name == "autoscaler-scaled-object").inputs["spec"]
    behavior = external["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    pods_metric = {
        "type": "Pods",
        "pods": {
            "metric": {"name": "http_requests_per_second"},
            "target": {"type": "AverageValue", "averageValue": "100"},
        },
    }
    literal = {"minReplicas": 3, "maxReplicas": 20, "behavior": behavior, "metrics": [pods_metric]}
    plan = edited(spec, "kubernetes:keda.sh/v1alpha1:ScaledObject", "autoscaler-scaled-object", spec=literal)
    (target,) = platform_of(plan, Assumptions()).app.targets
    assert (target.measure, target.value, target.external) == ("requests", 100, False)
    load = scenario("double", peak_rps=600)
    # 1,200 requests a second are within the tolerance of 10 % for eleven pods; the application answers all of them.
    alone = Assumptions(application_percent=100)
    counts = {simulate(item, load, alone).summary.peak_replicas for item in (plan, spec)}
    assert counts == {11}


def test_smaller_settings_break_earlier_and_are_named() -> None:
    load, alone = scenario("double", peak_rps=700), Assumptions(application_percent=100)
    assert simulate(stack_plan("prod", "microservices"), load, alone).summary.first_break is None
    small = changed_plan("prod", "microservices", autoscaling={"minReplicas": 3, "maxReplicas": 4})
    first = simulate(small, load, alone).summary.first_break
    assert first is not None
    assert (first.resource, first.reason) == ("bailbondpro-hpa", "maxReplicas: 4 pods are the most")


def test_a_deployment_without_an_autoscaler_keeps_its_replicas() -> None:
    base = stack_plan("dev", "optimization")
    plan = Plan(tuple(item for item in base if "HorizontalPodAutoscaler" not in item.type))
    found = platform_of(plan, Assumptions())
    assert found.app.hpa is None
    assert {item.replicas for item in simulate(plan, scenario("spike", peak_rps=20)).samples} == {1}


def test_a_plan_without_an_application_is_refused() -> None:
    plan = Plan(tuple(item for item in stack_plan("prod", "horizontal") if item.type != DEPLOYMENT))
    with pytest.raises(SimulationError, match="no Deployment of the application"):
        simulate(plan, scenario("steady"))


def test_a_size_that_no_table_knows_is_refused_and_not_guessed() -> None:
    plan = edited(
        stack_plan("prod", "horizontal"), "aws:rds/instance:Instance", "postgres-primary", instanceClass="db.x99.huge"
    )
    with pytest.raises(SimulationError, match=r"postgres-primary, instance class db\.x99"):
        simulate(plan, scenario("steady"))


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command line with a sandbox of its own."""
    return Cli(tmp_path / "sandbox")


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    """The plan of production in its last phase."""
    return str(write_plan(tmp_path / "plan.json", stack_plan("prod", "microservices")))


def test_the_command_prints_one_document_and_writes_plots(cli: Cli, plan_file: str, tmp_path: Path) -> None:
    plot = tmp_path / "run.svg"
    words = ["simulate", "prod", "--plan", plan_file, "--phase", "microservices", "--scenario", "spike", "--json"]
    words += ["--peak-rps", "150", "--seed", "4", "--assume", "database_ms=12", "--assume", "application_percent=100"]
    ran = cli.run(*words, "--plot", str(plot))
    assert ran.code == 0, ran.err
    document = ran.document
    assert (document["stack"], document["phase"], document["scenario"], document["seed"], document["seconds"]) == (
        *("prod", "microservices", "spike"),
        *(4, 3600),
    )
    assert document["assumptions"]["database_ms"] == 12
    assert document["summary"]["peak_replicas"] > 10
    assert document["summary"]["first_break"]["resource"] == "bailbondpro-hpa"
    assert document["summary"]["latency_target_met"] is False
    assert len(document["samples"]) == 240
    assert set(document["samples"][0]) >= {"at", "rps", "replicas", "ready", "nodes", "cpu_percent", "p50_ms", "p95_ms"}
    assert plot.read_text().startswith("<svg ")
    gated = cli.run(*words, "--gate")
    assert gated.code == 1
    assert json.loads(gated.out) == document


def test_a_scenario_from_a_file_is_simulated_and_its_mistakes_are_listed(
    cli: Cli, plan_file: str, tmp_path: Path
) -> None:
    file = tmp_path / "monday.yaml"
    file.write_text("name: Monday\npoints:\n- {at: 0, rps: 20}\n- {at: 600, rps: 90}\n", encoding="utf-8")
    ran = cli.run("simulate", "prod", "--plan", plan_file, "--scenario", str(file))
    assert ran.code == 0, ran.err
    assert "Monday" in ran.out
    assert "nothing breaks" in ran.out
    file.write_text("points:\n- {at: 0, rps: many}\n- {at: 600, rate: 90}\n", encoding="utf-8")
    ran = cli.run("simulate", "prod", "--plan", plan_file, "--scenario", str(file))
    assert ran.code == 1
    assert "points[0].rps: must be a number" in ran.err
    assert "points[1].rps: missing" in ran.err
    assert "points[1].rate: unknown key" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--scenario", "weekly"], "weekly is neither a scenario"),
        (["--assume", "colour=red"], "there is no assumption 'colour'"),
        (["--users", "10", "--peak-rps", "3"], "give one of --peak-rps, --users"),
        (["--hours", "0"], "hours is 0"),
        (["--event", "fire@12:00"], "'fire@12:00' is no event; there are deployment@12:00"),
        (["--event", "node@24:00"], "node at 86400 s is after the end"),
    ],
)
def test_wrong_words_end_with_one_message_before_anything_is_planned(cli: Cli, words: list[str], message: str) -> None:
    ran = cli.run("simulate", "prod", *words)
    assert ran.code == 1
    assert message in ran.err
    assert "previewing" not in ran.err


def test_the_command_says_what_each_event_cost(cli: Cli, plan_file: str) -> None:
    words = ["simulate", "prod", "--plan", plan_file, "--phase", "microservices", "--scenario", "steady"]
    words += ["--event", "zone-a@0:30", "--event", "deployment@0:10"]
    shown = cli.run(*words)
    assert shown.code == 0, shown.err
    assert "Events of steady" in shown.out
    ran = cli.run(*words, "--json", "--gate", "--leave-out", "ready pods")
    assert ran.code == 1
    rollout, zone = ran.document["events"]
    assert (rollout["event"], rollout["at"], rollout["missed_seconds"], rollout["least_ready"]) == (
        *("deployment", 600),
        *(0, 3),
    )
    # The load balancer's checks take three times 30 s to fail, the standby 120 s to take over.
    assert (zone["event"], zone["missed_seconds"], zone["recovered"]) == ("zone-a", 120, True)
    assert zone["failed"] > 0
    wrong = cli.run(*words, "--event", "zone-q@0:40")
    assert (wrong.code, "zone-q: the plan has the zones us-east-1a, us-east-1b, us-east-1c" in wrong.err) == (1, True)


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_production_rolls_out_at_the_top_of_its_phase_without_missing_a_target(phase: str) -> None:
    load = replace(scenario("steady", phase=phase), events=(parse_event("deployment@0:20"),))
    result = simulate(stack_plan("prod", phase), load)
    (outcome,) = result.events
    assert (outcome.missed_seconds, outcome.failed) == (0, 0)
    assert result.holds


@pytest.mark.parametrize("name", ["steady", "spike"])
def test_the_documented_limits_are_those_that_the_simulation_finds(name: str) -> None:
    text = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| {name}, requests a second"))
    documented = [int(cell.strip().replace(",", "")) for cell in row.split("|")[2:5]]
    found = [
        limit_of(stack_plan("prod", phase), scenario(name, phase=phase)).peak_rps
        for phase in ("optimization", "horizontal", "microservices")
    ]
    assert documented == pytest.approx(found, abs=1)


def test_two_plans_that_serve_requests_alike_are_simulated_once() -> None:
    """Base and head of a review: a change that requests do not notice costs no second run."""
    load = scenario("steady", phase="horizontal")
    plan = stack_plan("prod", "horizontal")
    first = simulate(plan, load)
    elsewhere = edited(plan, "cloudflare:index/dnsRecord:DnsRecord", comment="another text")
    assert elsewhere != plan
    assert simulate(elsewhere, load) is first
    assert simulate(plan, load, seed=2) != first
    short = scenario("steady", phase="horizontal", hours=0.05)
    assert limit_of(elsewhere, short) is limit_of(plan, short)
