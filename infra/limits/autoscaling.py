"""Limits of the application's autoscalers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings


@rule("replica-range", source="scaling guide, Auto-Scaling: minReplicas 3", areas=("autoscaling", "environment"))
def replica_range_is_ordered(settings: Settings) -> Iterator[Finding]:
    """The maximum is not below the minimum; production keeps two pods so that one may fail."""
    autoscaling = settings.autoscaling
    if autoscaling.min_replicas > autoscaling.max_replicas:
        yield Finding(
            path="autoscaling.maxReplicas",
            value=autoscaling.max_replicas,
            allowed=f"at least minReplicas ({autoscaling.min_replicas})",
            fix=f"set it to {autoscaling.min_replicas}, or lower autoscaling.minReplicas",
        )
    if settings.environment.production and autoscaling.min_replicas < 2:  # noqa: PLR2004 - two is one more than one
        yield Finding(
            path="autoscaling.minReplicas",
            value=autoscaling.min_replicas,
            allowed="at least 2 in production: no single point of failure",
            fix="set it to 2",
        )


@rule(
    "autoscaler-metrics",
    source="Kubernetes documentation, HPA; KEDA documentation",
    areas=("autoscaling", "monitoring"),
)
def metrics_have_a_source(settings: Settings) -> Iterator[Finding]:
    """Requests per second come from Prometheus through KEDA or an adapter, never from metrics-server."""
    autoscaling = settings.autoscaling
    native = autoscaling.metrics_backend == "native"
    if autoscaling.profile == "guide-hpa" and autoscaling.requests_per_second is not None and native:
        yield Finding(
            path="autoscaling.metricsBackend",
            value="native",
            allowed="keda or custom-metrics-api while requestsPerSecond is set",
            fix="set it to keda, or autoscaling.requestsPerSecond to null",
        )
    if autoscaling.profile != "guide-hpa" and autoscaling.metrics_backend in {"native", "custom-metrics-api"}:
        yield Finding(
            path="autoscaling.metricsBackend",
            value=autoscaling.metrics_backend,
            allowed=f"keda: the profile {autoscaling.profile} decides by a formula over queries, which nothing else "
            "evaluates",
            fix="set it to keda, or autoscaling.profile to guide-hpa",
        )
    if autoscaling.metrics_backend in {"keda", "custom-metrics-api"} and not settings.monitoring.prometheus.enabled:
        yield Finding(
            path="monitoring.prometheus.enabled",
            value=False,
            allowed=f"true while autoscaling.metricsBackend is {autoscaling.metrics_backend}: a missing metric stops "
            "all scaling down",
            fix="set it to true, or autoscaling.metricsBackend to native",
        )


@rule(
    "vpa-not-with-hpa",
    source="VPA documentation, known limitations: not with an HPA on the same resource",
    areas=("autoscaling",),
)
def vertical_and_horizontal_do_not_fight(settings: Settings) -> Iterator[Finding]:
    """The guide puts a VPA in mode Auto on cpu and memory next to an HPA on both: the two would fight."""
    autoscaling = settings.autoscaling
    mode = autoscaling.vpa.mode
    if not autoscaling.enabled or mode in {"off", "recommend"}:
        return
    if mode == "full":
        yield Finding(
            path="autoscaling.vpa.mode",
            value=mode,
            allowed="off, recommend or memory while an HPA scales on cpu: two owners of one resource undo each other, "
            "a larger request being a lower use",
            fix="set it to recommend, or autoscaling.enabled to false",
        )
    elif autoscaling.memory_percent is not None and autoscaling.profile != "scaling-manager":
        yield Finding(
            path="autoscaling.memoryPercent",
            value=autoscaling.memory_percent,
            allowed="null while vpa.mode is memory: two owners of one resource undo each other",
            fix="set it to null, or autoscaling.vpa.mode to recommend",
        )


@rule("vpa-range", source="VPA API, resource policy", areas=("autoscaling",))
def vertical_range_is_ordered(settings: Settings) -> Iterator[Finding]:
    """MinAllowed is not above maxAllowed."""
    vpa = settings.autoscaling.vpa
    pairs = {
        "minCpuMillicores": (vpa.min_cpu_millicores, vpa.max_cpu_millicores),
        "minMemoryMib": (vpa.min_memory_mib, vpa.max_memory_mib),
    }
    for key, (low, high) in pairs.items():
        if low > high:
            yield Finding(
                path=f"autoscaling.vpa.{key}",
                value=low,
                allowed=f"at most its maximum ({high})",
                fix=f"set it to {high}",
            )


@rule("scaling-rules", source="Kubernetes API, HPAScalingRules: at least one policy", areas=("autoscaling",))
def scaling_rules_have_a_policy(settings: Settings) -> Iterator[Finding]:
    """A direction with neither a percentage nor a number of pods says nothing."""
    directions = {"scaleUp": settings.autoscaling.scale_up, "scaleDown": settings.autoscaling.scale_down}
    for key, rules in directions.items():
        if rules is not None and rules.percent is None and rules.pods is None:
            yield Finding(
                path=f"autoscaling.{key}",
                value={"stabilizationSeconds": rules.stabilization_seconds},
                allowed="percent, pods, or both",
                fix=f"add percent (guide: {'50' if key == 'scaleUp' else '10'})",
            )


RULES = (
    replica_range_is_ordered,
    metrics_have_a_source,
    vertical_and_horizontal_do_not_fight,
    vertical_range_is_ordered,
    scaling_rules_have_a_policy,
)
