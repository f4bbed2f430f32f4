"""What a simulation found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.assumptions import Assumptions
    from planner.simulation.events.outcome import Outcome
    from planner.simulation.gaps import Gap
    from planner.simulation.scenarios import Scenario

StationKind = Literal["gateway", "pods", "cache", "pooler", "database"]
MAX_SAMPLES = 500
"""Samples in the JSON document; a longer run is thinned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The platform over one step.

    Attributes:
        at: the step's start in seconds.
        rps: requests a second at the edge.
        replicas: pods that the autoscaler asks for.
        ready: pods that requests reach.
        gateways: ready gateway pods.
        nodes: nodes of the application's pool that are paid for.
        cpu_percent: use of the ready pods in percent of their requests, as the autoscaler sees it.
        database_percent: utilization of the busiest database group.
        cache_hit_percent: share of the reads that the cache answers.
        p50_ms: median response time of requests that reach the application.
        p95_ms: their 95th percentile.
        p99_ms: their 99th percentile.
        mean_ms: their mean.
        slowest_p95_ms: that of the slowest route.
        error_percent: failed requests against those that arrived; above 100 where a line collapses.
        waiting: requests in line at the step's end.
        requests: arrived in the step.
        served: answered well in the step.
        errors: failed in the step.
        usd_per_hour: the platform's price at these nodes, usage not counted; None where a part of it is unknown.
    """

    at: float
    rps: float
    replicas: int
    ready: int
    gateways: int
    nodes: int
    cpu_percent: float
    database_percent: float
    cache_hit_percent: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    mean_ms: float
    slowest_p95_ms: float
    error_percent: float
    waiting: float
    requests: float
    served: float
    errors: float
    usd_per_hour: float | None

    def as_json(self) -> dict[str, float | int | None]:
        """The sample with sensible digits."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class Break:
    """The first thing that was too small.

    Attributes:
        resource: its name in the plan.
        at: seconds from the start.
        kind: whether requests failed or were too slow.
        reason: what it ran out of.
    """

    resource: str
    at: float
    kind: Literal["errors", "latency"]
    reason: str


@dataclass(frozen=True, kw_only=True)
class StationPeak:
    """The busiest moment of a station.

    Attributes:
        name: its name in the plan.
        kind: what it is.
        utilization_percent: what it had to do against what it could; above 100 where a line grew.
        p95_ms: 95th percentile of the time that a request spent in it, in line and in service; None where none of its
            pods was ready.
        at: seconds from the start.
        count: its ready pods or its servers then.
    """

    name: str
    kind: StationKind
    utilization_percent: float
    p95_ms: float | None
    at: float
    count: int


@dataclass(frozen=True, kw_only=True)
class RoutePeak:
    """The slowest moment of a route.

    Attributes:
        name: the Deployment that the gateway sends its requests to.
        share_percent: of the requests that pass the gateway.
        worst_p95_ms: the worst step's 95th percentile.
        at: seconds from the start.
    """

    name: str
    share_percent: float
    worst_p95_ms: float
    at: float


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A run in numbers.

    Attributes:
        requests: arrived at the edge.
        served: answered well; those still in line at the end included, which the platform answers in time.
        errors: failed.
        peak_rps: highest rate of a step.
        peak_replicas: most application pods.
        peak_nodes: most nodes.
        p50_ms: median of the steps' medians, each step weighted by its requests.
        p95_ms: 95th percentile of the steps' 95th percentiles, weighted in the same way.
        worst_p95_ms: the worst step's 95th percentile, of the slowest route.
        worst_at: when that was.
        fast_percent: share of the time in which the 95th percentile of every route kept the target.
        availability_percent: served against requests.
        latency_target_met: whether every step kept the guide's response time.
        availability_target_met: whether the run kept the guide's availability.
        first_break: the first thing that was too small; None where nothing was.
        cost_usd: of the run, usage not counted; None where a part of it is unknown.
        stations: the busiest moment of each.
        routes: the slowest moment of each.
        capped: autoscalers whose metrics asked for more pods than they may have.
    """

    requests: float
    served: float
    errors: float
    peak_rps: float
    peak_replicas: int
    peak_nodes: int
    p50_ms: float
    p95_ms: float
    worst_p95_ms: float
    worst_at: float
    fast_percent: float
    availability_percent: float
    latency_target_met: bool
    availability_target_met: bool
    first_break: Break | None
    cost_usd: float | None
    stations: tuple[StationPeak, ...] = ()
    routes: tuple[RoutePeak, ...] = ()
    capped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The summary with sensible digits."""
        found = _digits(asdict(self))
        listed = {
            "stations": [_digits(asdict(item)) for item in self.stations],
            "routes": [_digits(asdict(item)) for item in self.routes],
        }
        return {**found, **listed, "first_break": asdict(self.first_break) if self.first_break else None}


def _digits(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """A run: where it started from, every step of it, and what it says nothing about."""

    scenario: Scenario
    assumptions: Assumptions
    seed: int
    step: float
    samples: tuple[Sample, ...]
    summary: Summary
    gaps: tuple[Gap, ...] = ()
    events: tuple[Outcome, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether response time and availability hold for what is simulated, and with and after each event."""
        met = self.summary.latency_target_met and self.summary.availability_target_met
        return met and all(event.recovered and event.availability_target_met for event in self.events)

    def thinned(self, most: int = MAX_SAMPLES) -> list[Sample]:
        """At most so many samples; of each stretch the one with the worst 95th percentile, so that no peak is lost."""
        size = -(-len(self.samples) // most)
        stretches = (self.samples[start : start + size] for start in range(0, len(self.samples), size))
        return [max(stretch, key=lambda sample: (sample.errors, sample.slowest_p95_ms)) for stretch in stretches]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable result."""
        return {
            "scenario": self.scenario.name,
            "note": self.scenario.note,
            "seed": self.seed,
            "seconds": self.scenario.seconds,
            "step_seconds": self.step,
            "assumptions": self.assumptions.as_json(),
            "not_simulated": [asdict(gap) for gap in self.gaps],
            "summary": self.summary.as_json(),
            "events": [
                _digits({**asdict(event), "availability_percent": event.availability_percent}) for event in self.events
            ],
            "samples": [sample.as_json() for sample in self.thinned()],
        }


def summarize(
    samples: Sequence[Sample],
    assumptions: Assumptions,
    *,
    step: float,
    first_break: Break | None,
    stations: tuple[StationPeak, ...] = (),
    routes: tuple[RoutePeak, ...] = (),
    capped: tuple[str, ...] = (),
) -> Summary:
    """A run in numbers.

    Args:
        samples: every step.
        assumptions: with the targets.
        step: seconds of a step.
        first_break: the first thing that was too small.
        stations: the busiest moment of each.
        routes: the slowest moment of each.
        capped: autoscalers whose metrics asked for more pods than they may have.
    """
    requests = sum(sample.requests for sample in samples)
    errors = sum(sample.errors for sample in samples)
    availability = 100 * (1 - errors / requests) if requests else 100.0
    worst = max(samples, key=lambda sample: sample.slowest_p95_ms)
    fast = sum(1 for sample in samples if sample.slowest_p95_ms <= assumptions.latency_target_ms)
    prices = [sample.usd_per_hour for sample in samples if sample.usd_per_hour is not None]
    return Summary(
        requests=requests,
        served=sum(sample.served for sample in samples) + samples[-1].waiting,
        errors=errors,
        peak_rps=max(sample.rps for sample in samples),
        peak_replicas=max(sample.replicas for sample in samples),
        peak_nodes=max(sample.nodes for sample in samples),
        p50_ms=_weighted(samples, "p50_ms", 0.5),
        p95_ms=_weighted(samples, "p95_ms", 0.95),
        worst_p95_ms=worst.slowest_p95_ms,
        worst_at=worst.at,
        fast_percent=100 * fast / len(samples),
        availability_percent=availability,
        latency_target_met=fast == len(samples),
        availability_target_met=availability >= assumptions.availability_target_percent,
        first_break=first_break,
        cost_usd=sum(prices) * step / 3600 if len(prices) == len(samples) else None,
        stations=stations,
        routes=routes,
        capped=capped,
    )


def _weighted(samples: Sequence[Sample], name: str, share: float) -> float:
    """The value that this share of the requests' steps does not exceed."""
    ordered: list[tuple[float, float]] = sorted((getattr(sample, name), sample.requests) for sample in samples)
    goal = share * sum(weight for _, weight in ordered)
    passed = accumulate(weight for _, weight in ordered)
    return next(value for (value, _), upto in zip(ordered, passed, strict=True) if upto >= goal * (1 - 1e-12))
