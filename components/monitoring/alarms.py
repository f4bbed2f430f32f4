"""CloudWatch alarms for everything that is watched, and the events of the databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from ..validation import require
from .catalog import alarms_of
from .kinds.database import DatabaseTarget

if TYPE_CHECKING:
    from .alarm_spec import AlarmSpec
    from .kind import Target

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
        targets: what is watched; a further one adds its alarms and touches no others.
        runbook_base: where runbooks are found, a path or a URL without trailing slash.
    """

    topic_arn: pulumi.Input[str]
    targets: tuple[Target, ...] = ()
    runbook_base: str = "docs/runbooks"

    def __post_init__(self) -> None:
        names = [target.name for target in self.targets]
        require("alarms", (len(set(names)) == len(names), f"target names must be unique, got {sorted(names)}"))


class Alarms(pulumi.ComponentResource):
    """One alarm per target and rule, each saying what to do and where to read on, and the databases' own events.

    Example:
        ```python
        Alarms(
            "alarms",
            AlarmsArgs(
                topic_arn=topic.topic_arn,
                targets=(
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
            self._alarm(f"{name}-{target.name}-{spec.name}", spec, args).arn
            for target in args.targets
            for spec in alarms_of(target)
        )
        if databases := [target.identifier for target in args.targets if isinstance(target, DatabaseTarget)]:
            aws.rds.EventSubscription(
                f"{name}-database-events",
                sns_topic=args.topic_arn,
                source_type="db-instance",
                source_ids=databases,
                event_categories=list(EVENT_CATEGORIES),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"alarmArns": list(self.alarm_arns)})

    def _alarm(self, name: str, spec: AlarmSpec, args: AlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        return aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=description(spec, args.runbook_base),
            **_measured(spec),
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.bad_periods,
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
    dimensions = dict(spec.dimensions)
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


def description(spec: AlarmSpec, runbook_base: str) -> str:
    """What a person reads at three in the morning: severity, what is wrong, what to do first, where to read on."""
    return f"[{spec.severity.value}] {spec.summary}. {spec.action} Runbook: {runbook_base}/{spec.runbook}.md"
