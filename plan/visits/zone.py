"""A zone's rules in the order in which Cloudflare runs them, and what they make of a visit.

Rewrites come first, then custom rules, then limits (Cloudflare docs, Ruleset Engine, Phases list; URL Rewrite Rules,
Important remarks: rules see what arrived, and the last one that matches wins; read 2026-11-30). What Cloudflare's own
rulesets refuse is nowhere in a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from plan.edge_rules import STRENGTH, rules_of
from plan.types.weaker.model import FALSE
from plan.unknown import is_unknown
from plan.visits.language import made, truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.edge_rules import Rule
    from plan.visits.visit import Visit

REWRITES = "http_request_transform"
HEADERS = "http_request_late_transform"
CACHE = "http_request_cache_settings"
_LIMITS = "http_ratelimit"
_MANAGED = "http_request_firewall_managed"


_DECIDING = frozenset((*STRENGTH, "skip", "allow"))


@dataclass(frozen=True)
class Ruleset:
    """The rules of one phase of a zone.

    Attributes:
        urn: of the resource that holds them.
        phase: where Cloudflare runs them; empty where the plan does not say.
        rules: in their order, those that are off left out.
    """

    urn: str
    phase: str
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, urn: str, inputs: Mapping[str, Any]) -> Ruleset:
        """From the inputs of a resource."""
        rules = tuple(rule for rule in rules_of(inputs.get("rules")) if rule.on is not False)
        return cls(urn, str(inputs.get("phase") or ""), rules)


@dataclass(frozen=True)
class Met:
    """A rule that does something with a visit.

    Attributes:
        urn: of its ruleset.
        rule: the rule.
        sure: whether it holds; False where that is not known here.
    """

    urn: str
    rule: Rule
    sure: bool

    @property
    def name(self) -> str:
        """How people call it."""
        return self.rule.ref or str(self.rule.when)[:40]

    @property
    def does(self) -> tuple[object, ...]:
        """What it does and where, whatever it is called."""
        return (self.rule.action, self.rule.when, str(self.rule.parameters), str(self.rule.limit))


def strength(met: Met | None) -> int:
    """How much a rule keeps a visitor away; -1 for none."""
    return STRENGTH.index(met.rule.action) if met is not None else -1


@dataclass(frozen=True)
class Zone:
    """All rulesets of one zone."""

    rulesets: tuple[Ruleset, ...]

    def arriving(self, visit: Visit) -> tuple[Visit, Met | None]:
        """The visit as later rules and the origin see it, and the rule that made it so."""
        found, by = visit, None
        for ruleset in self._of(REWRITES):
            for rule in ruleset.rules:
                answer = truth(rule.when)(visit)
                uri = rule.parameters.get("uri")
                if rule.action == "rewrite" and isinstance(uri, dict) and answer is not False:
                    by = Met(ruleset.urn, rule, answer is True)
                    found = _rewritten(visit, found, uri) if answer else replace(found, path="", query=None)
        return found, by

    def refusals(self, visit: Visit) -> Iterator[Met]:
        """Rules that keep a visit away or may, in their order, up to the first that surely does."""
        skipped: set[str] = set()
        for ruleset in sorted(self.rulesets, key=lambda one: _ORDER.get(one.phase, 0)):
            if ruleset.phase in skipped:
                continue
            for rule in ruleset.rules:
                if rule.action not in _DECIDING:
                    continue
                answer = truth(rule.when)(visit)
                if rule.action in {"skip", "allow"} and answer is True:
                    named = rule.parameters.get("phases")
                    skipped |= set(map(str, named if isinstance(named, list) else ()))
                    if rule.action == "allow" or rule.parameters.get("ruleset") == "current":
                        break
                if rule.action in STRENGTH and not rule.limit and answer is not False:
                    yield Met(ruleset.urn, rule, answer is True and rule.on is True)
                    if answer is True and rule.on:
                        return

    def managed(self, visit: Visit) -> Met | None:
        """The first rule by which Cloudflare's own rulesets judge a visit."""
        skipped = False
        for ruleset in sorted(self.rulesets, key=lambda one: _ORDER.get(one.phase, 0)):
            for rule in ruleset.rules:
                if rule.action not in {"skip", "execute"}:
                    continue
                answer = truth(rule.when)(visit)
                if rule.action == "skip" and answer is True:
                    phases = rule.parameters.get("phases")
                    skipped = skipped or (isinstance(phases, list) and _MANAGED in phases)
                    if rule.parameters.get("ruleset") == "current" and ruleset.phase == _MANAGED:
                        return None
                if rule.action == "execute" and answer and not skipped:
                    return Met(ruleset.urn, rule, sure=True)
        return None

    def limits(self) -> Iterator[tuple[str, Rule]]:
        """Every rule that keeps a visitor away who asks too often, and the URN of its ruleset."""
        for ruleset in self.rulesets:
            yield from ((ruleset.urn, rule) for rule in ruleset.rules if rule.limit and rule.action in STRENGTH)

    def kept(self, visit: Visit) -> Met | None:
        """The rule by which an answer may be kept for others, if the last that matches lets it."""
        last: Met | None = None
        for met in self.keepers(visit):
            last = met
        return last if last is not None and _keeps(last.rule) else None

    def keepers(self, visit: Visit) -> Iterator[Met]:
        """Every rule of the cache that matches a visit, or may where it keeps."""
        for ruleset in self._of(CACHE):
            for rule in ruleset.rules:
                answer = truth(rule.when)(visit)
                if rule.action == "set_cache_settings" and (answer or (answer is None and _keeps(rule))):
                    yield Met(ruleset.urn, rule, answer is True)

    def _of(self, phase: str) -> Iterator[Ruleset]:
        return (ruleset for ruleset in self.rulesets if ruleset.phase == phase)

    def passed_limits(self, visit: Visit) -> bool:
        """Whether a rule lets a visit past all limits."""
        return any(
            rule.action == "skip" and _LIMITS in str(rule.parameters.get("phases")) and truth(rule.when)(visit) is True
            for ruleset in self.rulesets
            for rule in ruleset.rules
        )


_ORDER: Mapping[str, int] = {"http_request_firewall_custom": 1, _LIMITS: 2, _MANAGED: 3}


def keeps(met: Met) -> bool:
    """Whether a rule lets answers be kept."""
    return _keeps(met.rule)


def _keeps(rule: Rule) -> bool:
    cache = rule.parameters.get("cache")
    return cache is not None and not any(cache is off or (isinstance(cache, str) and cache == off) for off in FALSE)


def _rewritten(visit: Visit, found: Visit, uri: Mapping[str, Any]) -> Visit:
    """A visit whose path or query is another one; empty, or None, where it is not known here."""
    if uri.get("path") is not None:
        found = replace(found, path=_made(uri["path"], visit) or "")
    return replace(found, query=_made(uri["query"], visit)) if uri.get("query") is not None else found


def _made(part: object, visit: Visit) -> str | None:
    if not isinstance(part, dict):
        return None
    value = part.get("value") if part.get("expression") is None else made(str(part["expression"]))(visit)
    return None if is_unknown(value) or not isinstance(value, str) else value
