"""Whether the rules of a zone refuse, keep out of the cache and say as much as they did.

Rules are compared by what they do: a rule that only has another name does the same, and one of the same name may do
less. A rule that held is kept where another holds at least wherever it did (`plan.edge_expressions`), does as much,
and nothing undoes it that did not before. What only an update knows keeps nothing.
(Cloudflare docs, Ruleset Engine, Rules; WAF, Skip options; Cache Rules, Order and priority; unverified.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan.edge_expressions import always, bounded, implies, read
from plan.tolerance import much_less, much_more
from plan.types.weaker.model import FALSE, number
from plan.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STRENGTH = ("js_challenge", "managed_challenge", "challenge", "block")
"""What keeps a request away, from the weakest on."""
_STOPPING = frozenset((*STRENGTH, "ddos_dynamic", "force_connection_close", "execute"))
"""Actions of a rule that keep a request away, or hand it to rules that do (Cloudflare Ruleset Engine, Actions)."""
_PRIVATE = ("noStore", "private", "noCache", "mustRevalidate")
"""Directives that keep a response out of the cache, or ask the origin about it (RFC 9111, 5.2.2)."""
_HSTS = "strict-transport-security"


@dataclass(frozen=True)
class Rule:
    """A rule; whether it is on is None where only an update knows."""

    ref: str
    action: str
    when: str
    on: bool | None
    parameters: Mapping[str, Any]
    limit: Mapping[str, Any]


def rules_of(value: object) -> list[Rule]:
    """The rules of a ruleset; one that only an update knows has an unknown action."""
    return [_rule(entry) for entry in value or ()] if isinstance(value, list) else []


def _rule(entry: object) -> Rule:
    rule = entry if isinstance(entry, dict) else {"action": str(entry)}
    on = rule.get("enabled")
    return Rule(
        ref=str(rule.get("ref") or ""),
        action=str(rule.get("action")),
        when=str(rule.get("expression")),
        on=None if is_unknown(on) else not _off(on),
        parameters=_mapping(rule.get("actionParameters")),
        limit=_mapping(rule.get("ratelimit")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"": value} if value else {}


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What holds in a phase, and what undoes it.

    Attributes:
        holds: whether a rule protects.
        keeps: whether the second one protects as the first one did, where both hold.
        undoes: whether a rule takes back what another one protects.
        careful: whether one that is new, or wider than before, is harmless where what protects comes after it.
        last_wins: whether the last rule decides; otherwise the first one does.
        both_ways: whether a rule that protects may not move behind one that it stood before, either.
    """

    holds: Callable[[Rule], bool]
    keeps: Callable[[Rule, Rule], bool]
    undoes: Callable[[Rule], bool]
    careful: Callable[[Rule], bool]
    last_wins: bool
    both_ways: bool


def _less(order: _Order, old: object, new: object) -> bool:
    before, after = rules_of(old), rules_of(new)
    if not order.last_wins:
        before, after = before[::-1], after[::-1]
    places: dict[int, int] = {}
    for index, rule in enumerate(before):
        if rule.on and order.holds(rule):
            place = _place(order, rule, after)
            if place is None:
                return True
            places[index] = place
    return any(
        rule.on is not False and order.undoes(rule) and _undone(order, before, places, index, rule)
        for index, rule in enumerate(after)
    )


def _place(order: _Order, rule: Rule, after: Sequence[Rule]) -> int | None:
    """Where the rule stands that keeps what one did; the one of its own name before others."""
    found = [
        index
        for index, other in enumerate(after)
        if other.on and order.holds(other) and order.keeps(rule, other) and implies(rule.when, other.when)
    ]
    own = [index for index in found if after[index].ref == rule.ref]
    return max(own or found, default=None)


def _undone(order: _Order, before: Sequence[Rule], places: Mapping[int, int], index: int, rule: Rule) -> bool:
    """Whether a rule that takes back does so where nothing did before."""
    there = [
        place
        for place, other in enumerate(before)
        if other.on
        and order.undoes(other)
        and (other.action, other.parameters) == (rule.action, rule.parameters)
        and implies(rule.when, other.when)
    ]
    if not there:
        specific = [new for old, new in places.items() if not always(read(before[old].when))]
        return not order.careful(rule) or any(place < index for place in specific)
    own = next((place for place in there if before[place].ref == rule.ref), there[-1])
    return any(place < index if old > own else (order.both_ways and place > index) for old, place in places.items())


def refuses_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a rule that kept requests away does less, or a rule lets by what none did."""
    return _less(_REFUSING, old, new)


def caches_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a rule that went past the cache does less, or one caches what none did, and not as its origin says."""
    return _less(_PASSING, old, new)


def stores_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a rule that kept responses out of the cache does less."""
    return _less(_STORING, old, new)


def _stops(rule: Rule) -> bool:
    return rule.action in _STOPPING


def _stops_as_well(old: Rule, new: Rule) -> bool:
    if old.action in STRENGTH and new.action in STRENGTH:
        as_strong = STRENGTH.index(new.action) >= STRENGTH.index(old.action)
    else:
        as_strong = new.action in {old.action, "block"}
    same = new.action == "block" or _without(old.parameters, "response") == _without(new.parameters, "response")
    return as_strong and same and _limits_as_well(old.limit, new.limit)


def _limits_as_well(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if not new or not old:
        return not new
    bounds = ("requestsPerPeriod", "mitigationTimeout")
    if _without(old, *bounds) != _without(new, *bounds):
        return False
    (most, now), (least, then) = ((number(old.get(name)), number(new.get(name))) for name in bounds)
    fewer = most == now or (most is not None and now is not None and not much_more(most, now))
    return fewer and (least == then or (least is not None and then is not None and not much_less(least, then)))


def _without(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: part for key, part in value.items() if key not in names}


def _lets_by(rule: Rule) -> bool:
    return rule.action in {"skip", "allow"} or is_unknown(rule.action)


def _passes(rule: Rule) -> bool:
    return rule.action == "set_cache_settings" and _off(rule.parameters.get("cache"))


def _caches(rule: Rule) -> bool:
    return (rule.action == "set_cache_settings" and not _passes(rule)) or is_unknown(rule.action)


def _caches_as_its_origin_says(rule: Rule) -> bool:
    """Whether it names paths and leaves to the origin what is kept, or checks that a file is what its path says."""
    known = _without(rule.parameters, "cache", "browserTtl", "cacheKey") == {"edgeTtl": rule.parameters.get("edgeTtl")}
    mode = rule.parameters.get("edgeTtl")
    armored = rule.parameters.get("cacheKey") == {"cacheDeceptionArmor": True}
    said = mode == {"mode": "bypass_by_default"} and (armored or "cacheKey" not in rule.parameters)
    browsers = _mapping(rule.parameters.get("browserTtl")).get("mode", "respect_origin") in {"respect_origin", "bypass"}
    return known and browsers and bounded(rule.when) and (said or (armored and mode == {"mode": "respect_origin"}))


def _off(value: object) -> bool:
    return any(value is known or (isinstance(value, str) and value == known) for known in FALSE)


def _private(rule: Rule) -> dict[str, Any]:
    """What keeps a response out of the cache."""
    said = {name: rule.parameters.get(name) for name in _PRIVATE}
    return {name: value for name, value in said.items() if isinstance(value, dict) and value.get("operation") == "set"}


def _keeps_out(rule: Rule) -> bool:
    return rule.action == "set_cache_control" and bool(_private(rule))


def _keeps_out_as_well(old: Rule, new: Rule) -> bool:
    said = _private(new)
    return all(said.get(name) == value for name, value in _private(old).items())


def _lets_in(rule: Rule) -> bool:
    return (rule.action == "set_cache_control" and not _private(rule)) or is_unknown(rule.action)


def _takes_nothing_out(rule: Rule) -> bool:
    said = (rule.parameters.get(name) for name in _PRIVATE)
    return not is_unknown(rule.action) and not any(said)


_REFUSING = _Order(
    holds=_stops, keeps=_stops_as_well, undoes=_lets_by, careful=lambda _: False, last_wins=False, both_ways=False
)
_PASSING = _Order(
    holds=_passes,
    keeps=lambda _old, _new: True,
    undoes=_caches,
    careful=_caches_as_its_origin_says,
    last_wins=True,
    both_ways=True,
)
_STORING = _Order(
    holds=_keeps_out,
    keeps=_keeps_out_as_well,
    undoes=_lets_in,
    careful=_takes_nothing_out,
    last_wins=True,
    both_ways=False,
)


def says_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a header that browsers got is gone, weaker, on fewer responses, or set by another rule, too."""
    before = [rule for rule in rules_of(old) if rule.on and _headers(rule)]
    after = [rule for rule in rules_of(new) if rule.on is not False]
    said = {index: _headers(rule) for index, rule in enumerate(after)}
    names: set[str] = set()
    known: set[int] = set()
    for rule in before:
        headers = _headers(rule)
        kept = [
            index
            for index, other in enumerate(after)
            if other.on
            and implies(rule.when, other.when)
            and all(_says_as_much(name, value, said[index].get(name)) for name, value in headers.items())
        ]
        if not kept:
            return True
        names |= headers.keys()
        known.update(kept)
    return any(said[index].keys() & names for index in said.keys() - known) or any(
        is_unknown(rule.action) for rule in after
    )


def _headers(rule: Rule) -> dict[str, object]:
    headers = rule.parameters.get("headers")
    return {name.lower(): value for name, value in headers.items()} if isinstance(headers, dict) else {}


def _says_as_much(name: str, old: object, new: object) -> bool:
    if old == new:
        return True
    if name != _HSTS or not isinstance(old, dict) or not isinstance(new, dict) or new.get("operation") != "set":
        return False
    before, after = (_directives(value.get("value")) for value in (old, new))
    ages = [number(said.pop("max-age", None)) for said in (before, after)]
    longer = ages[0] is None or (ages[1] is not None and ages[1] >= ages[0])
    return longer and before.keys() <= after.keys()


def _directives(value: object) -> dict[str, str]:
    parts = (part.strip().lower().partition("=") for part in str(value).split(";"))
    return {name: said for name, _, said in parts if name}


def acts_otherwise(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether rules do anything else than before, to whichever requests."""
    return _acting(old) != _acting(new)


def _acting(rules: object) -> list[tuple[object, ...]]:
    return [(rule.action, rule.when, rule.parameters) for rule in rules_of(rules) if rule.on is not False]
