"""How long requests take: each route's stations as queues one after another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from planner.simulation.queueing import Branch, Queue, ResponseTime, mixed, response_time, then

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.demand import Demand
    from planner.simulation.lines import Passed
    from planner.simulation.model import Platform, Store, Tier

BUSIEST = 0.99
"""Where the equilibrium is cut off: nearer to 1 it is not reached within a step, and the line takes over."""
GRID = 200
"""Loads are rounded to a grid of 1/200 of their size: percentiles are computed once for loads that differ less."""

Stage: TypeAlias = "tuple[Queue, float]"
"""A queue, and milliseconds in the line before it."""
Way: TypeAlias = "tuple[tuple[Stage, tuple[tuple[float, tuple[Stage, ...]], ...]], ...]"
"""For each group of pods on a route its stage, and what it asks then: a share of the requests and its stages."""


_Percentiles: TypeAlias = tuple[float, float, tuple[float, ...]]
_Calm: TypeAlias = "tuple[int | None, tuple[int, ...], int]"
"""What response times depend on while there is no line: the load on the grid, and the ready pods."""


@dataclass(frozen=True, kw_only=True)
class TimesOf:
    """Response times of a step, in milliseconds.

    Attributes:
        p50: median of all requests that reach pods.
        p95: their 95th percentile.
        routes: the 95th percentile of each route.
    """

    p50: float
    p95: float
    routes: tuple[float, ...]

    def of_tiers(self, platform: Platform) -> list[float]:
        """The 95th percentile that each group of pods shows: that of the route which enters by it."""
        found = [0.0] * len(platform.tiers)
        for route, p95 in zip(platform.routes, self.routes, strict=True):
            for place in reversed(route.tiers):
                found[place] = max(found[place], p95) if place != route.tiers[0] else p95
        return found


def rounded(value: float) -> float:
    """A load on the grid."""
    place = _grid(value)
    return 0.0 if place is None else math.exp(place / GRID)


def _grid(value: float) -> int | None:
    """The place of a load on the grid; None for no load."""
    return round(math.log(value) * GRID) if value > 0 else None


@dataclass(frozen=True, kw_only=True)
class Stations:
    """What all stations did in a step; IDLE where there is none.

    Attributes:
        gateway: the gateway.
        tiers: each group of pods.
        cache: the cache.
        pooler: the pooler.
        stores: each database group.
        pods: ready pods of each group.
        poolers: ready pods of the pooler.
    """

    gateway: Passed
    tiers: tuple[Passed, ...]
    cache: Passed
    pooler: Passed
    stores: tuple[Passed, ...]
    pods: tuple[int, ...]
    poolers: int

    @property
    def lined(self) -> bool:
        """Whether requests wait anywhere behind the gateway because more arrive than are served."""
        return any(passed.wait for passed in (*self.tiers, self.cache, self.pooler, *self.stores))


@dataclass(frozen=True, kw_only=True)
class _Rates:
    """Requests a second of each station, on the grid."""

    tiers: Sequence[float]
    cache: float
    pooler: float
    stores: Sequence[float]
    hits: float


@dataclass
class Times:
    """The response times of a platform; equal loads are computed once."""

    demand: Demand
    step: float
    known_ways: dict[Way, ResponseTime] = field(default_factory=dict)
    known_times: dict[tuple[tuple[float, Way], ...], _Percentiles] = field(default_factory=dict)
    known_calm: dict[_Calm, _Percentiles] = field(default_factory=dict)

    def of(self, stations: Stations, answered: float) -> TimesOf:
        """The times of a step.

        Args:
            stations: what they did in it.
            answered: requests that the pods and the cache answered or sent on in it.
        """
        platform, assumptions = self.demand.platform, self.demand.assumptions
        routes = platform.routes
        if not all(stations.pods[place] for route in routes for place in route.tiers):
            longest = platform.timeout_seconds * 1000
            return TimesOf(p50=longest, p95=longest, routes=(longest,) * len(routes))
        calm = None if stations.lined else (_grid(answered / self.step), stations.pods, stations.poolers)
        found = None if calm is None else self.known_calm.get(calm)
        if found is None:
            ways = self._ways(stations, self._rates(stations, answered))
            key = tuple((route.share, way) for route, way in zip(routes, ways, strict=True))
            found = self.known_times.get(key)
            if found is None:
                found = self.known_times[key] = self._percentiles(key)
            if calm is not None:
                self.known_calm[calm] = found
        p50, p95, each = found
        constant = assumptions.network_ms + assumptions.gateway_cpu_ms_per_request
        constant += stations.gateway.wait * self.step * 1000
        return TimesOf(p50=constant + p50, p95=constant + p95, routes=tuple(constant + time for time in each))

    def _rates(self, stations: Stations, answered: float) -> _Rates:
        """The rates of the stations; while there is no line they all follow from the one of all requests."""
        if stations.lined:
            served = [rounded(passed.served / self.step) for passed in stations.tiers]
            return _Rates(
                tiers=served,
                cache=rounded(stations.cache.served / self.step),
                pooler=rounded(stations.pooler.served / self.step),
                stores=[rounded(passed.served / self.step) for passed in stations.stores],
                hits=self.demand.hit_ratio(sum(served)),
            )
        total = rounded(answered / self.step)
        flows = [total * route.share for route in self.demand.platform.routes]
        tiers = self.demand.reaching(flows)
        hits = self.demand.hit_ratio(sum(tiers))
        stores = self.demand.visits(flows, hits)
        return _Rates(tiers=tiers, cache=self.demand.cached(flows), pooler=sum(stores), stores=stores, hits=hits)

    def _percentiles(self, key: tuple[tuple[float, Way], ...]) -> _Percentiles:
        shares: dict[Way, float] = {}
        for share, way in key:
            shares[way] = shares.get(way, 0.0) + share
        times = {way: self._time(way) for way in shares}
        together = mixed([(share, times[way]) for way, share in shares.items() if share > 0])
        each = {way: time.percentile(95) for way, time in times.items()}
        return together.percentile(50), together.percentile(95), tuple(each[way] for _, way in key)

    def _time(self, way: Way) -> ResponseTime:
        found = self.known_ways.get(way)
        if found is None:
            branches = [Branch(1.0, ())]
            for stage, asks in way:
                branches = then(branches, [(1.0, (stage,))])
                branches = then(branches, asks)
            found = self.known_ways[way] = response_time(branches)
        return found

    def _ways(self, stations: Stations, rates: _Rates) -> list[Way]:
        """Each route's stages."""
        platform = self.demand.platform
        cache = self._cache_stage(stations.cache, rates.cache)
        pooler = self._pooler_stage(stations.pooler, rates.pooler, stations.poolers)
        stores = [
            self._stage(passed, _store_queue(store, rate))
            for store, passed, rate in zip(platform.stores, stations.stores, rates.stores, strict=True)
        ]

        def step(place: int) -> tuple[Stage, tuple[tuple[float, tuple[Stage, ...]], ...]]:
            tier = platform.tiers[place]
            queue = self._group_queue(tier, stations.pods[place], rates.tiers[place])
            first = (cache,) if cache and tier.cached else ()
            between = (pooler,) if pooler else ()
            asks = [
                (share, (*first, *between, stores[store]))
                for store, share in enumerate(self.demand.database_shares(tier, rates.hits))
                if share > 0
            ]
            left = max(1 - sum(share for share, _ in asks), 0.0)
            return self._stage(stations.tiers[place], queue), ((left, first), *asks)

        return [tuple(step(place) for place in route.tiers) for route in platform.routes]

    def _stage(self, passed: Passed, queue: Queue) -> Stage:
        """A queue and milliseconds before it: a line takes the place of waiting by chance."""
        seconds = passed.wait * self.step
        if passed.utilization >= 1 or seconds * 1000 > queue.mean_wait:
            return queue.at_most(0.0), rounded(seconds) * 1000
        return queue, 0.0

    def _group_queue(self, tier: Tier, pods: int, rate: float) -> Queue:
        """The queue of a group of pods, or that of one pod where each has its own; times in milliseconds."""
        lines = pods if self.demand.platform.shared_queue else 1
        return Queue(lines * tier.servers, rate / 1000 * lines / pods, tier.service_rate / 1000).at_most(BUSIEST)

    def _cache_stage(self, passed: Passed, rate: float) -> Stage | None:
        cache = self.demand.platform.cache
        if cache is None:
            return None
        return self._stage(passed, Queue(1, rate / 1000 / cache.shards, 1 / cache.request_ms).at_most(BUSIEST))

    def _pooler_stage(self, passed: Passed, rate: float, poolers: int) -> Stage | None:
        tier = self.demand.platform.pooler
        if tier is None or not poolers:
            return None
        return self._stage(passed, Queue(1, rate / 1000 / poolers, tier.service_rate / 1000).at_most(BUSIEST))


def _store_queue(store: Store, rate: float) -> Queue:
    """The queue of one database of a group, at a rate of all of them; times in milliseconds."""
    return Queue(store.processors, rate / 1000 / store.endpoints, 1 / store.database_ms).at_most(BUSIEST)
