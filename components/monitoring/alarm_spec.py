"""What one CloudWatch alarm is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import pulumi

Dimensions: TypeAlias = "tuple[tuple[str, pulumi.Input[str]], ...]"
"""Names and values: what a metric is of."""

PERIOD_SECONDS = 60
"""The guide, Performance Monitoring: metrics are collected every 60000 ms."""
PERIODS, BAD_PERIODS = 5, 3
"""Three bad minutes out of five: the guide alerts on a single sample, which pages for every blip."""

Comparison = Literal["GreaterThanThreshold", "LessThanThreshold"]
Statistic = Literal["Average", "Maximum", "Minimum", "Sum"]


class Severity(StrEnum):
    """How urgent an alarm is: the guide's two levels."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What else must hold in a period for an alarm to breach, by other metrics of the same thing.

    Attributes:
        metrics: name in the condition, metric, statistic.
        condition: CloudWatch metric math over these names and `value`, the alarm's own metric.
    """

    metrics: tuple[tuple[str, str, Statistic], ...]
    condition: str


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """One alarm, ready to be rendered.

    Attributes:
        name: logical suffix, unique within its target.
        namespace: CloudWatch namespace.
        metric: metric name.
        dimensions: what the metric is of.
        statistic: how a period's samples become one number.
        comparison: when it breaches.
        threshold: in the metric's own unit.
        severity: how urgent.
        summary: what is wrong, with the threshold.
        action: what to do first.
        runbook: name of the runbook page.
        period_seconds: length of a period.
        periods: how many of them are looked at.
        bad_periods: how many of these must breach.
        breaching_without_data: True where silence itself is the failure.
        guard: what else must hold, or None.
    """

    name: str
    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: Statistic = "Average"
    comparison: Comparison = "GreaterThanThreshold"
    threshold: float
    severity: Severity = Severity.WARNING
    summary: str
    action: str
    runbook: str
    period_seconds: int = PERIOD_SECONDS
    periods: int = PERIODS
    bad_periods: int = BAD_PERIODS
    breaching_without_data: bool = False
    guard: Guard | None = None

    @property
    def expression(self) -> str:
        """The guarded metric: itself where the guard holds, else the threshold, which breaches in neither direction."""
        return "value" if self.guard is None else f"IF({self.guard.condition}, value, {self.threshold:g})"
