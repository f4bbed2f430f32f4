"""What CloudWatch, SNS, AWS Budgets and Cost Explorer refuse, as far as the inputs alone show it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, flag, given, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

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
PROTOCOLS = ("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")
BUDGET_TYPES = (
    "COST",
    "RI_COVERAGE",
    "RI_UTILIZATION",
    "SAVINGS_PLANS_COVERAGE",
    "SAVINGS_PLANS_UTILIZATION",
    "USAGE",
)
TIME_UNITS = ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM")
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"


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


def _topic(context: Context) -> Iterator[Violation]:
    name, fifo = text(context.inputs, "name"), flag(context.inputs.get("fifoTopic", False))
    if name and fifo is not None and fifo != name.endswith(".fifo"):
        yield Violation("name", f"{name!r}: a FIFO topic, and no other, ends in .fifo (InvalidParameter: Topic Name)")


def _subscription(context: Context) -> Iterator[Violation]:
    protocol, endpoint = context.inputs.get("protocol"), text(context.inputs, "endpoint")
    forms = {
        "email": _EMAIL,
        "email-json": _EMAIL,
        "http": r"http://.+",
        "https": r"https://.+",
        "lambda": r"arn:.+:lambda:.+",
        "sqs": r"arn:.+:sqs:.+",
        "sms": r"\+?[0-9-]+",
    }
    form = forms.get(str(protocol))
    if endpoint and form and re.fullmatch(form, endpoint) is None:
        yield Violation("endpoint", f"{endpoint!r} is no endpoint of protocol {protocol} (InvalidParameter: Endpoint)")


def _budget(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind, unit = inputs.get("budgetType"), text(inputs, "limitUnit")
    if kind == "COST" and unit and unit != "USD":
        yield Violation("limitUnit", f"{unit!r} is no unit of a cost budget: USD (InvalidParameterException)")
    limit = inputs.get("limitAmount")
    if limit is not None and known(limit) and (number(limit) is None or (number(limit) or 0) < 0):
        yield Violation("limitAmount", f"{limit!r} is no amount, for example '1055.00' (InvalidParameterException)")
    for name in ("timePeriodStart", "timePeriodEnd"):
        value = text(inputs, name)
        if value and not _moment(value):
            yield Violation(name, f"{value!r} has not the form 2026-01-31_00:00")
    for index, notification in enumerate(items(inputs, "notifications")):
        if not any(given(notification, name) for name in ("subscriberEmailAddresses", "subscriberSnsTopicArns")):
            yield Violation(f"notifications[{index}]", "a subscriber is required (InvalidParameterException)")


def _moment(value: str) -> bool:
    try:
        datetime.strptime(value, "%Y-%m-%d_%H:%M")  # noqa: DTZ007 - only the form matters
    except ValueError:
        return False
    return True


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


_logs = On("log-group", "aws:cloudwatch/logGroup:LogGroup", "Amazon CloudWatch Logs API Reference, CreateLogGroup")
_alarm_on = On("alarm", "aws:cloudwatch/metricAlarm:MetricAlarm", "Amazon CloudWatch API Reference, PutMetricAlarm")
_board = On("dashboard", "aws:cloudwatch/dashboard:Dashboard", "Amazon CloudWatch API Reference, PutDashboard")
_topic_on = On("topic", "aws:sns/topic:Topic", "Amazon SNS API Reference, CreateTopic")
_subscribed = On("subscription", "aws:sns/topicSubscription:TopicSubscription", "Amazon SNS API Reference, Subscribe")
_budget_on = On("budget", "aws:budgets/budget:Budget", "AWS Budgets API Reference, CreateBudget")
_monitor_on = On(
    "anomaly-monitor", "aws:costexplorer/anomalyMonitor:AnomalyMonitor", "Cost Explorer API, CreateAnomalyMonitor"
)
_anomaly = On(
    "anomaly-alert",
    "aws:costexplorer/anomalySubscription:AnomalySubscription",
    "Cost Explorer API, CreateAnomalySubscription",
)
RULES: tuple[Rule, ...] = (
    _logs.matches(
        "name", r"[.\-_/#A-Za-z0-9]{1,512}", "1 to 512 letters, digits or .-_/#", "InvalidParameterException"
    ),
    _logs.one_of("retentionInDays", RETENTION, "InvalidParameterException"),
    _logs.one_of("logGroupClass", ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS")),
    _alarm_on.longest("name", 255),
    _alarm_on.longest("alarmDescription", 1024),
    _alarm_on.one_of("comparisonOperator", OPERATORS, "ValidationError"),
    _alarm_on.one_of("statistic", STATISTICS, "ValidationError"),
    _alarm_on.matches("extendedStatistic", PERCENTILE, "a percentile such as p95 or p99.9", "ValidationError"),
    _alarm_on.exclusive("statistic", "extendedStatistic", source="terraform-provider-aws 5.5.0 schema"),
    _alarm_on.exclusive("threshold", "thresholdMetricId", source="terraform-provider-aws 5.5.0 schema"),
    _alarm_on.one_of("treatMissingData", MISSING, "ValidationError"),
    _alarm_on.between("evaluationPeriods", 1, 8640),
    _alarm_on.between("datapointsToAlarm", 1, 8640),
    _alarm_on.at_most("alarmActions", 5),
    _alarm_on.at_most("okActions", 5),
    _alarm_on.at_most("insufficientDataActions", 5),
    _alarm_on.at_most("dimensions", 30),
    _alarm_on.matches("metricQueries[*].id", r"[a-z][A-Za-z0-9_]{0,254}", "letters, digits or _, a small letter first"),
    _alarm_on.unique("metricQueries[*].id", "id", "ValidationError"),
    _alarm_on.custom("metric", _alarm),
    _alarm_on.custom("periods", _periods),
    _alarm_on.custom("queries", _queries),
    _board.matches("dashboardName", r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, - or _"),
    _board.custom("body", _dashboard),
    _topic_on.matches("name", r"(?=.{1,256}$)[A-Za-z0-9_-]+(\.fifo)?", "1 to 256 letters, digits, - or _"),
    _topic_on.custom("fifo", _topic),
    _subscribed.one_of("protocol", PROTOCOLS, "InvalidParameter: Protocol"),
    _subscribed.custom("endpoint", _subscription),
    _budget_on.matches(
        "name", r"[^:\\]{1,100}", "1 to 100 characters other than : and \\", "InvalidParameterException"
    ),
    _budget_on.one_of("budgetType", BUDGET_TYPES),
    _budget_on.one_of("timeUnit", TIME_UNITS),
    _budget_on.at_most("notifications", 5, "CreationLimitExceededException", "AWS Billing User Guide, Quotas"),
    _budget_on.one_of("notifications[*].comparisonOperator", ("GREATER_THAN", "LESS_THAN", "EQUAL_TO")),
    _budget_on.one_of("notifications[*].thresholdType", ("PERCENTAGE", "ABSOLUTE_VALUE")),
    _budget_on.one_of("notifications[*].notificationType", ("ACTUAL", "FORECASTED")),
    _budget_on.between("notifications[*].threshold", 0.1, 1_000_000_000),
    _budget_on.at_most("notifications[*].subscriberEmailAddresses", 10),
    _budget_on.at_most("notifications[*].subscriberSnsTopicArns", 1),
    _budget_on.matches("notifications[*].subscriberEmailAddresses[*]", _EMAIL, "an email address"),
    _budget_on.custom("budget", _budget),
    _monitor_on.one_of("monitorType", ("DIMENSIONAL", "CUSTOM")),
    _monitor_on.one_of("monitorDimension", ("SERVICE", "LINKED_ACCOUNT", "TAG", "COST_CATEGORY")),
    _monitor_on.custom("specification", _monitor, "SDK documentation"),
    _anomaly.one_of("frequency", ("DAILY", "IMMEDIATE", "WEEKLY")),
    _anomaly.one_of("subscribers[*].type", ("EMAIL", "SNS")),
    _anomaly.custom("subscribers", _anomalies, "AWS Cost Management User Guide, Creating alert subscriptions"),
)
