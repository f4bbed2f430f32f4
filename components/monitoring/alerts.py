"""The alerts and recording rules of the platform, as data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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
        runbook: file under docs/runbooks, without folder.
    """

    name: str
    expr: str
    for_: str
    severity: Severity
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
                "runbook": f"{RUNBOOKS}/{self.runbook}",
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
        availability_percent: the objective (guide, Scaling Objectives: 99.9 % uptime).
        hold_seconds: how long one of the four must be exceeded; the guide alerts at once.
    """

    cpu_percent: int = 80
    memory_percent: int = 85
    response_ms: int = 1000
    error_percent: int = 5
    availability_percent: float = 99.9
    hold_seconds: int = 300


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose series the rules read: one namespace and the autoscaler of the application."""

    namespace: str
    autoscaler: str = "bailbondpro-hpa"

    @property
    def matcher(self) -> str:
        """The label matcher of the namespace."""
        return f'namespace="{self.namespace}"'


def recording_rules() -> tuple[RecordingRule, ...]:
    """Requests per second of each pod, over eight scrape intervals of 15 s."""
    return (
        RecordingRule(
            record=RECORDED_REQUESTS,
            expr="sum by (namespace, pod) (rate(http_requests_total[2m]))",
        ),
    )


def error_ratio(scope: Scope, window: str) -> str:
    """PromQL: share of responses with a 5xx status, 0..1."""
    failed = f'sum(rate(http_requests_total{{{scope.matcher},status=~"5.."}}[{window}]))'
    every = f"sum(rate(http_requests_total{{{scope.matcher}}}[{window}]))"
    return f"({failed} / {every})"


def response_ms(scope: Scope) -> str:
    """PromQL: 95th percentile of response times in milliseconds."""
    buckets = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{scope.matcher}}}[5m]))"
    return f"1000 * histogram_quantile(0.95, {buckets})"


def alerts(scope: Scope, thresholds: Thresholds) -> tuple[Alert, ...]:
    """Every alert of the platform's Kubernetes side."""
    return (
        *_guide(scope, thresholds),
        *_budget(scope, thresholds),
        *_scaling(scope),
        *_pods(scope),
        *_front(scope),
    )


def _duration(seconds: int) -> str:
    """A Prometheus duration."""
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"


def _guide(scope: Scope, t: Thresholds) -> tuple[Alert, ...]:
    """The guide's four alerts, held for a while: it looks at one sample, but one slow minute should wake nobody."""
    hold = _duration(t.hold_seconds)
    return (
        Alert(
            name="NodeCpuHigh",
            expr=f'100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{{mode="idle"}}[5m]))) > {t.cpu_percent}',
            for_=hold,
            severity="warning",
            summary="Node {{ $labels.instance }} uses {{ $value | humanize }} % of its cpus",
            description="Look for one busy pod first; if all are busy, the pool needs more or larger nodes.",
            runbook="node-saturation.md",
        ),
        Alert(
            name="NodeMemoryHigh",
            expr=f"100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) > {t.memory_percent}",
            for_=hold,
            severity="warning",
            summary="Node {{ $labels.instance }} uses {{ $value | humanize }} % of its memory",
            description="Compare the pods' memory with their requests; the kernel starts killing near 100 %.",
            runbook="node-saturation.md",
        ),
        Alert(
            name="ContainerMemoryHigh",
            expr=f'100 * max by (pod, container) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})'
            " / on (pod, container) max by (pod, container)"
            f' (kube_pod_container_resource_limits{{{scope.matcher},resource="memory"}}) > {t.memory_percent}',
            for_=hold,
            severity="warning",
            summary="{{ $labels.pod }} uses {{ $value | humanize }} % of its memory limit",
            description="The container is killed at 100 %. Look for a leak, or raise the limit (the heap follows it).",
            runbook="pod-memory.md",
        ),
        Alert(
            name="ResponseTimeHigh",
            expr=f"{response_ms(scope)} > {t.response_ms}",
            for_=hold,
            severity="warning",
            summary="95 % of requests take up to {{ $value | humanize }} ms",
            description="Check database latency and connection waits, then whether the autoscaler is at its maximum.",
            runbook="slow-responses.md",
        ),
        Alert(
            name="ErrorRateHigh",
            expr=f"100 * {error_ratio(scope, '5m')} > {t.error_percent}",
            for_=hold,
            severity="critical",
            summary="{{ $value | humanize }} % of requests fail",
            description="Roll back the last deployment if it is recent; otherwise check the databases and the cache.",
            runbook="errors.md",
        ),
    )


def _budget(scope: Scope, t: Thresholds) -> tuple[Alert, ...]:
    """Two burn rates of the error budget (Google, The Site Reliability Workbook, "Alerting on SLOs")."""
    budget = round(1 - t.availability_percent / 100, 6)
    pairs = (("Fast", 14.4, "5m", "1h", "2m", "critical"), ("Slow", 6.0, "30m", "6h", "15m", "warning"))
    return tuple(
        Alert(
            name=f"ErrorBudgetBurn{speed}",
            expr=f"{error_ratio(scope, short)} > {round(rate * budget, 6)}"
            f" and {error_ratio(scope, long)} > {round(rate * budget, 6)}",
            for_=hold,
            severity="critical" if severity == "critical" else "warning",
            summary=f"The error budget of {t.availability_percent} % burns {rate} times too fast",
            description="At this speed the month's allowance is spent within days. Find what fails, by route.",
            runbook="errors.md",
        )
        for speed, rate, short, long, hold, severity in pairs
    )


def _scaling(scope: Scope) -> tuple[Alert, ...]:
    hpa = f'{scope.matcher},horizontalpodautoscaler="{scope.autoscaler}"'
    at_max = (
        f"kube_horizontalpodautoscaler_status_current_replicas{{{hpa}}}"
        f" >= on (namespace, horizontalpodautoscaler) kube_horizontalpodautoscaler_spec_max_replicas{{{hpa}}}"
    )
    return (
        Alert(
            name="AutoscalerAtMaximum",
            expr=at_max,
            for_="15m",
            severity="warning",
            summary=f"{scope.autoscaler} has been at its maximum for 15 minutes",
            description="More load will slow every request down. Raise maxReplicas if nodes and connections allow it.",
            runbook="autoscaler.md",
        ),
        Alert(
            name="AutoscalerBlind",
            expr="kube_horizontalpodautoscaler_status_condition"
            f'{{{hpa},condition="ScalingActive",status="false"}} == 1',
            for_="5m",
            severity="critical",
            summary=f"{scope.autoscaler} cannot read a metric",
            description="With one metric in error it still scales up, but never down. Check Prometheus and KEDA.",
            runbook="autoscaler.md",
        ),
        Alert(
            name="RequestMetricMissing",
            expr=f"absent(http_requests_total{{{scope.matcher}}})",
            for_="10m",
            severity="critical",
            summary="No pod reports http_requests_total",
            description="Requests per second, error rate and burn rate are blind. Check the PodMonitor and /metrics.",
            runbook="autoscaler.md",
        ),
    )


def _pods(scope: Scope) -> tuple[Alert, ...]:
    return (
        Alert(
            name="PodCrashLooping",
            expr=f"increase(kube_pod_container_status_restarts_total{{{scope.matcher}}}[15m]) > 3",
            for_="0m",
            severity="critical",
            summary="{{ $labels.pod }} restarted {{ $value | humanize }} times in 15 minutes",
            description="Read the previous container's log; a failing start after a deployment means roll back.",
            runbook="pod-restarts.md",
        ),
        Alert(
            name="PodOutOfMemory",
            expr=f'kube_pod_container_status_last_terminated_reason{{{scope.matcher},reason="OOMKilled"}} == 1'
            " and on (namespace, pod, container)"
            f" increase(kube_pod_container_status_restarts_total{{{scope.matcher}}}[15m]) > 0",
            for_="0m",
            severity="warning",
            summary="{{ $labels.pod }} was killed for using more memory than its limit",
            description="Compare the heap limit with the memory limit, then look for a leak.",
            runbook="pod-memory.md",
        ),
        Alert(
            name="CpuThrottled",
            expr=f"100 * sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{{{scope.matcher}}}[5m]))"
            f" / sum by (pod) (rate(container_cpu_cfs_periods_total{{{scope.matcher}}}[5m])) > 50",
            for_="15m",
            severity="info",
            summary="{{ $labels.pod }} waits for cpu in {{ $value | humanize }} % of its periods",
            description="The cpu limit slows requests down; 16 libuv threads share one cpu. Raise the limit if slow.",
            runbook="slow-responses.md",
        ),
        Alert(
            name="DisruptionBudgetExhausted",
            expr=f"kube_poddisruptionbudget_status_pod_disruptions_allowed{{{scope.matcher}}} == 0",
            for_="15m",
            severity="warning",
            summary="{{ $labels.poddisruptionbudget }} allows no disruption",
            description="Nodes cannot be drained, so upgrades hang. Find the pod that is not ready.",
            runbook="pod-restarts.md",
        ),
    )


def _front(scope: Scope) -> tuple[Alert, ...]:
    """What every request passes: the gateway's pods and the connection pooler."""
    return (
        Alert(
            name="GatewayDown",
            expr=f"nginx_up{{{scope.matcher}}} == 0",
            for_="2m",
            severity="critical",
            summary="nginx in {{ $labels.pod }} does not answer",
            description="If all gateway pods are down, nothing is served. Check their log and the last configuration.",
            runbook="gateway.md",
        ),
        Alert(
            name="PoolerQueueing",
            expr=f"sum by (database) (pgbouncer_pools_client_waiting_connections{{{scope.matcher}}}) > 0",
            for_="5m",
            severity="warning",
            summary="{{ $value | humanize }} clients wait for a connection to {{ $labels.database }}",
            description="All server connections are busy: look for long transactions before making the pool larger.",
            runbook="pooler.md",
        ),
        Alert(
            name="RolloutIncomplete",
            expr=f"kube_deployment_status_replicas_unavailable{{{scope.matcher}}} > 0",
            for_="15m",
            severity="warning",
            summary="{{ $labels.deployment }} misses {{ $value | humanize }} pods",
            description="Look at the pods' events: no room, an image that cannot be pulled, a failing probe.",
            runbook="pod-restarts.md",
        ),
    )
