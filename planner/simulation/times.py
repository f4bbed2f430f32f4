"""How long requests take: each route's stations as queues one after another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from planner.simulation.lines import IDLE
from planner.simulation.queueing import AT_ONCE, Queue, ResponseTime, mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.demand import Demand
    from planner.simulation.lines import Passed
    from planner.simulation.model import Platform, Tier

BUSIEST = 0.99
"""Where the equilibrium is cut off: nearer to 1 it is not reached within a step, and the line takes over."""
GRID = 200
"""Loads are rounded to a grid of 1/200 of their size: percentiles are computed once for loads that differ less."""
KEPT = 4096
"""Ways whose times are kept, of whatever run: scenarios of one platform, and both sides of a change, meet the same."""

Stage: TypeAlias = "tuple[Queue, float]"
"""A queue, and milliseconds in the line before it."""
Way: TypeAlias = "tuple[tuple[Stage, tuple[tuple[float, tuple[Stage, ...]], ...]], ...]"
"""For each group of pods on a route its stage, and what it asks then: a share of the requests and its stages."""


_Calm: TypeAlias = "tuple[int | None, int, tuple[int, ...], int]"
"""What response times depend on while there is no line: the load on the grid, and the ready pods."""


@dataclass(frozen=True, kw_only=True)
class TimesOf:
    """Response times of a step, in milliseconds.

    Attributes:
        p50: median of all requests that reach pods.
        p95: their 95th percentile.
        p99: their 99th percentile.
        mean: their mean.
        routes: the 95th percentile of each route.
        stages: each station in the order of requests (gateway, groups of pods, cache, pooler, databases); None where
            there is none, or where it has no pod that is ready.
    """

    p50: float
    p95: float
    p99: float
    mean: float
    routes: tuple[float, ...]
    stages: tuple[Stage | None, ...]

    def after(self, constant: float) -> TimesOf:
        """The times with a constant one before each."""
        return replace(
            self,
            p50=constant + self.p50,
            p95=constant + self.p95,
            p99=constant + self.p99,
            mean=constant + self.mean,
            routes=tuple(constant + time for time in self.routes),
        )

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
        gateways: ready gateway pods.
        pods: ready pods of each group.
        poolers: ready pods of the pooler.
    """

    gateway: Passed
    tiers: tuple[Passed, ...]
    cache: Passed
    pooler: Passed
    stores: tuple[Passed, ...]
    gateways: int
    pods: tuple[int, ...]
    poolers: int

    @property
    def all(self) -> tuple[Passed, ...]:
        """Each station, in the order of requests."""
        return (self.gateway, *self.tiers, self.cache, self.pooler, *self.stores)

    @property
    def lined(self) -> bool:
        """Whether requests wait anywhere because more arrive than are served."""
        return any(passed.wait for passed in self.all)


@dataclass(frozen=True, kw_only=True)
class _Rates:
    """Requests a second of each station, on the grid."""

    gateway: float
    tiers: Sequence[float]
    cache: float
    pooler: float
    stores: Sequence[float]
    hits: float


@dataclass(frozen=True, kw_only=True)
class _Stages:
    """Each station as a stage; None where there is none."""

    gateway: Stage | None
    tiers: tuple[Stage, ...]
    cache: Stage | None
    pooler: Stage | None
    stores: tuple[Stage, ...]

    @property
    def all(self) -> tuple[Stage | None, ...]:
        """In the order of requests."""
        return (self.gateway, *self.tiers, self.cache, self.pooler, *self.stores)


@dataclass
class Times:
    """The response times of a platform; equal loads are computed once."""

    demand: Demand
    step: float
    known_calm: dict[_Calm, TimesOf] = field(default_factory=dict)

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
            return TimesOf(
                p50=longest,
                p95=longest,
                p99=longest,
                mean=longest,
                routes=(longest,) * len(routes),
                stages=(None,) * len(stations.all),
            )
        calm = None
        if not stations.lined:
            calm = (_grid(answered / self.step), stations.gateways, stations.pods, stations.poolers)
        found = None if calm is None else self.known_calm.get(calm)
        if found is None:
            rates = self._rates(stations, answered)
            stages = self._stages(stations, rates)
            ways = tuple((route.share, way) for route, way in zip(routes, self._ways(stages, rates), strict=True))
            found = _percentiles(ways, stages.all).after(assumptions.network_ms)
            if calm is not None:
                self.known_calm[calm] = found
        return found

    def _rates(self, stations: Stations, answered: float) -> _Rates:
        """The rates of the stations; while there is no line they all follow from the one of all requests."""
        if stations.lined:
            served = [rounded(passed.served / self.step) for passed in stations.tiers]
            return _Rates(
                gateway=rounded(stations.gateway.served / self.step),
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
        return _Rates(
            gateway=total,
            tiers=tiers,
            cache=self.demand.cached(flows),
            pooler=sum(stores),
            stores=stores,
            hits=hits,
        )

    def p95_of(self, stage: Stage) -> float:
        """The 95th percentile of the time in one station."""
        return _time(((stage, ()),)).percentile(95)

    def _stages(self, stations: Stations, rates: _Rates) -> _Stages:
        """Each station as a queue, and what waits in the line before it."""
        platform = self.demand.platform
        front, cache, pooler = platform.gateway, platform.cache, platform.pooler
        return _Stages(
            gateway=self._stage(stations.gateway, self._pod_queue(front, stations.gateways, rates.gateway))
            if front and stations.gateways
            else None,
            tiers=tuple(
                self._stage(passed, self._group_queue(tier, pods, rate))
                if pods
                else self._stage(IDLE, self._group_queue(tier, 1, 0.0))
                for tier, passed, pods, rate in zip(
                    platform.tiers, stations.tiers, stations.pods, rates.tiers, strict=True
                )
            ),
            cache=self._stage(stations.cache, self._queue(1, rates.cache / cache.shards, 1000 / cache.request_ms))
            if cache
            else None,
            pooler=self._stage(stations.pooler, self._pod_queue(pooler, stations.poolers, rates.pooler))
            if pooler and stations.poolers
            else None,
            stores=tuple(
                self._stage(passed, self._store_queue(place, rate, stations))
                if platform.stores[place].endpoints
                else self._stage(IDLE, self._store_queue(place, 0.0, stations))
                for place, (passed, rate) in enumerate(zip(stations.stores, rates.stores, strict=True))
            ),
        )

    def _ways(self, stages: _Stages, rates: _Rates) -> list[Way]:
        """Each route's stages."""
        platform = self.demand.platform
        entrance: Way = ((stages.gateway, ()),) if stages.gateway else ()

        def step(place: int) -> tuple[Stage, tuple[tuple[float, tuple[Stage, ...]], ...]]:
            tier = platform.tiers[place]
            first = (stages.cache,) if stages.cache and tier.cached else ()
            between = (stages.pooler,) if stages.pooler else ()
            asks = [
                (share, (*first, *between, stages.stores[store]))
                for store, share in enumerate(self.demand.database_shares(tier, rates.hits))
                if share > 0
            ]
            left = max(1 - sum(share for share, _ in asks), 0.0)
            return stages.tiers[place], ((left, first), *asks)

        return [(*entrance, *(step(place) for place in route.tiers)) for route in platform.routes]

    def _stage(self, passed: Passed, queue: Queue) -> Stage:
        """A queue and milliseconds before it: a line takes the place of waiting by chance."""
        seconds = passed.wait * self.step
        if passed.utilization >= 1 or seconds * 1000 > queue.mean_wait:
            return queue.at_most(0.0), rounded(seconds) * 1000
        return queue, 0.0

    def _queue(self, servers: int, rate: float, service: float, lines: int = 1) -> Queue:
        """A queue of so many requests a second; its times are milliseconds."""
        variation = self.demand.assumptions.service_variation
        return Queue(servers, rate / 1000, service / 1000, variation, lines).at_most(BUSIEST)

    def _group_queue(self, tier: Tier, pods: int, rate: float) -> Queue:
        """The queue of a group of pods whose shortest line is chosen, or that of one pod where nobody looks."""
        if not self.demand.platform.shared_queue:
            return self._pod_queue(tier, pods, rate)
        return self._queue(pods * tier.servers, rate, tier.service_rate, pods)

    def _pod_queue(self, tier: Tier, pods: int, rate: float) -> Queue:
        """The queue of one pod of a group that shares requests evenly."""
        return self._queue(tier.servers, rate / pods, tier.service_rate)

    def _store_queue(self, place: int, rate: float, stations: Stations) -> Queue:
        """The queue of one database of a group, at a rate of all of them.

        Where the pods' pools together hold fewer connections than it has processors, requests wait for those: in each
        pod before its own pool; and where the pooler's do, in each of its pods.
        """
        store = self.demand.platform.stores[place]
        each, service = rate / max(store.endpoints, 1), 1000 / store.database_ms
        pods, poolers = stations.pods, stations.poolers
        asked, count = self.demand.asked(place, pods), self.demand.connected(place, pods)
        if store.pool is not None and poolers and store.opened(poolers) < min(store.processors, asked):
            return self._queue(max(store.pool, 1), each / poolers, service)
        if not count or asked >= store.processors:
            return self._queue(store.processors, each, service)
        return self._queue(max(asked // count, 1), each / count, service)


@lru_cache(maxsize=KEPT)
def _percentiles(ways: tuple[tuple[float, Way], ...], stages: tuple[Stage | None, ...]) -> TimesOf:
    """The times of requests on ways of such shares, before what the network takes."""
    shares: dict[Way, float] = {}
    for share, way in ways:
        shares[way] = shares.get(way, 0.0) + share
    times = {way: _time(way) for way in shares}
    if len(times) == 1:
        together = next(iter(times.values()))
    else:
        together = mixed([(share, times[way]) for way, share in shares.items() if share > 0])
    p95 = together.percentile(95)
    each = {way: p95 if time is together else time.percentile(95) for way, time in times.items()}
    return TimesOf(
        p50=together.percentile(50),
        p95=p95,
        p99=together.percentile(99),
        mean=together.mean,
        routes=tuple(each[way] for _, way in ways),
        stages=stages,
    )


@lru_cache(maxsize=KEPT)
def _time(way: Way) -> ResponseTime:
    """The time of requests on a way."""
    found = AT_ONCE
    for stage, asks in way:
        found = found.through((stage,))
        if asks:
            found = mixed((share, found.through(stages)) for share, stages in asks)
    return found
