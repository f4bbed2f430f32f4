"""Pods and their rollouts: restarts, memory, throttling, and room for those to come."""

from __future__ import annotations

from ..alerts import Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import queried
from .boards import AUTOSCALING, COST


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Pods that run, but badly."""
    return (
        Alert(
            name="PodCrashLooping",
            expr=f"increase(kube_pod_container_status_restarts_total{{{scope.matcher}}}[15m]) > 3",
            for_="0m",
            severity="critical",
            summary="{{ $labels.pod }} restarted {{ $value | humanize }} times in 15 minutes",
            description="Read the previous container's log; a failing start after a deployment means roll back.",
            runbook="pod-restarts",
        ),
        Alert(
            name="PodOutOfMemory",
            expr=f'kube_pod_container_status_last_terminated_reason{{{scope.matcher},reason="OOMKilled"}} == 1'
            " and on (namespace, pod, container)"
            f" increase(kube_pod_container_status_restarts_total{{{scope.matcher}}}[15m]) > 0",
            for_="0m",
            summary="{{ $labels.pod }} was killed for using more memory than its limit",
            description="Compare the heap limit with the memory limit, then look for a leak.",
            runbook="pod-memory",
        ),
        Alert(
            name="CpuThrottled",
            expr=f"100 * sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{{{scope.matcher}}}[5m]))"
            f" / sum by (pod) (rate(container_cpu_cfs_periods_total{{{scope.matcher}}}[5m])) > 50",
            for_="15m",
            severity="info",
            summary="{{ $labels.pod }} waits for cpu in {{ $value | humanize }} % of its periods",
            description="The cpu limit slows requests down; 16 libuv threads share one cpu. Raise the limit if slow.",
            runbook="slow-responses",
        ),
        Alert(
            name="DisruptionBudgetExhausted",
            expr=f"kube_poddisruptionbudget_status_pod_disruptions_allowed{{{scope.matcher}}} == 0",
            for_="15m",
            summary="{{ $labels.poddisruptionbudget }} allows no disruption",
            description="Nodes cannot be drained, so upgrades hang. Find the pod that is not ready.",
            runbook="pod-restarts",
        ),
    )


def panels(scope: Scope) -> Panels:
    """What they requested and do not use."""
    asked = f'kube_pod_container_resource_requests{{{{{scope.matcher},resource="{{resource}}"}}}}'
    cores = f'container_cpu_usage_seconds_total{{{scope.matcher},container!=""}}'
    memory = f'container_memory_working_set_bytes{{{scope.matcher},container!=""}}'
    return {
        COST: (
            queried(
                "Cores requested and not used",
                "short",
                f"sum({asked.format(resource='cpu')}) - sum(rate({cores}[1h]))",
                legend="cores",
                note="`./bbp right-size` turns this into smaller requests.",
            ),
            queried(
                "Memory requested and not used",
                "bytes",
                f"sum({asked.format(resource='memory')}) - sum({memory})",
                legend="memory",
            ),
        )
    }


def rollout_alerts(scope: Scope) -> tuple[Alert, ...]:
    """Pods that should run and do not."""
    return (
        Alert(
            name="RolloutIncomplete",
            expr=f"kube_deployment_status_replicas_unavailable{{{scope.matcher}}} > 0",
            for_="15m",
            summary="{{ $labels.deployment }} misses {{ $value | humanize }} pods",
            description="Look at the pods' events: no room, an image that cannot be pulled, a failing probe.",
            runbook="pod-restarts",
        ),
    )


def rollout_panels(scope: Scope) -> Panels:
    """Whether there is room for more pods."""
    return {
        AUTOSCALING: (
            queried(
                "Pods without a node",
                "short",
                f'sum by (pod) (kube_pod_status_phase{{{scope.matcher},phase="Pending"}})',
                legend="{{pod}}",
                note="Pods wait here until the cluster autoscaler has added a node.",
            ),
        )
    }


PODS = ClusterKind(alerts=alerts, panels=panels)
ROLLOUTS = ClusterKind(alerts=rollout_alerts, panels=rollout_panels)
