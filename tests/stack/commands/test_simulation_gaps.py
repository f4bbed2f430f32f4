"""What a simulation leaves out is named, and its gate does not pass."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.views.simulate import verdict as traffic_verdict
from plan import Plan
from plan.tokens import AUTOSCALERS, VERTICAL
from planner.simulation import Assumptions, platform_of, scenario, simulate
from tests.support.cli import Cli
from tests.support.plans import changed_plan, edited, planned, stack_plan, write_plan
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
def test_services_poolers_and_caches_of_every_stack_are_named(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    found = gaps(plan)
    assert "cache" in found.values()
    assert ("pooler" in found.values()) is any(item.system == "pooler" for item in plan)
    services = {name for name, kind in found.items() if kind == "service"}
    assert services == (SERVICES if any(item.system == "services" for item in plan) else set())
    assert not {"pods", "autoscaler"} & set(found.values())


@pytest.mark.parametrize("profile", ["guide-autoscaler", "scaling-manager"])
def test_the_response_time_that_a_profile_scales_by_is_named(profile: str) -> None:
    own = raw("prod", "horizontal").get("autoscaling", {})
    found = gaps(changed_plan("prod", "horizontal", autoscaling={**own, "profile": profile, "metricsBackend": "keda"}))
    assert any(kind == "trigger" and "Value" in name for name, kind in found.items()), found


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


def test_the_report_gives_no_good_word_where_something_is_not_simulated() -> None:
    run = simulate(stack_plan("prod", "optimization"), scenario("daily", phase="optimization"))
    assert run.holds
    verdict = traffic_verdict([run])
    assert verdict.state == "note"
    assert "not simulated, so unknown" in verdict.detail
    assert traffic_verdict([replace(run, gaps=())]).state == "good"


def test_the_gate_passes_only_without_gaps_or_with_each_of_them_left_out_by_name(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "plan.json", stack_plan("prod", "optimization"))
    cli = Cli(tmp_path)
    words = ("simulate", "prod", "--plan", str(file), "--phase", "optimization", "--scenario", "steady", "--gate")
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
