"""What databases and cache nodes have in common: processors, memory, and credits of burstable classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..alarm_spec import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..alarm_spec import AlarmSpec

CPU_PERCENT = 80
"""The guide, Performance Monitoring: cpu_usage 80, warning."""

MEMORY_PERCENT = 85
"""The guide, Performance Monitoring: memory_usage 85, warning."""

BASELINE_PERCENT = 10
"""CPU that a burstable class earns credits for, of the smallest (t4g.micro; EC2 User Guide, "CPU credits"): a new one
begins without credits and collects them while it does less."""

CPU_CREDITS = 50
"""Ours: 50 minutes of one vCPU at full speed left on a burstable class (EC2 User Guide, "CPU credits")."""

CREDIT_PERIOD_SECONDS = 300
"""Between two values of a CPU credit metric (Amazon RDS User Guide, "CloudWatch metrics": CPUCreditBalance, at a
five-minute frequency only; ElastiCache User Guide, "Host-level metrics", as well)."""


def cpu_credits(alarm: Callable[..., AlarmSpec], name: str = "cpu-credits") -> AlarmSpec:
    """The alarm on credits.

    On every class, so that a larger one takes no alarm away: a class without credits publishes no balance.
    """
    return alarm(
        name=name,
        metric="CPUCreditBalance",
        comparison="LessThanThreshold",
        threshold=CPU_CREDITS,
        guard=Guard(metrics=(("cpu", "CPUUtilization", "Average"),), condition=f"cpu > {BASELINE_PERCENT}"),
        summary=f"Fewer than {CPU_CREDITS} CPU credits left on a burstable class that is busy",
        action="Expect surplus charges or throttling; move to a class with sustained CPU.",
        runbook="cpu-credits",
        # Published every five minutes only (CloudWatch metrics of Amazon RDS and of ElastiCache): of five periods of a
        # minute four are empty, and an alarm that waits for three of them never comes.
        period_seconds=CREDIT_PERIOD_SECONDS,
    )
