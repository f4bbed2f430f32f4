"""CloudWatch, SNS, Budgets, Cost Explorer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, any_order, filled, hidden, late, same_text
from sandbox.services.aws.equivalence import amount, document
from sandbox.services.aws.returned import code, issue
from sandbox.services.aws.returned.identity import policy_document

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs


def json_document(path: str, source: str) -> Value:
    """A JSON document: spaces and the order of keys are no difference."""
    return same_text(path, "other spaces, keys in another order", "without them", source, document, kept=True)


_ALARM = code("cloudwatch/metric_alarm.go")
METRIC_ALARM = (
    *any_order(_ALARM, "alarmActions", "okActions", "insufficientDataActions", "metricQueries"),
    filled("treatMissingData", "missing", _ALARM),
    filled("actionsEnabled", True, _ALARM),  # noqa: FBT003 - the default itself
)
DASHBOARD = (json_document("dashboardBody", "SDK documentation of aws.cloudwatch.Dashboard"),)


def _delivery(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return None if inputs.get("logGroupClass") == "DELIVERY" else value


LOG_GROUP = (
    filled("logGroupClass", "STANDARD", f"{code('logs/group.go')}; CloudWatch Logs API, CreateLogGroup"),
    filled("retentionInDays", 0, code("logs/group.go")),
    Value(
        "retentionInDays",
        Kind.DROPPED,
        "a number, with `logGroupClass` `DELIVERY`",
        "2, whatever was sent",
        f"{code('logs/group.go')}, DiffSuppressFunc",
        same=_delivery,
    ),
    hidden("skipDestroy", code("logs/group.go")),
    Value(
        "arn",
        Kind.FORM,
        "nothing: an output",
        "without the `:*` that the API gives it",
        f"{code('logs/group.go')}, trimLogGroupARNWildcardSuffix",
        elsewhere=True,
    ),
)

_TOPIC, _SUBSCRIPTION = code("sns/topic.go"), code("sns/topic_subscription.go")
TOPIC = (
    policy_document("policy", _TOPIC),
    json_document("deliveryPolicy", _TOPIC),
    json_document("archivePolicy", _TOPIC),
)
TOPIC_POLICY = (policy_document("policy", "hashicorp/awspolicyequivalence"),)


def _filtered(inputs: Inputs) -> bool:
    return inputs.get("filterPolicy") is not None


SUBSCRIPTION = (
    json_document("deliveryPolicy", _SUBSCRIPTION),
    json_document("filterPolicy", _SUBSCRIPTION),
    json_document("redrivePolicy", _SUBSCRIPTION),
    json_document("replayPolicy", _SUBSCRIPTION),
    filled("filterPolicyScope", "MessageAttributes", _SUBSCRIPTION, when=_filtered),
    hidden("confirmationTimeoutInMinutes", _SUBSCRIPTION),
    hidden("endpointAutoConfirms", _SUBSCRIPTION),
    late(
        "pendingConfirmation",
        "an address for mail",
        "true until somebody follows the link; nobody waits for it",
        f"{_SUBSCRIPTION}, waitForConfirmation",
    ),
)

_BUDGET = code("budgets/budget.go")
BUDGET = (
    same_text("limitAmount", "`1055`", "`1055.0`", f"{_BUDGET}, DiffSuppressFunc", amount, kept=True),
    same_text("plannedLimits[*].amount", "`100`", "`100.0`", _BUDGET, amount, kept=True),
    *any_order(_BUDGET, "notifications", "costFilters", "plannedLimits"),
    *any_order(_BUDGET, "notifications[*].subscriberEmailAddresses", "notifications[*].subscriberSnsTopicArns"),
    filled("timePeriodEnd", "2087-06-15_00:00", _BUDGET),
    Value(
        "notifications[*].thresholdType",
        Kind.DROPPED,
        "`PERCENTAGE`",
        "nothing; the provider writes `PERCENTAGE` again",
        _BUDGET,
        elsewhere=True,
    ),
)

_KEYS = ("And", "CostCategories", "Dimensions", "Not", "Or", "Tags")
_LEAF = ("Key", "MatchOptions", "Values")


def _whole_expression(found: Any) -> Any:  # noqa: ANN401 - what stands in a document
    if not isinstance(found, dict):
        return found
    whole: dict[str, Any] = {}
    for key in sorted({*_KEYS, *found}):
        item = found.get(key)
        if key in {"And", "Or"} and isinstance(item, list):
            whole[key] = [_whole_expression(part) for part in item]
        elif key == "Not":
            whole[key] = _whole_expression(item)
        elif isinstance(item, dict):
            whole[key] = {leaf: item.get(leaf) for leaf in sorted({*_LEAF, *item})}
        else:
            whole[key] = item
    return whole


def _specification(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    found = document(value, inputs)
    whole = _whole_expression(found)
    return value if found == whole or not isinstance(found, dict) else json.dumps(whole, separators=(",", ":"))


ANOMALY_MONITOR = (
    Value(
        "monitorSpecification",
        Kind.FORM,
        "an expression that leaves out what it does not use",
        "every key, null where it is not used: the monitor is replaced each time",
        f"{issue(39885)}; {code('ce/anomaly_monitor.go')}",
        Shows.EVERY_PREVIEW,
        _specification,
    ),
    json_document("monitorSpecification", code("ce/anomaly_monitor.go")),
)
