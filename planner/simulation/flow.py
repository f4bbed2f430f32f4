"""One step of traffic: requests through gateway, application and databases; what waits, what fails, how long it takes.

Each stage is two things at once. Below its capacity it is an M/M/c queue in equilibrium. Above it, it is a line that
grows as a fluid: what cannot be served within the stage's patience fails.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from planner.simulation.queueing import Branch, Queue, response_time, way_through

if TYPE_CHECKING:
    from planner.simulation.assumptions import Assumptions
    from planner.simulation.model import Platform, Store

BUSIEST = 0.99
"""Where the equilibrium is cut off: nearer to 1 it is not reached within a step, and the line takes over."""

_Visits: TypeAlias = tuple[tuple[float, float, float | None], ...]
_Rates: TypeAlias = tuple[int, float, float | None, _Visits]
"""What response times depend on; see `Flow._percentiles`."""
GRID = 200
"""Loads are rounded to a grid of 1/200 of their size: percentiles are computed once for loads that differ less."""


def _rounded(value: float) -> float:
    return math.exp(round(math.log(value) * GRID) / GRID) if value > 0 else 0.0


def _store_queue(store: Store, rate: float) -> Queue:
    """The queue of one database of a group, at a rate of all of them; times in milliseconds."""
    return Queue(store.processors, rate / 1000 / store.endpoints, 1 / store.database_ms).at_most(BUSIEST)


def _stage(queue: Queue, line: float | None) -> tuple[Queue, float]:
    """A queue and milliseconds before it: a line takes the place of waiting by chance."""
    return (queue, 0.0) if line is None else (queue.at_most(0.0), line * 1000)


@dataclass
class Line:
    """Requests that wait before a stage without bound by chance, because more arrive than it serves.

    Attributes:
        waiting: how many.
    """

    waiting: float = 0.0

    def pass_through(self, arrivals: float, capacity: float, bound: float) -> Passed:
        """One step.

        Args:
            arrivals: requests that arrive in it.
            capacity: requests that the stage serves in it.
            bound: requests that may wait at its end; what exceeds it fails.
        """
        before, present = self.waiting, self.waiting + arrivals
        served = min(present, capacity)
        left = present - served
        self.waiting = min(left, bound)
        return Passed(
            arrivals=arrivals,
            served=served,
            failed=left - self.waiting,
            wait=(before + self.waiting) / 2 / capacity if capacity else 0.0,
            utilization=present / capacity if capacity else (1.0 if present else 0.0),
        )


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What a stage did in a step.

    Attributes:
        arrivals: requests that came.
        served: requests that left it well.
        failed: requests that it lost.
        wait: mean time in the line, in steps.
        utilization: what it had to do against what it can.
    """

    arrivals: float
    served: float
    failed: float
    wait: float
    utilization: float


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """One step of all requests.

    Attributes:
        offered: requests that arrived at the edge.
        edge: of these, answered there.
        served: requests that were answered well, those at the edge included.
        failed: requests that were not.
        gateway: the gateway's step; None without one.
        app: the application's step.
        stores: each database group's step.
        out_of_connections: whether the gateway's connections, and no timeout, ended requests.
        p50_ms: median response time of requests that reached the application.
        p95_ms: their 95th percentile.
        in_progress: requests inside the application at the end.
    """

    offered: float
    edge: float
    served: float
    failed: float
    gateway: Passed | None
    app: Passed
    stores: tuple[Passed, ...]
    out_of_connections: bool
    p50_ms: float
    p95_ms: float
    in_progress: float


@dataclass
class Flow:
    """The lines of a platform, and how a step of traffic goes through it."""

    platform: Platform
    assumptions: Assumptions
    step: float
    gateway: Line = field(default_factory=Line)
    app: Line = field(default_factory=Line)
    stores: list[Line] = field(init=False)
    known_times: dict[_Rates, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stores = [Line() for _ in self.platform.stores]

    @property
    def waiting(self) -> float:
        """Requests in all lines."""
        return self.gateway.waiting + self.app.waiting + sum(line.waiting for line in self.stores)

    def run(self, offered: float, gateways: int, pods: int) -> Traffic:
        """One step.

        Args:
            offered: requests that arrive at the edge in it.
            gateways: ready gateway pods.
            pods: ready application pods.
        """
        edge = offered * self.assumptions.cdn_hit_percent / 100
        front = self._gateway(offered - edge, gateways)
        arrivals = front.served if front else offered - edge
        app, out = self._app(arrivals, gateways, pods)
        shares = self.database_shares(app.served / self.step)
        stores = tuple(
            self._store(line, store, app.served * share, pods)
            for line, store, share in zip(self.stores, self.platform.stores, shares, strict=True)
        )
        visiting = sum(passed.arrivals for passed in stores)
        served = app.served - visiting + sum(passed.served for passed in stores)
        p50, p95 = self._times(front, app, stores, pods, shares)
        return Traffic(
            offered=offered,
            edge=edge,
            served=edge + served,
            failed=(front.failed if front else 0.0) + app.failed + sum(passed.failed for passed in stores),
            gateway=front,
            app=app,
            stores=stores,
            out_of_connections=out,
            p50_ms=p50,
            p95_ms=p95,
            in_progress=self._in_progress(app, stores, pods),
        )

    def database_shares(self, rate: float) -> list[float]:
        """Share of the application's requests that visits each database group, at a rate."""
        writes = self.assumptions.write_percent / 100
        reads = (1 - writes) * (1 - self.hit_ratio(rate * (1 - writes)))
        return [writes * store.write_share + reads * store.read_share for store in self.platform.stores]

    def hit_ratio(self, reads: float) -> float:
        """Share of the reads that the cache answers: a key is computed once, then kept for its time to live."""
        kept = reads * self.platform.cache_ttl
        return kept / (self.assumptions.cache_keys + kept) if kept else 0.0

    def _gateway(self, arrivals: float, gateways: int) -> Passed | None:
        tier = self.platform.gateway
        if tier is None:
            return None
        rate = gateways * tier.pod_rate
        bound = min(rate * self.platform.timeout_seconds, gateways * self.platform.gateway_connections)
        return self.gateway.pass_through(arrivals, rate * self.step, bound)

    def _app(self, arrivals: float, gateways: int, pods: int) -> tuple[Passed, bool]:
        rate = pods * self.platform.app.pod_rate
        bound = rate * self.platform.timeout_seconds
        room = gateways * self.platform.gateway_connections / 2 if self.platform.gateway else bound
        passed = self.app.pass_through(arrivals, rate * self.step, min(bound, room))
        return passed, passed.failed > 0 and room < bound

    def _store(self, line: Line, store: Store, arrivals: float, pods: int) -> Passed:
        usable = store.usable(pods)
        rate = min(store.rate, usable * 1000 / store.database_ms)
        patience = 0.0 if store.refuses(pods) else rate * store.wait_seconds
        return line.pass_through(arrivals, rate * self.step, usable + patience)

    def _times(
        self, front: Passed | None, app: Passed, stores: tuple[Passed, ...], pods: int, shares: list[float]
    ) -> tuple[float, float]:
        """Median and 95th percentile in milliseconds."""
        if not pods:
            return (self.platform.timeout_seconds * 1000,) * 2
        constant = self.assumptions.network_ms + self.assumptions.gateway_cpu_ms_per_request
        constant += (front.wait if front else 0.0) * self.step * 1000
        rate = _rounded(app.served / self.step)
        if app.wait or any(passed.wait for passed in stores):
            line = self._line_of(app, self._app_queue(pods, rate))
            visits = tuple(
                (_rounded(share), _rounded(passed.served / self.step), self._line_of(passed, queue))
                for passed, share, queue in zip(stores, shares, self._store_queues(stores), strict=True)
            )
        else:
            line, visits = None, ()
        key = (pods, rate, line, visits)
        found = self.known_times.get(key)
        if found is None:
            found = self.known_times[key] = self._percentiles(*key)
        return constant + found[0], constant + found[1]

    def _app_queue(self, pods: int, rate: float) -> Queue:
        """The application's queue, or that of one pod where each has its own; times in milliseconds."""
        tier = self.platform.app
        lines = pods if self.platform.shared_queue else 1
        return Queue(lines * tier.servers, rate / 1000 * lines / pods, tier.service_rate / 1000).at_most(BUSIEST)

    def _store_queues(self, stores: tuple[Passed, ...]) -> list[Queue]:
        return [
            _store_queue(store, passed.served / self.step)
            for store, passed in zip(self.platform.stores, stores, strict=True)
        ]

    def _line_of(self, passed: Passed, queue: Queue) -> float | None:
        """Seconds in a stage's line where that is longer than waiting by chance; else None."""
        seconds = passed.wait * self.step
        return _rounded(seconds) if passed.utilization >= 1 or seconds * 1000 > queue.mean_wait else None

    def _percentiles(self, pods: int, rate: float, line: float | None, visits: _Visits) -> tuple[float, float]:
        """Median and 95th percentile of what varies, in milliseconds.

        Args:
            pods: ready application pods.
            rate: requests a second of all of them.
            line: seconds in the application's line; None where requests wait only by chance.
            visits: for each database group its share of the requests, its rate, and its line in the same way; nothing
                where there is no line at all, as shares and rates follow from the rate then.
        """
        visits = visits or tuple((share, share * rate, None) for share in self.database_shares(rate))
        queue, delay = _stage(self._app_queue(pods, rate), line)
        branches: list[Branch] = way_through(queue, share=1 - sum(share for share, _, _ in visits), delay=delay)
        for store, (share, visiting, behind) in zip(self.platform.stores, visits, strict=True):
            database, more = _stage(_store_queue(store, visiting), behind)
            branches += way_through(queue, database, share=share, delay=delay + more)
        times = response_time(branches)
        return times.percentile(50), times.percentile(95)

    def _in_progress(self, app: Passed, stores: tuple[Passed, ...], pods: int) -> float:
        """Requests inside the application: computing, in line, or at the databases (Little's law)."""
        busy = min(app.utilization, 1.0) * pods * self.platform.app.servers
        visiting = sum(
            line.waiting + passed.served / self.step * store.database_ms / 1000
            for line, passed, store in zip(self.stores, stores, self.platform.stores, strict=True)
        )
        return busy + self.app.waiting + visiting
