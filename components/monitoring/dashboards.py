"""Grafana dashboards, as data. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.monitoring.alerts import RECORDED_REQUESTS, Scope, error_ratio, response_ms

if TYPE_CHECKING:
    from components.monitoring.alerts import Manifest, Thresholds

PANEL_WIDTH = 12
PANEL_HEIGHT = 8
GRID_WIDTH = 24
SCHEMA_VERSION = 39
"""Dashboard schema of Grafana 11; newer versions migrate it when they load it (Grafana documentation)."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One time series panel.

    Attributes:
        title: what it shows.
        exprs: PromQL, one line of the graph each.
        legend: legend template.
        unit: Grafana's unit name, such as "ms" or "percent".
        threshold: where a line is drawn, None for none.
    """

    title: str
    exprs: tuple[str, ...]
    legend: str
    unit: str
    threshold: float | None = None


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard; `uid` is its stable address."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def golden_signals(scope: Scope, thresholds: Thresholds) -> Dashboard:
    """Traffic, errors, latency and saturation of the application (Google, Site Reliability Engineering)."""
    hpa = f'{scope.matcher},horizontalpodautoscaler="{scope.autoscaler}"'
    cpu_used = f'sum by (pod) (rate(container_cpu_usage_seconds_total{{{scope.matcher},container!=""}}[5m]))'
    cpu_asked = f'sum by (pod) (kube_pod_container_resource_requests{{{scope.matcher},resource="cpu"}})'
    memory_used = f'sum by (pod) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})'
    memory_limit = f'sum by (pod) (kube_pod_container_resource_limits{{{scope.matcher},resource="memory"}})'
    return Dashboard(
        uid="bailbondpro-golden",
        title="BailBondPro: golden signals",
        panels=(
            Panel(
                title="Requests per second",
                exprs=(f"sum by (pod) ({RECORDED_REQUESTS}{{{scope.matcher}}})",),
                legend="{{pod}}",
                unit="reqps",
                threshold=100,
            ),
            Panel(
                title="Errors",
                exprs=(f"100 * {error_ratio(scope, '5m')}",),
                legend="5xx",
                unit="percent",
                threshold=thresholds.error_percent,
            ),
            Panel(
                title="Response time, 95th percentile",
                exprs=(response_ms(scope),),
                legend="p95",
                unit="ms",
                threshold=thresholds.response_ms,
            ),
            Panel(
                title="Pods",
                exprs=tuple(
                    f"kube_horizontalpodautoscaler_{series}{{{hpa}}}"
                    for series in ("status_current_replicas", "spec_max_replicas", "spec_min_replicas")
                ),
                legend="{{__name__}}",
                unit="short",
            ),
            Panel(
                title="Cpu used, share of the request",
                exprs=(f"100 * {cpu_used} / on (pod) {cpu_asked}",),
                legend="{{pod}}",
                unit="percent",
                threshold=70,
            ),
            Panel(
                title="Memory used, share of the limit",
                exprs=(f"100 * {memory_used} / on (pod) {memory_limit}",),
                legend="{{pod}}",
                unit="percent",
                threshold=thresholds.memory_percent,
            ),
        ),
    )


def to_json(dashboard: Dashboard) -> str:
    """The dashboard as Grafana imports it."""
    return json.dumps(
        {
            "uid": dashboard.uid,
            "title": dashboard.title,
            "schemaVersion": SCHEMA_VERSION,
            "tags": ["bailbondpro"],
            "timezone": "utc",
            "refresh": "1m",
            "time": {"from": "now-6h", "to": "now"},
            "panels": [_panel(number, panel) for number, panel in enumerate(dashboard.panels)],
        },
        indent=2,
        sort_keys=True,
    )


def _panel(number: int, panel: Panel) -> Manifest:
    per_row = GRID_WIDTH // PANEL_WIDTH
    steps: list[Manifest] = [{"color": "green", "value": None}]
    if panel.threshold is not None:
        steps.append({"color": "red", "value": panel.threshold})
    return {
        "id": number + 1,
        "title": panel.title,
        "type": "timeseries",
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {
            "h": PANEL_HEIGHT,
            "w": PANEL_WIDTH,
            "x": number % per_row * PANEL_WIDTH,
            "y": number // per_row * PANEL_HEIGHT,
        },
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "line" if panel.threshold is not None else "off"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + index), "expr": expr, "legendFormat": panel.legend}
            for index, expr in enumerate(panel.exprs)
        ],
    }
