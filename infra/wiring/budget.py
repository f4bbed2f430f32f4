"""Arguments of the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.budget import BudgetArgs, CostTag
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from components.monitoring.topic import AlertTopic
    from infra.settings import Settings


def args(settings: Settings, topic: AlertTopic) -> BudgetArgs:
    """The monthly budget of what carries this stack's tag; activate `Stack` as a cost allocation tag once."""
    return BudgetArgs(
        budget_name=f"{names_of(settings).prefix}-monthly",
        monthly_limit_usd=settings.budget.monthly_limit_usd,
        cost_filter_tag=CostTag(key="Stack", value=names_of(settings).prefix),
        emails=settings.budget.emails,
        topic_arns=(topic.topic_arn,),
        anomaly_threshold_usd=settings.budget.anomaly_threshold_usd,
        anomaly_detection=settings.budget.anomaly_detection,
    )
