"""The guide's four alerts in every phase and environment: each is raised, measured and told to somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stack import COMBINATIONS, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import Recording

RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
RELEASE = "kubernetes:helm.sh/v3:Release"
ROLE = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

GUIDE = {
    "NodeCpuHigh": (80, "warning"),
    "NodeMemoryHigh": (85, "warning"),
    "ResponseTimeHigh": (1000, "warning"),
    "ErrorRateHigh": (5, "critical"),
}
"""Scaling guide, Performance Monitoring: cpu_usage, memory_usage, response_time, error_rate; threshold and level."""

PARTS = {
    "node_": "nodeExporter",
    "container_": "kubelet",
    "kube_": "kubeStateMetrics",
}
"""Which part of kube-prometheus-stack measures the series that start so (the chart's values; each is on by default)."""

everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)


def alerts(recording: Recording) -> dict[str, dict[str, Any]]:
    rules = [
        rule for item in recording.of_type(RULE) for group in item.inputs["spec"]["groups"] for rule in group["rules"]
    ]
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


@everywhere
def test_each_of_the_guides_four_alerts_exists_with_its_threshold_and_severity(environment: str, phase: str) -> None:
    found = alerts(recorded(environment, phase))
    for name, (threshold, severity) in GUIDE.items():
        assert found[name]["expr"].endswith(f"> {threshold}"), name
        assert found[name]["labels"]["severity"] == severity, name


@everywhere
def test_each_of_the_four_is_measured_by_something_in_the_same_stack(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    chart = recording.one(RELEASE, "operators-kube-prometheus-stack").inputs["values"]
    monitors = [item.inputs["spec"] for item in recording.of_type(MONITOR)]
    (monitor,) = [spec for spec in monitors if spec["selector"]["matchLabels"] == {"app": "bailbondpro"}]
    (endpoint,) = monitor["podMetricsEndpoints"]
    assert endpoint["path"] == settings(environment, phase).app.metrics_path
    for name in GUIDE:
        for series in re.findall(r"\b(?:node|container|kube|http)_[a-z_]+", alerts(recording)[name]["expr"]):
            part = next((part for prefix, part in PARTS.items() if series.startswith(prefix)), None)
            if part is None:
                assert series.startswith(("http_requests_total", "http_request_duration_seconds_bucket")), series
            else:
                assert chart.get(part, {}).get("enabled", True), series


@everywhere
def test_each_of_the_four_is_told_to_the_topic_of_alarms(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    values = recording.one(RELEASE, "operators-kube-prometheus-stack").inputs["values"]
    config = values["alertmanager"]["config"]
    (told,) = [route for route in config["route"]["routes"] if route["receiver"] == "topic"]
    (wanted,) = re.findall(r'severity =~ "(.+)"', told["matchers"][0])
    assert {severity for _, severity in GUIDE.values()} <= set(wanted.split("|"))
    assert [receiver for receiver in config["receivers"] if receiver["name"] == "topic" and receiver["sns_configs"]]
    accounts = {item.inputs["serviceAccount"] for item in recording.of_type(ROLE)}
    assert "kube-prometheus-stack-alertmanager" in accounts


@everywhere
def test_the_four_fall_silent_with_an_alert_of_their_own(environment: str, phase: str) -> None:
    missing = alerts(recorded(environment, phase))["RequestMetricMissing"]
    assert missing["expr"].startswith("absent(http_requests_total")
    assert missing["labels"]["severity"] == "critical"
