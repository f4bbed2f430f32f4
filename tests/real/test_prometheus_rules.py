"""Every rendered rule under promtool: it parses, fires when it should and not before, and stays quiet otherwise."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from components.monitoring.alerts import Scope, Thresholds
from components.monitoring.catalog import alerts
from components.monitoring.prometheus import rule_groups
from components.security.generations import CertificateEnd
from sandbox.engine.go import GoError
from sandbox.kubernetes.tools import promtool
from tests.support.manifests import manifests
from tests.support.stack import COMBINATIONS, recorded

if TYPE_CHECKING:
    from pathlib import Path

SCOPE = Scope(namespace="production")
HPA = 'namespace="production",horizontalpodautoscaler="bailbondpro-hpa"'
POD = 'namespace="production",pod="app-1",container="app"'


@pytest.fixture(scope="module")
def tool() -> Path:
    try:
        return promtool(print)
    except GoError as error:
        pytest.skip(f"no promtool: {error}")


def checked(tool: Path, folder: Path, groups: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    file = folder / "rules.json"
    file.write_text(json.dumps({"groups": groups}))
    command = [str(tool), "check", "rules", "--lint=all", "--lint-fatal", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def verdict(tool: Path, folder: Path, document: dict[str, Any], groups: list[dict[str, Any]]) -> str:
    """What promtool says to unit tests of rules; empty when they pass."""
    (folder / "rules.json").write_text(json.dumps({"groups": groups}))
    file = folder / "tests.json"
    file.write_text(json.dumps({"rule_files": ["rules.json"], "evaluation_interval": "1m", **document}))
    ran = subprocess.run([tool, "test", "rules", str(file)], capture_output=True, text=True, check=False, cwd=folder)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_promtool_accepts_every_rule_that_a_stack_ships(
    tool: Path, tmp_path: Path, environment: str, phase: str
) -> None:
    rules = [item for item in manifests(recorded(environment, phase)) if item["kind"] == "PrometheusRule"]
    assert rules or environment == "dev" or phase == "optimization"
    for rule in rules:
        ran = checked(tool, tmp_path, rule["spec"]["groups"])
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_promtool_refuses_a_rule_that_cannot_be_evaluated(tool: Path, tmp_path: Path) -> None:
    broken = {"name": "a", "rules": [{"alert": "A", "expr": "rate(http_requests_total) > 1"}]}
    ran = checked(tool, tmp_path, [broken])
    assert ran.returncode != 0
    assert "expected type range vector" in ran.stderr


@pytest.mark.parametrize(("environment", "phase"), [("dev", "microservices"), ("prod", "microservices")])
def test_every_panel_of_every_dashboard_asks_what_prometheus_understands(
    tool: Path, tmp_path: Path, environment: str, phase: str
) -> None:
    boards = [
        json.loads(text)
        for item in manifests(recorded(environment, phase))
        if item["kind"] == "ConfigMap" and "grafana_dashboard" in item["metadata"].get("labels", {})
        for text in item["data"].values()
    ]
    targets = [target for board in boards for panel in board["panels"] for target in panel.get("targets", ())]
    asked = [target["expr"] for target in targets if "expr" in target]
    assert len(asked) > 20
    group = {"name": "panels", "rules": [{"record": f"panel:{i}", "expr": expr} for i, expr in enumerate(asked)]}
    (tmp_path / "panels.json").write_text(json.dumps({"groups": [group]}))
    ran = subprocess.run(
        [tool, "check", "rules", "--lint=none", str(tmp_path / "panels.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_recorded_rate_of_a_pod_is_its_requests_per_second(tool: Path, tmp_path: Path) -> None:
    series = {
        'http_requests_total{namespace="production",pod="app-1",status="200",route="/"}': "0+1500x40",
        'http_requests_total{namespace="production",pod="app-1",status="500",route="/"}': "0+100x40",
    }
    document = {
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": "round(namespace_pod:http_requests:rate2m, 0.001)",
                        "eval_time": "8m",
                        "exp_samples": [
                            {
                                "labels": '{namespace="production",pod="app-1"}',
                                "value": 106.667,
                            }
                        ],
                    }
                ],
            }
        ]
    }
    assert verdict(tool, tmp_path, document, rule_groups(SCOPE)) == ""


@dataclass(frozen=True)
class Case:
    """Series of one sample a minute with which an alert fires, and like ones with which it never does.

    Attributes:
        alert: its name.
        bad: series that make it fire.
        quiet: a minute at which it does not fire yet.
        fires: a minute at which it does.
        good: series with which it has not fired at that minute.
    """

    alert: str
    bad: dict[str, str]
    quiet: int
    fires: int
    good: dict[str, str]


def requests(ok: int, failed: int, minutes: int = 420) -> dict[str, str]:
    """Requests per minute that succeed and that fail."""
    base = 'http_requests_total{namespace="production",pod="app-1",status='
    return {f'{base}"200"}}': f"0+{ok}x{minutes}", f'{base}"500"}}': f"0+{failed}x{minutes}"}


def hung(minutes: int) -> dict[str, str]:
    """A hundred requests a minute for so long, and then none of any kind for two hours."""
    base = 'http_requests_total{namespace="production",pod="app-1",status='
    return {f'{base}"200"}}': f"0+100x{minutes} {100 * minutes}x120", f'{base}"500"}}': f"0x{minutes + 121}"}


def latencies(fast: int, slow: int) -> dict[str, str]:
    """Requests per minute of up to 0.5 s and of up to 2 s."""
    base = 'http_request_duration_seconds_bucket{namespace="production",le='
    counts = {"0.5": fast, "1": fast, "2": fast + slow, "+Inf": fast + slow}
    return {f'{base}"{bound}"}}': f"0+{count}x60" for bound, count in counts.items()}


def objective(fast: int, slow: int) -> dict[str, str]:
    """Requests per minute of up to 200 ms and of more."""
    base = 'http_request_duration_seconds_bucket{namespace="production",le='
    counts = {"0.2": fast, "0.5": fast + slow, "+Inf": fast + slow}
    return {f'{base}"{bound}"}}': f"0+{count}x120" for bound, count in counts.items()}


def memory(used: int, limit: int) -> dict[str, str]:
    return {
        f"container_memory_working_set_bytes{{{POD}}}": f"{used}x60",
        f'kube_pod_container_resource_limits{{{POD},resource="memory"}}': f"{limit}x60",
    }


def killed(restarts: str) -> dict[str, str]:
    return {
        f'kube_pod_container_status_last_terminated_reason{{{POD},reason="OOMKilled"}}': "1x60",
        f"kube_pod_container_status_restarts_total{{{POD}}}": restarts,
    }


def replicas(current: str, most: int = 20) -> dict[str, str]:
    return {
        f"kube_horizontalpodautoscaler_status_current_replicas{{{HPA}}}": current,
        f"kube_horizontalpodautoscaler_spec_max_replicas{{{HPA}}}": f"{most}x60",
    }


def throttled(periods: int) -> dict[str, str]:
    return {
        f"container_cpu_cfs_throttled_periods_total{{{POD}}}": f"0+{periods}x60",
        f"container_cpu_cfs_periods_total{{{POD}}}": "0+600x60",
    }


def idle(seconds: int) -> dict[str, str]:
    """Idle seconds per minute of a node with one cpu."""
    return {'node_cpu_seconds_total{instance="node-1",cpu="0",mode="idle"}': f"0+{seconds}x60"}


def available(percent: int) -> dict[str, str]:
    return {
        'node_memory_MemAvailable_bytes{instance="node-1"}': f"{percent}x60",
        'node_memory_MemTotal_bytes{instance="node-1"}': "100x60",
    }


def single(name: str, labels: str, bad: str, good: str) -> tuple[dict[str, str], dict[str, str]]:
    series = f'{name}{{namespace="production",{labels}}}'
    return {series: bad}, {series: good}


BLIND = f'kube_horizontalpodautoscaler_status_condition{{{HPA},condition="ScalingActive",status="false"}}'
RESTARTS = f"kube_pod_container_status_restarts_total{{{POD}}}"
PDB = single("kube_poddisruptionbudget_status_pod_disruptions_allowed", 'poddisruptionbudget="app"', "0x60", "1x60")
NGINX = single("nginx_up", 'pod="nginx-1"', "0x60", "1x60")
WAITING = single("pgbouncer_pools_client_waiting_connections", 'database="primary"', "2x60", "0x60")
ROLLOUT = single("kube_deployment_status_replicas_unavailable", 'deployment="app"', "1x60", "0x60")

CASES = (
    # the guide's four: cpu over 80 %, memory over 85 %, response time over 1000 ms, errors over 5 % (strictly)
    Case("NodeCpuHigh", idle(11), 5, 7, idle(13)),
    Case("NodeMemoryHigh", available(14), 4, 5, available(15)),
    Case("ContainerMemoryHigh", memory(900, 1000), 4, 5, memory(850, 1000)),
    Case("ResponseTimeHigh", latencies(90, 10), 5, 7, latencies(96, 4)),
    Case("ErrorRateHigh", requests(94, 6), 5, 7, requests(95, 5)),
    # 99.9 %: the month's budget gone in two days, or in five
    Case("ErrorBudgetBurnFast", requests(980, 20), 2, 4, requests(986, 14)),
    Case("ErrorBudgetBurnSlow", requests(990, 10), 15, 17, requests(995, 5)),
    Case("ErrorBudgetBurnSteady", requests(998, 2), 59, 62, requests(1999, 1)),
    # 200 ms for 95 %: three quarters too slow, a third, and one of ten
    Case("ResponseBudgetBurnFast", objective(25, 75), 2, 4, objective(29, 71)),
    Case("ResponseBudgetBurnSlow", objective(66, 34), 15, 17, objective(71, 29)),
    Case("ResponseBudgetBurnSteady", objective(90, 10), 59, 62, objective(96, 4)),
    Case("ResponseObjectiveUnmeasured", latencies(90, 10), 14, 15, objective(1, 0)),
    # answers for six hours, and then none: counters stand still, and the pod is scraped as before
    Case("RequestsStopped", hung(360), 370, 377, hung(500)),
    Case("AutoscalerAtMaximum", replicas("20x60"), 14, 15, replicas("20x8 19x60")),
    Case("AutoscalerBlind", {BLIND: "1x60"}, 4, 5, {BLIND: "0x60"}),
    Case("RequestMetricMissing", {}, 9, 10, requests(1, 0, 60)),
    Case("PodCrashLooping", {RESTARTS: "0 0 1 2 3 4 5 5x60"}, 3, 8, {RESTARTS: "0 1 2x60"}),
    Case("PodOutOfMemory", killed("0x9 1x60"), 8, 11, killed("3x60")),
    Case("CpuThrottled", throttled(400), 15, 17, throttled(200)),
    Case("DisruptionBudgetExhausted", PDB[0], 14, 15, PDB[1]),
    Case("GatewayDown", NGINX[0], 1, 2, NGINX[1]),
    Case("PoolerQueueing", WAITING[0], 4, 5, WAITING[1]),
    Case("RolloutIncomplete", ROLLOUT[0], 14, 15, ROLLOUT[1]),
)


def firing(alert: str, minute: int, count: int) -> dict[str, Any]:
    """An expectation: so many alerts of a name fire at a minute."""
    return {
        "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
        "eval_time": f"{minute}m",
        "exp_samples": [{"labels": "{}", "value": count}],
    }


def scenario(series: dict[str, str], expected: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": expected,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_an_alert_fires_when_it_should_and_not_before(tool: Path, tmp_path: Path, case: Case) -> None:
    document = {
        "tests": [
            scenario(case.bad, [firing(case.alert, case.quiet, 0), firing(case.alert, case.fires, 1)]),
            scenario(case.good, [firing(case.alert, case.fires, 0)]),
        ]
    }
    assert verdict(tool, tmp_path, document, rule_groups(SCOPE)) == ""


def test_every_alert_has_its_case() -> None:
    assert {case.alert for case in CASES} == {alert.name for alert in alerts(SCOPE)}


def test_the_guides_alerts_fire_at_once_where_the_stack_asks_for_that(tool: Path, tmp_path: Path) -> None:
    expected = [firing("NodeMemoryHigh", 0, 1), firing("ContainerMemoryHigh", 0, 1)]
    series = available(14) | memory(900, 1000)
    groups = rule_groups(replace(SCOPE, thresholds=Thresholds(hold_seconds=0)))
    assert verdict(tool, tmp_path, {"tests": [scenario(series, expected)]}, groups) == ""


def test_who_reads_an_alert_sees_the_number_and_the_runbook(tool: Path, tmp_path: Path) -> None:
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in requests(90, 10).items()],
        "alert_rule_test": [
            {
                "eval_time": "10m",
                "alertname": "ErrorRateHigh",
                "exp_alerts": [
                    {
                        "exp_labels": {"severity": "critical", "platform": "bailbondpro"},
                        "exp_annotations": {
                            "summary": "10 % of requests fail",
                            "description": "Roll back the last deployment if it is recent; otherwise check the "
                            "databases and the cache.",
                            "runbook": "docs/runbooks/errors.md",
                        },
                    }
                ],
            }
        ],
    }
    assert verdict(tool, tmp_path, {"tests": [test]}, rule_groups(SCOPE)) == ""


def test_requests_of_another_namespace_count_for_nothing(tool: Path, tmp_path: Path) -> None:
    elsewhere = {name.replace("production", "staging"): values for name, values in requests(50, 50).items()}
    expected = [firing("ErrorRateHigh", 20, 0), firing("RequestMetricMissing", 20, 1)]
    assert verdict(tool, tmp_path, {"tests": [scenario(elsewhere, expected)]}, rule_groups(SCOPE)) == ""


def test_requests_of_a_pod_without_the_objectives_bucket_are_named_and_not_counted_as_slow(
    tool: Path, tmp_path: Path
) -> None:
    base = 'http_request_duration_seconds_bucket{namespace="production",pod="other",le='
    coarse = {f'{base}"{bound}"}}': "0+100x120" for bound in ("0.25", "+Inf")}
    burning = [firing(f"ResponseBudgetBurn{speed}", 70, 0) for speed in ("Fast", "Slow", "Steady")]
    missing = [firing("ResponseObjectiveUnmeasured", 70, 1)]
    mixed = scenario({**objective(96, 4), **coarse}, [*burning, *missing])
    slow = scenario({**objective(60, 40), **coarse}, [firing("ResponseBudgetBurnSlow", 70, 1), *missing])
    assert verdict(tool, tmp_path, {"tests": [mixed, slow]}, rule_groups(SCOPE)) == ""


def test_a_pod_that_leaves_has_not_stopped(tool: Path, tmp_path: Path) -> None:
    series = {'http_requests_total{namespace="production",status="200",pod="gone"}': "0+100x360 36000x5 stale"}
    expected = [firing("RequestsStopped", minute, 0) for minute in (366, 372, 380)]
    assert verdict(tool, tmp_path, {"tests": [scenario(series, expected)]}, rule_groups(SCOPE)) == ""


def test_a_certificate_that_ends_soon_is_named_and_one_that_lasts_is_not(tool: Path, tmp_path: Path) -> None:
    """The clock of promtool starts in 1970: one ends ten hours later, one of which nobody knows the end has ended."""
    lasting = CertificateEnd(name="lasting", ends="2041-11-26T00:00:00Z", validity_hours=15 * 365 * 24)
    ending = CertificateEnd(name="ending", ends="1970-01-01 10:00:00 +0000 UTC", validity_hours=12)
    soon, last = "CertificateEndsSoon", "CertificateEndsThisWeek"
    expected = [firing(soon, 300, 0), firing(soon, 421, 1), firing(last, 421, 0), firing(last, 491, 1)]
    test = {**scenario({}, expected), "input_series": []}
    groups = rule_groups(replace(SCOPE, certificates=(lasting, ending)))
    assert verdict(tool, tmp_path, {"tests": [test]}, groups) == ""
    unknown = rule_groups(replace(SCOPE, certificates=(lasting, replace(lasting, name="unknown", ends="soon"))))
    test = {**scenario({}, [firing(soon, 61, 1), firing(last, 11, 1)]), "input_series": []}
    assert verdict(tool, tmp_path, {"tests": [test]}, unknown) == ""
