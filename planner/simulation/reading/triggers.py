"""Targets of autoscalers that pods can never reach: nothing is ever added by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.plan_values import at, items, text
from planner.simulation.reading.resources import amount, containers_of, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import PlannedResource
    from planner.simulation.reading.resources import Name

_SCALED: tuple[Name, ...] = ("cpu", "memory")


def unreachable(scaler: PlannedResource, pods: PlannedResource) -> Iterator[str]:
    """Shares of requests that are more than limits let containers use, in words.

    Args:
        scaler: a HorizontalPodAutoscaler or a ScaledObject.
        pods: the Deployment that it scales.
    """
    for of, wanted in _targets(scaler):
        most = _most_percent(pods, of)
        if most is not None and wanted > most:
            yield f"{of} {wanted:g} %: its pods use {most:g} % of what they request at the most, as their limits allow"


def _targets(scaler: PlannedResource) -> Iterator[tuple[Name, float]]:
    for of in _SCALED:
        for metric in items(scaler.inputs, "spec", "metrics"):
            for source in ("resource", "containerResource"):
                wanted = readable(at(metric, source, "target", "averageUtilization"))
                if text(metric, source, "name") == of and wanted is not None:
                    yield of, wanted
        for trigger in items(scaler.inputs, "spec", "triggers"):
            wanted = readable(at(trigger, "metadata", "value"))
            if text(trigger, "type") == of and wanted is not None:
                yield of, wanted


def _most_percent(pods: PlannedResource, of: Name) -> float | None:
    """Limits against requests, all containers together; None where one has no limit or no request."""
    limits = [amount(container, "limits", of) for container in containers_of(pods)]
    requests = [amount(container, "requests", of) for container in containers_of(pods)]
    if not requests or None in limits or None in requests:
        return None
    return 100 * sum(filter(None, limits)) / sum(filter(None, requests))
