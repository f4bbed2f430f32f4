"""A monthly cost budget with notifications, and a watch for unusual spending."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.budgets import MAX_EMAILS, MAX_TOPICS

from .naming import NameKind, physical_name
from .validation import require

NOTIFICATIONS: tuple[tuple[Literal["ACTUAL", "FORECASTED"], int], ...] = (
    ("ACTUAL", 80),
    ("ACTUAL", 100),
    ("FORECASTED", 100),
)
"""Percent of the limit at which people are told; AWS allows five such notifications per budget."""


@dataclass(frozen=True, kw_only=True)
class CostTag:
    """A tag whose costs count. It must be activated as a cost allocation tag first, in the payer account.

    Attributes:
        key: tag key, for example "Project".
        value: tag value. Values of several tags would be added, not intersected: choose one that is this stack's alone.
    """

    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """What may be spent, and who is told.

    Attributes:
        budget_name: physical name, at most 100 characters.
        monthly_limit_usd: limit per calendar month in US dollars, above 0.
        cost_filter_tag: which costs count.
        emails: up to ten addresses; they also get a daily digest of anomalies.
        topic_arns: at most one SNS topic; it gets anomalies at once.
        anomaly_threshold_usd: least total impact of an anomaly that is told, in US dollars, above 0.
        anomaly_detection: whether unusual spending is watched for; only an account that pays its own bill may.
    """

    budget_name: str
    monthly_limit_usd: float
    cost_filter_tag: CostTag
    emails: tuple[str, ...] = ()
    topic_arns: tuple[pulumi.Input[str], ...] = ()
    anomaly_threshold_usd: float = 100
    anomaly_detection: bool = False

    def __post_init__(self) -> None:
        require(
            f"budget {self.budget_name!r}",
            (
                physical_name(NameKind.BUDGET, self.budget_name) == self.budget_name,
                "budget_name is too long or mixed case",
            ),
            (self.monthly_limit_usd > 0, f"monthly_limit_usd must be above 0, not {self.monthly_limit_usd:g}"),
            (
                self.anomaly_threshold_usd > 0,
                f"anomaly_threshold_usd must be above 0, not {self.anomaly_threshold_usd:g}",
            ),
            (len(self.emails) <= MAX_EMAILS, f"emails: at most {MAX_EMAILS}, not {len(self.emails)}"),
            (len(self.topic_arns) <= MAX_TOPICS, f"topic_arns: at most {MAX_TOPICS}, not {len(self.topic_arns)}"),
            (bool(self.emails or self.topic_arns), "a budget that tells nobody is none: give emails or topic_arns"),
        )


class Budget(pulumi.ComponentResource):
    """A monthly budget on one tag: told at 80 % and 100 % spent and at 100 % forecast; and a cost anomaly monitor.

    The monitor is off unless asked for: it is a custom one on the same tag, which AWS refuses a member account of an
    Organization. An account has room for a single monitor by service, which two stacks in one would fight over.

    Example:
        ```python
        Budget(
            "budget",
            BudgetArgs(
                budget_name="bailbondpro-prod",
                monthly_limit_usd=2060,
                emails=("owner@example.com",),
                cost_filter_tag=CostTag(key="Stack", value="bailbondpro-prod"),
            ),
        )
        ```
    """

    budget_name: pulumi.Output[str]
    """Physical name of the budget."""
    monitor_arn: pulumi.Output[str] | None
    """ARN of the anomaly monitor, if there is one."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:budget:Budget", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        budget = aws.budgets.Budget(
            f"{name}-monthly",
            name=args.budget_name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{args.monthly_limit_usd:.2f}",
            limit_unit="USD",
            cost_filters=[_cost_filter(args.cost_filter_tag)],
            notifications=[_notification(kind, percent, args) for kind, percent in NOTIFICATIONS],
            opts=child,
        )
        self.budget_name = budget.name
        self.monitor_arn = self._watch_anomalies(name, args) if args.anomaly_detection else None
        self.register_outputs({"budgetName": self.budget_name, "monitorArn": self.monitor_arn})

    def _watch_anomalies(self, name: str, args: BudgetArgs) -> pulumi.Output[str]:
        monitor = aws.costexplorer.AnomalyMonitor(
            f"{name}-anomalies",
            monitor_type="CUSTOM",
            monitor_specification=_monitor_specification(args.cost_filter_tag),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._tell_anomalies(name, args, monitor)
        arn: pulumi.Output[str] = monitor.arn
        return arn

    def _tell_anomalies(self, name: str, args: BudgetArgs, monitor: aws.costexplorer.AnomalyMonitor) -> None:
        """SNS takes single anomalies at once, e-mail takes digests: the service allows no other pairing."""
        if args.topic_arns:
            self._subscription(f"{name}-anomalies-topic", "IMMEDIATE", "SNS", args.topic_arns, args, monitor)
        if args.emails:
            self._subscription(f"{name}-anomalies-digest", "DAILY", "EMAIL", args.emails, args, monitor)

    def _subscription(  # noqa: PLR0917 - two callers a few lines above, in this order
        self,
        name: str,
        frequency: Literal["IMMEDIATE", "DAILY"],
        kind: Literal["SNS", "EMAIL"],
        addresses: tuple[pulumi.Input[str], ...],
        args: BudgetArgs,
        monitor: aws.costexplorer.AnomalyMonitor,
    ) -> None:
        threshold = aws.costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(
            key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            match_options=["GREATER_THAN_OR_EQUAL"],
            values=[f"{args.anomaly_threshold_usd:g}"],
        )
        aws.costexplorer.AnomalySubscription(
            name,
            frequency=frequency,
            monitor_arn_lists=[monitor.arn],
            subscribers=[
                aws.costexplorer.AnomalySubscriptionSubscriberArgs(type=kind, address=address) for address in addresses
            ],
            threshold_expression=aws.costexplorer.AnomalySubscriptionThresholdExpressionArgs(dimension=threshold),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _cost_filter(tag: CostTag) -> aws.budgets.BudgetCostFilterArgs:
    """Budgets writes a user tag as "user:<key>$<value>" (AWS Cost Management User Guide, "Budget filters")."""
    return aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:{tag.key}${tag.value}"])


def _notification(
    kind: Literal["ACTUAL", "FORECASTED"], percent: int, args: BudgetArgs
) -> aws.budgets.BudgetNotificationArgs:
    return aws.budgets.BudgetNotificationArgs(
        comparison_operator="GREATER_THAN",
        notification_type=kind,
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_email_addresses=list(args.emails),
        subscriber_sns_topic_arns=list(args.topic_arns),
    )


def _monitor_specification(tag: CostTag) -> str:
    """A Cost Explorer expression. The service answers with every operator spelled out, so the input spells them too."""
    unused = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    expression = {**unused, "Tags": {"Key": tag.key, "MatchOptions": None, "Values": [tag.value]}}
    return json.dumps(expression, sort_keys=True)
