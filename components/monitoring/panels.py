"""Grafana panels and dashboards as data, and the JSON that Grafana imports. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..validation import require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .alarm_spec import Dimensions, Statistic

Manifest: TypeAlias = dict[str, Any]

PROMETHEUS_UID = "prometheus"
"""Uid of the data source that kube-prometheus-stack provisions (its values, `sidecar.datasources.uid`)."""
CLOUDWATCH_UID = "cloudwatch"
PANEL_WIDTH = 12
PANEL_HEIGHT = 8
GRID_WIDTH = 24
SCHEMA_VERSION = 39
"""Dashboard schema of Grafana 11; newer versions migrate it when they load it (Grafana documentation)."""
MOST_LINES = 26
"""A query's refId is one letter here."""
NOTE_HEIGHT = 3


@dataclass(frozen=True, kw_only=True)
class CloudWatchLine:
    """One CloudWatch metric as one line of a graph.

    Attributes:
        namespace: CloudWatch namespace.
        metric: metric name.
        dimensions: names and values, known by now; together they are one metric, not a search.
        statistic: how a period's samples become one number.
        legend: the line's name.
        region: where the metric is; "default" is the data source's region.
        period_seconds: None lets Grafana choose.
    """

    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: Statistic
    legend: str
    region: str = "default"
    period_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One time series panel; its lines come from one data source.

    Attributes:
        title: what it shows.
        exprs: PromQL, one or more lines of the graph each.
        lines: CloudWatch metrics, one line each.
        legend: legend template of the PromQL lines.
        unit: Grafana's unit name, such as "ms" or "percent".
        threshold: where a line is drawn, None for none.
        below: whether it is bad to be under the threshold instead of over it.
        note: shown behind the panel's information sign.
    """

    title: str
    exprs: tuple[str, ...] = ()
    lines: tuple[CloudWatchLine, ...] = ()
    legend: str = ""
    unit: str
    threshold: float | None = None
    below: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a panel that shows nothing, or of two data sources."""
        require(
            f"panel {self.title!r}",
            (bool(self.exprs) != bool(self.lines), "needs either PromQL or CloudWatch metrics"),
            (len(self.exprs) + len(self.lines) <= MOST_LINES, f"has more than {MOST_LINES} lines"),
        )


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard; `uid` is its stable address, `note` a text above the panels."""

    uid: str
    title: str
    panels: tuple[Panel, ...] = ()
    note: str = ""


def queried(
    title: str, unit: str, *exprs: str, legend: str, limit: float | None = None, below: bool = False, note: str = ""
) -> Panel:
    """A panel of PromQL queries."""
    return Panel(title=title, exprs=exprs, legend=legend, unit=unit, threshold=limit, below=below, note=note)


def of_each(
    title: str,
    metric: str,
    statistic: Statistic,
    unit: str,
    *,
    namespace: str,
    things: Iterable[tuple[str, Dimensions]],
    limit: float | None = None,
) -> Panel:
    """A panel of one CloudWatch metric of several things, each given by its name on the graph and its dimensions."""
    lines = tuple(
        CloudWatchLine(namespace=namespace, metric=metric, dimensions=of, statistic=statistic, legend=name)
        for name, of in things
    )
    return Panel(title=title, lines=lines, unit=unit, threshold=limit)


def to_json(dashboard: Dashboard) -> str:
    """The dashboard as Grafana imports it."""
    top = NOTE_HEIGHT if dashboard.note else 0
    panels = [_panel(number, panel, top) for number, panel in enumerate(dashboard.panels)]
    if dashboard.note:
        panels.insert(0, _note(len(panels) + 1, dashboard.note))
    return json.dumps(
        {
            "uid": dashboard.uid,
            "title": dashboard.title,
            "schemaVersion": SCHEMA_VERSION,
            "tags": ["bailbondpro"],
            "timezone": "utc",
            "refresh": "1m",
            "time": {"from": "now-6h", "to": "now"},
            "links": [{"type": "dashboards", "title": "Other systems", "tags": ["bailbondpro"], "asDropdown": True}],
            "panels": panels,
        },
        indent=2,
        sort_keys=True,
    )


def _note(number: int, text: str) -> Manifest:
    return {
        "id": number,
        "title": "",
        "type": "text",
        "gridPos": {"h": NOTE_HEIGHT, "w": GRID_WIDTH, "x": 0, "y": 0},
        "options": {"mode": "markdown", "content": text},
    }


def _panel(number: int, panel: Panel, top: int) -> Manifest:
    per_row = GRID_WIDTH // PANEL_WIDTH
    source = _cloudwatch_source() if panel.lines else {"type": "prometheus", "uid": PROMETHEUS_UID}
    return {
        "id": number + 1,
        "title": panel.title,
        "description": panel.note,
        "type": "timeseries",
        "datasource": source,
        "gridPos": {
            "h": PANEL_HEIGHT,
            "w": PANEL_WIDTH,
            "x": number % per_row * PANEL_WIDTH,
            "y": top + number // per_row * PANEL_HEIGHT,
        },
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": _steps(panel)},
                "custom": {"thresholdsStyle": {"mode": "line" if panel.threshold is not None else "off"}},
            },
            "overrides": [],
        },
        "targets": [
            *(
                {"refId": _letter(index), "expr": expr, "legendFormat": panel.legend}
                for index, expr in enumerate(panel.exprs)
            ),
            *(_cloudwatch_target(_letter(index), line) for index, line in enumerate(panel.lines)),
        ],
    }


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _steps(panel: Panel) -> list[Manifest]:
    below, above = ("red", "green") if panel.below else ("green", "red")
    if panel.threshold is None:
        return [{"color": "green", "value": None}]
    return [{"color": below, "value": None}, {"color": above, "value": panel.threshold}]


def _cloudwatch_source() -> Manifest:
    return {"type": "cloudwatch", "uid": CLOUDWATCH_UID}


def _cloudwatch_target(letter: str, line: CloudWatchLine) -> Manifest:
    """A query as Grafana's CloudWatch data source reads it (its query editor in the modes Search and Builder)."""
    return {
        "refId": letter,
        "datasource": _cloudwatch_source(),
        "queryMode": "Metrics",
        "metricQueryType": 0,
        "metricEditorMode": 0,
        "region": line.region,
        "namespace": line.namespace,
        "metricName": line.metric,
        "dimensions": dict(line.dimensions),
        "matchExact": True,
        "statistic": line.statistic,
        "period": "" if line.period_seconds is None else str(line.period_seconds),
        "label": line.legend,
        "id": "",
        "expression": "",
    }
