"""What alerts and recording rules are made of. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from ..security.generations import CertificateEnd

Severity: TypeAlias = Literal["info", "warning", "critical"]
Manifest: TypeAlias = dict[str, Any]

RUNBOOKS = "docs/runbooks"
RECORDED_REQUESTS = "namespace_pod:http_requests:rate2m"
"""Requests per second of each pod: what the autoscaler's 100 requests/s per pod are compared with."""
GROUP_INTERVAL = "60s"
"""The guide evaluates its alerts every 60 s (Performance Monitoring)."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alerting rule.

    Attributes:
        name: in CamelCase, unique.
        expr: PromQL; fires while it returns anything.
        for_: how long it must hold, as a Prometheus duration.
        severity: who is woken up: critical at once, warning in working hours, info never.
        summary: one line.
        description: what it means and what to do first.
        runbook: name of the page under docs/runbooks.
    """

    name: str
    expr: str
    for_: str
    severity: Severity = "warning"
    summary: str
    description: str
    runbook: str

    def manifest(self) -> Manifest:
        """The rule as Prometheus reads it."""
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.for_,
            "labels": {"severity": self.severity, "platform": "bailbondpro"},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook": f"{RUNBOOKS}/{self.runbook}.md",
            },
        }


@dataclass(frozen=True, kw_only=True)
class RecordingRule:
    """A series that is computed once per interval and stored under a name."""

    record: str
    expr: str

    def manifest(self) -> Manifest:
        """The rule as Prometheus reads it."""
        return {"record": self.record, "expr": self.expr}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The guide's thresholds (Performance Monitoring: cpu_usage, memory_usage, response_time, error_rate).

    Attributes:
        cpu_percent: of a node's cpus, and of a container's limit.
        memory_percent: of a node's memory, and of a container's limit.
        response_ms: 95th percentile of response times, in milliseconds.
        error_percent: share of responses with a 5xx status.
        objective_ms: response time in milliseconds that 95 % of requests keep (guide, Scaling Objectives: 200 ms).
        objective_error_percent: share of requests that may fail (what the guide's 99.9 % uptime leaves).
        hold_seconds: how long one of the four must be exceeded; the guide alerts at once.
    """

    cpu_percent: int = 80
    memory_percent: int = 85
    response_ms: int = 1000
    error_percent: int = 5
    objective_ms: int = 200
    objective_error_percent: float = 0.1
    hold_seconds: int = 300

    @property
    def hold(self) -> str:
        """As a Prometheus duration: the guide looks at one sample, but one slow minute should wake nobody."""
        return f"{self.hold_seconds}s" if self.hold_seconds % 60 else f"{self.hold_seconds // 60}m"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose series the rules and panels read, and from where on they are too high.

    Attributes:
        namespace: whose pods are watched.
        autoscaler: metadata.name of the application's HorizontalPodAutoscaler.
        thresholds: when alerts fire.
        pooler: whether PgBouncer runs here.
        certificates: when certificates end, each moment known.
    """

    namespace: str
    autoscaler: str = "bailbondpro-hpa"
    thresholds: Thresholds = field(default_factory=Thresholds)
    pooler: bool = False
    certificates: tuple[CertificateEnd, ...] = ()

    @property
    def matcher(self) -> str:
        """The label matcher of the namespace."""
        return f'namespace="{self.namespace}"'


def ends_at(milliseconds: int) -> str:
    """The matcher of the bucket that ends there; whole seconds are written in two ways (OpenMetrics: 1.0)."""
    seconds = milliseconds / 1000
    return f'le=~"{seconds:g}|{seconds:.1f}"' if seconds.is_integer() else f'le="{seconds:g}"'


def recording_rules() -> tuple[RecordingRule, ...]:
    """Requests per second of each pod, over eight scrape intervals of 15 s."""
    return (
        RecordingRule(
            record=RECORDED_REQUESTS,
            expr="sum by (namespace, pod) (rate(http_requests_total[2m]))",
        ),
    )
