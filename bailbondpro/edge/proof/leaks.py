"""Proves that nothing personal can be cached: evaluates the rules on many requests and collects what would be stored.

What counts as personal is decided apart from the rules and more strictly (`oracle`). The origin of the corpus is the
most careless one: it calls every response public and gives it the Content-Type of its extension, so that only the rules
stand in the way. Where the vendor's documents allow two readings (`readings`), every combination is tried that matters:
Cache Deception Armor is no obstacle, and neither is a firewall rule, since whether those run below /cdn-cgi/ is not
said. Of what is cached, every input that could change the answer has to end somewhere (`cache_key`).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_key import Plain, inputs, samples
from bailbondpro.edge.exchange import Request
from bailbondpro.edge.explain import admitted, answered, evaluate, may_be_cached
from bailbondpro.edge.proof.corpus import UNKEYED_HEADERS
from bailbondpro.edge.proof.oracle import outside_reason, personal_reason
from bailbondpro.edge.proof.trials import careless_response, corpus, trials
from bailbondpro.edge.readings import CARELESS, SEEN_BY, combinations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bailbondpro.edge.cache_key import Reached
    from bailbondpro.edge.explain import Admitted
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.proof.trials import Trial
    from bailbondpro.edge.readings import Behaviour, Readings
    from bailbondpro.edge.rules import EdgeRules


@dataclass(frozen=True)
class Leak:
    """A personal response that the edge would store."""

    url: str
    because: str
    """What makes the request or its response personal."""
    allowed_by: str
    """Refs of the rules that matched, in their order."""
    headers: str = ""
    """What the request carries and what is answered, as far as it matters."""
    readings: str = ""
    """Which readings of the vendor's documents were taken besides the careless ones."""

    def __str__(self) -> str:
        headers = f"; headers: {self.headers}" if self.headers else ""
        readings = f"; reading: {self.readings}" if self.readings else ""
        return f"{self.url}: {self.because}, and would be cached{headers}; rules: {self.allowed_by}{readings}"


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit."""

    requests: int
    """How many pairs of request and response were evaluated."""
    cached: int
    """How many harmless ones among them are cached: a proof over rules that cache nothing would prove nothing."""
    leaks: tuple[Leak, ...]
    inputs: int = 0
    """How many changes of cached requests were followed to where they end; 0 where the gateway is not known."""


def audit(rules: EdgeRules, policy: EdgePolicy, urls: Iterable[str] = (), reached: Reached | None = None) -> Audit:
    """Evaluate the rules on a generated corpus and on URLs of the user, under every combination of readings.

    Args:
        rules: those of the policy or of a plan.
        policy: names the hosts, the private prefixes and the session cookies.
        urls: absolute URLs to try as well: as they are, signed in, and with personal responses.
        reached: what the gateway passes to the application; without it no input is followed.

    Raises:
        ValueError: a URL has no host.
    """
    rules = dataclasses.replace(rules, firewall=())
    tried = chain(corpus(policy), chain.from_iterable(trials(policy, Request.of(url)) for url in urls))
    judged = judge(rules, policy, tried)
    followed, poisoned = followed_inputs(rules, policy, reached) if reached else (0, ())
    return dataclasses.replace(judged, leaks=(*judged.leaks, *poisoned), inputs=followed)


def judge(rules: EdgeRules, policy: EdgePolicy, tried: Iterable[Trial]) -> Audit:
    """Evaluate the rules on requests and responses under every combination of readings; no input is followed."""
    requests = cached = 0
    leaks: list[Leak] = []
    asked = _Asked(rules, policy)
    for case in tried:
        stored = False
        for readings in combinations(case.request, case.response):
            requests += 1
            if (admission := asked.admission(case.request, readings)) is None:
                continue
            found = answered(rules, admission.admitted, case.response, readings)
            if not found.cacheable:
                continue
            if because := admission.personal or case.because or admission.outside:
                leaks.append(_leak(case, because, found.rules, readings))
            else:
                stored = True
        cached += stored
    return Audit(requests, cached, tuple(leaks))


@dataclass
class _Admission:
    """A request that the cache rules let in.

    Attributes:
        policy: says what is personal.
        admitted: what the rules of the request phases make of it.
    """

    policy: EdgePolicy
    admitted: Admitted

    @cached_property
    def personal(self) -> str:
        """What of the request forbids to cache any response to it, or ""."""
        return personal_reason(self.policy, self.admitted.request)

    @cached_property
    def outside(self) -> str:
        """Why nothing allows to cache one, or ""."""
        return outside_reason(self.policy, self.admitted.request)


@dataclass
class _Asked:
    """What becomes of a request; remembered, since many responses to one are tried one after the other."""

    rules: EdgeRules
    policy: EdgePolicy
    request: Request | None = None
    known: dict[frozenset[Behaviour], _Admission | None] = dataclasses.field(default_factory=dict)

    def admission(self, request: Request, readings: Readings) -> _Admission | None:
        """Of a request under a reading; None where no response to it may be cached."""
        if request is not self.request:
            self.request, self.known = request, {}
        key = readings.stored & SEEN_BY
        if key not in self.known:
            let_in = may_be_cached(self.rules, request, readings)
            self.known[key] = _Admission(self.policy, admitted(self.rules, request, readings)) if let_in else None
        return self.known[key]


def _leak(case: Trial, because: str, refs: tuple[str, ...], readings: Readings) -> Leak:
    query = f"?{case.request.query}" if case.request.query else ""
    url = f"https://{case.request.host}{case.request.received or case.request.path}{query}"
    asked = (f"{name}: {value}" for name, value in case.request.headers)
    answered = (f"{name}: {value}" for name, value in case.response.headers)
    headers = " | ".join((*asked, f"-> {case.response.code}", *answered))
    return Leak(url, because, ", ".join(refs), headers, ", ".join(sorted(readings.stored - CARELESS.stored)))


def followed_inputs(rules: EdgeRules, policy: EdgePolicy, reached: Reached) -> tuple[int, tuple[Leak, ...]]:
    """How many inputs of cached requests were followed, and those that can change what others get."""
    asked = [(request, careless_response(request)) for request in map(Request.of, samples(policy))]
    cached = [(request, answer) for request, answer in asked if evaluate(rules, request, answer).cacheable]
    names = (*UNKEYED_HEADERS, *sorted(reached.decided))
    plains = [Plain(rules, policy, request, answer, reached) for request, answer in cached]
    followed = [(plain, given) for plain in plains for given in inputs(plain.request, names)]
    return len(followed), tuple(
        Leak(
            f"https://{plain.request.host}{plain.request.path}",
            f"{given.name} reaches the application, can change the answer and is in no cache key",
            "the gateway passes it",
            f"{given.header}: {given.changed.headers[-1][1]}" if given.header else given.changed.method,
        )
        for plain, given in followed
        # of the thousands of headers that the gateway stops nothing else has to be asked
        if not plain.stops(given) and plain.fate(given) is None
    )
