"""Amazon CloudWatch: log groups, alarms and dashboards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, given, items, number
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target, outside
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Alike, Returned, Row, Service, by_name, schema_only
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.kms import KEY_ARN
from sandbox.services.aws.pairs import notices
from sandbox.services.aws.pairs.keys import LOGS_KEY
from sandbox.services.aws.returned import observing
from sandbox.services.aws.sns import TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place

LOG_GROUP = (Target("aws:cloudwatch/logGroup:LogGroup", ("id", "name")),)
LOG_GROUP_ARN = (Target("aws:cloudwatch/logGroup:LogGroup", ("arn",)),)
DAY, WEEK, HOUR = 86_400, 604_800, 3_600
RETENTION = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days, 0 for ever, Amazon CloudWatch Logs API Reference, PutRetentionPolicy."""
OPERATORS = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
)
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
PERCENTILE = r"(p(\d{1,2}(\.\d{0,10})?|100)|(tm|tc|ts|wm)(\d{1,2}(\.\d{0,10})?|100)|iqm|((TM|TC|TS|WM|PR)\(.+\)))"
MISSING = ("missing", "ignore", "breaching", "notBreaching")


def _alarm(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    single, queries = given(inputs, "metricName"), given(inputs, "metricQueries")
    if queries:
        for name in ("metricName", "namespace", "period", "statistic", "extendedStatistic", "dimensions", "unit"):
            if given(inputs, name):
                yield Violation(name, "not together with metricQueries (ValidationError)")
    elif single:
        for name in ("namespace", "period"):
            if not given(inputs, name):
                yield Violation(name, "required with metricName (ValidationError)")
        if not given(inputs, "statistic") and not given(inputs, "extendedStatistic"):
            yield Violation("statistic", "statistic or extendedStatistic is required with metricName (ValidationError)")
    elif not given(inputs, "evaluationCriteria"):
        yield Violation("metricName", "metricName or metricQueries is required (ValidationError)")


def _period(value: object, at: str) -> Iterator[Violation]:
    found = number(value)
    if found is not None and found not in {10, 20, 30} and (found < 60 or found % 60):  # noqa: PLR2004 - documented
        yield Violation(at, f"{found:g} s is neither 10, 20, 30 nor a multiple of 60 (ValidationError: Invalid period)")


def _periods(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    period, count = number(inputs.get("period")), number(inputs.get("evaluationPeriods"))
    enough = number(inputs.get("datapointsToAlarm"))
    yield from _period(inputs.get("period"), "period")
    if period and count and period * count > (WEEK if period >= HOUR else DAY):
        longest = "7 days" if period >= HOUR else "one day"
        yield Violation(
            "evaluationPeriods",
            f"{count:g} periods of {period:g} s are longer than {longest} (ValidationError: Metrics cannot be checked "
            "across more than a day)",
        )
    if enough and count and enough > count:
        yield Violation("datapointsToAlarm", f"{enough:g} is above evaluationPeriods {count:g} (ValidationError)")


def _queries(context: Context) -> Iterator[Violation]:
    queries = items(context.inputs, "metricQueries")
    if not queries:
        return
    for index, query in enumerate(queries):
        at = f"metricQueries[{index}]"
        if given(query, "expression") == given(query, "metric"):
            yield Violation(f"{at}.expression", "exactly one of expression and metric is required (ValidationError)")
        metric = query.get("metric")
        if isinstance(metric, dict):
            yield from _period(metric.get("period"), f"{at}.metric.period")
    returned = [query for query in queries if query.get("returnData") is True]
    if not given(context.inputs, "thresholdMetricId") and len(returned) != 1:
        yield Violation(
            "metricQueries",
            f"{len(returned)} queries return data, exactly one must (ValidationError: Exactly one element of the "
            "metrics list should return data)",
        )


def _dashboard(context: Context) -> Iterator[Violation]:
    body = context.inputs.get("dashboardBody")
    if isinstance(body, str):
        try:
            found = json.loads(body)
        except ValueError as error:
            yield Violation("dashboardBody", f"not valid JSON: {error} (InvalidParameterInput)")
            return
        widgets = found.get("widgets") if isinstance(found, dict) else None
        if not isinstance(widgets, list):
            yield Violation("dashboardBody", "no list of widgets (InvalidParameterInput)")
        elif len(widgets) > 500:  # noqa: PLR2004 - the documented limit
            yield Violation("dashboardBody", f"{len(widgets)} widgets, at most 500 are allowed")


def _log_outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("logs", f"log-group:{inputs.get('name') or name}", place)}


def _no_topic(action: str) -> bool:
    return not action.startswith("arn:aws:sns:") or outside(action)


_SILENT = "CloudWatch accepts this, and the alarm would tell nobody"
_logs = On("log-group", source="Amazon CloudWatch Logs API Reference, CreateLogGroup")
_alarm_on = On("alarm", source="Amazon CloudWatch API Reference, PutMetricAlarm")
_board = On("dashboard", source="Amazon CloudWatch API Reference, PutDashboard")
_NO_LOG_GROUP = "ResourceNotFoundException: The specified log group does not exist"
_OF_A_LOG_GROUP = (Reference("logGroup", LOG_GROUP, _NO_LOG_GROUP),)
_OF_A_RULE = (
    Reference(
        "rule",
        (Target("aws:cloudwatch/eventRule:EventRule", ("id", "name")),),
        "ResourceNotFoundException: Rule does not exist on EventBus",
    ),
)
CLOUDWATCH = Service(
    "cloudwatch",
    "Amazon CloudWatch API Reference, PutMetricAlarm; Amazon CloudWatch Logs API Reference, Errors of CreateLogGroup",
    (
        schema_only(
            "aws:cloudwatch/compositeAlarm:CompositeAlarm",
            "no stack has one",
            Replaced(("actionsEnabled", "alarmName"), {"actionsEnabled": True}),
        ),
        Row(
            token="aws:cloudwatch/dashboard:Dashboard",
            name=NONE,
            replaced=Replaced(("dashboardName",)),
            references=(),
            unique=(),
            values=(
                _board.matches("dashboardName", r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, - or _"),
                _board.custom("body", _dashboard),
            ),
            returned=Returned(values=observing.DASHBOARD),
        ),
        schema_only(
            "aws:cloudwatch/eventRule:EventRule",
            "no stack has one",
            Replaced(("eventBusName", "name", "namePrefix"), {"eventBusName": "default"}, kept=("name", "namePrefix")),
        ),
        schema_only(
            "aws:cloudwatch/eventTarget:EventTarget",
            "no stack has one",
            Replaced(("eventBusName", "rule", "targetId"), {"eventBusName": "default"}, kept=("targetId",)),
        ),
        Row(
            token="aws:cloudwatch/logGroup:LogGroup",
            name=Named(),
            id=by_name,
            outputs=_log_outputs,
            replaced=Replaced(("name", "namePrefix"), kept=("name", "namePrefix")),
            references=(Reference("kmsKeyId", KEY_ARN, "InvalidParameterException"),),
            unique=(Unique(("name",), "ResourceAlreadyExistsException: The specified log group already exists"),),
            values=(
                _logs.matches(
                    "name",
                    r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}",
                    "1 to 512 letters, digits or .-_/#, not 'aws/' first",
                    "InvalidParameterException",
                ),
                _logs.one_of("retentionInDays", RETENTION, "InvalidParameterException"),
                _logs.one_of("logGroupClass", ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS")),
            ),
            state=(LOGS_KEY, notices.MADE_BY_EKS),
            returned=Returned(values=observing.LOG_GROUP),
        ),
        Row(
            token="aws:cloudwatch/metricAlarm:MetricAlarm",
            name=Named(),
            id=by_name,
            replaced=Replaced(("name",)),
            references=tuple(
                Reference(f"{actions}[*]", TOPIC, _SILENT, spared=_no_topic)
                for actions in ("alarmActions", "okActions", "insufficientDataActions")
            ),
            unique=(),
            values=(
                _alarm_on.longest("name", 255),
                _alarm_on.longest("alarmDescription", 1024),
                _alarm_on.one_of("comparisonOperator", OPERATORS, "ValidationError"),
                _alarm_on.one_of("statistic", STATISTICS, "ValidationError"),
                _alarm_on.matches(
                    "extendedStatistic", PERCENTILE, "a percentile such as p95 or p99.9", "ValidationError"
                ),
                _alarm_on.exclusive("statistic", "extendedStatistic", source="terraform-provider-aws 5.5.0 schema"),
                _alarm_on.exclusive("threshold", "thresholdMetricId", source="terraform-provider-aws 5.5.0 schema"),
                _alarm_on.one_of("treatMissingData", MISSING, "ValidationError"),
                _alarm_on.between("evaluationPeriods", 1, 8640),
                _alarm_on.between("datapointsToAlarm", 1, 8640),
                _alarm_on.at_most("alarmActions", 5),
                _alarm_on.at_most("okActions", 5),
                _alarm_on.at_most("insufficientDataActions", 5),
                _alarm_on.at_most("dimensions", 30),
                _alarm_on.matches(
                    "metricQueries[*].id", r"[a-z][A-Za-z0-9_]{0,254}", "letters, digits or _, a small letter first"
                ),
                _alarm_on.unique("metricQueries[*].id", "id", "ValidationError"),
                _alarm_on.custom("metric", _alarm),
                _alarm_on.custom("periods", _periods),
                _alarm_on.custom("queries", _queries),
            ),
            returned=Returned(values=observing.METRIC_ALARM),
        ),
    ),
    (
        Alike("aws:cloudwatch/compositeAlarm:*", state=(notices.UNKNOWN_ALARMS,)),
        Alike("aws:cloudwatch/eventTarget:*", references=_OF_A_RULE),
        Alike(
            "aws:cloudwatch/logSubscriptionFilter:*",
            references=_OF_A_LOG_GROUP,
            state=(notices.LOGS_FUNCTION, notices.THIRD_FILTER),
        ),
        Alike("aws:cloudwatch/logMetricFilter:*", references=(Reference("logGroupName", LOG_GROUP, _NO_LOG_GROUP),)),
        Alike("aws:cloudwatch/logStream:*", references=(Reference("logGroupName", LOG_GROUP, _NO_LOG_GROUP),)),
    ),
    sources=Sources(
        time="Amazon CloudWatch, CloudWatch Logs API References: no operation takes a window or restarts anything"
    ),
)
