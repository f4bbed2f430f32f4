"""One step of traffic: requests on their routes through gateway, pods, cache, pooler and databases.

Each station is two things at once. Below its capacity it is an M/M/c queue in equilibrium (`times`). Above it, it is a
line that grows as a fluid: what cannot be served within the station's patience fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.simulation.demand import Demand
from planner.simulation.lines import IDLE, Line, Passed
from planner.simulation.queueing import refused
from planner.simulation.times import Stations, Times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.assumptions import Assumptions
    from planner.simulation.model import Platform, Store
    from planner.simulation.times import TimesOf

CACHE_PATIENCE_SECONDS = 1.0
"""How long a request waits for the cache before it fails (assumed; the contract lets it go to the database instead,
which would be asked all the more)."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """One step of all requests.

    Attributes:
        offered: requests that arrived at the edge.
        edge: of these, answered there.
        limited: of these, turned away by the gateway's limit for one client.
        served: requests that were answered well, those at the edge included.
        failed: requests that were not, limited ones included.
        gateway: the gateway's step; None without one.
        tiers: the step of each group of pods.
        cache: the cache's step; None without one.
        pooler: the pooler's step; None without one.
        stores: each database group's step.
        out_of_connections: whether the gateway's connections, and no timeout, ended requests.
        times: response times of requests that reached pods.
        in_progress: requests inside each group of pods at the end.
        struck: of those that failed, lost with what an event took away.
    """

    offered: float
    edge: float
    limited: float
    served: float
    failed: float
    gateway: Passed | None
    tiers: tuple[Passed, ...]
    cache: Passed | None
    pooler: Passed | None
    stores: tuple[Passed, ...]
    out_of_connections: bool
    times: TimesOf
    in_progress: tuple[float, ...]
    struck: float = 0.0


@dataclass
class Flow:
    """The lines of a platform, and how a step of traffic goes through it."""

    platform: Platform
    assumptions: Assumptions
    step: float
    gateway: Line = field(default_factory=Line)
    cache: Line = field(default_factory=Line)
    pooler: Line = field(default_factory=Line)
    tiers: list[Line] = field(init=False)
    stores: list[Line] = field(init=False)
    passing: list[tuple[int, list[int], float]] = field(init=False)
    """Each group of pods in the order of requests: its place, its routes, and their share of all."""
    demand: Demand = field(init=False)
    patience: tuple[float, ...] = field(init=False)
    """Seconds that requests wait for a connection to each database group at most, and to any of them."""
    times: Times = field(init=False)

    def __post_init__(self) -> None:
        self.tiers = [Line() for _ in self.platform.tiers]
        self.stores = [Line() for _ in self.platform.stores]
        routes = self.platform.routes
        self.passing = []
        for place in self.platform.in_order:
            mine = [index for index, route in enumerate(routes) if place in route.tiers]
            self.passing.append((place, mine, sum(routes[index].share for index in mine)))
        self.become(self.platform)

    def become(self, platform: Platform) -> None:
        """Go on with other databases and another cache; what waits goes on waiting."""
        self.platform = platform
        self.demand = Demand(platform, self.assumptions)
        self.times = Times(self.demand, self.step)
        self.patience = tuple(_patience(platform, place) for place in (*range(len(platform.stores)), None))

    @property
    def waiting(self) -> float:
        """Requests in all lines."""
        behind = sum(line.waiting for line in (*self.tiers, *self.stores))
        return self.gateway.waiting + self.cache.waiting + self.pooler.waiting + behind

    def run(self, offered: float, gateways: int, pods: Sequence[int], poolers: int = 0) -> Traffic:
        """One step.

        Args:
            offered: requests that arrive at the edge in it.
            gateways: ready gateway pods.
            pods: ready pods of each group.
            poolers: ready pods of the pooler.
        """
        edge = offered * self.assumptions.cdn_hit_percent / 100
        limited = (offered - edge) * self.demand.turned_away()
        front = self._gateway(offered - edge - limited, gateways)
        arrivals = front.served if front else offered - edge - limited
        tiers, flows, out = self._tiers(arrivals, gateways, pods)
        cache = self._cache(flows)
        hits = self.demand.hit_ratio(sum(passed.served for passed in tiers) / self.step)
        visits = self.demand.visits(flows, hits)
        pooler = self._pooler(sum(visits), poolers)
        admitted = pooler.served / pooler.arrivals if pooler and pooler.arrivals else 1.0
        # What waited before the pooler when nothing arrives goes on evenly.
        rest = pooler.served / len(visits) if pooler and not pooler.arrivals and visits else 0.0
        stores = tuple(
            self._store(place, visiting * admitted + rest, pods, poolers) for place, visiting in enumerate(visits)
        )
        answered = sum(flows) - sum(visits) + sum(passed.served for passed in stores)
        lost = sum(passed.failed for passed in (front or IDLE, *tiers, cache or IDLE, pooler or IDLE, *stores))
        stations = Stations(
            gateway=front or IDLE,
            tiers=tiers,
            cache=cache or IDLE,
            pooler=pooler or IDLE,
            stores=stores,
            gateways=gateways,
            pods=tuple(pods),
            poolers=poolers,
        )
        return Traffic(
            offered=offered,
            edge=edge,
            limited=limited,
            served=edge + answered,
            failed=limited + lost,
            gateway=front,
            tiers=tiers,
            cache=cache,
            pooler=pooler,
            stores=stores,
            out_of_connections=out,
            times=self.times.of(stations, sum(flows)),
            in_progress=self._in_progress(tiers, stores, pods),
        )

    def _gateway(self, arrivals: float, gateways: int) -> Passed | None:
        tier = self.platform.gateway
        if tier is None:
            return None
        rate = gateways * tier.pod_rate
        bound = min(rate * self.platform.timeout_seconds, gateways * self.platform.gateway_connections)
        return self.gateway.pass_through(arrivals, rate * self.step, bound)

    def _tiers(
        self, arrivals: float, gateways: int, pods: Sequence[int]
    ) -> tuple[tuple[Passed, ...], list[float], bool]:
        """Each group's step, what is left of each route behind its last group, and whether connections ran out."""
        routes = self.platform.routes
        flows = [arrivals * route.share for route in routes]
        passed = [IDLE] * len(self.platform.tiers)
        room = gateways * self.platform.gateway_connections / 2 if self.platform.gateway else None
        out = False
        for place, mine, part in self.passing:
            rate = pods[place] * self.platform.tiers[place].pod_rate
            patience = rate * self.platform.timeout_seconds
            arriving = sum(flows[index] for index in mine)
            bound = patience if room is None else min(patience, room * part)
            result = passed[place] = self.tiers[place].pass_through(arriving, rate * self.step, bound)
            out = out or (result.failed > 0 and bound < patience)
            shares = [flows[index] / arriving if arriving else 1 / len(mine) for index in mine]
            for index, share in zip(mine, shares, strict=True):
                flows[index] = result.served * share
        return tuple(passed), flows, out

    def _cache(self, flows: list[float]) -> Passed | None:
        """The cache's step; takes from the routes what it loses or keeps waiting."""
        cache = self.platform.cache
        if cache is None:
            return None
        mine = self.demand.asking_the_cache
        arriving = sum(flows[index] for index in mine)
        passed = self.cache.pass_through(arriving, cache.rate * self.step, cache.rate * CACHE_PATIENCE_SECONDS)
        for index in mine:
            flows[index] = passed.served * (flows[index] / arriving if arriving else 1 / len(mine))
        return passed

    def _pooler(self, arrivals: float, poolers: int) -> Passed | None:
        tier = self.platform.pooler
        if tier is None:
            return None
        rate = poolers * tier.pod_rate
        return self.pooler.pass_through(arrivals, rate * self.step, rate * self.patience[-1])

    def _store(self, place: int, arrivals: float, pods: Sequence[int], poolers: int) -> Passed:
        store, asked = self.platform.stores[place], self.demand.asked(place, pods)
        if not store.endpoints:
            return self.stores[place].pass_through(arrivals, 0.0, 0.0)
        room = self.demand.admitted(place, pods, poolers)
        usable = store.usable(room, poolers)
        rate = min(store.rate, usable * 1000 / store.database_ms)
        refusing = store.refuses(asked)
        patience = 0.0 if refusing else rate * self.patience[place]
        if room < asked:
            # Who the pooler has no room for is refused at once; only who has a connection waits.
            passed = self.stores[place].pass_through(
                arrivals, rate * self.step, min(usable + patience, store.endpoints * room)
            )
            return passed.losing(self._refused(store, arrivals, room))
        passed = self.stores[place].pass_through(arrivals, rate * self.step, usable + patience)
        return passed.losing(self._refused(store, arrivals, store.connections)) if refusing else passed

    def _refused(self, store: Store, arrivals: float, room: int) -> float:
        """Requests of a step that chance brings to a database while all of its connections are taken."""
        offered = arrivals / self.step / store.endpoints * store.database_ms / 1000
        return arrivals * refused(store.processors, offered, room)

    def _in_progress(self, tiers: Sequence[Passed], stores: Sequence[Passed], pods: Sequence[int]) -> tuple[float, ...]:
        """Requests inside each group of pods: computing, in line, or at the databases (Little's law)."""
        visiting = self.cache.waiting + self.pooler.waiting
        visiting += sum(
            line.waiting + passed.served / self.step * store.database_ms / 1000
            for line, passed, store in zip(self.stores, stores, self.platform.stores, strict=True)
        )
        total = sum(passed.served for passed in tiers)
        return tuple(
            min(passed.utilization, 1.0) * count * tier.servers
            + line.waiting
            + visiting * (passed.served / total if total else 0.0)
            for passed, count, tier, line in zip(tiers, pods, self.platform.tiers, self.tiers, strict=True)
        )


def _patience(platform: Platform, store: int | None) -> float:
    """Seconds that requests wait for a connection to a database group, or to any, at most."""
    waits = (
        visit.wait_seconds for tier in platform.tiers for visit in tier.visits if store is None or visit.store == store
    )
    return min(waits, default=0.0)
