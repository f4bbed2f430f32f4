"""The SNS topic that alarms, database events, budgets and cost anomalies go to."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..security.iam import Arn, Condition, Effect, Statement, equals, policy_document
from ..validation import require

PUBLISHERS = (
    "cloudwatch.amazonaws.com",
    "events.rds.amazonaws.com",
    "budgets.amazonaws.com",
    "costalerts.amazonaws.com",
)
"""Services that may publish: CloudWatch alarms, RDS events, AWS Budgets, Cost Anomaly Detection (their user guides,
sections on SNS permissions)."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, kw_only=True)
class AlertTopicArgs:
    """What the topic needs.

    Attributes:
        key_arn: KMS key that encrypts messages at rest. Its policy must let the publishers generate data keys.
        emails: addresses that get every message, each after confirming the subscription once.
        display_name: sender name in e-mails, at most 100 characters.
    """

    key_arn: pulumi.Input[str]
    emails: tuple[str, ...] = ()
    display_name: str = "BailBondPro alerts"

    def __post_init__(self) -> None:
        require(
            "alert topic",
            (all(_EMAIL.fullmatch(email) for email in self.emails), "emails must be addresses (name@domain)"),
            (len({email.lower() for email in self.emails}) == len(self.emails), "emails must not repeat"),
            (1 <= len(self.display_name) <= _LONGEST_DISPLAY_NAME, "display_name has 1 to 100 characters"),
        )


_LONGEST_DISPLAY_NAME = 100


class AlertTopic(pulumi.ComponentResource):
    """An encrypted topic that only AWS services of the same account publish to, with its e-mail subscribers.

    Example:
        ```python
        topic = AlertTopic("alerts", AlertTopicArgs(key_arn=key.key_arn, emails=("ops@example.com",)))
        Alarms("alarms", AlarmsArgs(topic_arn=topic.topic_arn, targets=()))
        ```
    """

    topic_arn: pulumi.Output[str]
    """ARN of the topic, known once its policy is in place, so that no publisher is refused."""

    def __init__(self, name: str, args: AlertTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:monitoring:AlertTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{name}-topic", display_name=args.display_name, kms_master_key_id=args.key_arn, opts=child
        )
        policy = aws.sns.TopicPolicy(f"{name}-policy", arn=topic.arn, policy=topic.arn.apply(topic_policy), opts=child)
        for email in args.emails:
            aws.sns.TopicSubscription(
                f"{name}-email-{email_label(email)}", topic=topic.arn, protocol="email", endpoint=email, opts=child
            )
        self.topic_arn = pulumi.Output.all(topic.arn, policy.id).apply(lambda pair: str(pair[0]))
        self.register_outputs({"topicArn": self.topic_arn})


def email_label(email: str) -> str:
    """A stable name for a subscription: independent of the order of addresses, and no address in state keys."""
    return hashlib.sha256(email.lower().encode()).hexdigest()[:8]


def topic_policy(topic_arn: str) -> str:
    """Who may publish: the four services, for this account only, and nobody without TLS.

    Args:
        topic_arn: ARN of the topic, which names the account.
    """
    account = Arn.parse(topic_arn).account
    return policy_document(
        Statement(
            sid="PublishForThisAccount",
            actions=("sns:Publish",),
            resources=(topic_arn,),
            services=PUBLISHERS,
            conditions=(equals("aws:SourceAccount", account),),
        ),
        Statement(
            sid="DenyWithoutTls",
            effect=Effect.DENY,
            actions=("sns:Publish",),
            resources=(topic_arn,),
            accounts=("*",),
            conditions=(Condition(operator="Bool", key="aws:SecureTransport", values=("false",)),),
        ),
    )
