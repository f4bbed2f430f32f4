"""The simulated platform against queueing theory: each system as a platform that goes through the whole simulation."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from planner.simulation.assumptions import Assumptions
from planner.simulation.model import Cache
from planner.simulation.scenarios import scenario
from tests.support import theory
from tests.support.load import app, gateway, platform, run, store, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.simulation.model import Platform, Tier
    from planner.simulation.result import Simulation

Numbers: TypeAlias = tuple[float, ...]

PERCENTS = (50.0, 95.0, 99.0)
REQUESTS = 200_000
"""Requests of a reference that is simulated one by one."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One system.

    Attributes:
        system: what it is.
        reference: what the numbers of theory are.
        theory: in milliseconds, requests a second or percent.
        simulated: the same of the simulation.
        low: lowest deviation that is allowed, in percent of theory.
        high: highest one.
    """

    system: str
    reference: str
    theory: Numbers
    simulated: Numbers
    low: float
    high: float

    @property
    def deviations(self) -> Numbers:
        """In percent of theory."""
        return tuple(100 * (found / true - 1) for true, found in zip(self.theory, self.simulated, strict=True))

    @property
    def within(self) -> bool:
        """Whether all deviations are allowed."""
        return all(self.low <= deviation <= self.high for deviation in self.deviations)


def pods(count: int, **changes: object) -> Tier:
    """So many pods that nothing scales, each a server of one request at a time, in a millisecond."""
    return app(None, **{"replicas": count, "cpu_ms": 1.0, "visits": (), **changes})


def pod(servers: int) -> Tier:
    """One pod that serves so many requests at once, from one line."""
    return pods(1, threads=servers, cpu_limit=1000.0 * servers)


def alone(tier: Tier, **changes: object) -> Platform:
    """Pods without anything before or behind them."""
    return platform(tier, **{"stores": (), **changes})


def simulated(wanted: Platform, rate: float, *, hours: float = 1, **assumed: float) -> Simulation:
    """Some time of so many requests a second, without the way to the platform and without a cache's hits."""
    given = {"network_ms": 0.0, "cache_keys": 1e12, "write_percent": 0.0, **assumed}
    return run(wanted, scenario("steady", peak_rps=rate, hours=hours), Assumptions(**given))


def times(wanted: Platform, rate: float, **assumed: float) -> Numbers:
    """Percentiles of the response time, as means over the run's steps."""
    samples = simulated(wanted, rate, **assumed).samples
    of = (
        [sample.p50_ms for sample in samples],
        [sample.p95_ms for sample in samples],
        [sample.p99_ms for sample in samples],
    )
    return tuple(sum(values) / len(values) for values in of)


@cache
def percentiles(tail: theory.Tail) -> Numbers:
    """The same of theory."""
    return tuple(theory.percentile(tail, percent) for percent in PERCENTS)


def exponential() -> Iterator[Row]:
    """M/M/1 and M/M/c."""
    for servers, load in ((1, 0.3), (1, 0.7), (1, 0.9), (2, 0.7), (4, 0.8), (16, 0.9)):
        name = "M/M/1" if servers == 1 else f"M/M/{servers}"
        yield Row(
            system=f"{name}, {load:.0%} busy",
            reference="p50, p95, p99 (Erlang C)",
            theory=percentiles(theory.exponential_queue(servers * load, 1.0, servers)),
            simulated=times(alone(pod(servers)), 1000 * servers * load),
            low=-3,
            high=3,
        )
    yield Row(
        system="4 pods with a line each, by chance, 80% busy",
        reference="p50, p95, p99 (M/M/1)",
        theory=percentiles(theory.exponential_queue(0.8, 1.0, 1)),
        simulated=times(alone(pods(4), shared_queue=False), 3200),
        low=-3,
        high=3,
    )

    pools = pods(4, cpu_ms=1e-6, visits=(visit(pool=2),))
    yield Row(
        system="4 pods with 2 connections each, all of them 80% busy, before a database that has room",
        reference="p50, p95, p99 (M/M/2)",
        theory=percentiles(theory.exponential_queue(1.6, 1.0, 2)),
        simulated=times(platform(pools, stores=(store(processors=64, database_ms=1.0),)), 6400),
        low=-3,
        high=3,
    )


def constant() -> Iterator[Row]:
    """M/D/1 and M/D/c, told that service times are constant, and not told."""
    for servers, load in ((1, 0.5), (1, 0.7), (1, 0.9), (4, 0.8)):
        tail = theory.constant_queue(servers * load, 1.0, servers)
        yield Row(
            system=f"M/D/{servers}, {load:.0%} busy, `service_variation=0`",
            reference="p50, p95, p99 (exact: Franx)",
            theory=percentiles(tail),
            simulated=times(alone(pod(servers)), 1000 * servers * load, service_variation=0),
            low=-12,
            high=15,
        )
    yield Row(
        system="M/D/1, 70% busy, nobody says that it is constant",
        reference="p50, p95, p99 (exact: Franx)",
        theory=percentiles(theory.constant_queue(0.7, 1.0, 1)),
        simulated=times(alone(pods(1)), 700),
        low=0,
        high=120,
    )


def general() -> Iterator[Row]:
    """Service times between constant and exponential, and beyond: against requests one by one."""
    for variation, draw in ((0.5, _erlang_4), (2.0, _lognormal_2)):
        yield Row(
            system=f"M/G/4, 80% busy, `service_variation={variation:g}`",
            reference=f"p50, p95, p99 of {REQUESTS:,} requests, {draw.__doc__}",
            theory=_one_by_one(3.2, draw, lines=1, servers=4),
            simulated=times(alone(pod(4)), 3200, service_variation=variation),
            low=-10,
            high=25,
        )


def gateways() -> Iterator[Row]:
    """What a gateway does that sends requests to pods with a line each."""
    for count, load in ((2, 0.8), (4, 0.5), (4, 0.8), (20, 0.9)):
        yield Row(
            system=f"`least_conn` over {count} pods, {load:.0%} busy",
            reference=f"p50, p95, p99 of {REQUESTS:,} requests, each to a pod with the fewest",
            theory=_one_by_one(count * load, _exponential, lines=count, servers=1, least=True),
            simulated=times(alone(pods(count)), 1000 * count * load),
            low=-8,
            high=20,
        )
    yield Row(
        system="`round_robin` over 4 pods, 80% busy",
        reference=f"p50, p95, p99 of {REQUESTS:,} requests, to one pod after the other",
        theory=_one_by_one(3.2, _exponential, lines=4, servers=1),
        simulated=times(alone(pods(4), shared_queue=False), 3200),
        low=-5,
        high=60,
    )


@cache
def in_a_row(*queues: tuple[float, float, int]) -> Numbers:
    """Percentiles of the time through queues one after another, each with its arrivals, service and servers."""
    tails = [theory.exponential_queue(*queue) for queue in queues]
    together = tails[0]
    for tail in tails[1:]:
        together = theory.one_after_another(together, tail, 150)
    return percentiles(together)


def tandem() -> Iterator[Row]:
    """Stations one after another (Burke's theorem)."""
    visiting = pods(1, visits=(visit(pool=1000),))
    behind = store(processors=2, database_ms=2.0, connections=1000)
    yield Row(
        system="M/M/1 at 70 %, then M/M/2 at 70 % (pods, database)",
        reference="p50, p95, p99 (sum of both)",
        theory=in_a_row((0.7, 1.0, 1), (0.7, 0.5, 2)),
        simulated=times(platform(visiting, stores=(behind,)), 700),
        low=-3,
        high=3,
    )
    yield Row(
        system="M/M/1 at 60 %, then M/M/1 at 60 % (gateway, pods)",
        reference="p50, p95, p99 (sum of both)",
        theory=in_a_row((0.6, 1.0, 1), (0.6, 1.0, 1)),
        simulated=times(alone(pods(1), gateway=gateway(replicas=1, cpu_ms=1.0)), 600),
        low=-3,
        high=3,
    )
    cached = pods(1, visits=(visit(pool=1000),), cached=True)
    yield Row(
        system="three of M/M/1 at 70 % (pods, cache without hits, database)",
        reference="p50, p95, p99 (sum of three)",
        theory=in_a_row((0.7, 1.0, 1), (0.7, 1.0, 1), (0.7, 1.0, 1)),
        simulated=times(
            platform(
                cached,
                cache=Cache(name="redis", shards=1, request_ms=1.0, keys=float("inf")),
                stores=(replace(behind, processors=1, database_ms=1.0),),
            ),
            700,
        ),
        low=-3,
        high=3,
    )


def closed() -> Iterator[Row]:
    """Clients who wait for each answer, against as many requests a second that nobody waits for."""
    visiting = pods(1, visits=(visit(pool=1000),))
    behind = store(processors=1, database_ms=0.5, connections=1000)
    for clients, think, high in ((1, 1.0, 70), (10, 20.0, 15), (100, 150.0, 8), (1000, 1500.0, 3)):
        true = theory.mean_value_analysis(clients, think, (1.0, 0.5))
        found = simulated(platform(visiting, stores=(behind,)), 1000 * true.throughput)
        mean = sum(sample.mean_ms for sample in found.samples) / len(found.samples)
        yield Row(
            system=f"{clients:,} client{'s' * (clients > 1)}, each thinks {think:g} ms ({true.throughput:.0%} busy)",
            reference="mean response (mean value analysis)",
            theory=(true.response,),
            simulated=(mean,),
            low=-3,
            high=high,
        )
    yield Row(
        system="20 pods whose pools hold one connection each, all in use",
        reference="answers a second (mean value analysis without thinking: 4 processors of 10 ms)",
        theory=(400.0,),
        simulated=(
            simulated(
                platform(pods(20, visits=(visit(pool=1),)), stores=(store(processors=4, database_ms=10.0),)), 1000
            )
            .samples[-1]
            .served
            / 15,
        ),
        low=-1,
        high=1,
    )


def loss() -> Iterator[Row]:
    """A database that refuses what finds all of its connections taken."""
    for servers, room, load in ((4, 4, 0.8), (10, 10, 0.9), (4, 12, 0.9), (4, 12, 1.2), (2, 80, 1.5)):
        refusing = store(processors=servers, database_ms=10.0, connections=room, pooled=False)
        rate = servers * load * 100
        found = simulated(platform(pods(20, visits=(visit(pool=20),)), stores=(refusing,)), rate)
        name = f"M/M/{servers}/{servers} (Erlang B)" if room == servers else f"M/M/{servers}/{room}"
        yield Row(
            system=f"{name}, offered {load:.0%}",
            reference="percent refused",
            theory=(100 * theory.lost(rate / 1000, 0.1, servers, room),),
            simulated=(100 - found.summary.availability_percent,),
            low=-3,
            high=3,
        )


KINDS: tuple[Callable[[], Iterator[Row]], ...] = (exponential, tandem, constant, general, gateways, loss, closed)


@cache
def _one_by_one(
    rate: float, draw: Callable[[random.Random], float], *, lines: int, servers: int, least: bool = False
) -> Numbers:
    chance = random.Random(1)  # noqa: S311 - a simulation, no secret
    found = theory.request_by_request(
        REQUESTS,
        _forever(lambda: chance.expovariate(rate)),
        _forever(lambda: draw(chance)),
        theory.Lines(lines, servers, chance if least else None),
    )
    return tuple(found[int(len(found) * percent / 100)] for percent in PERCENTS)


def _forever(draw: Callable[[], float]) -> Iterator[float]:
    while True:
        yield draw()


def _exponential(chance: random.Random) -> float:
    """exponential service"""
    return chance.expovariate(1)


def _erlang_4(chance: random.Random) -> float:
    """service of four exponential parts"""
    return sum(chance.expovariate(4) for _ in range(4))


def _lognormal_2(chance: random.Random) -> float:
    """lognormal service"""
    return chance.lognormvariate(-0.8047, 1.2686)
