"""Topics, alarms, log groups and the like: what one of them demands of the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import flag
from sandbox.model.pairs import find, others, pair, texts, told, whole
from sandbox.services.aws.pairs.receivers import invocable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

TOPIC, TOPIC_POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
ALARM, CLUSTER = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:eks/cluster:Cluster"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_ACTIONS = ("alarmActions[*]", "okActions[*]", "insufficientDataActions[*]")


def topic_of(cloud: Cloud, value: object) -> CloudObject | None:
    """The topic of an ARN."""
    return find(cloud, TOPIC, value)


def _first_in_first_out(context: Context) -> Iterator[Violation]:
    cloud, endpoint = context.cloud, str(context.inputs.get("endpoint"))
    topic = topic_of(cloud, context.inputs.get("topic")) if cloud is not None else None
    if topic is None:
        return
    fifo, protocol = flag(told(topic, "fifoTopic", default=False)), context.inputs.get("protocol")
    if fifo is True and protocol != "sqs":
        yield Violation(
            "protocol",
            f"{topic.name} is a FIFO topic, to which queues alone subscribe, not {protocol} (InvalidParameter: Invalid "
            "parameter: Invalid protocol type)",
        )
    if fifo is False and protocol == "sqs" and endpoint.endswith(".fifo"):
        yield Violation(
            "endpoint",
            f"{topic.name} is a standard topic (InvalidParameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues "
            "can not be subscribed to standard SNS topics)",
        )


FIFO = pair(
    "topic-fifo-subscription",
    _first_in_first_out,
    refused="a subscription of anything but a queue to a FIFO topic, of a FIFO queue to a standard one",
    says="InvalidParameter: Invalid protocol type, or FIFO SQS Queues can not be subscribed to standard SNS topics",
    source="Amazon SNS Developer Guide, FIFO topics: message delivery; Amazon SNS API Reference, Subscribe",
)


def _fifo_alarm(context: Context) -> Iterator[Violation]:
    for at, value in texts(context.inputs, "notifications[*].subscriberSnsTopicArns[*]"):
        if value.endswith(".fifo"):
            yield Violation(at, f"{value} is a FIFO topic, to which AWS Budgets sends nothing")


FIFO_BUDGET = pair(
    "budget-fifo-topic",
    _fifo_alarm,
    refused="a FIFO topic as a subscriber of a budget",
    happens="the notification reaches nobody",
    source="AWS Cost Management User Guide, Creating an Amazon SNS topic for budget notifications: a standard topic",
)


# Alarms.


def _unknown_alarms(context: Context) -> Iterator[Violation]:
    cloud, rule = context.cloud, context.inputs.get("alarmRule")
    if cloud is None or not isinstance(rule, str):
        return
    composite = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
    for name in re.findall(r'(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*["\']?([^"\')]+)["\']?\s*\)', rule):
        if name.startswith("arn:"):
            continue
        if find(cloud, ALARM, name, ("name",)) is None and find(cloud, composite, name, ("alarmName",)) is None:
            yield Violation("alarmRule", f"no alarm {name!r} exists; make this depend on it")


UNKNOWN_ALARMS = pair(
    "composite-alarm",
    _unknown_alarms,
    refused="a composite alarm of alarms that do not exist",
    says="ValidationError: Could not save the composite alarm as alarms in the alarm rule do not exist",
    source="Amazon CloudWatch API Reference, PutCompositeAlarm, AlarmRule",
)


# Log groups.


def _made_by_eks(context: Context) -> Iterator[Violation]:
    cloud, name = context.cloud, context.inputs.get("name")
    found = re.fullmatch(r"/aws/eks/([^/]+)/cluster", str(name))
    if cloud is None or found is None or context.old is not None:
        return
    cluster = find(cloud, CLUSTER, found[1], ("name",))
    if cluster is not None and told(cluster, "enabledClusterLogTypes"):
        yield Violation(
            "name",
            f"EKS has made it for the logs of {cluster.name}; create it before the cluster, and make the cluster "
            f"depend "
            "on it",
        )


MADE_BY_EKS = pair(
    "log-group-of-cluster",
    _made_by_eks,
    refused="the log group of a cluster's logs after the cluster",
    says="ResourceAlreadyExistsException: The specified log group already exists",
    source="Amazon EKS User Guide, Send control plane logs to CloudWatch Logs; SDK documentation of aws.eks.Cluster",
)


def _uninvited_logs(context: Context) -> Iterator[Violation]:
    cloud, arn = context.cloud, context.inputs.get("destinationArn")
    function = find(cloud, "aws:lambda/function:Function", arn) if cloud is not None else None
    if cloud is None or function is None or not whole(function):
        return
    if not invocable(cloud, function, "logs.amazonaws.com"):
        yield Violation(
            "destinationArn", f"no lambda Permission lets logs.amazonaws.com invoke {function.name}; depend on one"
        )


LOGS_FUNCTION = pair(
    "log-subscription-function",
    _uninvited_logs,
    refused="a subscription filter to a function that CloudWatch Logs may not invoke",
    says="InvalidParameterException: Could not execute the lambda function. Make sure you have given CloudWatch Logs "
    "permission to execute your function",
    source="Amazon CloudWatch Logs User Guide, Subscription filters with AWS Lambda",
)


def _third(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("logGroup")
    same = [item for item in others(context, context.token) if item.inputs.get("logGroup") == name]
    if name is not None and len(same) >= 2:  # noqa: PLR2004 - Amazon CloudWatch Logs quotas: two of each log group
        yield Violation("logGroup", f"{name} has two subscription filters: {', '.join(item.name for item in same)}")


THIRD_FILTER = pair(
    "log-subscription-third",
    _third,
    refused="a third subscription filter of a log group",
    says="LimitExceededException: Resource limit exceeded",
    source="Amazon CloudWatch Logs User Guide, CloudWatch Logs quotas: two for each log group, cannot be changed",
)


def _second_monitor(context: Context) -> Iterator[Violation]:
    wanted = ("DIMENSIONAL", "SERVICE")
    if (context.inputs.get("monitorType"), context.inputs.get("monitorDimension")) != wanted:
        return
    for item in others(context, context.token):
        if (told(item, "monitorType"), told(item, "monitorDimension")) == wanted and item.urn != context.urn:
            yield Violation(
                "monitorDimension", f"{item.name} watches all services already; an account has one of these"
            )


SECOND_MONITOR = pair(
    "anomaly-monitor-second",
    _second_monitor,
    refused="a second anomaly monitor of all services",
    says="LimitExceededException: Limit exceeded on dimensional spend monitor creation",
    source="AWS Cost Management User Guide, Quotas for cost anomaly detection; Cost Explorer API, CreateAnomalyMonitor",
)


def _uninvited(context: Context) -> Iterator[Violation]:
    cloud, arn = context.cloud, context.inputs.get("rotationLambdaArn")
    function = find(cloud, "aws:lambda/function:Function", arn) if cloud is not None else None
    if cloud is None or function is None or not whole(function):
        return
    if not invocable(cloud, function, "secretsmanager.amazonaws.com"):
        yield Violation(
            "rotationLambdaArn",
            f"no lambda Permission lets secretsmanager.amazonaws.com invoke {function.name}; depend on one",
        )


ROTATION = pair(
    "secret-rotation-function",
    _uninvited,
    refused="rotation by a function that Secrets Manager may not invoke",
    says="AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function",
    source="AWS Secrets Manager User Guide, Rotation by Lambda function: permissions",
)
