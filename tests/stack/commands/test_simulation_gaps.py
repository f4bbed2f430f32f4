"""What a simulation leaves out is named, and its gate does not pass; what it has as a station can be too small."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.views.simulate import verdict as traffic_verdict
from plan import Plan
from plan.tokens import AUTOSCALERS, VERTICAL
from planner.simulation import Assumptions, platform_of, scenario, simulate
from tests.support.cli import Cli
from tests.support.plans import changed_plan, edited, planned, resized, stack_plan, write_plan
from tests.support.stack import COMBINATIONS, raw

if TYPE_CHECKING:
    from pathlib import Path

SCALER = "kubernetes:keda.sh/v1alpha1:ScaledObject"
SERVICES = {f"bailbondpro-{name}" for name in ("web", "bonds", "auth", "clients", "court-schedules", "documents")}


def gaps(plan: Plan) -> dict[str, str]:
    """Kind by name of everything that is left out."""
    return {gap.name: gap.kind for gap in platform_of(plan, Assumptions()).gaps}


def scaled_by(**spec: Any) -> Plan:  # noqa: ANN401 - parts of a ScaledObject
    """Prod in its last phase with parts of the application's ScaledObject replaced."""
    plan = stack_plan("prod", "microservices")
    (scaler,) = [item for item in plan.of_type(SCALER) if item.system == "autoscaling"]
    own = {key: value for key, value in scaler.inputs["spec"].items() if key != "fallback"}
    return edited(plan, SCALER, scaler.name, spec={**own, **spec})


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_services_poolers_and_caches_of_every_stack_are_stations(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    found = platform_of(plan, Assumptions())
    assert found.cache is not None
    assert (found.pooler is not None) is any(item.system == "pooler" for item in plan)
    services = {tier.name for tier in found.tiers[1:]}
    assert services == (SERVICES if any(item.system == "services" for item in plan) else set())
    assert {route.name for route in found.routes} == {tier.name for tier in found.tiers}
    assert sum(route.share for route in found.routes) == pytest.approx(1)
    assert not found.gaps


@pytest.mark.parametrize(
    ("name", "limits", "reason"),
    [
        ("service-bonds-workload-deployment", {"cpu": "10m"}, "bailbondpro-bonds"),
        ("pooler-deployment", {"cpu": "1m"}, "pgbouncer"),
        ("gateway-deployment", {"cpu": "1m"}, "bailbondpro-gateway"),
        ("app-deployment", {"cpu": "10m"}, "bailbondpro-hpa"),
    ],
)
def test_a_station_that_is_starved_is_what_breaks(name: str, limits: dict[str, str], reason: str) -> None:
    plan = stack_plan("prod", "microservices")
    starved = resized(plan, name, limits=limits)
    summary = simulate(starved, scenario("steady", phase="microservices", peak_rps=150)).summary
    assert summary.first_break is not None
    assert reason in summary.first_break.resource
    assert not summary.availability_target_met


def masked(**metadata: object) -> Plan:
    """Prod in its last phase, with the pooler's Secret as a preview shows it."""
    plan = stack_plan("prod", "microservices")
    (secret,) = [item for item in plan if item.name == "pooler-config"]
    own = {**secret.inputs["metadata"], **metadata}
    return edited(plan, secret.type, secret.name, stringData="[secret]", metadata=own)


def test_pool_sizes_are_known_where_a_preview_hides_the_poolers_configuration() -> None:
    shown, whole = (platform_of(plan, Assumptions()) for plan in (masked(), stack_plan("prod", "microservices")))
    assert not shown.gaps
    assert (shown.stores, shown.pooler_clients) == (whole.stores, whole.pooler_clients)
    assert all(store.pool for store in whole.stores)


def test_pool_sizes_that_no_preview_shows_are_named() -> None:
    (gap,) = platform_of(masked(annotations={}), Assumptions()).gaps
    assert (gap.name, gap.kind) == ("pool sizes of the pooler: primary, replica", "setting")


def test_a_pooler_with_one_connection_to_each_server_is_what_breaks() -> None:
    plan = masked(
        annotations={"bailbondpro/pools": "primary = pool_size=1; replica_1 = pool_size=1; max_client_conn = 9000"}
    )
    summary = simulate(plan, scenario("steady", phase="microservices", peak_rps=3500, hours=0.2)).summary
    assert summary.first_break is not None
    assert "pool slots" in summary.first_break.reason


def test_a_volume_that_requests_take_too_much_of_is_what_breaks() -> None:
    plan = stack_plan("prod", "horizontal")
    load = scenario("steady", peak_rps=1000, hours=0.1)
    assert simulate(plan, load).summary.first_break is None
    # A tenth are writes, 100 a second to the primary: 5,000 I/O.
    summary = simulate(plan, load, Assumptions(storage_ios_per_request=50)).summary
    assert summary.first_break is not None
    assert summary.first_break.resource == "volume of postgres-primary"
    assert summary.first_break.reason.startswith("3,000 I/O a second")


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_no_volume_of_any_stack_carries_less_than_its_processors_as_assumed(environment: str, phase: str) -> None:
    found = platform_of(stack_plan(environment, phase), Assumptions()).stores
    assert found
    assert all(store.volume is not None and store.scarce_volume is None for store in found)


def test_settings_of_a_plan_that_bound_each_other_are_named() -> None:
    hpa = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
    plan = stack_plan("prod", "horizontal")
    target = {"type": "Utilization", "averageUtilization": 900}
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    (own,) = [item for item in plan.of_type(hpa) if item.system == "autoscaling"]
    never = edited(plan, hpa, own.name, spec={**own.inputs["spec"], "metrics": [metric]})
    said = (
        "bailbondpro-hpa: cpu 900 %: its pods use 200 % of what they request at the most, as their limits and threads"
    )
    assert gaps(never) == {f"{said} allow": "trigger"}
    (found,) = gaps(Plan(tuple(item for item in plan if item.system != "pooler")))
    assert found.startswith("connections of postgres-primary: 10 bailbondpro-app x 20 are 200 at the most, and 185 are")


def test_a_limit_for_one_client_below_what_a_user_asks_for_turns_requests_away() -> None:
    plan = stack_plan("prod", "horizontal")
    (config,) = [item for item in plan if item.name == "gateway-config"]
    text = config.inputs["data"]["nginx.conf"].replace("zone=api:10m rate=10r/s", "zone=api:10m rate=1r/s")
    summary = simulate(edited(plan, config.type, config.name, data={"nginx.conf": text}), scenario("steady")).summary
    assert summary.first_break is not None
    assert "its limit for one client: 1 requests a second and 20 more at once" in summary.first_break.reason
    # Ten requests in five seconds, five of them refilled.
    assert summary.availability_percent == pytest.approx(50, abs=0.1)


def test_a_service_that_nobody_sends_requests_is_named_and_takes_no_share() -> None:
    plan = stack_plan("prod", "microservices")
    (config,) = [item for item in plan if item.name == "gateway-config"]
    text = config.inputs["data"]["nginx.conf"].replace("bailbondpro-bonds-headless", "elsewhere")
    changed = edited(plan, config.type, config.name, data={"nginx.conf": text})
    stray = "upstream service_bonds: there is no Service elsewhere in production"
    assert gaps(changed) == {"bailbondpro-bonds": "service", stray: "way"}
    assert "bailbondpro-bonds" not in {tier.name for tier in platform_of(changed, Assumptions()).tiers}


def test_a_service_that_others_call_takes_their_requests_too() -> None:
    plan = stack_plan("prod", "microservices")
    (policy,) = [item for item in plan if item.name == "service-auth-workload-network-policy"]
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "bailbondpro-bonds"}}}]}
    spec = {**policy.inputs["spec"], "ingress": [*policy.inputs["spec"]["ingress"], rule]}
    found = platform_of(edited(plan, policy.type, policy.name, spec=spec), Assumptions())
    names = [tier.name for tier in found.tiers]
    ways = {route.name: [names[place] for place in route.tiers] for route in found.routes}
    assert ways["bailbondpro-bonds"] == ["bailbondpro-bonds", "bailbondpro-auth"]
    assert ways["bailbondpro-auth"] == ["bailbondpro-auth"]


def test_pods_of_another_node_pool_are_named_because_their_nodes_are_not_simulated() -> None:
    plan = stack_plan("prod", "horizontal")
    (item,) = [item for item in plan if item.name == "pooler-deployment"]
    template = copy.deepcopy(item.inputs["spec"]["template"])
    template["spec"]["nodeSelector"] = {"pool": "system"}
    changed = edited(plan, item.type, item.name, spec={**item.inputs["spec"], "template": template})
    assert gaps(changed) == {"pgbouncer": "nodes"}


@pytest.mark.parametrize("profile", ["guide-autoscaler", "scaling-manager"])
def test_the_response_time_that_a_profile_scales_by_is_simulated(profile: str) -> None:
    own = raw("prod", "horizontal").get("autoscaling", {})
    plan = changed_plan("prod", "horizontal", autoscaling={**own, "profile": profile, "metricsBackend": "keda"})
    assert not gaps(plan)
    (target,) = platform_of(plan, Assumptions()).app.targets
    assert target.formula is not None
    assert "latency > 500" in target.formula.text
    slow = Assumptions(network_ms=700)
    run = simulate(plan, scenario("steady", phase="horizontal"), slow)
    assert run.summary.peak_replicas > simulate(plan, scenario("steady", phase="horizontal")).summary.peak_replicas


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"triggers": [{"type": "cron", "metadata": {"start": "0 8 * * *"}}]}, "cron"),
        ({"triggers": [{"type": "prometheus", "name": "lag", "metricType": "Value", "metadata": {}}]}, "lag"),
        (
            {"triggers": [{"type": "prometheus", "metricType": "AverageValue", "metadata": {"query": "sum(queue)"}}]},
            "prom",
        ),
        ({"triggers": [{"type": "cpu", "metricType": "AverageValue", "metadata": {"value": "1"}}]}, "cpu"),
        ({"fallback": {"replicas": 3}}, "fallback"),
        ({"fallback": {"replicas": 3, "behavior": "currentReplicasIfLower"}}, "fallback"),
        (
            {
                "triggers": [
                    {
                        "type": "prometheus",
                        "name": "some",
                        "metricType": "Value",
                        "metadata": {"query": "max(http_request_duration_seconds_sum)"},
                    }
                ]
            },
            "some",
        ),
        ({"advanced": {"scalingModifiers": {"formula": "a + b"}}}, "scaling modifier formula"),
        ({"idleReplicaCount": 0}, "idleReplicaCount"),
    ],
)
def test_what_the_simulated_autoscaler_does_not_act_on_is_named(spec: dict[str, Any], named: str) -> None:
    assert not [name for name, kind in gaps(scaled_by()).items() if kind == "trigger"]
    assert [name for name, kind in gaps(scaled_by(**spec)).items() if kind == "trigger" and named in name]


def test_an_external_metric_of_an_hpa_is_named_and_so_is_a_rate_of_something_else() -> None:
    plan, kind = stack_plan("prod", "optimization"), AUTOSCALERS[0]
    (scaler,) = [item for item in plan.of_type(kind) if item.system == "autoscaling"]
    metrics = [
        {"type": "External", "external": {"metric": {"name": "queue"}, "target": {"type": "Value", "value": "1"}}},
        {
            "type": "Pods",
            "pods": {"metric": {"name": "locks"}, "target": {"type": "AverageValue", "averageValue": "1"}},
        },
    ]
    changed = edited(plan, kind, scaler.name, spec={**scaler.inputs["spec"], "metrics": metrics})
    assert {name.split(": ")[1] for name, kind in gaps(changed).items() if kind == "trigger"} == {
        "metric queue of type External",
        "metric locks of type Pods",
    }
    assert platform_of(changed, Assumptions()).app.targets == ()


def test_a_vertical_autoscaler_that_changes_pods_and_one_that_follows_nothing_are_named() -> None:
    plan = stack_plan("prod", "optimization")
    vertical = planned(VERTICAL, "vpa", spec={"updatePolicy": {"updateMode": "Recreate"}})
    stray = planned(AUTOSCALERS[0], "stray", spec={"minReplicas": 1, "maxReplicas": 2})
    found = gaps(Plan((*plan, vertical, stray)))
    assert found["vpa: updateMode Recreate"] == "trigger"
    assert found["stray"] == "autoscaler"
    off = replace(vertical, inputs={"spec": {"updatePolicy": {"updateMode": "Off"}}})
    assert "vpa" not in str(gaps(Plan((*plan, off))))
    unknown = replace(vertical, inputs={"spec": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"})
    assert gaps(Plan((*plan, unknown)))["vpa: updateMode not known yet"] == "trigger"


def test_the_report_gives_no_good_word_where_something_is_not_simulated() -> None:
    run = simulate(
        scaled_by(idleReplicaCount=0), scenario("daily", phase="microservices", hours=1), Assumptions(write_percent=5)
    )
    assert run.holds
    verdict = traffic_verdict([run])
    assert verdict.state == "note"
    assert "not simulated, so unknown" in verdict.detail
    assert traffic_verdict([replace(run, gaps=())]).state == "good"


def test_the_gate_passes_only_without_gaps_or_with_each_of_them_left_out_by_name(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", scaled_by(idleReplicaCount=0))
    cli = Cli(tmp_path)
    words = ("simulate", "prod", "--plan", str(file), "--phase", "microservices", "--scenario", "steady", "--gate")
    ran = cli.run(*words, "--json")
    assert ran.code == 3, ran.err
    names = [gap["name"] for gap in json.loads(ran.out)["not_simulated"]]
    assert names
    assert all(name in ran.err for name in names)
    left_out = [word for name in names for word in ("--leave-out", name)]
    ran = cli.run(*words, *left_out)
    assert ran.code == 0, ran.err
    assert "NOT SIMULATED" in ran.out
    ran = cli.run(*words, "--leave-out", "everything")
    assert ran.code == 1
    assert names[0] in ran.err
