"""The dashboards of the platform, one for each system, as data. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .alerts import RECORDED_REQUESTS, error_ratio, response_ms
from .dashboards_data import cost, postgres, redis
from .panels import CloudWatchLine, Dashboard, Panel, Statistic

if TYPE_CHECKING:
    from .alerts import Scope, Thresholds
    from .watched import Balancer, Watched

REQUESTS_PER_POD = 100
CPU_TARGET_PERCENT = 70
MEMORY_TARGET_PERCENT = 80
"""What the autoscaler aims at (scaling guide, Auto-Scaling)."""


def dashboards(scope: Scope, thresholds: Thresholds, watched: Watched) -> tuple[Dashboard, ...]:
    """Every dashboard; a system without resources has none."""
    found = [golden_signals(scope, thresholds), autoscaling(scope), edge(scope, watched), cost(scope, watched)]
    if watched.databases:
        found.append(postgres(scope, watched))
    if watched.cache_nodes:
        found.append(redis(watched))
    return tuple(found)


def golden_signals(scope: Scope, thresholds: Thresholds) -> Dashboard:
    """Traffic, errors, latency and saturation of the application (Google, Site Reliability Engineering)."""
    hpa = f'{scope.matcher},horizontalpodautoscaler="{scope.autoscaler}"'
    memory_used = f'sum by (pod) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})'
    memory_limit = f'sum by (pod) (kube_pod_container_resource_limits{{{scope.matcher},resource="memory"}})'
    return Dashboard(
        uid="bailbondpro-golden",
        title="BailBondPro: golden signals",
        panels=(
            _requests_per_pod(scope),
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
            _of_request(scope, "cpu", CPU_TARGET_PERCENT),
            Panel(
                title="Memory used, share of the limit",
                exprs=(f"100 * {memory_used} / on (pod) {memory_limit}",),
                legend="{{pod}}",
                unit="percent",
                threshold=thresholds.memory_percent,
            ),
        ),
    )


def _requests_per_pod(scope: Scope) -> Panel:
    return Panel(
        title="Requests per second",
        exprs=(f"sum by (pod) ({RECORDED_REQUESTS}{{{scope.matcher}}})",),
        legend="{{pod}}",
        unit="reqps",
        threshold=REQUESTS_PER_POD,
    )


def _of_request(scope: Scope, resource: Literal["cpu", "memory"], threshold: float) -> Panel:
    """What the autoscaler compares: use as a share of what is requested."""
    used = {
        "cpu": f'sum by (pod) (rate(container_cpu_usage_seconds_total{{{scope.matcher},container!=""}}[5m]))',
        "memory": f'sum by (pod) (container_memory_working_set_bytes{{{scope.matcher},container!=""}})',
    }[resource]
    asked = f'sum by (pod) (kube_pod_container_resource_requests{{{scope.matcher},resource="{resource}"}})'
    return Panel(
        title=f"{resource.capitalize()} used, share of the request",
        exprs=(f"100 * {used} / on (pod) {asked}",),
        legend="{{pod}}",
        unit="percent",
        threshold=threshold,
    )


def autoscaling(scope: Scope) -> Dashboard:
    """Every autoscaler of the namespace, what it compares, and whether there is room for more pods."""
    conditions = f'{scope.matcher},condition=~"ScalingActive|AbleToScale",status="true"'
    limited = f'{scope.matcher},condition="ScalingLimited",status="true"'
    hpa = "kube_horizontalpodautoscaler"
    current = f"{hpa}_status_current_replicas{{{scope.matcher}}}"
    most = f"{hpa}_spec_max_replicas{{{scope.matcher}}}"
    return Dashboard(
        uid="bailbondpro-autoscaling",
        title="BailBondPro: autoscaling",
        panels=(
            Panel(
                title="Replicas that each autoscaler wants",
                exprs=(f"{hpa}_status_desired_replicas{{{scope.matcher}}}",),
                legend="{{horizontalpodautoscaler}}",
                unit="short",
            ),
            Panel(
                title="Share of the maximum",
                exprs=(f"100 * {current} / on (horizontalpodautoscaler) {most}",),
                legend="{{horizontalpodautoscaler}}",
                unit="percent",
                threshold=100,
            ),
            _requests_per_pod(scope),
            _of_request(scope, "cpu", CPU_TARGET_PERCENT),
            _of_request(scope, "memory", MEMORY_TARGET_PERCENT),
            Panel(
                title="Sees its metrics (1) or not (0)",
                exprs=(f"min by (horizontalpodautoscaler) ({hpa}_status_condition{{{conditions}}})",),
                legend="{{horizontalpodautoscaler}}",
                unit="short",
                threshold=1,
                below=True,
                note="With one metric in error an autoscaler still adds pods, but never removes any.",
            ),
            Panel(
                title="Held by its minimum or maximum (1)",
                exprs=(f"{hpa}_status_condition{{{limited}}}",),
                legend="{{horizontalpodautoscaler}}",
                unit="short",
            ),
            Panel(
                title="Pods without a node",
                exprs=(f'sum by (pod) (kube_pod_status_phase{{{scope.matcher},phase="Pending"}})',),
                legend="{{pod}}",
                unit="short",
                note="Pods wait here until the cluster autoscaler has added a node.",
            ),
        ),
    )


def edge(scope: Scope, watched: Watched) -> Dashboard:
    """What reaches the origin: everything that the CDN does not answer itself."""
    nginx = f"{{{scope.matcher}}}"
    accepted, handled = (f"rate(nginx_connections_{state}{nginx}[5m])" for state in ("accepted", "handled"))
    panels = [
        Panel(
            title="Requests that reach the gateway, per second",
            exprs=(f"sum by (pod) (rate(nginx_http_requests_total{nginx}[5m]))",),
            legend="{{pod}}",
            unit="reqps",
            note="What the CDN answers from its cache is not here: less is better.",
        ),
        Panel(
            title="Connections of the gateway",
            exprs=tuple(
                f"sum(nginx_connections_{state}{nginx})" for state in ("active", "reading", "writing", "waiting")
            ),
            legend="{{__name__}}",
            unit="short",
        ),
        Panel(
            title="Connections that the gateway dropped, per second",
            exprs=(f"sum by (pod) ({accepted} - {handled})",),
            legend="{{pod}}",
            unit="short",
        ),
        Panel(title="Gateway answers (1)", exprs=(f"nginx_up{nginx}",), legend="{{pod}}", unit="short"),
    ]
    for balancer in watched.balancers:
        panels += _balancer(balancer)
    return Dashboard(
        uid="bailbondpro-cdn",
        title="BailBondPro: CDN and gateway",
        note="This is the origin's side of the CDN. The edge's own numbers (hit ratio, visitors, blocked requests) are "
        "in [Cloudflare's dashboard](https://dash.cloudflare.com/?to=/:account/:zone/analytics/traffic).",
        panels=tuple(panels),
    )


def _balancer(balancer: Balancer) -> list[Panel]:
    whole = (("LoadBalancer", balancer.load_balancer),)
    group = (*whole, ("TargetGroup", balancer.target_group))

    def line(metric: str, statistic: Statistic, *, of_group: bool = False) -> CloudWatchLine:
        dimensions = group if of_group else whole
        return CloudWatchLine(
            namespace="AWS/NetworkELB", metric=metric, dimensions=dimensions, statistic=statistic, legend=metric
        )

    return [
        Panel(title="Bytes through the load balancer", lines=(line("ProcessedBytes", "Sum"),), unit="bytes"),
        Panel(
            title="Flows of the load balancer",
            lines=(line("ActiveFlowCount", "Average"), line("NewFlowCount", "Sum")),
            unit="short",
        ),
        Panel(
            title="Gateway pods behind the load balancer",
            lines=(
                line("HealthyHostCount", "Minimum", of_group=True),
                line("UnHealthyHostCount", "Maximum", of_group=True),
            ),
            unit="short",
            threshold=1,
            below=True,
        ),
        Panel(
            title="Connections reset",
            lines=(line("TCP_Client_Reset_Count", "Sum"), line("TCP_Target_Reset_Count", "Sum")),
            unit="short",
        ),
    ]
