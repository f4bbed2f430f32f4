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
"""CPU that a burstable class earns credits for, of the smallest (t4g.micro; EC2 User Guide, "CPU credits"): taken where
the class is not told. A new instance begins without credits and collects them while it does less."""

VCPUS = 2
"""Of every burstable class up to large (EC2 User Guide, "CPU credits"): taken where the class is not told."""

CREDIT_MINUTES = 25
"""Ours: minutes at full speed left on a burstable class; each costs a credit for each vCPU (as above)."""

CREDIT_PERIOD_SECONDS = 300
"""Between two values of a CPU credit metric (Amazon RDS User Guide, "CloudWatch metrics": CPUCreditBalance, at a
five-minute frequency only; ElastiCache User Guide, "Host-level metrics", as well)."""


def cpu_credits(
    alarm: Callable[..., AlarmSpec], *, baseline_percent: int, vcpus: int, name: str = "cpu-credits"
) -> AlarmSpec:
    """The alarm on credits that run out while they are spent.

    On every class, so that a larger one takes no alarm away: a class without credits publishes no balance.

    Args:
        alarm: makes an alarm on the server's metrics.
        baseline_percent: CPU above which its class spends credits.
        vcpus: of its class.
        name: of the alarm.
    """
    credits_left = CREDIT_MINUTES * vcpus
    return alarm(
        name=name,
        metric="CPUCreditBalance",
        comparison="LessThanThreshold",
        threshold=credits_left,
        guard=Guard(metrics=(("cpu", "CPUUtilization", "Average"),), condition=f"cpu > {baseline_percent}"),
        summary=f"Fewer than {credits_left} CPU credits left on a burstable class that spends them",
        action="Expect surplus charges or throttling; move to a class with sustained CPU.",
        runbook="cpu-credits",
        # Published every five minutes only (CloudWatch metrics of Amazon RDS and of ElastiCache): of five periods of a
        # minute four are empty, and an alarm that waits for three of them never comes.
        period_seconds=CREDIT_PERIOD_SECONDS,
    )
