"""Settings of the AWS budget (scaling guide, Capacity Planning and Cost Optimization)."""

from typing import Annotated

from pydantic import Field

from bailbondpro.facts.budgets import MAX_EMAILS
from infra.settings.base import Area, Email


class BudgetSettings(Area):
    """The monthly cost budget."""

    monthly_limit_usd: int = Field(
        ge=1,
        le=1_000_000,
        description="Monthly limit in USD, of what AWS bills: Cloudflare is not in it. Default by phase: the planned "
        "cost and 15 %; a stack file that overrides sizes should override it too (./bbp cost says to what).",
    )
    emails: Annotated[tuple[Email, ...], Field(max_length=MAX_EMAILS)] = Field(
        default=(), description="Who is told besides the alarm topic, at most 10 (AWS Budgets). Default: nobody."
    )
    anomaly_detection: bool = Field(
        default=False,
        description="Whether unusual spending is reported. Only for an account that pays its own bill, an "
        "Organization's payer or one of no Organization: AWS refuses a member account a monitor of a cost allocation "
        "tag (AWS Cost Management User Guide, Cost Anomaly Detection). Default: no.",
    )
    anomaly_threshold_usd: int = Field(
        default=50, ge=1, le=1_000_000, description="Unusual spending below this in USD is not reported."
    )
