"""Targets of autoscalers that a saturated pod does not reach: nothing is ever added by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.simulation.model import Platform, Target, Tier


def unreachable(platform: Platform) -> Iterator[str]:
    """Targets of all autoscalers that their pods stay below, or within the tolerance of, in words.

    Args:
        platform: whose pods use and serve at most what their limits, and the assumed time of a request, let them.
    """
    groups = [*platform.tiers, *(tier for tier in (platform.gateway, platform.pooler) if tier is not None)]
    for tier in groups:
        rules = tier.hpa.scale_up if tier.hpa is not None else None
        if rules is not None and rules.select_policy == "Disabled":
            yield f"{tier.scaler}: scaleUp Disabled"
        for target in tier.targets:
            found = _most(platform, tier, target)
            if found is None or tier.hpa is None:
                continue
            most, said = found
            acts = target.value * (1 + tier.hpa.up_tolerance)
            if most <= acts:
                # What lies within the tolerance looks as if it were reached.
                near = f", and it acts above {acts:,.4g}" if most > target.value else ""
                yield f"{tier.scaler}: {_named(target)}: its pods {said}{near}"


def _most(platform: Platform, tier: Tier, target: Target) -> tuple[float, str] | None:
    """The most that a metric shows of one pod, and that in words; None for what has no such bound.

    A formula has none: it is computed from the pods in each step.
    """
    if target.measure == "cpu" and tier.cpu_request:
        most = 100 * tier.pod_rate * tier.cpu_ms / tier.cpu_request
        return most, f"use {most:,.4g} % of what they request at the most, as their limits and threads allow"
    if target.measure == "memory" and tier.memory_request:
        most = 100 * tier.memory_limit / tier.memory_request
        return most, f"use {most:,.4g} % of what they request at the most, as their limits allow"
    if target.measure == "requests":
        most = tier.pod_rate
        return most, f"serve {most:,.4g} a second each at the most, at {tier.cpu_ms:g} ms of a processor a request"
    if target.measure == "latency":
        most = platform.timeout_seconds * 1000
        return most, f"are waited for {most:,.6g} ms at the most (proxy_read_timeout)"
    return None


def _named(target: Target) -> str:
    if target.measure == "requests":
        return f"{target.value:g} requests a second for each pod"
    if target.measure == "latency":
        return f"a response time of {target.value:g} ms"
    return f"{target.measure} {target.value:g} %"
