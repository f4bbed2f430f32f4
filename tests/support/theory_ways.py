"""More rows of theory: what ways of requests are made of, and what the simulation cuts off, refuses or keeps."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from planner.simulation.assumptions import Assumptions
from planner.simulation.model import Cache, ClientLimit, Route
from planner.simulation.scenarios import scenario
from tests.support import theory, theory_rows
from tests.support.load import gateway, platform, run, store, visit
from tests.support.theory_rows import REQUESTS, Row, alone, percentiles, pods, simulated, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ON_THE_GRID = 96_761.0
"""Requests a second: 97 % of what a server of 10 microseconds finishes, on the simulation's grid of loads."""
LIMIT = ClientLimit(rate=5, burst=3)
"""Of one client."""
ASSUMED = Assumptions()
KEYS, KEPT_SECONDS, READS = 2_000, 10.0, 500.0
"""Different answers, how long each is kept, and reads a second."""


def routes() -> Iterator[Row]:
    """Routes of unequal shares and times: a request is on one of them."""
    fast, slow = pods(1, name="fast"), pods(1, name="slow", cpu_ms=10.0)
    shared = (Route(name="fast", share=0.9, tiers=(0,)), Route(name="slow", share=0.1, tiers=(1,)))
    yield Row(
        system="two routes, 90 % to M/M/1 of 1 ms at 70 %, 10 % to M/M/1 of 10 ms at 78 %",
        reference="p50, p95, p99 (of both by their shares)",
        theory=percentiles(_by_shares()),
        simulated=times(platform(fast, slow, stores=(), routes=shared), 7000 / 9),
        low=-3,
        high=3,
    )


def means() -> Iterator[Row]:
    """The mean where a part of the service takes a constant time."""
    for variation in (0.0, 0.5):
        found = simulated(alone(pods(1)), 700, service_variation=variation).samples
        yield Row(
            system=f"M/{'G' if variation else 'D'}/1, 70% busy, `service_variation={variation:g}`",
            reference="mean (exact: Pollaczek and Khinchine)",
            theory=(1 + 0.7 * (1 + variation**2) / (2 * 0.3),),
            simulated=(sum(sample.mean_ms for sample in found) / len(found),),
            low=-3,
            high=3,
        )


def poolers() -> Iterator[Row]:
    """A pooler between pods and databases: it takes time, and carries so much."""
    visiting = pods(1, visits=(visit(pool=1000),))
    behind = store(processors=1, database_ms=1.0, connections=1000)
    between = gateway(name="pooler", replicas=1, cpu_ms=1.0)
    yield Row(
        system="three of M/M/1 at 70 % (pods, pooler, database)",
        reference="p50, p95, p99 (sum of three)",
        theory=theory_rows.in_a_row((0.7, 1.0, 1), (0.7, 1.0, 1), (0.7, 1.0, 1)),
        simulated=times(platform(visiting, stores=(behind,), pooler=between), 700),
        low=-3,
        high=3,
    )
    narrow = platform(pods(4, visits=(visit(pool=1000),)), stores=(behind,), pooler=replace(between, cpu_ms=2.5))
    yield Row(
        system="a pooler that finishes a request in 2.5 ms, before a database that finishes more, offered 700 a second",
        reference="answers a second (what its one server finishes)",
        theory=(400.0,),
        simulated=(simulated(narrow, 700, hours=0.1).samples[-1].served / 15,),
        low=-1,
        high=1,
    )


def nearly_full() -> Iterator[Row]:
    """Nearer to 1 than other rows, and below the 99 % at which equilibria are cut off."""
    load = ON_THE_GRID / 100_000
    yield Row(
        system=f"M/M/1, {load:.0%} busy",
        reference="p50, p95, p99 (Erlang C)",
        theory=percentiles(theory.exponential_queue(100 * load, 100.0, 1)),
        simulated=times(alone(pods(1, cpu_ms=0.01)), ON_THE_GRID),
        low=-5,
        high=5,
    )


def caches() -> Iterator[Row]:
    """A cache that answers some of the reads, of keys that are asked for equally often."""
    cached = pods(1, visits=(visit(pool=1000),), cached=True)
    kept = Cache(name="redis", shards=1, request_ms=0.5, keys=float("inf"))
    asked = platform(
        cached, cache=kept, stores=(store(processors=1, database_ms=4.0, connections=1000),), cache_ttl=KEPT_SECONDS
    )
    hits = _hits()
    samples = simulated(asked, READS, cache_keys=KEYS).samples
    yield Row(
        system=f"a cache of {KEYS:,} keys, each kept {KEPT_SECONDS:g} s, {READS:g} reads a second",
        reference=f"percent of hits among {REQUESTS:,} reads, one by one",
        theory=(100 * hits,),
        simulated=(sum(sample.cache_hit_percent for sample in samples) / len(samples),),
        low=-2,
        high=2,
    )
    yield Row(
        system="the same: M/M/1 of 1 ms, of 0.5 ms, and of 4 ms for what misses (pods, cache, database)",
        reference="p50, p95, p99 (of hits and misses by their shares)",
        theory=percentiles(_by_hits(hits)),
        simulated=times(asked, READS, cache_keys=KEYS),
        low=-5,
        high=5,
    )


def limits() -> Iterator[Row]:
    """A client who asks for more at once than the gateway's limit for it admits."""
    asked, rate = int(ASSUMED.client_burst_requests), ASSUMED.client_requests_per_second
    for limit in (LIMIT, ClientLimit(rate=1, burst=20)):
        found = run(alone(pods(4), client_limit=limit), scenario("steady", peak_rps=100), Assumptions())
        yield Row(
            system=f"{asked} requests at once every {asked / rate:g} s, `limit_req` of {limit.rate:g} a second and "
            f"`burst={limit.burst} nodelay`",
            reference="percent turned away, request by request",
            theory=(100 * _turned_away(limit, asked, asked / rate),),
            simulated=(100 - found.summary.availability_percent,),
            low=-2,
            high=2,
        )


KINDS: tuple[Callable[[], Iterator[Row]], ...] = (
    *theory_rows.KINDS,
    routes,
    means,
    poolers,
    nearly_full,
    caches,
    limits,
)


@cache
def rows() -> tuple[Row, ...]:
    """All systems, computed once."""
    return tuple(row for kind in KINDS for row in kind())


@cache
def _by_shares() -> theory.Tail:
    fast, slow = theory.exponential_queue(0.7, 1.0, 1), theory.exponential_queue(0.7 / 9, 0.1, 1)
    return lambda time: 0.9 * fast(time) + 0.1 * slow(time)


def _by_hits(hits: float) -> theory.Tail:
    arrivals = READS / 1000
    # The time in M/M/1 is exponential with what is spare of its rate; the sum of two of those, by hand.
    slow, fast = 1.0 - arrivals, 2.0 - arrivals

    def front(time: float) -> float:
        return (fast * math.exp(-slow * time) - slow * math.exp(-fast * time)) / (fast - slow)

    behind = theory.exponential_queue(arrivals * (1 - hits), 0.25, 1)
    both = theory.one_after_another(front, behind, 150)
    return lambda time: hits * front(time) + (1 - hits) * both(time)


@cache
def _hits() -> float:
    """Reads at random times of random keys; a key is computed by who misses it, and kept from then on."""
    chance = random.Random(1)  # noqa: S311 - a simulation, no secret
    until = [0.0] * KEYS
    now, hits = 0.0, 0
    for index in range(2 * REQUESTS):
        now += chance.expovariate(READS)
        key = chance.randrange(KEYS)
        if now < until[key]:
            hits += index >= REQUESTS  # the first half fills it
        else:
            until[key] = now + KEPT_SECONDS
    return hits / REQUESTS


def _turned_away(limit: ClientLimit, asked: int, every: float) -> float:
    """nginx's limit_req, request by request: each that goes on is one more above the rate, and time takes that away.

    Args:
        limit: what it admits.
        asked: requests of a client at once.
        every: seconds from one time to the next.
    """
    above, refused, visits = 0.0, 0, 1000
    for _ in range(visits):
        above = max(above - limit.rate * every, -1.0)
        for _ in range(asked):
            if above + 1 > limit.burst:
                refused += 1
            else:
                above += 1
    return refused / (visits * asked)
