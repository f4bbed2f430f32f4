"""AWS Budgets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, given, items, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Returned, Row, Service
from sandbox.model.sources import Sources
from sandbox.services.aws.pairs.notices import FIFO_BUDGET
from sandbox.services.aws.returned import observing
from sandbox.services.aws.sns import EMAIL, TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator


BUDGET_TYPES = ("COST", "RI_COVERAGE", "RI_UTILIZATION", "SAVINGS_PLANS_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "USAGE")
TIME_UNITS = ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM")


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


_on = On("budget", source="AWS Budgets API Reference, CreateBudget")
BUDGETS = Service(
    "budgets",
    "AWS Budgets API Reference, CreateBudget",
    (
        Row(
            token="aws:budgets/budget:Budget",
            name=Named(),
            replaced=Replaced(("accountId", "name", "namePrefix"), kept=("accountId", "name", "namePrefix")),
            references=(
                Reference(
                    "notifications[*].subscriberSnsTopicArns[*]",
                    TOPIC,
                    "AWS Budgets accepts this, and the notification would reach nobody",
                ),
            ),
            unique=(Unique(("name",), "DuplicateRecordException"),),
            values=(
                _on.matches(
                    "name", r"[^:\\]{1,100}", "1 to 100 characters other than : and \\", "InvalidParameterException"
                ),
                _on.one_of("budgetType", BUDGET_TYPES),
                _on.one_of("timeUnit", TIME_UNITS),
                _on.at_most("notifications", 5, "CreationLimitExceededException", "AWS Billing User Guide, Quotas"),
                _on.one_of("notifications[*].comparisonOperator", ("GREATER_THAN", "LESS_THAN", "EQUAL_TO")),
                _on.one_of("notifications[*].thresholdType", ("PERCENTAGE", "ABSOLUTE_VALUE")),
                _on.one_of("notifications[*].notificationType", ("ACTUAL", "FORECASTED")),
                _on.between("notifications[*].threshold", 0.1, 1_000_000_000),
                _on.at_most("notifications[*].subscriberEmailAddresses", 10),
                _on.at_most("notifications[*].subscriberSnsTopicArns", 1),
                _on.matches("notifications[*].subscriberEmailAddresses[*]", EMAIL, "an email address"),
                _on.custom("budget", _budget),
            ),
            state=(FIFO_BUDGET,),
            returned=Returned(values=observing.BUDGET),
        ),
    ),
    sources=Sources(time="AWS Budgets API Reference: no operation takes a window or restarts anything"),
)
