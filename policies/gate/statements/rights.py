"""What statements of policies say, one action on one resource at a time, so that two policies can be compared.

Sources are the IAM User Guide: "JSON policy elements" (Action, NotAction, Resource, NotResource, Principal,
NotPrincipal) and "Condition operators" (`...IfExists`, `ForAllValues:`, operators with `Not`); unverified 2026-12-01.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from policies.documents import listed, statements
from policies.principals import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EVERY = "*"
MOST = 6
"""Actions that are named; more are counted."""
_NEGATED = re.compile(r"(?:for(?:any|all)values:)?[a-z]*not[a-z]*")

Test = tuple[str, str, frozenset[str]]
"""One test of a condition: its operator and its key in small letters, and its values."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Whom, what or on what a statement is about.

    Attributes:
        pattern: the name, or a pattern of names.
        but: names and patterns that are left out.
    """

    pattern: str
    but: tuple[str, ...] = ()

    def within(self, other: Part) -> bool:
        """Whether another part takes all that this one takes."""
        left_out = (name for name in other.but if name not in self.but)
        return matches(self.pattern, other.pattern) and not any(_meet(name, self.pattern) for name in left_out)


@dataclass(frozen=True, kw_only=True)
class Right:
    """One action on one resource, for one principal, under all of these tests.

    Attributes:
        who: the principal, as `AWS arn:...`; nobody in a policy of permissions.
        action: the action, in small letters: AWS compares actions so.
        written: the action as people wrote it.
        on: the resource.
        tests: what must hold, too.
    """

    who: Part
    action: Part
    written: str
    on: Part
    tests: frozenset[Test]

    def covered(self, known: Iterable[Right]) -> bool:
        """Whether one of some rights says as much as this one, or more."""
        return any(
            self.action.within(one.action)
            and self.who.within(one.who)
            and self.on.within(one.on)
            and all(any(_asks_as_much(test, mine) for mine in self.tests) for test in one.tests)
            for one in known
        )


def rights(policy: object, effect: str = "Allow") -> list[Right]:
    """Every single right that the statements of a policy are about.

    Args:
        policy: the policy; what cannot be read says nothing.
        effect: which statements.
    """
    return [right for entry in statements(policy, effect) or () for right in _rights(entry)]


def _rights(entry: Mapping[str, Any]) -> Iterator[Right]:
    tests = frozenset(_tests(entry))
    for who in _principals(entry):
        for on in _parts(entry, "Resource") or [Part(pattern=EVERY)]:
            for one in _parts(entry, "Action"):
                action = Part(pattern=one.pattern.lower(), but=tuple(name.lower() for name in one.but))
                written = f"everything but {', '.join(one.but)}" if one.but else one.pattern
                yield Right(who=who, action=action, written=written, on=on, tests=tests)


def _parts(entry: Mapping[str, Any], name: str) -> list[Part]:
    """What stands at an element; where it names exceptions, everything but these."""
    if f"Not{name}" in entry:
        return [Part(pattern=EVERY, but=tuple(map(str, listed(entry[f"Not{name}"]))))]
    return [Part(pattern=str(one)) for one in listed(entry.get(name))]


def _principals(entry: Mapping[str, Any]) -> list[Part]:
    if "NotPrincipal" in entry:
        return [Part(pattern=EVERY, but=tuple(_named(entry["NotPrincipal"])))]
    return [Part(pattern=name) for name in _named(entry.get("Principal"))] or [Part(pattern="")]


def _named(principal: object) -> Iterator[str]:
    if not isinstance(principal, dict):
        yield from _named({"AWS": principal})
        return
    for kind, values in principal.items():
        for one in map(str, listed(values)):
            # An account by its number is the same as its root (IAM User Guide, Principal).
            name = f"arn:aws:iam::{one}:root" if kind == "AWS" and ACCOUNT.fullmatch(one) else one
            yield EVERY if one == EVERY and kind in {"AWS", EVERY} else f"{kind} {name}"


def _tests(entry: Mapping[str, Any]) -> Iterator[Test]:
    conditions = entry.get("Condition")
    for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            told = (one if isinstance(one, str) else json.dumps(one) for one in listed(values))
            yield str(operator).lower(), str(key).lower(), frozenset(told)


def _asks_as_much(known: Test, test: Test) -> bool:
    """Whether everything that passes a test passes another one, too."""
    if known[:2] != test[:2]:
        return False
    if negated(test[0]):
        return known[2] <= test[2]
    return bool(test[2]) and all(takes(test[0], known[2], value) for value in test[2])


def takes(operator: str, known: Iterable[str], value: str) -> bool:
    """Whether one of the values of a test stands for another value, too: patterns and networks do.

    Args:
        operator: how the test compares, in small letters.
        known: its values.
        value: the other one.
    """
    if "ipaddress" in operator:
        return any(_in_network(value, one) for one in known)
    return any(matches(value, one) if "like" in operator or "arn" in operator else value == one for one in known)


def _in_network(value: str, known: str) -> bool:
    try:
        first, second = (ip_network(text, strict=False) for text in (value, known))
    except ValueError:
        return value == known
    return first.version == second.version and first.network_address in second and first.prefixlen >= second.prefixlen


def negated(operator: str) -> bool:
    """Whether an operator, in small letters, asks for another value: a key that is not there has one, too."""
    return _NEGATED.fullmatch(operator) is not None


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern takes a text, or a narrower pattern."""
    return text == pattern or _compiled(pattern).fullmatch(text) is not None


def _meet(first: str, second: str) -> bool:
    return matches(first, second) or matches(second, first)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if sign == EVERY else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.compile("".join(parts), re.DOTALL)


def some(actions: Iterable[str]) -> str:
    """A few actions by name, the others as a number."""
    shown = sorted(set(actions))
    return ", ".join(shown[:MOST]) + (f" and {len(shown) - MOST} more" if len(shown) > MOST else "")
