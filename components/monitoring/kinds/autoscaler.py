"""The autoscalers: what they want, and whether they may and can."""

from __future__ import annotations

from functools import partial

from ..alerts import Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import queried
from .application import CPU_TARGET_PERCENT, MEMORY_TARGET_PERCENT, of_request, requests_per_pod
from .boards import AUTOSCALING


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """It cannot grow, or it cannot see."""
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
            summary=f"{scope.autoscaler} has been at its maximum for 15 minutes",
            description="More load will slow every request down. Raise maxReplicas if nodes and connections allow it.",
            runbook="autoscaler",
        ),
        Alert(
            name="AutoscalerBlind",
            expr="kube_horizontalpodautoscaler_status_condition"
            f'{{{hpa},condition="ScalingActive",status="false"}} == 1',
            for_="5m",
            severity="critical",
            summary=f"{scope.autoscaler} cannot read a metric",
            description="With one metric in error it still scales up, but never down. Check Prometheus and KEDA.",
            runbook="autoscaler",
        ),
        Alert(
            name="RequestMetricMissing",
            expr=f"absent(http_requests_total{{{scope.matcher}}})",
            for_="10m",
            severity="critical",
            summary="No pod reports http_requests_total",
            description="Requests per second, error rate and burn rate are blind. Check the PodMonitor and /metrics.",
            runbook="autoscaler",
        ),
    )


def panels(scope: Scope) -> Panels:
    """Every autoscaler of the namespace, and what it compares."""
    show = partial(queried, legend="{{horizontalpodautoscaler}}")
    conditions = f'{scope.matcher},condition=~"ScalingActive|AbleToScale",status="true"'
    limited = f'{scope.matcher},condition="ScalingLimited",status="true"'
    hpa = "kube_horizontalpodautoscaler"
    current = f"{hpa}_status_current_replicas{{{scope.matcher}}}"
    most = f"{hpa}_spec_max_replicas{{{scope.matcher}}}"
    return {
        AUTOSCALING: (
            show("Replicas that each autoscaler wants", "short", f"{hpa}_status_desired_replicas{{{scope.matcher}}}"),
            show(
                "Share of the maximum", "percent", f"100 * {current} / on (horizontalpodautoscaler) {most}", limit=100
            ),
            requests_per_pod(scope),
            of_request(scope, "cpu", CPU_TARGET_PERCENT),
            of_request(scope, "memory", MEMORY_TARGET_PERCENT),
            show(
                "Sees its metrics (1) or not (0)",
                "short",
                f"min by (horizontalpodautoscaler) ({hpa}_status_condition{{{conditions}}})",
                limit=1,
                below=True,
                note="With one metric in error an autoscaler still adds pods, but never removes any.",
            ),
            show("Held by its minimum or maximum (1)", "short", f"{hpa}_status_condition{{{limited}}}"),
        )
    }


AUTOSCALER = ClusterKind(alerts=alerts, panels=panels)
