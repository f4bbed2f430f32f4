"""What is written down of a run: a sample of each step, the first break, each station and route at its worst."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.simulation.breaks import break_of
from planner.simulation.result import RoutePeak, Sample, StationPeak, Summary, summarize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.simulation.assumptions import Assumptions
    from planner.simulation.model import Platform
    from planner.simulation.moment import Moment
    from planner.simulation.result import Break, StationKind


@dataclass
class Course:
    """The samples of a run."""

    platform: Platform
    assumptions: Assumptions
    step: float
    samples: list[Sample] = field(default_factory=list)
    stations: dict[str, StationPeak] = field(default_factory=dict)
    routes: dict[str, RoutePeak] = field(default_factory=dict)
    broken: Break | None = None
    reached: frozenset[int] = field(init=False)
    """Places of the groups of pods that a route passes."""

    def __post_init__(self) -> None:
        self.reached = frozenset(place for route in self.platform.routes for place in route.tiers)

    def follow(self, moment: Moment) -> None:
        """Write down a step."""
        now, traffic = moment.now, moment.traffic
        self.samples.append(self._sample(moment))
        for name, kind, utilization, count, place in self._stations(moment):
            known = self.stations.get(name)
            if known is None or utilization * 100 > known.utilization_percent:
                stage = traffic.times.stages[place]
                self.stations[name] = StationPeak(
                    name=name,
                    kind=kind,
                    utilization_percent=100 * utilization,
                    p95_ms=None if stage is None else moment.flow.times.p95_of(stage),
                    at=now,
                    count=count,
                )
        for route, p95 in zip(self.platform.routes, traffic.times.routes, strict=True):
            known_route = self.routes.get(route.name)
            if route.share and (known_route is None or p95 > known_route.worst_p95_ms):
                self.routes[route.name] = RoutePeak(
                    name=route.name, share_percent=100 * route.share, worst_p95_ms=p95, at=now
                )
        bad = traffic.failed > 0 or self.samples[-1].slowest_p95_ms > self.assumptions.latency_target_ms
        if bad and self.broken is None:
            self.broken = break_of(moment)

    def summary(self, capped: Sequence[str] = ()) -> Summary:
        """The run in numbers.

        Args:
            capped: autoscalers whose metrics asked for more pods than they may have.
        """
        return summarize(
            self.samples,
            self.assumptions,
            step=self.step,
            first_break=self.broken,
            stations=tuple(self.stations.values()),
            routes=tuple(self.routes.values()),
            capped=tuple(capped),
        )

    def _sample(self, moment: Moment) -> Sample:
        traffic, flow, app = moment.traffic, moment.flow, moment.pods[0]
        pool = self.platform.pool
        count = moment.nodes.count if moment.nodes else 0
        price = None if pool and pool.hourly_usd is None else count * ((pool.hourly_usd if pool else None) or 0.0)
        fixed = self.platform.fixed_usd
        slowest = [p95 for route, p95 in zip(self.platform.routes, traffic.times.routes, strict=True) if route.share]
        return Sample(
            at=moment.now,
            rps=traffic.offered / self.step,
            replicas=app.total,
            ready=app.ready(moment.now),
            gateways=moment.gateways,
            nodes=count,
            cpu_percent=100 * moment.cpu / max(self.platform.app.cpu_request, 1e-9),
            database_percent=100 * max((passed.utilization for passed in traffic.stores), default=0.0),
            cache_hit_percent=100 * flow.demand.hit_ratio(sum(passed.served for passed in traffic.tiers) / self.step),
            p50_ms=traffic.times.p50,
            p95_ms=traffic.times.p95,
            p99_ms=traffic.times.p99,
            mean_ms=traffic.times.mean,
            slowest_p95_ms=max(slowest, default=0.0),
            error_percent=100 * traffic.failed / traffic.offered if traffic.offered else 0.0,
            waiting=flow.waiting,
            requests=traffic.offered,
            served=traffic.served,
            errors=traffic.failed,
            usd_per_hour=None if price is None or fixed is None else fixed + price,
        )

    def _stations(self, moment: Moment) -> Iterator[tuple[str, StationKind, float, int, int]]:
        """Every station with its utilization, how many pods or servers it has, and its place among all."""
        platform, traffic, ready = self.platform, moment.traffic, moment.ready
        behind = 1 + len(platform.tiers)
        if platform.gateway and traffic.gateway:
            yield platform.gateway.name, "gateway", traffic.gateway.utilization, moment.gateways, 0
        for place, (tier, passed) in enumerate(zip(platform.tiers, traffic.tiers, strict=True)):
            if place in self.reached:
                yield tier.name, "pods", passed.utilization, ready[place], 1 + place
        if platform.cache and traffic.cache:
            yield platform.cache.name, "cache", traffic.cache.utilization, platform.cache.shards, behind
        if platform.pooler and traffic.pooler:
            yield platform.pooler.name, "pooler", traffic.pooler.utilization, platform.pooler.replicas, behind + 1
        for place, (store, passed) in enumerate(zip(platform.stores, traffic.stores, strict=True)):
            yield store.name, "database", passed.utilization, store.endpoints, behind + 2 + place
