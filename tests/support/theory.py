"""What queueing theory says, without the simulation's own formulas: distributions as P(T > t), and sums of states.

Times are in milliseconds, rates in requests a millisecond. Sources: Kleinrock, Queueing Systems, volume 1, 3.2 to 3.5
(birth and death); Franx, A simple solution for the M/D/c waiting time distribution, Operations Research Letters 29
(2001); Reiser and Lavenberg, Mean-value analysis of closed multichain queuing networks, Journal of the ACM 27 (1980).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

Tail: TypeAlias = "Callable[[float], float]"
"""P(T > t)."""

STATES = 400
"""States of an infinite queue that are kept: at a utilization of 0.9 what is cut off is below 1e-16."""
STEPS = 2000
"""Pieces of a numerical integral."""


def percentile(tail: Tail, percent: float) -> float:
    """The time that this percentage stays within, by halving."""
    low, high = 0.0, 1.0
    while tail(high) > 1 - percent / 100:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 1 - percent / 100 else (low, middle)
    return high


def states(arrivals: float, service: float, servers: int, room: int = STATES) -> list[float]:
    """Share of the time with each number of requests inside, by the balance of what comes and what goes."""
    weights = accumulate(
        range(1, room + 1), lambda weight, inside: weight * arrivals / (min(inside, servers) * service), initial=1.0
    )
    listed = list(weights)
    return [weight / math.fsum(listed) for weight in listed]


def lost(arrivals: float, service: float, servers: int, room: int) -> float:
    """Share of the arrivals that find all room taken."""
    return states(arrivals, service, servers, room)[-1]


@cache
def exponential_queue(arrivals: float, service: float, servers: int) -> Tail:
    """M/M/c: with n before it an arrival waits for n + 1 - c ends of service, and is then served."""
    found = states(arrivals, service, servers)
    at_once = math.fsum(found[:servers])
    spare = servers * service - arrivals

    def tail(time: float) -> float:
        served = math.exp(-service * time)
        # Waiting is exponential with the spare rate; its sum with a service time, by hand.
        if math.isclose(spare, service):
            both = served * (1 + service * time)
        else:
            both = (spare * served - service * math.exp(-spare * time)) / (spare - service)
        return at_once * served + (1 - at_once) * both

    return tail


@cache
def constant_queue(arrivals: float, service_time: float, servers: int) -> Tail:
    """M/D/c, exactly (Franx)."""
    below = _accumulated(_constant_states(arrivals * service_time, servers))

    def tail(time: float) -> float:
        waited = time - service_time
        if waited < 0:
            return 1.0
        periods = int(waited / service_time) + 1
        load = arrivals * (periods * service_time - waited)
        weight, total = math.exp(-load), 0.0
        for count in range(periods * servers):
            total += below[min(periods * servers - 1 - count + servers, len(below) - 1)] * weight
            weight *= load / (count + 1)
        return max(1 - total, 0.0)

    return tail


def _accumulated(values: Sequence[float]) -> list[float]:
    return list(accumulate(values))


def _constant_states(offered: float, servers: int) -> list[float]:
    """States of M/D/c: whoever is in service now is gone a service time later, and Poisson arrivals have come."""
    came = [math.exp(-offered + count * math.log(offered) - math.lgamma(count + 1)) for count in range(60)]
    now = [1.0] + [0.0] * 150
    for _ in range(400):
        after = [0.0] * (len(now) + len(came))
        for inside, share in enumerate(now):
            left = max(inside - servers, 0)
            if share > 1e-15:
                for count, chance in enumerate(came):
                    after[left + count] += share * chance
        total = math.fsum(after[: len(now)])
        later = [share / total for share in after[: len(now)]]
        done = max(abs(one - other) for one, other in zip(now, later, strict=True)) < 1e-13
        now = later
        if done:
            break
    return now


def one_after_another(first: Tail, second: Tail, longest: float) -> Tail:
    """The sum of two independent times, by a numerical integral up to the longest that matters."""
    step = longest / STEPS
    values = [first(index * step) for index in range(STEPS + 1)]

    def tail(time: float) -> float:
        pieces = (
            (values[index] - values[index + 1]) * second(max(time - (index + 0.5) * step, 0.0))
            for index in range(min(int(time / step), STEPS))
        )
        return math.fsum(pieces) + first(time)

    return tail


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A closed network: how much its clients get done, and how long each round takes without thinking."""

    throughput: float
    response: float


def mean_value_analysis(clients: int, think: float, demands: Sequence[float]) -> Closed:
    """Clients who think, then pass stations of one exponential server each, and begin again; exact.

    Args:
        clients: how many.
        think: time between an answer and the next request.
        demands: service time in each station.
    """
    lengths = [0.0] * len(demands)
    throughput = response = 0.0
    for count in range(1, clients + 1):
        times = [demand * (1 + length) for demand, length in zip(demands, lengths, strict=True)]
        response = sum(times)
        throughput = count / (think + response)
        lengths = [throughput * time for time in times]
    return Closed(throughput=throughput, response=response)


@dataclass(frozen=True)
class Lines:
    """Where requests wait.

    Attributes:
        count: how many lines there are.
        servers: servers of each.
        chance: breaks ties among the lines with the fewest requests; None sends to one line after the other.
    """

    count: int
    servers: int
    chance: random.Random | None

    def chosen(self, index: int, inside: Sequence[Sequence[float]]) -> int:
        """The line of a request, by what is inside of each."""
        if self.chance is None:
            return index % self.count
        fewest = min(map(len, inside))
        return self.chance.choice([place for place, ends in enumerate(inside) if len(ends) == fewest])


def request_by_request(requests: int, gaps: Iterator[float], services: Iterator[float], lines: Lines) -> list[float]:
    """Times of single requests, sorted; each is served in the order of arrival of its line.

    Args:
        requests: how many.
        gaps: times between arrivals.
        services: service times.
        lines: where they wait.
    """
    free = [[0.0] * lines.servers for _ in range(lines.count)]
    inside: list[list[float]] = [[] for _ in range(lines.count)]
    now, found = 0.0, []
    for index in range(requests):
        now += next(gaps)
        for ends in inside:
            while ends and ends[0] <= now:
                heapq.heappop(ends)
        line = lines.chosen(index, inside)
        end = max(now, heapq.heappop(free[line])) + next(services)
        heapq.heappush(free[line], end)
        heapq.heappush(inside[line], end)
        found.append(end - now)
    return sorted(found)
