"""CloudWatch alarms and RDS events for the databases, the cache and the load balancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from ..validation import require
from .alarm_catalog import (
    CacheTarget,
    DatabaseTarget,
    LoadBalancerTarget,
    cache_alarms,
    database_alarms,
    load_balancer_alarms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .alarm_spec import AlarmSpec

__all__ = ["Alarms", "AlarmsArgs", "CacheTarget", "DatabaseTarget", "LoadBalancerTarget"]

EVALUATION_PERIODS = 5
DATAPOINTS_TO_ALARM = 3
"""Three bad minutes out of five: the guide alerts on a single sample, which pages for every blip."""

EVENT_CATEGORIES = (
    "availability",
    "configuration change",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "maintenance",
    "notification",
    "read replica",
    "recovery",
)
"""RDS event categories of DB instances worth a message (RDS User Guide, "Amazon RDS event categories"); Security Hub's
RDS.20 asks for three of them: maintenance, configuration change and failure."""


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """What is watched and who is told.

    Attributes:
        topic_arn: SNS topic for alarms, recoveries and database events.
        databases: RDS instances; a further one adds its alarms and touches no others.
        caches: replication groups.
        load_balancers: target groups.
        runbook_base: where runbooks are found, a path or a URL without trailing slash.
    """

    topic_arn: pulumi.Input[str]
    databases: tuple[DatabaseTarget, ...] = ()
    caches: tuple[CacheTarget, ...] = ()
    load_balancers: tuple[LoadBalancerTarget, ...] = ()
    runbook_base: str = "docs/runbooks"

    def __post_init__(self) -> None:
        targets: tuple[DatabaseTarget | CacheTarget | LoadBalancerTarget, ...]
        targets = (*self.databases, *self.caches, *self.load_balancers)
        names = [target.name for target in targets]
        require("alarms", (len(set(names)) == len(names), f"target names must be unique, got {sorted(names)}"))


class Alarms(pulumi.ComponentResource):
    """One alarm per target and rule, each saying what to do and where to read on, and the databases' own events.

    Example:
        ```python
        Alarms(
            "alarms",
            AlarmsArgs(
                topic_arn=topic.topic_arn,
                databases=(
                    DatabaseTarget(
                        name="primary",
                        identifier=database.primary_identifier,
                        memory_gib=8,
                        allocated_gib=150,
                        max_connections=200,
                    ),
                ),
            ),
        )
        ```
    """

    alarm_arns: tuple[pulumi.Output[str], ...]
    """ARNs of all alarms, in order of their targets."""

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:monitoring:Alarms", name, None, opts)
        self.alarm_arns = tuple(
            self._alarm(f"{name}-{target}-{spec.name}", spec, args).arn for target, spec in _specs(args)
        )
        if args.databases:
            aws.rds.EventSubscription(
                f"{name}-database-events",
                sns_topic=args.topic_arn,
                source_type="db-instance",
                source_ids=[database.identifier for database in args.databases],
                event_categories=list(EVENT_CATEGORIES),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"alarmArns": list(self.alarm_arns)})

    def _alarm(self, name: str, spec: AlarmSpec, args: AlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        return aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=description(spec, args.runbook_base),
            **_measured(spec),
            evaluation_periods=EVALUATION_PERIODS,
            datapoints_to_alarm=DATAPOINTS_TO_ALARM,
            comparison_operator=spec.comparison,
            threshold=spec.threshold,
            treat_missing_data="breaching" if spec.breaching_without_data else "notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            tags={"Severity": spec.severity.value},
            opts=pulumi.ResourceOptions(parent=self),
        )


def _measured(spec: AlarmSpec) -> dict[str, Any]:
    """What is compared with the threshold: a metric, or with a guard an expression over several."""
    dimensions = {dimension.name: dimension.value for dimension in spec.dimensions}
    if spec.guard is None:
        return {
            "namespace": spec.namespace,
            "metric_name": spec.metric,
            "dimensions": dimensions,
            "statistic": spec.statistic,
            "period": spec.period_seconds,
        }
    queries = [aws.cloudwatch.MetricAlarmMetricQueryArgs(id="guarded", expression=spec.expression, return_data=True)]
    for name, metric, statistic in (("value", spec.metric, spec.statistic), *spec.guard.metrics):
        measured = aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=spec.namespace,
            metric_name=metric,
            dimensions=dimensions,
            stat=statistic,
            period=spec.period_seconds,
        )
        queries.append(aws.cloudwatch.MetricAlarmMetricQueryArgs(id=name, metric=measured))
    return {"metric_queries": queries}


def _specs(args: AlarmsArgs) -> Iterator[tuple[str, AlarmSpec]]:
    for database in args.databases:
        yield from ((database.name, spec) for spec in database_alarms(database))
    for cache in args.caches:
        yield from ((cache.name, spec) for spec in cache_alarms(cache))
    for balancer in args.load_balancers:
        yield from ((balancer.name, spec) for spec in load_balancer_alarms(balancer))


def description(spec: AlarmSpec, runbook_base: str) -> str:
    """What a person reads at three in the morning: severity, what is wrong, what to do first, where to read on."""
    return f"[{spec.severity.value}] {spec.summary}. {spec.action} Runbook: {runbook_base}/{spec.runbook}.md"
