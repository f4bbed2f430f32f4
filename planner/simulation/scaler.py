"""An autoscaler inside the simulation: the tested controller, fed with what the pods use."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.hpa.controller import HpaController
from planner.hpa.metrics import (
    CPU_INITIALIZATION_SECONDS,
    Pod,
    Sample,
    alike_proposal,
    average_value_proposal,
    pods_proposal,
    value_proposal,
)
from planner.hpa.metrics import utilization_proposal as utilization
from planner.hpa.signals import MOVED_SECONDS, WINDOW_SECONDS

if TYPE_CHECKING:
    from planner.hpa.spec import HpaSpec
    from planner.simulation.model import Target, Tier
    from planner.simulation.pods import Cohort, PodSet

METRICS_WINDOW = 30.0
"""Seconds that a cpu sample covers (metrics-server: two readings of the kubelet, 15 s apart)."""
RATE_WINDOW = 120.0
"""Seconds that requests a second are averaged over: the recording rule's rate(...[2m])."""


MOST_MILLI = 1 << 40
"""Where the search for what a pod may use ends: a billion cores."""
QUANTILE_WINDOW = WINDOW_SECONDS
"""Seconds of the response times that a trigger sees: the profiles' rate(...[5m])."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What one ready pod used in the last step.

    Attributes:
        cpu: millicores.
        memory: MiB.
        idle_memory: MiB of a pod that no request has reached yet.
        requests: a second, of all pods together.
        p95_ms: 95th percentile of the response time that they show.
        error_percent: share of the requests that fail.
    """

    cpu: float
    memory: float
    idle_memory: float
    requests: float
    p95_ms: float = 0.0
    error_percent: float = 0.0


@dataclass
class Scaler:
    """Follows one Deployment."""

    tier: Tier
    step: float
    controller: HpaController | None = field(init=False)
    rates: deque[float] = field(init=False)
    times: deque[float] = field(init=False)
    errors: deque[float] = field(init=False)
    changed: float = -math.inf
    """When the count changed last."""
    rests: dict[int, tuple[float, float]] = field(default_factory=dict)
    """By pods that wait for a node: what a pod may use while the fewest pods are enough."""
    capped: bool = False
    """Whether the metrics ever asked for more pods than the autoscaler may have."""

    def __post_init__(self) -> None:
        self.controller = HpaController(self.tier.hpa) if self.tier.hpa else None
        self.rates = deque(maxlen=max(round(RATE_WINDOW / self.step), 1))
        self.times = deque(maxlen=max(round(QUANTILE_WINDOW / self.step), 1))
        self.errors = deque(maxlen=self.times.maxlen)

    def settled(self, use_at_one: Use) -> int:
        """Where the count comes to rest under a constant load: the highest that a metric asks for, within the bounds.

        Args:
            use_at_one: what one pod would use that carried the whole load, its limit not counted.
        """
        low, high = self.tier.bounds
        wanted = [low]
        for target in self.tier.targets:
            if target.measure == "cpu":
                wanted.append(math.ceil(use_at_one.cpu / (self.tier.cpu_request * target.value / 100) - 1e-9))
            if target.measure == "requests":
                wanted.append(math.ceil(use_at_one.requests / target.value - 1e-9))
        return min(max(wanted), high)

    def sync(self, now: float, pods: PodSet, use: Use) -> None:
        """One look of the controller; sets the count of pods."""
        self.rates.append(use.requests)
        self.times.append(use.p95_ms)
        self.errors.append(use.error_percent)
        if self.controller is None or self.tier.hpa is None:
            return
        current = pods.wanted
        spec = self.tier.hpa
        whole = current > 0 and not pods.gone and not pods.surge
        calm = whole and now - pods.youngest_ready > CPU_INITIALIZATION_SECONDS
        if calm and current == spec.min_replicas and self._rests(use, pods.waiting):
            self.controller.rest(now)
            return
        proposals = [
            alike_proposal(spec, current, *self._alike(target, use), pending=pods.waiting)
            if calm and target.measure in {"cpu", "memory"}
            else self.proposal(spec, target, now, pods, use)
            for target in self.tier.targets
        ]
        decision = self.controller.sync(now, current, proposals)
        self.capped = self.capped or decision.reason == "TooManyReplicas"
        if decision.replicas != current:
            pods.scale(decision.replicas)
            self.changed = now

    def _rests(self, use: Use, pending: int) -> bool:
        """Whether no metric asks for more than the fewest pods, all of them alike."""
        if pending not in self.rests:
            self.rests[pending] = self._most_at_rest(pending)
        cpu, memory = self.rests[pending]
        return round(use.cpu * 1000) <= cpu and round(use.memory * 1000) <= memory

    def _most_at_rest(self, pending: int) -> tuple[float, float]:
        """The most milli-units of each that a pod may use for that; below zero where a metric is of another kind."""
        spec, found = self.tier.hpa, {"cpu": math.inf, "memory": math.inf}
        if spec is None or any(target.measure not in found for target in self.tier.targets):
            return -1.0, -1.0
        for target in self.tier.targets:
            request = self.tier.cpu_request if target.measure == "cpu" else self.tier.memory_request
            most = _most(spec, round(request * 1000), round(target.value), pending)
            found[target.measure] = min(found[target.measure], most)
        return found["cpu"], found["memory"]

    def _alike(self, target: Target, use: Use) -> tuple[int, int, int]:
        """What each pod uses and requests, in milli-units, and the target in percent."""
        used, request = (
            (use.cpu, self.tier.cpu_request) if target.measure == "cpu" else (use.memory, self.tier.memory_request)
        )
        return round(used * 1000), round(request * 1000), round(target.value)

    def proposal(self, spec: HpaSpec, target: Target, now: float, pods: PodSet, use: Use) -> int | None:
        """What one metric asks for."""
        current = pods.wanted
        if target.formula is not None:
            found = target.formula.value(self._signals(now, pods, use))
            return value_proposal(spec, current, pods.ready(now), int(found * 1000), round(target.value * 1000))
        if target.measure == "latency":
            # A quantile over five minutes is not the mean of quantiles, but near to it while the load changes slowly.
            p95 = sum(self.times) / len(self.times)
            return value_proposal(spec, current, pods.ready(now), round(p95 * 1000), round(target.value * 1000))
        if target.measure == "requests":
            rate = sum(self.rates) / len(self.rates)
            if target.external:
                return average_value_proposal(spec, current, round(rate * 1000), round(target.value * 1000))
            ready = max(pods.ready(now), 1)
            return pods_proposal(
                spec, current, self._seen(pods, now, rate / ready, None, 0), round(target.value * 1000)
            )
        if target.measure == "memory":
            seen = self._seen(pods, now, use.memory, use.idle_memory, self.tier.memory_request)
            return utilization(spec, current, seen, round(target.value), cpu=False, now=now)
        seen = self._seen(pods, now, use.cpu, 0, self.tier.cpu_request)
        return utilization(spec, current, seen, round(target.value), cpu=True, now=now)

    def _signals(self, now: float, pods: PodSet, use: Use) -> dict[str, float]:
        """What the queries of a formula answer."""
        ready, total = pods.ready(now), max(pods.total, 1)
        idle = pods.placed - ready
        placed = max(pods.placed, 1)
        return {
            "cpu": 100 * use.cpu * ready / (placed * max(self.tier.cpu_request, 1e-9)),
            "memory": 100
            * (use.memory * ready + use.idle_memory * idle)
            / (placed * max(self.tier.memory_request, 1e-9)),
            "latency": sum(self.times) / len(self.times),
            "errors": sum(self.errors) / len(self.errors) if self.rates[-1] else 100.0,
            "available": 100 * ready / total,
            "changed": float(now - self.changed < WINDOW_SECONDS),
            "moved": float(now - self.changed < MOVED_SECONDS),
        }

    def _seen(self, pods: PodSet, now: float, used: float, idle: float | None, request: float) -> list[Pod]:
        """The pods as the controller sees them; those that are alike share one object.

        Args:
            pods: all of them.
            now: seconds.
            used: by a pod that serves.
            idle: by a pod that does not serve yet; None where that is not measured.
            request: of a pod.
        """
        found: list[Pod] = []
        for cohort in pods.cohorts:
            found += [_pod(cohort, now, used if cohort.ready_at < now else idle, request)] * cohort.count
        waiting = Pod(sample=None, request=round(request * 1000), phase="Pending", ready=False)
        lost = Pod(sample=None, request=round(request * 1000), ready=False)
        return found + [waiting] * pods.waiting + [lost] * pods.missing


def _most(spec: HpaSpec, request_milli: int, target: int, pending: int) -> int:
    """The most milli-units that each of the fewest pods may use without a proposal of more; -1 if none is known.

    A proposal grows with what is used, so that it is found by halves.
    """

    def enough(used: int) -> bool:
        proposal = alike_proposal(spec, spec.min_replicas, used, request_milli, target, pending=pending)
        return proposal is not None and proposal <= spec.min_replicas

    if not enough(0):
        return -1
    low, high = 0, 1
    while enough(high):
        low, high = high, 2 * high
        if high > MOST_MILLI:
            return low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if enough(middle) else (low, middle)
    return low


def _pod(cohort: Cohort, now: float, used: float | None, request: float) -> Pod:
    ready = cohort.ready_at <= now
    sample = None if used is None else Sample(milli=round(used * 1000), at=now, window=METRICS_WINDOW)
    if cohort.started + CPU_INITIALIZATION_SECONDS <= now and ready:
        return Pod(sample=sample, request=round(request * 1000))
    return Pod(
        sample=sample,
        request=round(request * 1000),
        ready=ready,
        ready_changed=cohort.ready_at if ready else cohort.started,
        started=cohort.started,
    )
