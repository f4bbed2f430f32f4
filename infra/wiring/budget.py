"""Arguments of the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.budget import BudgetArgs, CostTag
from infra.wiring.names import names_of
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.monitoring.topic import AlertTopic
    from infra.settings import Settings


def args(settings: Settings, topic: AlertTopic) -> BudgetArgs:
    """The monthly budget of what carries this stack's tag; activate `Stack` as a cost allocation tag once."""
    return BudgetArgs(
        budget_name=f"{names_of(settings).prefix}-monthly",
        **of_same_name(BudgetArgs, settings.budget),
        cost_filter_tag=CostTag(key="Stack", value=names_of(settings).prefix),
        topic_arns=(topic.topic_arn,),
    )
