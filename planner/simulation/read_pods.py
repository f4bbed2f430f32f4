"""Reads groups of pods out of a plan: a Deployment, its autoscaler, and the time until a new pod serves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from planner.capacity.node_pools import POOL_LABEL
from planner.hpa.spec import HpaSpec, spec_of
from planner.plan_values import UNKNOWN, at, items, number, scalers_of, text
from planner.simulation.events.pace import USUAL, Amount, Pace
from planner.simulation.gaps import (
    counts_all_requests,
    trigger_value,
    understood_formula,
    understood_metric,
    understood_trigger,
)
from planner.simulation.model import Target, Tier
from planner.simulation.reading.resources import (
    UNLIMITED_BYTES,
    UNLIMITED_CORES,
    amount,
    containers_of,
    environment_of,
    readable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan, PlannedResource
    from planner.simulation.assumptions import Assumptions

MEBI = 2.0**20


class SimulationError(ValueError):
    """A plan that no traffic can be simulated on; the message says what is missing."""


def tier_of(
    plan: Plan,
    item: PlannedResource,
    assumptions: Assumptions,
    *,
    cpu_ms: float,
    threads: int = 1,
    start_seconds: float = 0.0,
) -> Tier:
    """A Deployment as a station.

    Args:
        plan: the plan.
        item: the Deployment.
        assumptions: times of images and endpoints.
        cpu_ms: processor time of a request in its serving container, the first one.
        threads: requests of one pod that compute at once.
        start_seconds: from the container's start to its first good probe.

    Raises:
        SimulationError: its autoscaler cannot be.
    """
    containers = containers_of(item)
    serving: dict[str, Any] = containers[0] if containers else {}
    scaler = scaler_of(plan, item)
    request = requests_of(item)
    return Tier(
        name=text(item.inputs, "metadata", "name") or item.name,
        scaler=(text(scaler.inputs, "metadata", "name") or scaler.name) if scaler else "",
        hpa=spec_or_error(scaler) if scaler else None,
        targets=tuple(target for target in _targets(scaler) if _counted(target, request)) if scaler else (),
        replicas=int(number(item.inputs, "spec", "replicas", default=1)),
        cpu_request=request[0],
        memory_request=request[1],
        cpu_limit=(amount(serving, "limits", "cpu") or UNLIMITED_CORES) * 1000,
        memory_limit=(amount(serving, "limits", "memory") or UNLIMITED_BYTES) / MEBI,
        cpu_ms=cpu_ms,
        threads=threads,
        ready_seconds=_ready_seconds(serving, assumptions, start_seconds),
        cached=any(name.startswith("REDIS_") for name in environment_of(serving)),
        pace=pace_of(item),
    )


def pace_of(item: PlannedResource) -> Pace:
    """How a rollout of a Deployment goes on; `Recreate` takes all pods away before it makes new ones."""
    settled = number(item.inputs, "spec", "minReadySeconds", default=0)
    if text(item.inputs, "spec", "strategy", "type") == "Recreate":
        return Pace(surge=Amount(), unavailable=Amount(percent=100), min_ready_seconds=settled)
    rolling = at(item.inputs, "spec", "strategy", "rollingUpdate")
    return Pace(
        surge=_amount(at(rolling, "maxSurge"), USUAL.surge),
        unavailable=_amount(at(rolling, "maxUnavailable"), USUAL.unavailable),
        min_ready_seconds=settled,
    )


def _amount(value: object, usual: Amount) -> Amount:
    """A number of pods or a text such as `25%`; the usual one where the plan says neither."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Amount(int(value))
    percent = str(value).removesuffix("%")
    return Amount(percent=float(percent)) if str(value).endswith("%") and percent.isdigit() else usual


def scaler_of(plan: Plan, item: PlannedResource) -> PlannedResource | None:
    """The autoscaler of a Deployment."""
    return next(iter(scalers_of(plan, item)), None)


def pool_of(item: PlannedResource) -> str:
    """The node pool that a Deployment's pods choose."""
    return text(item.inputs, "spec", "template", "spec", "nodeSelector", POOL_LABEL)


def requests_of(item: PlannedResource) -> tuple[float, float]:
    """Millicores and MiB that a pod requests."""
    containers = containers_of(item)
    cpu = sum((amount(container, "requests", "cpu") or 0) * 1000 for container in containers)
    return cpu, sum((amount(container, "requests", "memory") or 0) / MEBI for container in containers)


def environment_number(item: PlannedResource, name: str, default: float) -> float:
    """A number that the pods of a Deployment are given in their environment.

    Args:
        item: the Deployment.
        name: the variable.
        default: for pods that are not given it.

    Raises:
        SimulationError: what they are given is no number.
    """
    for container in containers_of(item):
        told = environment_of(container)
        if name in told:
            return known_number(f"{name} of {item.name}", told[name])
    return default


def known_number(what: str, value: object) -> float:
    """A value of a plan as a finite number that is not negative.

    Raises:
        SimulationError: it is none, or is not known yet.
    """
    try:
        found = float(str(value))
    except ValueError:
        found = math.nan
    if not 0 <= found < math.inf:
        said = (
            "not known" if value is None or value == UNKNOWN else f"{value!r}, which is no number that can be simulated"
        )
        raise SimulationError(f"{what} is {said}")
    return found


def environment_names(item: PlannedResource) -> frozenset[str]:
    """The variables that a Deployment's serving container is given."""
    return frozenset(environment_of(next(iter(containers_of(item)), {})))


def spec_or_error(scaler: PlannedResource) -> HpaSpec:
    """Bounds and speed of an autoscaler.

    Raises:
        SimulationError: they cannot be.
    """
    try:
        return spec_of(at(scaler.inputs, "spec") or {})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SimulationError(f"{scaler.name} is no autoscaler that can be simulated: {error}") from error


def _counted(target: Target, request: tuple[float, float]) -> bool:
    """Whether pods request what a target is a share of: of nothing there is no share (see `gaps_of`)."""
    return target.measure not in {"cpu", "memory"} or request[0 if target.measure == "cpu" else 1] > 0


def _targets(scaler: PlannedResource) -> Iterable[Target]:
    """What the simulated autoscaler acts on; all else that the real one acts on is a gap (see `gaps_of`)."""
    yield from _metrics(scaler)
    yield from _triggers(scaler)


def _metrics(scaler: PlannedResource) -> Iterable[Target]:
    """Those of a HorizontalPodAutoscaler."""
    for metric in filter(understood_metric, items(scaler.inputs, "spec", "metrics")):
        name = text(metric, "resource", "name") or text(metric, "containerResource", "name")
        percent = readable(at(metric, "resource", "target", "averageUtilization"))
        percent = percent or readable(at(metric, "containerResource", "target", "averageUtilization"))
        if name in {"cpu", "memory"} and percent:
            yield Target(measure="cpu" if name == "cpu" else "memory", value=percent)
        average = readable(at(metric, "pods", "target", "averageValue"))
        if average:
            yield Target(measure="requests", value=average)


def _triggers(scaler: PlannedResource) -> Iterable[Target]:
    """Those of a ScaledObject."""
    formula = understood_formula(scaler.inputs)
    if formula is not None:
        target = readable(at(scaler.inputs, "spec", "advanced", "scalingModifiers", "target"))
        if target:
            yield Target(measure="formula", value=target, external=True, formula=formula)
    for trigger in items(scaler.inputs, "spec", "triggers"):
        if not understood_trigger(trigger, scaler.inputs):
            continue
        if formula is not None and text(trigger, "type") not in {"cpu", "memory"}:
            continue  # KEDA replaces all of them by the formula (controllers/keda/hpa.go)
        kind = text(trigger, "type")
        value = readable(trigger_value(trigger))
        if kind in {"cpu", "memory"} and value:
            yield Target(measure="cpu" if kind == "cpu" else "memory", value=value)
        elif kind == "prometheus" and value:
            requests = counts_all_requests(text(trigger, "metadata", "query"), scaler.inputs)
            yield Target(measure="requests" if requests else "latency", value=value, external=True)


def _ready_seconds(container: dict[str, Any], assumptions: Assumptions, start: float) -> float:
    """From a pod's placement until requests reach it: image, start, probes in their rhythm, the gateway's DNS."""
    seconds = start
    period = number(container, "startupProbe", "periodSeconds", default=0)
    if period:
        seconds = math.ceil(max(seconds, 1) / period) * period
    delay = number(container, "readinessProbe", "initialDelaySeconds", default=0)
    period = number(container, "readinessProbe", "periodSeconds", default=0)
    if period:
        seconds = delay + math.ceil(max(seconds - delay, 0) / period) * period
    return assumptions.image_pull_seconds + seconds + assumptions.endpoint_seconds
