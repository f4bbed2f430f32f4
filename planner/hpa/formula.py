"""The formulas of KEDA's scaling modifiers, as far as the platform writes them: comparisons, choices, arithmetic. Pure.

The language is expr-lang's (expr-lang documentation, Language Definition; unverified 2026-11-30) without its functions,
lists and texts. What is not understood is refused, never guessed.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value: TypeAlias = "float | bool"
Term: TypeAlias = "Callable[[Mapping[str, float]], Value]"

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\|\||&&|[<>=!]=|[-+*/<>?:()!]))")
_COMPARED: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    ("<=", operator.le),
    (">=", operator.ge),
    ("==", operator.eq),
    ("!=", operator.ne),
    ("<", operator.lt),
    (">", operator.gt),
)


class FormulaError(ValueError):
    """A formula that is not understood; the message says where."""


@dataclass(frozen=True)
class Formula:
    """A formula that is understood.

    Attributes:
        text: as it was given.
        names: the triggers that it asks for.
    """

    text: str
    names: frozenset[str]

    def value(self, signals: Mapping[str, float]) -> float:
        """What it says.

        Args:
            signals: the value of each trigger by its name.
        """
        return float(_parsed(self.text).term(signals))


def formula_of(text: str) -> Formula:
    """A formula by its text.

    Raises:
        FormulaError: it is not understood.
    """
    return Formula(text, frozenset(_parsed(text).names))


@dataclass(frozen=True)
class _Parsed:
    term: Term
    names: tuple[str, ...]


@lru_cache(maxsize=64)
def _parsed(text: str) -> _Parsed:
    parser = _Parser(_tokens(text))
    term = parser.choice()
    if parser.rest:
        raise FormulaError(f"nothing is expected at {parser.rest[0]!r}")
    return _Parsed(term, tuple(dict.fromkeys(parser.names)))


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(f"{text[at:].strip()!r} is not understood")
        found.append(match[0].strip())
        at = match.end()
    return found


class _Parser:
    """Reads one formula from the left, the loosest operator first."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens
        self.names: list[str] = []

    def choice(self) -> Term:
        condition = self._either()
        if not self._takes("?"):
            return condition
        yes = self.choice()
        self._expect(":")
        no = self.choice()
        return lambda signals: yes(signals) if condition(signals) else no(signals)

    def _either(self) -> Term:
        terms = [self._both()]
        while self._takes("||"):
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else lambda signals: any(term(signals) for term in terms)

    def _both(self) -> Term:
        terms = [self._compared()]
        while self._takes("&&"):
            terms.append(self._compared())
        return terms[0] if len(terms) == 1 else lambda signals: all(term(signals) for term in terms)

    def _compared(self) -> Term:
        left = self._sum()
        for sign, holds in _COMPARED:
            if self._takes(sign):
                right = self._sum()
                return lambda signals: holds(left(signals), right(signals))
        return left

    def _sum(self) -> Term:
        return self._chain(self._product, (("+", operator.add), ("-", operator.sub)))

    def _product(self) -> Term:
        return self._chain(self._single, (("*", operator.mul), ("/", operator.truediv)))

    def _chain(self, part: Callable[[], Term], signs: tuple[tuple[str, Callable[[float, float], float]], ...]) -> Term:
        term = part()
        while found := next((combine for sign, combine in signs if self._takes(sign)), None):
            term = _combined(found, term, part())
        return term

    def _single(self) -> Term:
        if self._takes("("):
            inner = self.choice()
            self._expect(")")
            return inner
        if self._takes("-"):
            negative = self._single()
            return lambda signals: -negative(signals)
        if self._takes("!"):
            opposite = self._single()
            return lambda signals: not opposite(signals)
        token = self.rest.pop(0) if self.rest else ""
        if token[:1].isdigit():
            number = float(token)
            return lambda _: number
        if not token or not (token[0].isalpha() or token[0] == "_"):
            raise FormulaError(f"a number or a name is expected at {token or 'the end'!r}")
        self.names.append(token)
        return lambda signals: signals[token]

    def _takes(self, sign: str) -> bool:
        if self.rest[:1] != [sign]:
            return False
        self.rest.pop(0)
        return True

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise FormulaError(f"{sign!r} is expected at {self.rest[0] if self.rest else 'the end'!r}")


def _combined(combine: Callable[[float, float], float], left: Term, right: Term) -> Term:
    return lambda signals: combine(left(signals), right(signals))
