"""The application: its traffic, errors, latency and memory."""

from __future__ import annotations

from typing import Literal

from ..alerts import RECORDED_REQUESTS, Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import Panel, queried
from .boards import GOLDEN

REQUESTS_PER_POD = 100
CPU_TARGET_PERCENT = 70
MEMORY_TARGET_PERCENT = 80
"""What the autoscaler aims at (scaling guide, Auto-Scaling)."""


def error_ratio(scope: Scope, window: str) -> str:
    """PromQL: share of responses with a 5xx status, 0..1."""
    failed = f'sum(rate(http_requests_total{{{scope.matcher},status=~"5.."}}[{window}]))'
    every = f"sum(rate(http_requests_total{{{scope.matcher}}}[{window}]))"
    return f"({failed} / {every})"


def response_ms(scope: Scope) -> str:
    """PromQL: 95th percentile of response times in milliseconds."""
    buckets = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{scope.matcher}}}[5m]))"
    return f"1000 * histogram_quantile(0.95, {buckets})"


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Memory, response time and errors, each held for a while."""
    limits = scope.thresholds
    return (
        Alert(
            name="ContainerMemoryHigh",
            expr=f'100 * max by (pod, container) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})'
            " / on (pod, container) max by (pod, container)"
            f' (kube_pod_container_resource_limits{{{scope.matcher},resource="memory"}}) > {limits.memory_percent}',
            for_=limits.hold,
            summary="{{ $labels.pod }} uses {{ $value | humanize }} % of its memory limit",
            description="The container is killed at 100 %. Look for a leak, or raise the limit (the heap follows it).",
            runbook="pod-memory",
        ),
        Alert(
            name="ResponseTimeHigh",
            expr=f"{response_ms(scope)} > {limits.response_ms}",
            for_=limits.hold,
            summary="95 % of requests take up to {{ $value | humanize }} ms",
            description="Check database latency and connection waits, then whether the autoscaler is at its maximum.",
            runbook="slow-responses",
        ),
        Alert(
            name="ErrorRateHigh",
            expr=f"100 * {error_ratio(scope, '5m')} > {limits.error_percent}",
            for_=limits.hold,
            severity="critical",
            summary="{{ $value | humanize }} % of requests fail",
            description="Roll back the last deployment if it is recent; otherwise check the databases and the cache.",
            runbook="errors",
        ),
    )


def panels(scope: Scope) -> Panels:
    """Traffic, errors, latency and saturation of the application (Google, Site Reliability Engineering)."""
    limits = scope.thresholds
    hpa = f'{scope.matcher},horizontalpodautoscaler="{scope.autoscaler}"'
    memory_used = f'sum by (pod) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})'
    memory_limit = f'sum by (pod) (kube_pod_container_resource_limits{{{scope.matcher},resource="memory"}})'
    return {
        GOLDEN: (
            requests_per_pod(scope),
            queried("Errors", "percent", f"100 * {error_ratio(scope, '5m')}", legend="5xx", limit=limits.error_percent),
            queried("Response time, 95th percentile", "ms", response_ms(scope), legend="p95", limit=limits.response_ms),
            queried(
                "Pods",
                "short",
                *(
                    f"kube_horizontalpodautoscaler_{series}{{{hpa}}}"
                    for series in ("status_current_replicas", "spec_max_replicas", "spec_min_replicas")
                ),
                legend="{{__name__}}",
            ),
            of_request(scope, "cpu", CPU_TARGET_PERCENT),
            queried(
                "Memory used, share of the limit",
                "percent",
                f"100 * {memory_used} / on (pod) {memory_limit}",
                legend="{{pod}}",
                limit=limits.memory_percent,
            ),
        )
    }


def requests_per_pod(scope: Scope) -> Panel:
    """Traffic, and how much of it one pod is meant to take."""
    return queried(
        "Requests per second",
        "reqps",
        f"sum by (pod) ({RECORDED_REQUESTS}{{{scope.matcher}}})",
        legend="{{pod}}",
        limit=REQUESTS_PER_POD,
    )


def of_request(scope: Scope, resource: Literal["cpu", "memory"], threshold: float) -> Panel:
    """What the autoscaler compares: use as a share of what is requested."""
    used = {
        "cpu": f'sum by (pod) (rate(container_cpu_usage_seconds_total{{{scope.matcher},container!=""}}[5m]))',
        "memory": f'sum by (pod) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})',
    }[resource]
    asked = f'sum by (pod) (kube_pod_container_resource_requests{{{scope.matcher},resource="{resource}"}})'
    return queried(
        f"{resource.capitalize()} used, share of the request",
        "percent",
        f"100 * {used} / on (pod) {asked}",
        legend="{{pod}}",
        limit=threshold,
    )


APPLICATION = ClusterKind(alerts=alerts, panels=panels)
