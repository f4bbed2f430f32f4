"""Renders a policy as the spec of a HorizontalPodAutoscaler or of a KEDA ScaledObject. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from . import formula

if TYPE_CHECKING:
    from .policy import AutoscalingPolicy, Behavior

Manifest: TypeAlias = dict[str, Any]
Backend: TypeAlias = Literal["keda", "native", "custom-metrics-api", "none"]

RPS_METRIC = "http_requests_per_second"
"""The metric of the guide's second autoscaler (Auto-Scaling, hpa-config.yml)."""
LATENCY_METRIC = "http_request_duration_p95_milliseconds"

RPS_SERIES = "namespace_pod:http_requests:rate2m"
"""Recorded by the platform's own rules: requests per second of each pod over two minutes."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The Deployment that is scaled, and where its series are found.

    Attributes:
        deployment: metadata.name.
        namespace: the `namespace` label of its series.
        prometheus_address: URL of the Prometheus API, for KEDA.
    """

    deployment: str
    namespace: str
    prometheus_address: str = ""

    @property
    def deployment_selector(self) -> str:
        """Label matchers of the Deployment itself."""
        return f'namespace="{self.namespace}",deployment="{self.deployment}"'

    @property
    def series_selector(self) -> str:
        """Label matchers of the Deployment's pods (their names start with its name)."""
        return f'namespace="{self.namespace}",pod=~"{self.deployment}-[a-z0-9]+-[a-z0-9]+"'


def _scale_target(target: Target) -> Manifest:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": target.deployment}


def _direction(behavior: Behavior) -> Manifest:
    rules: Manifest = {}
    if behavior.stabilization_window_seconds is not None:
        rules["stabilizationWindowSeconds"] = behavior.stabilization_window_seconds
    if behavior.steps:
        rules["policies"] = [
            {"type": step.type, "value": step.value, "periodSeconds": step.period_seconds} for step in behavior.steps
        ]
    if behavior.tolerance is not None:
        rules["tolerance"] = behavior.tolerance
    return rules


def _behavior(policy: AutoscalingPolicy) -> Manifest:
    directions = (("scaleDown", policy.scale_down), ("scaleUp", policy.scale_up))
    return {key: _direction(behavior) for key, behavior in directions if behavior is not None}


def _resource_metric(name: str, percent: int) -> Manifest:
    return {
        "type": "Resource",
        "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": percent}},
    }


def _external_metric(name: str, value: int) -> Manifest:
    return {
        "type": "External",
        "external": {"metric": {"name": name}, "target": {"type": "Value", "value": str(value)}},
    }


def _adapter_metrics(policy: AutoscalingPolicy) -> list[Manifest]:
    metrics = []
    if policy.requests_per_second is not None:
        target = {"type": "AverageValue", "averageValue": str(policy.requests_per_second)}
        metrics.append({"type": "Pods", "pods": {"metric": {"name": RPS_METRIC}, "target": target}})
    if policy.latency_ms is not None:
        metrics.append(_external_metric(LATENCY_METRIC, policy.latency_ms))
    return metrics


def horizontal_pod_autoscaler_spec(
    policy: AutoscalingPolicy, target: Target, *, custom_metrics: bool = False
) -> Manifest:
    """The spec of an autoscaling/v2 HorizontalPodAutoscaler.

    Args:
        policy: what to render.
        target: the Deployment.
        custom_metrics: an adapter serves custom.metrics.k8s.io and external.metrics.k8s.io in this cluster.

    Raises:
        ValueError: the policy uses a signal that only an adapter can serve and there is none; with one metric in
            error the controller would never scale down. Or it decides by a formula, which only KEDA evaluates.
    """
    if policy.formula is not None:
        raise ValueError("a formula is evaluated by KEDA alone: use the backend keda")
    metrics = [
        _resource_metric(name, percent)
        for name, percent in (("cpu", policy.cpu_percent), ("memory", policy.memory_percent))
        if percent is not None
    ]
    adapter = _adapter_metrics(policy)
    if adapter and not custom_metrics:
        names = ", ".join(str(metric[metric["type"].lower()]["metric"]["name"]) for metric in adapter)
        raise ValueError(
            f"a native autoscaler cannot see {names}, and with a missing metric it never scales down:"
            " use the backend keda or custom-metrics-api, or leave the signal out"
        )
    spec: Manifest = {
        "scaleTargetRef": _scale_target(target),
        "minReplicas": policy.min_replicas,
        "maxReplicas": policy.max_replicas,
        "metrics": metrics + adapter,
    }
    if behavior := _behavior(policy):
        spec["behavior"] = behavior
    return spec


def requests_query(target: Target) -> str:
    """PromQL: requests per second of all pods of the Deployment together."""
    return f"sum({RPS_SERIES}{{{target.series_selector}}})"


def latency_query(target: Target) -> str:
    """PromQL: 95th percentile of response times over five minutes, in milliseconds."""
    series = f"http_request_duration_seconds_bucket{{{target.series_selector}}}"
    return f"1000 * histogram_quantile(0.95, sum by (le) (rate({series}[5m])))"


def _prometheus_trigger(target: Target, name: str, query: str, value: int, kind: str) -> Manifest:
    return {
        "type": "prometheus",
        "name": name,
        "metricType": kind,
        "metadata": {
            "serverAddress": target.prometheus_address,
            "query": query,
            "threshold": str(value),
            # a dead scrape must read as an error, which falls back, and not as an idle platform
            "ignoreNullValues": "false",
        },
    }


def _formula_triggers(policy: AutoscalingPolicy, wanted: formula.ScalingFormula, target: Target) -> list[Manifest]:
    """One trigger for each name in the formula; KEDA ignores their own thresholds."""
    return [
        _prometheus_trigger(
            target,
            signal,
            formula.query(signal, target.series_selector, target.deployment_selector, latency_query(target)),
            formula.TARGET,
            "Value",
        )
        for signal in formula.signals(wanted, policy.thresholds)
    ]


def _triggers(policy: AutoscalingPolicy, target: Target) -> list[Manifest]:
    if policy.formula is not None:
        return _formula_triggers(policy, policy.formula, target)
    triggers: list[Manifest] = [
        {"type": name, "metricType": "Utilization", "metadata": {"value": str(percent)}}
        for name, percent in (("cpu", policy.cpu_percent), ("memory", policy.memory_percent))
        if percent is not None
    ]
    prometheus = (
        ("requests", requests_query(target), policy.requests_per_second, "AverageValue"),
        # a latency does not add up over pods: Value compares it as it is
        ("latency", latency_query(target), policy.latency_ms, "Value"),
    )
    triggers += [
        _prometheus_trigger(target, name, query, value, kind)
        for name, query, value, kind in prometheus
        if value is not None
    ]
    return triggers


def scaled_object_spec(policy: AutoscalingPolicy, target: Target, *, autoscaler_name: str) -> Manifest:
    """The spec of a keda.sh/v1alpha1 ScaledObject whose generated autoscaler has the given name.

    While Prometheus does not answer, the count stays where it is, and at the minimum at least (KEDA documentation,
    "Fallback"; it needs one trigger of type AverageValue that is neither cpu nor memory).

    Args:
        policy: what to render.
        target: the Deployment and the Prometheus that KEDA asks.
        autoscaler_name: metadata.name of the HorizontalPodAutoscaler that KEDA creates.

    Raises:
        ValueError: a Prometheus signal without the address of a Prometheus.
    """
    triggers = _triggers(policy, target)
    prometheus = [trigger for trigger in triggers if trigger["type"] == "prometheus"]
    if prometheus and not target.prometheus_address:
        raise ValueError("requests and latency come from Prometheus: its address is needed")
    generated: Manifest = {"name": autoscaler_name}
    if behavior := _behavior(policy):
        generated["behavior"] = behavior
    advanced: Manifest = {"restoreToOriginalReplicaCount": False, "horizontalPodAutoscalerConfig": generated}
    if policy.formula is not None:
        advanced["scalingModifiers"] = {
            "formula": formula.text(policy.formula, policy.thresholds),
            "target": str(formula.TARGET),
            "metricType": "Value",
        }
    spec: Manifest = {
        "scaleTargetRef": _scale_target(target),
        "minReplicaCount": policy.min_replicas,
        "maxReplicaCount": policy.max_replicas,
        "pollingInterval": 15,
        "advanced": advanced,
        "triggers": triggers,
    }
    if any(trigger["metricType"] == "AverageValue" for trigger in prometheus):
        spec["fallback"] = {
            "failureThreshold": 4,
            "replicas": policy.min_replicas,
            "behavior": "currentReplicasIfHigher",
        }
    return spec
