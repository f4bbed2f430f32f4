"""Arguments of the application's autoscalers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from components.autoscaling.autoscaler import AutoscalerArgs
from components.autoscaling.policy import AutoscalingPolicy, Behavior, Step, guide_autoscaler, scaling_manager
from components.autoscaling.vertical import VerticalAutoscalerArgs, VerticalPolicy
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    import pulumi

    from components.app.workload import Workload
    from infra.settings import Settings
    from infra.settings.autoscaling import ScalingRules


def autoscaling_policy(settings: Settings) -> AutoscalingPolicy:
    """The horizontal autoscaler of the application, free of any backend.

    The guide's two classes keep their response time and their steps; cpu and memory targets are the configuration's.
    """
    wanted = settings.autoscaling
    if wanted.profile == "guide-autoscaler":
        own = guide_autoscaler(wanted.min_replicas, wanted.max_replicas)
        return replace(own, cpu_percent=wanted.cpu_percent, memory_percent=wanted.memory_percent)
    if wanted.profile == "scaling-manager":
        return replace(scaling_manager(wanted.min_replicas, wanted.max_replicas), cpu_percent=wanted.cpu_percent)
    return AutoscalingPolicy(
        **of_same_name(AutoscalingPolicy, wanted),
        scale_up=_behavior(wanted.scale_up),
        scale_down=_behavior(wanted.scale_down),
    )


def _behavior(rules: ScalingRules | None) -> Behavior | None:
    if rules is None:
        return None
    steps = []
    if rules.percent is not None:
        steps.append(Step(type="Percent", value=rules.percent, period_seconds=rules.period_seconds))
    if rules.pods is not None:
        steps.append(Step(type="Pods", value=rules.pods, period_seconds=rules.period_seconds))
    return Behavior(stabilization_window_seconds=rules.stabilization_seconds, steps=tuple(steps))


def horizontal_args(settings: Settings, namespace: pulumi.Input[str], app: Workload) -> AutoscalerArgs:
    """The horizontal autoscaler, rendered for the configured source of metrics."""
    return AutoscalerArgs(
        namespace=namespace,
        deployment_name=app.deployment_name,
        policy=autoscaling_policy(settings),
        backend=settings.autoscaling.metrics_backend,
    )


def vertical_args(settings: Settings, namespace: pulumi.Input[str], app: Workload) -> VerticalAutoscalerArgs:
    """The vertical autoscaler; it only recommends wherever the horizontal one scales by the same resource."""
    vpa = settings.autoscaling.vpa
    if vpa.mode == "off":
        raise ValueError("no vertical autoscaler is wanted: autoscaling.vpa.mode is off")
    return VerticalAutoscalerArgs(
        namespace=namespace,
        deployment_name=app.deployment_name,
        policy=VerticalPolicy(
            mode=vpa.mode,
            min_cpu=f"{vpa.min_cpu_millicores}m",
            min_memory=f"{vpa.min_memory_mib}Mi",
            max_cpu=f"{vpa.max_cpu_millicores}m",
            max_memory=f"{vpa.max_memory_mib}Mi",
        ),
        horizontal=autoscaling_policy(settings) if settings.autoscaling.enabled else None,
    )
