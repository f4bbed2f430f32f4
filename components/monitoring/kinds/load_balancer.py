"""A network load balancer, and the target group behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..alarm_spec import AlarmSpec, Dimensions, Severity, Statistic
from ..kind import Kind, Panels, Target
from ..panels import CloudWatchLine, Panel
from .boards import CDN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pulumi

NAMESPACE = "AWS/NetworkELB"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerTarget(Target):
    """A target group of a network load balancer to watch.

    Attributes:
        load_balancer_arn_suffix: "net/name/id".
        target_group_arn_suffix: "targetgroup/name/id".
    """

    load_balancer_arn_suffix: pulumi.Input[str]
    target_group_arn_suffix: pulumi.Input[str]

    @property
    def whole(self) -> Dimensions:
        """What CloudWatch knows the load balancer by."""
        return (("LoadBalancer", self.load_balancer_arn_suffix),)

    @property
    def group(self) -> Dimensions:
        """What CloudWatch knows the target group by."""
        return (*self.whole, ("TargetGroup", self.target_group_arn_suffix))


def alarms(target: LoadBalancerTarget) -> tuple[AlarmSpec, ...]:
    """The alarms of one target group."""
    unhealthy = AlarmSpec(
        name="unhealthy-targets",
        namespace=NAMESPACE,
        metric="UnHealthyHostCount",
        dimensions=target.group,
        statistic="Maximum",
        threshold=0,
        summary="A gateway pod fails the load balancer's health check",
        action="Describe the gateway pods and their last rollout; check the security group rules of the health port.",
        runbook="unhealthy-targets",
    )
    none_left = replace(
        unhealthy,
        name="no-healthy-target",
        metric="HealthyHostCount",
        statistic="Minimum",
        comparison="LessThanThreshold",
        threshold=1,
        severity=Severity.CRITICAL,
        summary="The load balancer has no healthy target: the platform is down",
        action="Roll back the last gateway change; check that the target group binding still registers pods.",
        breaching_without_data=True,
    )
    return unhealthy, none_left


def panels(targets: Sequence[LoadBalancerTarget]) -> Panels:
    """What comes in, and whom it reaches."""
    return {CDN: [panel for target in targets for panel in _of(target)]}


def _of(target: LoadBalancerTarget) -> Iterator[Panel]:
    def show(title: str, of: Dimensions, *metrics: tuple[str, Statistic], unit: str = "short") -> Panel:
        lines = (
            CloudWatchLine(namespace=NAMESPACE, metric=metric, dimensions=of, statistic=statistic, legend=metric)
            for metric, statistic in metrics
        )
        return Panel(title=title, lines=tuple(lines), unit=unit)

    whole = target.whole
    yield show("Bytes through the load balancer", whole, ("ProcessedBytes", "Sum"), unit="bytes")
    yield show("Flows of the load balancer", whole, ("ActiveFlowCount", "Average"), ("NewFlowCount", "Sum"))
    pods = show(
        "Gateway pods behind the load balancer",
        target.group,
        ("HealthyHostCount", "Minimum"),
        ("UnHealthyHostCount", "Maximum"),
    )
    yield replace(pods, threshold=1, below=True)
    yield show("Connections reset", whole, ("TCP_Client_Reset_Count", "Sum"), ("TCP_Target_Reset_Count", "Sum"))


WATCHES = ("aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup")
LOAD_BALANCER = Kind(target=LoadBalancerTarget, watches=WATCHES, alarms=alarms, panels=panels)
