"""The bill so far, against the monthly budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kind import Kind, Panels, Target
from ..panels import CloudWatchLine, Panel
from .boards import COST

if TYPE_CHECKING:
    from collections.abc import Sequence

BILLING_REGION = "us-east-1"
"""The one region that keeps billing metrics (CloudWatch User Guide, "Monitor estimated charges")."""

BILLING_PERIOD_SECONDS = 21600
"""They are written about every six hours (as above)."""

SERVICES = ("AmazonEC2", "AmazonRDS", "AmazonElastiCache", "AmazonEKS")


@dataclass(frozen=True, kw_only=True)
class BillTarget(Target):
    """The account's bill; `monthly_limit_usd` is the stack's budget, drawn as a line; None for no line."""

    monthly_limit_usd: float | None = None


def panels(targets: Sequence[BillTarget]) -> Panels:
    """The charges of the most expensive services, and of everything."""
    named = (("everything", ()), *((name, (("ServiceName", name),)) for name in SERVICES))
    charges = Panel(
        title="Charges of this month so far",
        lines=tuple(
            CloudWatchLine(
                namespace="AWS/Billing",
                metric="EstimatedCharges",
                dimensions=(("Currency", "USD"), *dimensions),
                statistic="Maximum",
                legend=name,
                region=BILLING_REGION,
                period_seconds=BILLING_PERIOD_SECONDS,
            )
            for name, dimensions in named
        ),
        unit="currencyUSD",
        threshold=targets[0].monthly_limit_usd,
        note="The line is the stack's monthly budget; the budget itself counts this stack's costs alone.",
    )
    return {COST: [charges]}


BILL = Kind(
    target=BillTarget,
    watches=("aws:budgets/budget:Budget", "aws:costexplorer/anomalyMonitor:AnomalyMonitor"),
    alarms=lambda _: (),
    panels=panels,
    told_by="AWS Budgets and Cost Anomaly Detection, which write to the same topic (`..budget`)",
)
