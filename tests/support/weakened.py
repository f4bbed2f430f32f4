"""Rules of the edge with one part less: every part that keeps something out of the cache, at any depth.

A rule that bypasses the cache, or stores nothing, is weaker without a part of a disjunction or an element of a set; a
rule that allows is without a part of a conjunction; below a negation it is the other way round. Whatever a weaker rule
lets through, the rule's absence (or, of one that allows, its holding everywhere) lets through as well. So the trials
that can show a leak are found once for each rule, and of a mutant its own condition alone is asked on them; what it
lets through first is judged again as the audit judges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from bailbondpro.edge.cache_classes import DEFAULT_EXTENSIONS
from bailbondpro.edge.cache_rules import CacheRule, ResponseRule
from bailbondpro.edge.exchange import Exchange
from bailbondpro.edge.explain import arriving
from bailbondpro.edge.language.expressions import AllIn, And, IsIn, Not, Or, StatusIn
from bailbondpro.edge.proof.leaks import Leak, judge
from bailbondpro.edge.proof.oracle import outside_reason, personal_reason
from bailbondpro.edge.proof.trials import Trial, careless_response
from bailbondpro.edge.readings import SEEN_BY, combinations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bailbondpro.edge.exchange import Request
    from bailbondpro.edge.language.expressions import Expression
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.readings import Behaviour, Readings
    from bailbondpro.edge.rules import EdgeRules

_Rule = TypeVar("_Rule", CacheRule, ResponseRule)

LAST = ("other_response", "never_store")
"""The response rules that store nothing."""


@dataclass(frozen=True)
class Weaker:
    """A rule without one part."""

    ref: str
    part: str
    """The part as the rule language has it; of a set the subject and the element; empty for the whole rule."""
    when: Expression | None
    """What is left; None where nothing is."""


@dataclass(frozen=True)
class _Row:
    """A trial that one rule alone keeps out, as that rule sees it under a reading."""

    case: Trial
    exchange: Exchange


def weaker(expression: Expression, *, stops: bool) -> Iterator[tuple[str, Expression]]:
    """(what was taken away, what is left) of every part without which a rule stores more.

    Args:
        expression: the rule's condition.
        stops: the rule keeps out what it holds for; else it allows it.
    """
    match expression:
        case Not():
            yield from ((part, Not(left)) for part, left in weaker(expression.of, stops=not stops))
        case And() | Or():
            kind, parts = type(expression), expression.parts
            for index, part in enumerate(parts):
                before, after = parts[:index], parts[index + 1 :]
                if isinstance(expression, Or) == stops and len(parts) > 1:
                    yield part.render(), kind((*before, *after))
                yield from ((name, kind((*before, left, *after))) for name, left in weaker(part, stops=stops))
        case IsIn() | AllIn() if stops and len(expression.wanted) > 1:
            subject = (expression.text if isinstance(expression, IsIn) else expression.texts).render()
            for gone in expression.wanted:
                left = tuple(wanted for wanted in expression.wanted if wanted != gone)
                yield f"{subject} in {gone!r}", replace(expression, wanted=left)
        case StatusIn() if stops and len(expression.codes) > 1:
            yield from ((f"status {code}", StatusIn(tuple({*expression.codes} - {code}))) for code in expression.codes)


@dataclass(frozen=True)
class Obstacles:
    """The rules of a policy, and what each of them alone keeps out of what is tried."""

    rules: EdgeRules
    policy: EdgePolicy
    tried: tuple[Trial, ...]

    def mutants(self) -> Iterator[Weaker]:
        """Every weaker form of every rule that allows, bypasses or stores nothing."""
        for rule in self.rules.cache:
            if not rule.cache:
                yield Weaker(rule.ref, "", None)
            yield from (Weaker(rule.ref, *found) for found in weaker(rule.when, stops=not rule.cache))
        for last in self.rules.responses:
            if last.ref in LAST:
                yield Weaker(last.ref, "", None)
                yield from (Weaker(last.ref, *found) for found in weaker(last.when, stops=True))

    def without(self, mutant: Weaker) -> EdgeRules:
        """The rules with one of them weaker."""
        cache = tuple(_weakened(self.rules.cache, mutant))
        return replace(self.rules, cache=cache, responses=tuple(_weakened(self.rules.responses, mutant)))

    def first_leak(self, mutant: Weaker) -> Leak | None:
        """What the audit names first of what a mutant stores; None where it sees nothing."""
        allows = any(rule.ref == mutant.ref and rule.cache for rule in self.rules.cache)
        weak = self.without(mutant)
        rows = self._decided.get(mutant.ref, ())
        let = (row for row in rows if mutant.when is None or mutant.when.holds(row.exchange) == allows)
        leaks = (leak for row in let for leak in judge(weak, self.policy, [row.case]).leaks)
        return next(leaks, None)

    def kept_out_by(self, ref: str) -> tuple[Trial, ...]:
        """What a rule alone decides, each trial once."""
        return tuple({id(row.case): row.case for row in self._decided.get(ref, ())}.values())

    @cached_property
    def _decided(self) -> dict[str, list[_Row]]:
        """By rule the trials that would leak if it were not there or, of one that allows, if it held everywhere."""
        found: dict[str, list[_Row]] = {}
        asked: Request | None = None
        seen: dict[frozenset[Behaviour], _Asked] = {}  # by readings, of one request after the other
        lasts = tuple(rule for rule in self.rules.responses if rule.ref in LAST)
        for case in self.tried:
            plain = case.response == careless_response(case.request)
            if asked is not case.request:
                asked, seen = case.request, {}
            for readings in combinations(case.request, case.response):
                key = readings.stored & SEEN_BY
                request = seen.get(key) or seen.setdefault(key, self._asked(case.request, readings))
                if not (request.admitted or plain):
                    continue
                exchange = Exchange(request.arriving, case.response)
                stopping = [rule.ref for rule in lasts if rule.when.holds(exchange)]
                if len(stopping) > 1 or bool(stopping) != request.admitted:
                    continue
                refs = stopping or request.decided_by
                if refs and (case.because or request.because):
                    for ref in refs:
                        found.setdefault(ref, []).append(_Row(case, exchange))
        return found

    def _asked(self, request: Request, readings: Readings) -> _Asked:
        return _Asked(self.rules, self.policy, arriving(self.rules, request, readings))


@dataclass(frozen=True)
class _Asked:
    """What the cache rules make of a request as it arrives."""

    rules: EdgeRules
    policy: EdgePolicy
    arriving: Request

    @cached_property
    def _matches(self) -> tuple[bool, ...]:
        exchange = Exchange(self.arriving)
        return tuple(rule.enabled and rule.when.holds(exchange) for rule in self.rules.cache)

    @cached_property
    def admitted(self) -> bool:
        """Whether its response may be stored."""
        return self._last(self._matches)

    @cached_property
    def decided_by(self) -> tuple[str, ...]:
        """Refs of the rules that alone keep it out: since they match or, of those that allow, since they do not."""
        refs: list[str] = []
        for index, rule in enumerate(self.rules.cache):
            if rule.enabled and self._matches[index] != rule.cache:
                other = (*self._matches[:index], rule.cache, *self._matches[index + 1 :])
                if self._last(other):
                    refs.append(rule.ref)
        return tuple(refs)

    @cached_property
    def because(self) -> str:
        """Why its response must not be stored, or ""."""
        return personal_reason(self.policy, self.arriving) or outside_reason(self.policy, self.arriving)

    def _last(self, matches: Iterable[bool]) -> bool:
        """Whether the last of the rules that match allows; without any the extension decides."""
        matching = [rule.cache for rule, holds in zip(self.rules.cache, matches, strict=True) if holds]
        return matching[-1] if matching else self.arriving.extension in DEFAULT_EXTENSIONS


def _weakened(rules: tuple[_Rule, ...], mutant: Weaker) -> Iterator[_Rule]:
    for rule in rules:
        if rule.ref != mutant.ref:
            yield rule
        elif mutant.when is not None:
            yield replace(rule, when=mutant.when)
