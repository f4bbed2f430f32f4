"""Cloudflare's rule language, read so that an expression is true, false or unknown of one visit.

A gate meets rules that people wrote, with fields and functions of every plan. What it does not know is unknown, and
stays so only where it decides: `ssl and cf.something eq 1` is unknown, `not ssl and cf.something eq 1` is false
(Cloudflare docs, Ruleset Engine, Rules language: Operators, Values, Functions; read 2026-11-30). The evaluator of
`bailbondpro.edge` refuses what it does not know, because it proves that nothing leaks; a test holds both against each
other on all rules of the platform.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from plan.visits.compare import compared
from plan.visits.values import ABSENT, FUNCTIONS, UNKNOWN, Each, field_of, item_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plan.visits.values import Value
    from plan.visits.visit import Visit

    Reading = Callable[[Visit], Value]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<raw>r(?P<fence>\#*)"(?s:.*?)"(?P=fence))
      | (?P<list>\$[\w.]+)
      | (?P<sign>==|!=|<=|>=|&&|\|\||\^\^|[!<>~])
      | (?P<mark>[(){}\[\],*])
      | (?P<atom>[^\s"(){}\[\],*!<>=~&|^$]+)
    )""",
    re.VERBOSE,
)
_ORDERS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "~": "matches"}
_COMPARISONS = frozenset(("eq", "ne", "lt", "le", "gt", "ge", "contains", "matches", "wildcard", "strict", "in"))
_DEPTH = 60
"""Parentheses in parentheses that are read; the platform's rules have 8 at most."""


class _UnreadError(Exception):
    """The text is none that Cloudflare would take, or has a form that nobody here expected."""


@lru_cache(maxsize=512)
def truth(text: str) -> Callable[[Visit], bool | None]:
    """Whether an expression holds of a visit; None where that is not known here."""
    try:
        reading = _Reader(text).whole()
    except _UnreadError:
        return lambda _: None

    known: dict[Visit, bool | None] = {}

    def holds(visit: Visit) -> bool | None:
        if visit not in known:
            found = reading(visit)
            known[visit] = found if isinstance(found, bool) else None
        return known[visit]

    return holds


@lru_cache(maxsize=64)
def made(text: str) -> Callable[[Visit], str | None]:
    """The text that an expression of a rewrite makes of a visit; None where that is not known here."""
    try:
        reading = _Reader(text).whole()
    except _UnreadError:
        return lambda _: None

    def value(visit: Visit) -> str | None:
        found = reading(visit)
        return found if isinstance(found, str) else None

    return value


class _Reader:
    """Recursive descent; one method per rule of the grammar, from the operator that binds least."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), ("end", "")]
        self._next = self._depth = 0

    def whole(self) -> Reading:
        found = self._either()
        if self._kind != "end":
            raise _UnreadError
        return found

    def _either(self) -> Reading:
        parts = [self._one()]
        while self._accept("or", "||"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda visit: _any_of(part(visit) for part in parts)

    def _one(self) -> Reading:
        found = self._all()
        while self._accept("xor", "^^"):
            found = _differing(found, self._all())
        return found

    def _all(self) -> Reading:
        parts = [self._negated()]
        while self._accept("and", "&&"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else lambda visit: _none_of(part(visit) for part in parts)

    def _negated(self) -> Reading:
        if self._accept("not", "!"):
            inner = self._deeper(self._negated)
            return lambda visit: _opposite(inner(visit))
        return self._compared()

    def _compared(self) -> Reading:
        left = self._operand()
        operator = _ORDERS.get(self._text, self._text)
        if self._kind not in {"sign", "atom"} or operator not in _COMPARISONS:
            return left
        self._take()
        if operator == "strict":
            if not self._accept("wildcard"):
                raise _UnreadError
            operator = "strict wildcard"
        members = self._members() if operator == "in" else (self._literal(),)
        return lambda visit: compared(left(visit), operator, members)

    def _operand(self) -> Reading:
        found: Reading
        if self._accept("("):
            found = self._deeper(self._either)
            self._expect(")")
        elif self._kind in {"string", "raw"}:
            text = _unquoted(self._take())
            found = lambda _: text  # noqa: E731 - a literal is what it is of every visit
        elif self._kind == "atom":
            found = self._named(self._take())
        else:
            raise _UnreadError
        while self._accept("["):
            found = self._item(found)
            self._expect("]")
        return found

    def _named(self, name: str) -> Reading:
        if name in {"true", "false"}:
            return lambda _: name == "true"
        if name.lstrip("-").isdigit():
            return lambda _: int(name)
        if not self._accept("("):
            return lambda visit: field_of(visit, name)
        given: list[Reading] = []
        while not self._accept(")"):
            given.append(self._deeper(self._either))
            if self._text != ")":
                self._expect(",")
        function = FUNCTIONS.get(name)
        return lambda visit: UNKNOWN if function is None else function([one(visit) for one in given])

    def _item(self, of: Reading) -> Reading:
        if self._accept("*"):
            return lambda visit: _spread(of(visit))
        kind, text = self._kind, self._take()
        key = _unquoted(text) if kind == "string" else text
        return lambda visit: item_of(of(visit), key)

    def _members(self) -> tuple[str, ...]:
        if self._kind == "list":
            return (self._take(),)
        self._expect("{")
        found: list[str] = []
        while not self._accept("}"):
            found.append(self._literal())
            self._accept(",")
        return tuple(found)

    def _literal(self) -> str:
        if self._kind not in {"string", "raw", "atom", "list"}:
            raise _UnreadError
        return _unquoted(self._take())

    def _deeper(self, rule: Callable[[], Reading]) -> Reading:
        self._depth += 1
        if self._depth > _DEPTH:
            raise _UnreadError
        found = rule()
        self._depth -= 1
        return found

    @property
    def _kind(self) -> str:
        return self._tokens[self._next][0]

    @property
    def _text(self) -> str:
        return self._tokens[self._next][1]

    def _take(self) -> str:
        text = self._text
        if self._kind == "end":
            raise _UnreadError
        self._next += 1
        return text

    def _accept(self, *texts: str) -> bool:
        if self._kind in {"string", "raw"} or self._text.lower() not in texts:
            return False
        self._take()
        return True

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise _UnreadError


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _UnreadError
        kind = next(name for name in ("string", "raw", "list", "sign", "mark", "atom") if match[name] is not None)
        found.append((kind, match[kind]))
        at = match.end()
    return found


def _unquoted(literal: str) -> str:
    if literal.startswith('"'):
        return re.sub(r"\\(.)", r"\1", literal[1:-1])
    return literal.lstrip("r").strip("#")[1:-1] if literal[:2] in {'r"', "r#"} else literal


def _spread(value: Value) -> Value:
    if value is ABSENT:
        return Each(())
    return Each(value) if isinstance(value, tuple) and not isinstance(value, Each) else UNKNOWN


def _any_of(found: Iterable[Value]) -> Value:
    """Cloudflare stops at the first that holds; what is unknown decides only where none does."""
    answer: Value = False
    for one in found:
        if one is True:
            return True
        answer = answer if one is False else UNKNOWN
    return answer


def _none_of(found: Iterable[Value]) -> Value:
    """Whether all hold: the first that does not decides."""
    answer: Value = True
    for one in found:
        if one is False:
            return False
        answer = answer if one is True else UNKNOWN
    return answer


def _opposite(value: Value) -> Value:
    return not value if isinstance(value, bool) else UNKNOWN


def _differing(first: Reading, second: Reading) -> Reading:
    def differ(visit: Visit) -> Value:
        one, other = first(visit), second(visit)
        return one != other if isinstance(one, bool) and isinstance(other, bool) else UNKNOWN

    return differ
