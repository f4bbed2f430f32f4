"""AWS Cost Explorer: anomaly monitors and their subscriptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, given, items
from sandbox.model.names import Named
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Returned, Row, Service
from sandbox.model.sources import Sources
from sandbox.services.aws.pairs.notices import SECOND_MONITOR
from sandbox.services.aws.returned import observing

if TYPE_CHECKING:
    from collections.abc import Iterator


def _monitor(context: Context) -> Iterator[Violation]:
    kind = context.inputs.get("monitorType")
    for name, wanted in (("monitorSpecification", "CUSTOM"), ("monitorDimension", "DIMENSIONAL")):
        if kind == wanted and not given(context.inputs, name):
            yield Violation(name, f"required for monitor type {wanted}")
    value = context.inputs.get("monitorSpecification")
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError as error:
            yield Violation("monitorSpecification", f"not valid JSON: {error}")


def _anomalies(context: Context) -> Iterator[Violation]:
    frequency = context.inputs.get("frequency")
    for index, subscriber in enumerate(items(context.inputs, "subscribers")):
        kind = subscriber.get("type")
        if frequency == "IMMEDIATE" and kind == "EMAIL":
            yield Violation(
                f"subscribers[{index}].type", "IMMEDIATE alerts go to SNS only (ValidationException: Email subscribers)"
            )
        if frequency in {"DAILY", "WEEKLY"} and kind == "SNS":
            yield Violation(
                f"subscribers[{index}].type", f"{frequency} summaries go to email only (ValidationException)"
            )


_monitor_on = On("anomaly-monitor", source="Cost Explorer API, CreateAnomalyMonitor")
_anomaly = On("anomaly-alert", source="Cost Explorer API, CreateAnomalySubscription")
COSTEXPLORER = Service(
    "costexplorer",
    "Cost Explorer API, CreateAnomalySubscription, Errors",
    (
        Row(
            token="aws:costexplorer/anomalyMonitor:AnomalyMonitor",
            name=Named(),
            replaced=Replaced(("monitorDimension", "monitorSpecification", "monitorType")),
            references=(),
            unique=(),
            values=(
                _monitor_on.one_of("monitorType", ("DIMENSIONAL", "CUSTOM")),
                _monitor_on.one_of("monitorDimension", ("SERVICE", "LINKED_ACCOUNT", "TAG", "COST_CATEGORY")),
                _monitor_on.custom("specification", _monitor, "SDK documentation"),
            ),
            state=(SECOND_MONITOR,),
            returned=Returned(values=observing.ANOMALY_MONITOR),
        ),
        Row(
            token="aws:costexplorer/anomalySubscription:AnomalySubscription",
            name=Named(),
            replaced=Replaced(("name",)),
            references=(
                Reference(
                    "monitorArnLists[*]",
                    (Target("aws:costexplorer/anomalyMonitor:AnomalyMonitor", ("id", "arn")),),
                    "UnknownMonitorException",
                ),
            ),
            unique=(),
            values=(
                _anomaly.one_of("frequency", ("DAILY", "IMMEDIATE", "WEEKLY")),
                _anomaly.one_of("subscribers[*].type", ("EMAIL", "SNS")),
                _anomaly.custom(
                    "subscribers", _anomalies, "AWS Cost Management User Guide, Creating alert subscriptions"
                ),
            ),
        ),
    ),
    sources=Sources(time="AWS Cost Explorer API Reference: no operation takes a window or restarts anything"),
)
