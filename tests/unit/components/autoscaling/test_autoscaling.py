from __future__ import annotations

from dataclasses import fields
from itertools import product
from typing import Any

import pulumi
import pulumi_random as random
import pytest

from components.autoscaling.autoscaler import Autoscaler, AutoscalerArgs
from components.autoscaling.policy import (
    AutoscalingPolicy,
    Behavior,
    Step,
    guide_a,
    guide_autoscaler,
    guide_b,
    scaling_manager,
)
from components.autoscaling.render import (
    Backend,
    Manifest,
    Target,
    horizontal_pod_autoscaler_spec,
    latency_query,
    requests_query,
    scaled_object_spec,
)
from planner.hpa.formula import formula_of
from tests.support.recording import Recording, record
from tests.support.subset import differences

HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
VPA = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
TARGET = Target(deployment="bailbondpro-app", namespace="production", prometheus_address="http://prometheus:9090")
PRESETS = (guide_a, guide_b, guide_autoscaler, scaling_manager)

CPU_70: Manifest = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
}
MEMORY_80: Manifest = {
    "type": "Resource",
    "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 80}},
}
GUIDE_A: Manifest = {  # scaling guide, Horizontal Scaling, k8s-deployment.yml
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "bailbondpro-app"},
    "minReplicas": 3,
    "maxReplicas": 10,
    "metrics": [CPU_70, MEMORY_80],
}
GUIDE_B: Manifest = {  # scaling guide, Auto-Scaling, hpa-config.yml
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "bailbondpro-app"},
    "minReplicas": 3,
    "maxReplicas": 20,
    "metrics": [
        CPU_70,
        MEMORY_80,
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "http_requests_per_second"},
                "target": {"type": "AverageValue", "averageValue": "100"},
            },
        },
    ],
    "behavior": {
        "scaleDown": {
            "stabilizationWindowSeconds": 300,
            "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}],
        },
        "scaleUp": {
            "stabilizationWindowSeconds": 60,
            "policies": [
                {"type": "Percent", "value": 50, "periodSeconds": 60},
                {"type": "Pods", "value": 2, "periodSeconds": 60},
            ],
        },
    },
}


def generated_by_keda(scaled_object: Manifest) -> Manifest:
    """The autoscaler that KEDA makes of a ScaledObject (KEDA documentation, "Scaling Deployments")."""
    generated = scaled_object["advanced"]["horizontalPodAutoscalerConfig"]
    metrics = []
    for trigger in scaled_object["triggers"]:
        if trigger["type"] == "prometheus":
            key = {"AverageValue": "averageValue", "Value": "value"}[trigger["metricType"]]
            metrics.append((trigger["name"], trigger["metricType"], key, trigger["metadata"]["threshold"]))
        else:
            metrics.append((trigger["type"], trigger["metricType"], "averageUtilization", trigger["metadata"]["value"]))
    return {
        "scaleTargetRef": scaled_object["scaleTargetRef"],
        "minReplicas": scaled_object["minReplicaCount"],
        "maxReplicas": scaled_object["maxReplicaCount"],
        "behavior": generated.get("behavior"),
        "metrics": metrics,
    }


def comparable(autoscaler: Manifest) -> Manifest:
    """A HorizontalPodAutoscaler in the same terms."""
    names = {
        "http_requests_per_second": "requests",
        "http_request_duration_p95_milliseconds": "latency",
    }
    metrics = []
    for metric in autoscaler["metrics"]:
        source = metric[metric["type"].lower()]
        name = source.get("name") or names[source["metric"]["name"]]
        target = dict(source["target"])
        kind = target.pop("type")
        ((key, value),) = target.items()
        metrics.append((name, kind, key, str(value)))
    return {
        "scaleTargetRef": autoscaler["scaleTargetRef"],
        "minReplicas": autoscaler["minReplicas"],
        "maxReplicas": autoscaler["maxReplicas"],
        "behavior": autoscaler.get("behavior"),
        "metrics": metrics,
    }


def test_the_first_preset_is_the_guides_first_autoscaler_and_nothing_more() -> None:
    assert horizontal_pod_autoscaler_spec(guide_a(), TARGET) == GUIDE_A


def test_the_second_preset_is_the_guides_second_autoscaler_and_nothing_more() -> None:
    assert horizontal_pod_autoscaler_spec(guide_b(), TARGET, custom_metrics=True) == GUIDE_B


@pytest.mark.parametrize("preset", [guide_a, guide_b])
def test_keda_makes_the_same_autoscaler_as_the_native_rendering(preset: Any) -> None:  # noqa: ANN401 - a preset
    policy = preset()
    native = horizontal_pod_autoscaler_spec(policy, TARGET, custom_metrics=True)
    keda = scaled_object_spec(policy, TARGET, autoscaler_name="bailbondpro-hpa")
    assert generated_by_keda(keda) == comparable(native)


def test_keda_names_its_autoscaler_as_the_guide_does() -> None:
    spec = scaled_object_spec(guide_b(), TARGET, autoscaler_name="bailbondpro-hpa")
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["name"] == "bailbondpro-hpa"


def test_a_dead_prometheus_never_scales_down_below_what_runs() -> None:
    fallback = scaled_object_spec(guide_b(), TARGET, autoscaler_name="h")["fallback"]
    assert fallback["behavior"] == "currentReplicasIfHigher"
    assert fallback["replicas"] == 3


def test_no_fallback_is_declared_where_keda_would_refuse_it() -> None:
    for policy in (guide_a(), guide_autoscaler()):
        assert "fallback" not in scaled_object_spec(policy, TARGET, autoscaler_name="h")


def test_a_missing_series_is_an_error_and_not_zero_load() -> None:
    triggers = scaled_object_spec(guide_b(), TARGET, autoscaler_name="h")["triggers"]
    assert triggers[2]["metadata"]["ignoreNullValues"] == "false"


def test_queries_read_the_pods_of_this_deployment_only() -> None:
    assert requests_query(TARGET) == (
        'sum(namespace_pod:http_requests:rate2m{namespace="production",pod=~"bailbondpro-app-[a-z0-9]+-[a-z0-9]+"})'
    )
    assert TARGET.series_selector in latency_query(TARGET)


def test_latency_is_compared_as_it_is_because_it_does_not_add_up_over_pods() -> None:
    policy = AutoscalingPolicy(min_replicas=2, max_replicas=4, latency_ms=500)
    (latency,) = scaled_object_spec(policy, TARGET, autoscaler_name="h")["triggers"]
    assert (latency["metricType"], latency["metadata"]["threshold"]) == ("Value", "500")


def test_a_native_autoscaler_refuses_a_metric_that_nobody_serves() -> None:
    with pytest.raises(ValueError, match=r"http_requests_per_second.*keda"):
        horizontal_pod_autoscaler_spec(guide_b(), TARGET)


def test_keda_refuses_a_prometheus_signal_without_a_prometheus() -> None:
    with pytest.raises(ValueError, match="address"):
        scaled_object_spec(guide_b(), Target(deployment="d", namespace="n"), autoscaler_name="h")


def test_the_custom_autoscaler_keeps_the_guides_thresholds_and_factors() -> None:
    policy = guide_autoscaler()
    assert (policy.min_replicas, policy.max_replicas) == (2, 20)
    assert (policy.cpu_percent, policy.memory_percent, policy.latency_ms) == (70, 80, 500)
    assert policy.scale_up is not None
    assert policy.scale_down is not None
    assert policy.scale_up.steps == (Step(type="Percent", value=50, period_seconds=300),)
    assert policy.scale_down.steps == (Step(type="Percent", value=20, period_seconds=300),)


def test_the_custom_autoscaler_scales_down_below_every_one_of_the_guides_lower_thresholds() -> None:
    spec = scaled_object_spec(guide_autoscaler(), TARGET, autoscaler_name="h")
    told = formula_of(spec["advanced"]["scalingModifiers"]["formula"])
    below = {"cpu": 29, "memory": 39, "latency": 199, "errors": 0.9, "available": 100, "changed": 0, "moved": 0}
    assert told.value(below) == 0
    for name, guide in (("cpu", 30), ("memory", 40), ("latency", 200), ("errors", 1)):
        assert told.value({**below, name: guide}) == 1


def test_the_scaling_manager_moves_by_the_guides_steps() -> None:
    policy = scaling_manager()
    assert (policy.min_replicas, policy.max_replicas, policy.cpu_percent, policy.latency_ms) == (2, 10, 70, 500)
    behavior = scaled_object_spec(policy, TARGET, autoscaler_name="h")["advanced"]["horizontalPodAutoscalerConfig"]
    up, down = behavior["behavior"]["scaleUp"], behavior["behavior"]["scaleDown"]
    assert up["policies"] == [{"type": "Pods", "value": 2, "periodSeconds": 60}]
    assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 60}]


def test_no_preset_scales_by_errors_because_more_pods_worsen_a_database_outage() -> None:
    for preset in (guide_a, guide_b):
        native = horizontal_pod_autoscaler_spec(preset(), TARGET, custom_metrics=True)
        keda = scaled_object_spec(preset(), TARGET, autoscaler_name="bailbondpro-hpa")
        assert "error" not in repr((native["metrics"], keda["triggers"])).lower()
    assert [item.name for item in fields(AutoscalingPolicy) if "error" in item.name] == []
    for policy in (guide_autoscaler(), scaling_manager()):
        spec = scaled_object_spec(policy, TARGET, autoscaler_name="bailbondpro-hpa")
        told = formula_of(spec["advanced"]["scalingModifiers"]["formula"])
        for cpu, memory, latency in product((10, 50, 90), (10, 60, 90), (50, 300, 900)):
            measured = {"cpu": cpu, "memory": memory, "latency": latency, "available": 100, "changed": 0, "moved": 0}
            well, failing = (told.value({**measured, "errors": errors}) for errors in (0, 100))
            assert failing == max(well, 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"min_replicas": 0, "max_replicas": 3, "cpu_percent": 70}, "at least 1"),
        ({"min_replicas": 4, "max_replicas": 3, "cpu_percent": 70}, "below minReplicas 4"),
        ({"min_replicas": 1, "max_replicas": 3}, "at least one signal"),
        ({"min_replicas": 1, "max_replicas": 3, "cpu_percent": 0}, "at least 1"),
    ],
)
def test_impossible_policies_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AutoscalingPolicy(**wrong)


def test_the_limits_of_the_api_server_are_known_before_it_is_asked() -> None:
    with pytest.raises(ValueError, match="1800"):
        Step(type="Pods", value=1, period_seconds=1801)
    with pytest.raises(ValueError, match="must move"):
        Step(type="Pods", value=0, period_seconds=60)
    with pytest.raises(ValueError, match="3600"):
        Behavior(stabilization_window_seconds=3601)


def autoscaler(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    given: dict[str, Any] = {
        "namespace": pulumi.Output.from_input("production"),
        "deployment_name": pulumi.Output.from_input("bailbondpro-app"),
        "policy": guide_b(),
        **changes,
    }
    return record(lambda: {"name": Autoscaler("autoscaler", AutoscalerArgs(**given)).autoscaler_name})


@pytest.mark.parametrize(
    ("backend", "kind", "other"), [("keda", SCALED_OBJECT, HPA), ("custom-metrics-api", HPA, SCALED_OBJECT)]
)
def test_one_deployment_has_one_autoscaler(backend: str, kind: str, other: str) -> None:
    recording = autoscaler(backend=backend)
    assert len(recording.of_type(kind)) == 1
    assert recording.of_type(other) == []
    assert recording.result == {"name": "bailbondpro-hpa"}


def test_between_two_owners_nobody_scales() -> None:
    recording = autoscaler(backend="none")
    assert recording.of_type(HPA) == recording.of_type(SCALED_OBJECT) == []
    assert recording.result == {"name": "bailbondpro-hpa"}


def test_the_component_renders_the_guides_object_in_the_guides_namespace() -> None:
    resource = autoscaler(backend="custom-metrics-api").one(HPA).inputs
    assert differences(resource["metadata"], {"name": "bailbondpro-hpa", "namespace": "production"}) == []
    assert resource["spec"] == GUIDE_B


def test_keda_adopts_an_autoscaler_that_existed_before_it() -> None:
    metadata = autoscaler().one(SCALED_OBJECT).inputs["metadata"]
    assert metadata["annotations"] == {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}


def test_a_wrong_policy_fails_before_any_resource_is_registered() -> None:
    with pytest.raises(ValueError, match="never scales down"):
        AutoscalerArgs(namespace="n", deployment_name="d", policy=guide_b(), backend="native")


def test_the_custom_resource_waits_for_the_operator_that_its_component_waits_for() -> None:
    import pulumi_random

    def build() -> None:
        operator = pulumi_random.RandomId("operator", byte_length=4)
        args = AutoscalerArgs(namespace="production", deployment_name="bailbondpro-app", policy=guide_b())
        Autoscaler("autoscaler", args, pulumi.ResourceOptions(depends_on=[operator]))

    recording = record(build)
    operator = recording.one("random:index/randomId:RandomId")
    assert operator.urn in recording.one(SCALED_OBJECT).dependencies


@pytest.mark.parametrize(
    ("backend", "token", "key"), [("native", HPA, "Replicas"), ("keda", SCALED_OBJECT, "ReplicaCount")]
)
def test_a_preview_before_the_deployment_exists_shows_the_bounds_all_the_same(
    backend: Backend, token: str, key: str
) -> None:
    def build() -> None:
        unknown = random.RandomId("unknown", byte_length=4).hex
        args = AutoscalerArgs(namespace=unknown, deployment_name=unknown, policy=guide_a(), backend=backend)
        Autoscaler("autoscaler", args)

    spec = record(build, preview=True).one(token).inputs["spec"]
    assert (spec[f"min{key}"], spec[f"max{key}"]) == (3, 10)
    assert isinstance(spec["scaleTargetRef"]["name"], pulumi.output.Unknown)
