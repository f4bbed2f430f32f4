"""What a bucket, topic, queue or function must allow before something is sent to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import flag
from sandbox.model.pairs import find, pair, texts, told, whole
from sandbox.services.aws.pairs.buckets import POLICY, about, bucket_of
from sandbox.services.aws.pairs.statements import Statement, allows_service, is_service, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

_USER = "Amazon S3 User Guide"
_API = "Amazon S3 API Reference"

_ELB = ("logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com")


def _log_bucket(context: Context) -> Iterator[Violation]:
    """A load balancer writes a test object when its access logs are turned on."""
    cloud = context.cloud
    for name in ("accessLogs", "connectionLogs"):
        logs = context.inputs.get(name)
        if cloud is None or not isinstance(logs, dict) or flag(logs.get("enabled", False)) is not True:
            continue
        bucket = bucket_of(cloud, logs.get("bucket"))
        if bucket is None:
            continue
        policy = _policy_of(cloud, bucket)
        if policy is None and whole(bucket) and not about(cloud, bucket, POLICY):
            yield Violation(
                f"{name}.bucket",
                f"{bucket.name} has no policy that lets load balancers write; make this depend on one",
            )
        elif policy is not None and not _lets_balancers_write(policy):
            yield Violation(f"{name}.bucket", f"the policy of {bucket.name} does not let load balancers write")


def _policy_of(cloud: Cloud, bucket: CloudObject) -> tuple[Statement, ...] | None:
    beside = about(cloud, bucket, POLICY)
    return statements(told(beside[0], "policy") if beside else told(bucket, "policy"))


def _lets_balancers_write(found: tuple[Statement, ...]) -> bool:
    # The accounts of Elastic Load Balancing in older regions are principals of kind AWS.
    return any(
        item.allow
        and item.does("s3:PutObject")
        and (item.of_service(*_ELB) or any(kind == "AWS" for kind, _ in item.principals))
        for item in found
    )


LOG_BUCKET = pair(
    "balancer-log-bucket",
    _log_bucket,
    refused="access logs to a bucket whose policy does not let Elastic Load Balancing write",
    says="InvalidConfigurationRequest: Access Denied for bucket. Please check S3bucket permission",
    source="Elastic Load Balancing, Application Load Balancers, Enable access logs: attach a policy to your bucket; "
    "Network Load Balancers, the same",
)


@dataclass(frozen=True)
class _Receiver:
    """A kind of thing that S3 sends events to.

    Attributes:
        path: where notifications name it.
        token: its type.
        beside: the type of its policy where that stands alone.
        names: the property by which that names it.
        action: what its policy must allow.
    """

    path: str
    token: str
    beside: str
    names: str
    action: str


_RECEIVERS = (
    _Receiver("topics[*].topicArn", "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "arn", "sns:Publish"),
    _Receiver(
        "queues[*].queueArn", "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl", "sqs:SendMessage"
    ),
)


def _events(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    for row in _RECEIVERS:
        for at, value in texts(context.inputs, row.path):
            if value.endswith(".fifo"):
                yield Violation(at, f"{value} is FIFO, to which S3 sends nothing")
            elif _shut(cloud, value, row):
                yield Violation(
                    at, f"its policy does not let s3.amazonaws.com do {row.action}; make this depend on one"
                )
    for at, value in texts(context.inputs, "lambdaFunctions[*].lambdaFunctionArn"):
        function = find(cloud, "aws:lambda/function:Function", value)
        if function is not None and whole(function) and not invocable(cloud, function, "s3.amazonaws.com"):
            yield Violation(at, f"no lambda Permission lets s3.amazonaws.com invoke {function.name}; depend on one")


def _shut(cloud: Cloud, value: str, row: _Receiver) -> bool:
    """Whether a topic or a queue of ours does not let S3 send to it."""
    item = find(cloud, row.token, value)
    if item is None or not whole(item):
        return False
    handles = {item.id, told(item, "arn"), told(item, "url")}
    policies = [other for other in cloud.of_type(row.beside) if other.inputs.get(row.names) in handles]
    document = told(policies[0], "policy") if policies else item.inputs.get("policy")
    if document is None:
        return not policies and "policy" not in item.inputs  # without a policy only its own account may send
    return allows_service(document, row.action, "s3.amazonaws.com") is False


def invocable(cloud: Cloud, function: CloudObject, service: str) -> bool:
    """Whether a permission lets a service invoke a function."""
    handles = {function.id, told(function, "arn"), told(function, "name")}
    return any(
        str(item.inputs.get("principal")) == "*" or is_service(str(item.inputs.get("principal")), service)
        for item in cloud.of_type("aws:lambda/permission:Permission")
        if any(str(item.inputs.get("function")).startswith(str(handle)) for handle in handles if handle)
    )


EVENTS = pair(
    "bucket-events",
    _events,
    refused="notifications to a topic, queue or function that does not let S3 send, or to a FIFO topic or queue",
    says="InvalidArgument: Unable to validate the following destination configurations",
    source=f"{_USER}, Granting permissions to publish event notification messages to a destination; {_API}, "
    "PutBucketNotificationConfiguration",
)
