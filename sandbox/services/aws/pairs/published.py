"""Whether those who publish to topics and queues are let in by their policies and by the policies of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import find, pair, texts, told, whole
from sandbox.services.aws.pairs.keys import KEY_POLICY, key_of
from sandbox.services.aws.pairs.statements import allows_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

TOPIC, TOPIC_POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
QUEUE, QUEUE_POLICY = "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"


@dataclass(frozen=True)
class Publisher:
    """A property that names a topic to which a service publishes.

    Attributes:
        token: the type.
        path: the property.
        service: who publishes.
        by_default: whether the policy that every topic has at first lets it.
        nothing: what happens where it may not.
    """

    token: str
    path: str
    service: str
    by_default: bool
    nothing: str


_ALARMS = (
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "the alarm tells nobody"),
    ("aws:cloudwatch/compositeAlarm:CompositeAlarm", "the alarm tells nobody"),
)
PUBLISHERS = (
    *(
        Publisher(token, path, "cloudwatch.amazonaws.com", by_default=True, nothing=nothing)
        for token, nothing in _ALARMS
        for path in ("alarmActions[*]", "okActions[*]", "insufficientDataActions[*]")
    ),
    Publisher(
        "aws:budgets/budget:Budget",
        "notifications[*].subscriberSnsTopicArns[*]",
        "budgets.amazonaws.com",
        by_default=False,
        nothing="the notification reaches nobody",
    ),
    Publisher(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        "subscribers[*].address",
        "costalerts.amazonaws.com",
        by_default=False,
        nothing="the notification reaches nobody",
    ),
    Publisher(EVENT_TARGET, "arn", "events.amazonaws.com", by_default=False, nothing="no event arrives"),
)


def _publishers(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for row in PUBLISHERS if cloud is not None else ():
        for at, value in texts(context.inputs, row.path) if row.token == context.token else ():
            topic = find(cloud, TOPIC, value) if cloud is not None else None
            reason = _shut(cloud, topic, row) if cloud is not None and topic is not None and whole(topic) else ""
            if reason:
                yield Violation(at, f"{reason} (accepted, and then: {row.nothing})")


def _shut(cloud: Cloud, topic: CloudObject, row: Publisher) -> str:
    """Why a service cannot publish to a topic, or nothing."""
    document = _policy(cloud, topic, TOPIC_POLICY, "arn")
    if _refuses(document, "sns:Publish", row.service, "aws:source" if row.by_default else ""):
        return f"the policy of {topic.name} does not let {row.service} do sns:Publish; add the statement"
    master = topic.inputs.get("kmsMasterKeyId")
    if master == "alias/aws/sns":
        return f"{topic.name} is encrypted with alias/aws/sns, which {row.service} cannot use; use a key of your own"
    key = key_of(cloud, master)
    if key is not None and whole(key):
        written = _policy(cloud, key, KEY_POLICY, "keyId")
        if _refuses(written, "kms:GenerateDataKey", row.service):
            return (
                f"key {key.name} of {topic.name} does not let {row.service} do kms:GenerateDataKey; add the statement"
            )
    return ""


def _policy(cloud: Cloud, item: CloudObject, beside: str, names: str) -> object:
    """The policy of an object: empty where it has none of its own, None where nobody knows."""
    handles = {item.id, told(item, "arn"), told(item, "url")} - {None}
    found = [other for other in cloud.of_type(beside) if other.inputs.get(names) in handles]
    if found:
        return told(found[0], "policy")
    return told(item, "policy") if "policy" in item.inputs else ""


def _refuses(document: object, action: str, service: str, whole_account: str = "") -> bool:
    """Whether a policy shuts a service out; `whole_account` is how a condition begins that lets the account in."""
    if not isinstance(document, str) or not document or (whole_account and whole_account in document.lower()):
        return False
    return allows_service(document, action, service) is False


PUBLISHED = pair(
    "topic-shut",
    _publishers,
    refused="an alarm, a budget, an anomaly alert or an event rule that publishes to a topic whose policy, or whose "
    "key's "
    "policy, does not let its service, or that is encrypted with alias/aws/sns",
    happens="nobody is told",
    source="Amazon CloudWatch User Guide, Notify users on alarm changes; AWS Cost Management User Guide, Creating an "
    "Amazon SNS topic for budget notifications; Amazon EventBridge User Guide, Resource-based policies; Amazon SNS "
    "Developer Guide, Enable compatibility between event sources from AWS services and encrypted topics",
)


def _undelivered(context: Context) -> Iterator[Violation]:
    cloud, inputs = context.cloud, context.inputs
    if cloud is None:
        return
    subscribed = context.token == SUBSCRIPTION
    at = "endpoint" if subscribed else "arn"
    service = "sns.amazonaws.com" if subscribed else "events.amazonaws.com"
    queue = find(cloud, QUEUE, inputs.get(at))
    if queue is not None and whole(queue):
        document = _policy(cloud, queue, QUEUE_POLICY, "queueUrl")
        if _refuses(document, "sqs:SendMessage", service):
            yield Violation(at, f"the policy of queue {queue.name} does not let {service} do sqs:SendMessage")


UNDELIVERED = pair(
    "subscriber-shut",
    _undelivered,
    refused="a subscription or an event target whose queue has a policy that does not let the sender in",
    happens="nothing arrives",
    source="Amazon SNS Developer Guide, Subscribe an Amazon SQS queue to a topic; "
    "Amazon "
    "EventBridge User Guide, Using resource-based policies",
)
