from __future__ import annotations

import json
import re
from dataclasses import replace

import pulumi
import pytest

from components.autoscaling.render import RPS_SERIES, Target, requests_query
from components.monitoring.alerts import (
    RECORDED_REQUESTS,
    Alert,
    Thresholds,
    recording_rules,
)
from components.monitoring.catalog import alerts
from components.monitoring.prometheus import (
    PodMonitor,
    PodMonitorArgs,
    PrometheusRules,
    PrometheusRulesArgs,
    rule_groups,
)
from tests.support.paths import ROOT
from tests.support.recording import record
from tests.support.targets import SCOPE

ALERTS = {alert.name: alert for alert in alerts(SCOPE)}
DURATION = re.compile(r"(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?|0")


@pytest.mark.parametrize(
    ("name", "threshold", "severity"),
    [  # scaling guide, Performance Monitoring: setupDefaultAlerts
        ("NodeCpuHigh", 80, "warning"),
        ("NodeMemoryHigh", 85, "warning"),
        ("ResponseTimeHigh", 1000, "warning"),
        ("ErrorRateHigh", 5, "critical"),
    ],
)
def test_the_guides_thresholds_and_severities_are_kept(name: str, threshold: int, severity: str) -> None:
    alert = ALERTS[name]
    assert alert.expr.endswith(f" > {threshold}")
    assert (alert.severity, alert.for_) == (severity, "5m")


def test_thresholds_follow_the_settings() -> None:
    changed = Thresholds(cpu_percent=1, memory_percent=2, response_ms=3, error_percent=4)
    found = {alert.name: alert.expr for alert in alerts(replace(SCOPE, thresholds=changed))}
    assert found["NodeCpuHigh"].endswith("> 1")
    assert found["NodeMemoryHigh"].endswith("> 2")
    assert found["ResponseTimeHigh"].endswith("> 3")
    assert found["ErrorRateHigh"].endswith("> 4")


def test_only_the_guides_alerts_wait_as_long_as_the_settings_say() -> None:
    changed = {alert.name: alert.for_ for alert in alerts(replace(SCOPE, thresholds=Thresholds(hold_seconds=90)))}
    assert {name for name, hold in changed.items() if hold != ALERTS[name].for_} == {
        "NodeCpuHigh",
        "NodeMemoryHigh",
        "ContainerMemoryHigh",
        "ResponseTimeHigh",
        "ErrorRateHigh",
    }
    assert changed["ErrorRateHigh"] == "90s"
    assert ALERTS["ErrorRateHigh"].for_ == "5m"


def test_alert_names_are_unique() -> None:
    names = [alert.name for alert in alerts(SCOPE)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS.keys())
def test_every_alert_says_what_to_do(alert: Alert) -> None:
    manifest = alert.manifest()
    assert manifest["labels"]["severity"] in {"info", "warning", "critical"}
    assert len(manifest["annotations"]["summary"]) > 10
    assert len(manifest["annotations"]["description"]) > 30
    assert manifest["annotations"]["runbook"].startswith("docs/runbooks/")
    assert DURATION.fullmatch(manifest["for"])


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS.keys())
def test_parentheses_and_braces_of_every_expression_close(alert: Alert) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert alert.expr.count(opening) == alert.expr.count(closing)
    assert alert.expr.count('"') % 2 == 0


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS.keys())
def test_the_runbook_of_every_alert_exists_and_names_it(alert: Alert) -> None:
    page = ROOT / alert.manifest()["annotations"]["runbook"]
    assert f"`{alert.name}`" in page.read_text(encoding="utf-8")


def test_an_autoscaler_that_cannot_grow_or_cannot_see_is_reported() -> None:
    assert 'horizontalpodautoscaler="bailbondpro-hpa"' in ALERTS["AutoscalerAtMaximum"].expr
    assert ALERTS["AutoscalerAtMaximum"].for_ == "15m"
    assert ALERTS["AutoscalerBlind"].severity == "critical"
    assert ALERTS["RequestMetricMissing"].expr == 'absent(http_requests_total{namespace="production"})'


BOUNDS = {"Fast": ("0.0144", "0.72"), "Slow": ("0.006", "0.3"), "Steady": ("0.001", "0.05")}


@pytest.mark.parametrize("speed", BOUNDS)
def test_both_budgets_burn_at_three_speeds_of_their_objectives(speed: str) -> None:
    for name, bound in zip(("ErrorBudgetBurn", "ResponseBudgetBurn"), BOUNDS[speed], strict=True):
        assert ALERTS[f"{name}{speed}"].expr.count(f"> {bound}") == 2
    assert ALERTS[f"ErrorBudgetBurn{speed}"].severity == ("critical" if speed == "Fast" else "warning")


def test_the_objectives_follow_the_settings() -> None:
    changed = Thresholds(objective_ms=500, objective_error_percent=1)
    found = {alert.name: alert.expr for alert in alerts(replace(SCOPE, thresholds=changed))}
    assert found["ErrorBudgetBurnSteady"].count("> 0.01") == 2
    assert found["ResponseBudgetBurnFast"].count('le="0.5"') == 4
    assert 'le="0.5"' in found["ResponseObjectiveUnmeasured"]


def test_whole_seconds_are_found_in_both_ways_in_which_they_are_written() -> None:
    found = {alert.name: alert.expr for alert in alerts(replace(SCOPE, thresholds=Thresholds(objective_ms=1000)))}
    assert 'le=~"1|1.0"' in found["ResponseObjectiveUnmeasured"]


def test_a_budget_of_a_tenth_has_no_speed_that_no_share_could_reach() -> None:
    found = {alert.name for alert in alerts(replace(SCOPE, thresholds=Thresholds(objective_error_percent=10)))}
    assert {name for name in found if name.startswith("ErrorBudget")} == {
        "ErrorBudgetBurnSlow",
        "ErrorBudgetBurnSteady",
    }


def test_the_recorded_series_is_the_one_that_the_autoscaler_reads() -> None:
    (rule,) = recording_rules()
    assert rule.record == RECORDED_REQUESTS == RPS_SERIES
    assert rule.record in requests_query(Target(deployment="bailbondpro-app", namespace="production"))
    assert rule.expr == "sum by (namespace, pod) (rate(http_requests_total[2m]))"


def test_the_rate_window_spans_at_least_four_scrapes() -> None:
    recording, alerting = rule_groups(SCOPE)
    assert recording["interval"] == "15s"
    assert alerting["interval"] == "60s"


def test_the_recorded_series_keeps_up_with_the_scrapes() -> None:
    recording, _ = rule_groups(SCOPE, scrape_interval_seconds=30)
    assert recording["interval"] == "30s"


def test_no_dashboard_is_made_where_nobody_reads_it() -> None:
    args = PrometheusRulesArgs(namespace="production", dashboard=False)
    recording = record(lambda: PrometheusRules("rules", args))
    assert recording.of_type("kubernetes:core/v1:ConfigMap") == []
    assert len(recording.of_type("kubernetes:monitoring.coreos.com/v1:PrometheusRule")) == 1


def test_rules_and_dashboard_are_rendered_for_the_namespace_that_is_watched() -> None:
    args = PrometheusRulesArgs(namespace=pulumi.Output.from_input("production"), certificates=SCOPE.certificates)
    recording = record(lambda: PrometheusRules("rules", args))
    rule = recording.one("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs
    assert rule["metadata"]["namespace"] == "production"
    names = [item["alert"] for item in rule["spec"]["groups"][1]["rules"]]
    assert names == list(ALERTS)
    dashboard = recording.one("kubernetes:core/v1:ConfigMap").inputs
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(dashboard["data"]["bailbondpro-golden.json"])["uid"] == "bailbondpro-golden"


def test_pods_are_scraped_every_15_seconds_by_port_name() -> None:
    args = PodMonitorArgs(namespace="production", app="bailbondpro")
    monitor = record(lambda: PodMonitor("monitor", args)).one("kubernetes:monitoring.coreos.com/v1:PodMonitor")
    assert monitor.inputs["spec"] == {
        "selector": {"matchLabels": {"app": "bailbondpro"}},
        "podMetricsEndpoints": [{"port": "http", "path": "/metrics", "interval": "15s"}],
    }


def test_an_exporter_is_scraped_on_its_own_port_at_its_own_pace() -> None:
    args = PodMonitorArgs(namespace="production", app="pgbouncer", port="metrics", interval_seconds=30)
    monitor = record(lambda: PodMonitor("monitor", args)).one("kubernetes:monitoring.coreos.com/v1:PodMonitor")
    assert monitor.inputs["spec"]["podMetricsEndpoints"] == [{"port": "metrics", "path": "/metrics", "interval": "30s"}]
