"""Queueing theory in closed form: Erlang's formula, and response times of stages one after another. Pure.

Rates and times may have any unit as long as they have the same one. Sources: Erlang (1917); Kleinrock, Queueing
Systems, volume 1, 3.2 and 3.5; the sojourn time of an M/M/c queue served in order of arrival; Allen, Probability,
Statistics, and Queueing Theory, 5.3 (Allen and Cunneen's approximation); Kingman, Two similar queues in parallel,
Annals of Mathematical Statistics 32 (1961) (all unverified 2026-11-30). docs/theory.md says how near each is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    return refused(servers, offered, servers)


def refused(servers: int, offered: float, room: int) -> float:
    """Share of arrivals that find all room taken and are lost (M/M/c/K; without a line that is Erlang's formula).

    Args:
        servers: how many serve at once.
        offered: offered load in Erlang; at least 0.
        room: requests that may be inside, those in service included.
    """
    blocked = 1.0
    for inside in range(1, room + 1):
        blocked = offered * blocked / (min(inside, servers) + offered * blocked)
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
    """An M/G/c queue: Poisson arrivals; M/M/c where there is one line and service times are exponential.

    Attributes:
        servers: how many serve at once.
        arrivals: arrival rate.
        service: service rate of one server.
        variation: standard deviation of a service time against its mean: 1 for exponential times, 0 for constant ones.
        lines: lines with as many servers each; an arrival joins one in which a server is free, or else the shortest.
    """

    servers: int
    arrivals: float
    service: float
    variation: float = 1.0
    lines: int = 1

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
        """Rate of the exponential time that those wait; only for a utilization below 1.

        With one line exact for exponential service and, in its mean, for one server (Pollaczek and Khinchine); else
        Allen and Cunneen's approximation, with waits taken as exponential. Who joins the shortest of several lines
        stays in it: each place further back is by utilization ** lines less likely (Kingman), and takes a service of
        that line.
        """
        spare = self.servers / self.lines * self.service * (1 - self.utilization**self.lines)
        return spare * 2 / (1 + self.variation**2)

    @property
    def mean_wait(self) -> float:
        """Mean time before service; infinite from a utilization of 1 on."""
        return math.inf if self.utilization >= 1 else self.waits / self.waiting_rate

    def at_most(self, utilization: float) -> Queue:
        """This queue with arrivals cut to a utilization."""
        return replace(self, arrivals=min(self.arrivals, utilization * self.servers * self.service))

    @property
    def served(self) -> list[Branch]:
        """The service time: a constant part and an exponential one, or one of two exponentials where it varies more."""
        if self.variation <= 1:
            rates = (self.service / self.variation,) if self.variation else ()
            return [Branch(1.0, rates, (1 - self.variation) / self.service)]
        square = self.variation**2
        often = (1 + math.sqrt((square - 1) / (square + 1))) / 2
        return [Branch(share, (2 * share * self.service,)) for share in (often, 1 - often)]

    @property
    def passed(self) -> list[Branch]:
        """The time in the queue and in service."""
        waits = self.waits
        found = []
        for branch in self.served:
            found.append(replace(branch, share=branch.share * (1 - waits)))
            if waits:
                found.append(Branch(branch.share * waits, (self.waiting_rate, *branch.rates), branch.delay))
        return [branch for branch in found if branch.share > 0]


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


@dataclass(frozen=True)
class _Delayed:
    """Requests with one constant delay: a share that takes no more, and a sum of weighted exponentials.

    Attributes:
        delay: the constant time.
        share: of all requests.
        at_once: of all requests, those that take the delay alone.
        terms: P(T > t) of the others as weights by their rates.
    """

    delay: float
    share: float
    at_once: float
    terms: Mapping[float, float]

    def scaled(self, share: float) -> _Delayed:
        """Of a share of these requests."""
        terms = {rate: weight * share for rate, weight in self.terms.items()}
        return _Delayed(self.delay, self.share * share, self.at_once * share, terms)

    def then(self, branch: Branch) -> _Delayed:
        """Followed by an independent time: by partial fractions, one exponential after the other."""
        found = self.scaled(branch.share)
        at_once, terms = found.at_once, found.terms
        for rate in branch.rates:
            at_once, terms = 0.0, _then_exponential(at_once, terms, rate)
        return _Delayed(self.delay + branch.delay, found.share, at_once, terms)


@dataclass(frozen=True)
class ResponseTime:
    """The distribution of a response time."""

    parts: tuple[_Delayed, ...]

    @property
    def mean(self) -> float:
        """The mean time."""
        return sum(
            part.share * part.delay + sum(weight / rate for rate, weight in part.terms.items()) for part in self.parts
        )

    def then(self, branches: Sequence[Branch]) -> ResponseTime:
        """This time, and after it one of several ways.

        The two are taken as independent, as they are in a network of such queues (Burke's and Jackson's theorems).
        """
        return ResponseTime(_together([part.then(branch) for part in self.parts for branch in branches]))

    def through(self, stages: Iterable[tuple[Queue, float]]) -> ResponseTime:
        """This time, and after it stages one after another.

        Args:
            stages: queues with a utilization below 1, and a constant time before each.
        """
        found = self
        for queue, delay in stages:
            passed = queue.passed
            found = found.then([replace(one, delay=one.delay + delay) for one in passed] if delay else passed)
        return found

    def exceeds(self, time: float) -> float:
        """Probability of a longer time."""
        exp = math.exp
        total = 0.0
        for part in self.parts:
            past = time - part.delay
            if past <= 0:
                total += part.share
                continue
            for rate, weight in part.terms.items():
                total += weight * exp(-rate * past)
        return total

    def percentile(self, percent: float) -> float:
        """The time that this percentage of the requests stays within; 0 < percent < 100."""
        goal = math.log(1 - percent / 100)
        rates = [rate for part in self.parts for rate in part.terms]
        low, high = 0.0, 1 / min(rates) if rates else max(part.delay for part in self.parts) or 1.0
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


AT_ONCE = ResponseTime((_Delayed(0.0, 1.0, 1.0, {}),))
"""The time of requests that have passed nothing yet."""


def mixed(parts: Iterable[tuple[float, ResponseTime]]) -> ResponseTime:
    """The distribution of the time of requests of which shares have one each.

    Args:
        parts: shares, which are weighed against their sum, and their distributions.
    """
    listed = [(share, time) for share, time in parts if share > 0]
    total = sum(share for share, _ in listed)
    return ResponseTime(_together(part.scaled(share / total) for share, time in listed for part in time.parts))


def _together(parts: Iterable[_Delayed]) -> tuple[_Delayed, ...]:
    """The same requests, those of equal delays as one part."""
    found: dict[float, _Delayed] = {}
    for part in parts:
        if part.share <= 0:
            continue
        if (other := found.get(part.delay)) is None:
            found[part.delay] = part
            continue
        terms = dict(other.terms)
        for rate, weight in part.terms.items():
            terms[rate] = terms.get(rate, 0.0) + weight
        found[part.delay] = _Delayed(part.delay, other.share + part.share, other.at_once + part.at_once, terms)
    return tuple(found.values())


def _then_exponential(at_once: float, terms: Mapping[float, float], rate: float) -> dict[float, float]:
    """Weights of times, each followed by an exponential one, whose rate is moved apart from theirs."""
    moved = True
    while moved:
        moved = False
        for other in terms:
            if abs(rate - other) < SEPARATION * other:
                rate, moved = rate * (1 + SEPARATION), True
    found, left = {}, at_once
    for other, weight in terms.items():
        part = weight / (rate - other)
        found[other] = part * rate
        left -= part * other
    found[rate] = left
    return found
