"""What the queries of a formula answer, by Prometheus itself: under load, with errors, without requests or series."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from components.autoscaling.policy import guide_autoscaler
from components.autoscaling.render import scaled_object_spec
from sandbox.engine.go import GoError
from sandbox.kubernetes.tools import promtool
from tests.support.guide_scalers import TARGET

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

POD = 'namespace="production",pod="bailbondpro-app-5d9f8-x2x4z"'
DEPLOYMENT = 'namespace="production",deployment="bailbondpro-app"'
REQUESTED = {
    f'kube_pod_container_resource_requests{{{POD},resource="cpu"}}': "0.5x40",
    f'kube_pod_container_resource_requests{{{POD},resource="memory"}}': "1000x40",
}
RUNNING = {
    **REQUESTED,
    f'container_cpu_usage_seconds_total{{{POD},container="app"}}': "0+7.5x40",  # 0.25 cores, of which it asked for 0.5
    f'container_memory_working_set_bytes{{{POD},container="app"}}': "300x40",
    f"kube_deployment_spec_replicas{{{DEPLOYMENT}}}": "4x30 5x10",
    f"kube_deployment_status_replicas_ready{{{DEPLOYMENT}}}": "4x40",
}


def requests(ok: int, failed: int | None, under_a_second: int) -> dict[str, str]:
    """Requests in 30 seconds; None has no series of failed ones."""
    counted = f"http_requests_total{{{POD},status="
    buckets = f"http_request_duration_seconds_bucket{{{POD},le="
    found = {
        f'{counted}"200"}}': f"0+{ok}x40",
        f'{buckets}"1"}}': f"0+{under_a_second}x40",
        f'{buckets}"2"}}': f"0+{ok + (failed or 0)}x40",
        f'{buckets}"+Inf"}}': f"0+{ok + (failed or 0)}x40",
    }
    return found if failed is None else {**found, f'{counted}"503"}}': f"0+{failed}x40"}


@pytest.fixture(scope="module")
def tool() -> Path:
    try:
        return promtool(print)
    except GoError as error:
        pytest.skip(f"no promtool: {error}")


@pytest.mark.parametrize(
    ("series", "answers"),
    [
        (
            {**RUNNING, **requests(95, 5, 90)},
            {"cpu": 50, "memory": 30, "latency": 1500, "errors": 5, "available": 80, "changed": 1, "moved": 0},
        ),
        ({**RUNNING, **requests(100, None, 100)}, {"latency": 950, "errors": 0}),
        ({**RUNNING, **requests(0, None, 0)}, {"latency": 0, "errors": 100}),
        (REQUESTED, dict.fromkeys(("cpu", "memory", "latency", "errors", "available", "changed", "moved"))),
    ],
    ids=["load with errors", "load without errors", "no request", "no series"],
)
def test_the_queries_of_a_formula_answer_what_their_names_say(
    tool: Path, tmp_path: Path, series: dict[str, str], answers: Mapping[str, float | None]
) -> None:
    spec = scaled_object_spec(guide_autoscaler(), TARGET, autoscaler_name="h")
    queries = {trigger["name"]: trigger["metadata"]["query"] for trigger in spec["triggers"]}
    expected = [
        {
            "expr": f"round({queries[name]}, 0.001)",
            "eval_time": "19m30s",
            "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
        }
        for name, value in answers.items()
    ]
    inputs = [{"series": name, "values": values} for name, values in series.items()]
    document = {
        "rule_files": [],
        "evaluation_interval": "1m",
        "tests": [{"interval": "30s", "input_series": inputs, "promql_expr_test": expected}],
    }
    file = tmp_path / "tests.json"
    file.write_text(json.dumps(document))
    ran = subprocess.run([tool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
