"""Queueing theory in closed form: Erlang's formula, and response times of stages one after another. Pure.

Rates and times may have any unit as long as they have the same one. Sources: Erlang (1917); Kleinrock, Queueing
Systems, volume 1, 3.2 and 3.5; the sojourn time of an M/M/c queue served in order of arrival.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEPARATION = 1e-3
"""Relative distance to which equal rates of a branch are moved apart: the closed form divides by differences."""
PRECISION = 1e-6
"""How near to its target a percentile's probability is found."""
MAX_LOOKS = 100
"""Looks after which the search for a percentile ends in any case; ten are usual."""


def erlang_b(servers: int, offered: float) -> float:
    """Share of arrivals that find every server busy and are lost.

    Args:
        servers: at least 0.
        offered: offered load in Erlang, arrival rate over service rate; at least 0.
    """
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """Share of arrivals that must wait; 1 from the load on that all servers together cannot carry.

    Args:
        servers: at least 1.
        offered: offered load in Erlang; at least 0.
    """
    if offered >= servers:
        return 1.0
    blocked = erlang_b(servers, offered)
    return servers * blocked / (servers - offered * (1 - blocked))


@dataclass(frozen=True)
class Queue:
    """An M/M/c queue: Poisson arrivals, exponential service, one line.

    Attributes:
        servers: how many serve at once.
        arrivals: arrival rate.
        service: service rate of one server.
    """

    servers: int
    arrivals: float
    service: float

    @property
    def utilization(self) -> float:
        """Busy share of the servers; 1 and above where the line grows for ever."""
        return self.arrivals / (self.servers * self.service)

    @property
    def waits(self) -> float:
        """Share of arrivals that must wait."""
        return erlang_c(self.servers, self.arrivals / self.service)

    @property
    def waiting_rate(self) -> float:
        """Rate of the exponential time that those wait; only for a utilization below 1."""
        return self.servers * self.service - self.arrivals

    @property
    def mean_wait(self) -> float:
        """Mean time before service; infinite from a utilization of 1 on."""
        return math.inf if self.utilization >= 1 else self.waits / self.waiting_rate

    def at_most(self, utilization: float) -> Queue:
        """This queue with arrivals cut to a utilization."""
        return Queue(self.servers, min(self.arrivals, utilization * self.servers * self.service), self.service)


@dataclass(frozen=True)
class Branch:
    """One way through the stages.

    Attributes:
        share: of the requests.
        rates: of the exponential times that add up.
        delay: constant time besides.
    """

    share: float
    rates: tuple[float, ...]
    delay: float = 0.0


def way_through(*queues: Queue, share: float = 1.0, delay: float = 0.0) -> list[Branch]:
    """The branches of requests that pass stages one after another, waiting in each or not.

    Args:
        queues: the stages, each with a utilization below 1.
        share: of the requests that go this way.
        delay: constant time besides.
    """
    return then([Branch(share, (), delay)], [(1.0, tuple((queue, 0.0) for queue in queues))])


def then(before: Iterable[Branch], ways: Iterable[tuple[float, Sequence[tuple[Queue, float]]]]) -> list[Branch]:
    """The branches of requests that go on in one of several ways, through stages one after another.

    Stages are taken as independent, as they are in a network of such queues (Burke's and Jackson's theorems).

    Args:
        before: how they came so far.
        ways: of each its share, and its stages: queues with a utilization below 1, and a constant time before each.
    """
    begun, found = list(before), []
    for share, stages in ways:
        branches = [Branch(branch.share * share, branch.rates, branch.delay) for branch in begun]
        for queue, delay in stages:
            waits = queue.waits
            branches = [
                branch
                for one in branches
                for branch in (
                    Branch(one.share * (1 - waits), (*one.rates, queue.service), one.delay + delay),
                    Branch(one.share * waits, (*one.rates, queue.waiting_rate, queue.service), one.delay + delay),
                )
                if branch.share > 0
            ]
        found += branches
    return found


@dataclass(frozen=True)
class _Delayed:
    """A share of the requests with one constant delay, then P(T > t) as a sum of weighted exponentials."""

    delay: float
    share: float
    terms: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ResponseTime:
    """The distribution of a response time."""

    parts: tuple[_Delayed, ...]

    def exceeds(self, time: float) -> float:
        """Probability of a longer time."""
        exp = math.exp
        total = 0.0
        for part in self.parts:
            past = time - part.delay
            if past <= 0:
                total += part.share
                continue
            for weight, rate in part.terms:
                total += weight * exp(-rate * past)
        return total

    def percentile(self, percent: float) -> float:
        """The time that this percentage of the requests stays within; 0 < percent < 100."""
        goal = math.log(1 - percent / 100)
        low, high = 0.0, 1 / min(rate for part in self.parts for _, rate in part.terms)
        low_gap, high_gap = -goal, self._gap(high, goal)
        while high_gap > 0:
            low, low_gap, high = high, high_gap, high * 2
            high_gap = self._gap(high, goal)
        # Illinois' variant of regula falsi: log P(T > t) is nearly a straight line.
        for _ in range(MAX_LOOKS):
            time = high - high_gap * (high - low) / (high_gap - low_gap)
            gap = self._gap(time, goal)
            if abs(gap) < PRECISION:
                return time
            if gap < 0:
                high, high_gap, low_gap = time, gap, low_gap / 2
            else:
                low, low_gap, high_gap = time, gap, high_gap / 2
        return (low + high) / 2

    def _gap(self, time: float, goal: float) -> float:
        return math.log(max(self.exceeds(time), 1e-300)) - goal


def response_time(branches: Iterable[Branch]) -> ResponseTime:
    """The distribution of the time of requests that take one of several ways.

    Each way is a hypoexponential distribution, whose tail is a sum of exponentials for rates that all differ.
    """
    shares: dict[float, float] = {}
    terms: dict[float, dict[float, float]] = {}
    for branch in branches:
        if branch.share <= 0:
            continue
        shares[branch.delay] = shares.get(branch.delay, 0.0) + branch.share
        found = terms.setdefault(branch.delay, {})
        for rate, weight in _hypoexponential(_apart(branch.rates)):
            found[rate] = found.get(rate, 0.0) + branch.share * weight
    return ResponseTime(
        tuple(
            _Delayed(delay, share, tuple((weight, rate) for rate, weight in terms[delay].items()))
            for delay, share in shares.items()
        )
    )


def mixed(parts: Iterable[tuple[float, ResponseTime]]) -> ResponseTime:
    """The distribution of the time of requests of which shares have one each.

    Args:
        parts: shares, which are weighed against their sum, and their distributions.
    """
    listed = list(parts)
    total = sum(share for share, _ in listed)
    return ResponseTime(
        tuple(
            _Delayed(
                part.delay,
                part.share * share / total,
                tuple((weight * share / total, rate) for weight, rate in part.terms),
            )
            for share, time in listed
            for part in time.parts
        )
    )


def _hypoexponential(rates: Sequence[float]) -> Iterable[tuple[float, float]]:
    for index, rate in enumerate(rates):
        weight = 1.0
        for other_index, other in enumerate(rates):
            if other_index != index:
                weight *= other / (other - rate)
        yield rate, weight


def _apart(rates: Sequence[float]) -> list[float]:
    """The rates in order, each at least the separation above the one before."""
    found: list[float] = []
    for rate in sorted(rates):
        low = found[-1] * (1 + SEPARATION) if found else 0.0
        found.append(max(rate, low))
    return found
