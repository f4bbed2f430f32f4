"""Cloudflare's rule language as typed values that render to text and evaluate to an answer.

One value is the source of both, so that what a test evaluates is what Cloudflare gets. Names and forms follow the
Cloudflare docs (Ruleset Engine, Rules language); only what this platform uses exists here.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from bailbondpro.edge.fields import PATH, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bailbondpro.edge.exchange import Exchange
    from bailbondpro.edge.fields import Text, Texts


class Expression(ABC):
    """Something that is true or false of an exchange."""

    @abstractmethod
    def render(self) -> str:
        """The text of the rule language; safe to put into any other expression."""

    @abstractmethod
    def holds(self, exchange: Exchange) -> bool:
        """Whether it is true.

        Raises:
            LookupError: a response field is read before there is a response.
        """

    @abstractmethod
    def fields(self) -> frozenset[str]:
        """The names of the fields it reads."""


class OfText(Expression):
    """Something that is true or false of one string."""

    text: Text

    @abstractmethod
    def accepts(self, value: str) -> bool:
        """Whether it is true of a value of the string."""

    def holds(self, exchange: Exchange) -> bool:
        """Read the string and judge it."""
        return self.accepts(self.text.value(exchange))

    def fields(self) -> frozenset[str]:
        """Those of the string."""
        return self.text.fields()


@dataclass(frozen=True)
class Equals(OfText):
    """A string is exactly a text; case matters."""

    text: Text
    wanted: str

    def render(self) -> str:
        """`x eq "..."`."""
        return f"{self.text.render()} eq {quoted(self.wanted)}"

    def accepts(self, value: str) -> bool:
        """Compare."""
        return value == self.wanted


@dataclass(frozen=True)
class IsIn(OfText):
    """A string is one of several texts; the set must not be empty."""

    text: Text
    wanted: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.wanted:
            raise ValueError("the rule language has no empty set: use NOTHING for a rule that matches nothing")

    def render(self) -> str:
        """`x in {"..." "..."}`."""
        return f"{self.text.render()} in {{{' '.join(map(quoted, self.wanted))}}}"

    def accepts(self, value: str) -> bool:
        """Look it up."""
        return value in self.wanted


@dataclass(frozen=True)
class StartsWith(OfText):
    """A string starts with a text; case matters."""

    text: Text
    prefix: str

    def render(self) -> str:
        """`starts_with(x, "...")`."""
        return f"starts_with({self.text.render()}, {quoted(self.prefix)})"

    def accepts(self, value: str) -> bool:
        """Compare the start."""
        return value.startswith(self.prefix)


@dataclass(frozen=True)
class Contains(OfText):
    """A string contains a text; case matters."""

    text: Text
    part: str

    def render(self) -> str:
        """`x contains "..."`."""
        return f"{self.text.render()} contains {quoted(self.part)}"

    def accepts(self, value: str) -> bool:
        """Search."""
        return self.part in value


@dataclass(frozen=True)
class Wildcard(OfText):
    """A string has the form of a pattern in which `*` stands for any text; case matters where it is strict."""

    text: Text
    pattern: str
    strict: bool = False

    def __post_init__(self) -> None:
        _checked_pattern(self.pattern)

    def render(self) -> str:
        """`x wildcard "..."`."""
        return f"{self.text.render()} {'strict ' if self.strict else ''}wildcard {quoted(self.pattern)}"

    def accepts(self, value: str) -> bool:
        """Match the whole string."""
        return _has_form(value, self.pattern, strict=self.strict)


@dataclass(frozen=True)
class AnyOf(Expression):
    """Some string of a list equals, does not equal, contains or has the form of a text; an empty list has none."""

    texts: Texts
    operator: Literal["eq", "ne", "contains", "wildcard"]
    wanted: str

    def __post_init__(self) -> None:
        if self.operator == "wildcard":
            _checked_pattern(self.wanted)

    def render(self) -> str:
        """`any(x[*] eq "...")`."""
        return f"any({self.texts.render()} {self.operator} {quoted(self.wanted)})"

    def holds(self, exchange: Exchange) -> bool:
        """Read the list and compare each."""
        return self.accepts(self.texts.values(exchange))

    def accepts(self, values: tuple[str, ...]) -> bool:
        """Whether it is true of the strings of the list."""
        if self.operator == "contains":
            return any(self.wanted in text for text in values)
        if self.operator == "wildcard":
            return any(_has_form(text, self.wanted, strict=False) for text in values)
        return any((self.wanted == text) is (self.operator == "eq") for text in values)

    def fields(self) -> frozenset[str]:
        """Those of the list."""
        return self.texts.fields()


@dataclass(frozen=True)
class AllIn(Expression):
    """Every string of a list is one of several texts; an empty list has nothing else."""

    texts: Texts
    wanted: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.wanted:
            raise ValueError("the rule language has no empty set")

    def render(self) -> str:
        """`all(x[*] in {"..." "..."})`."""
        return f"all({self.texts.render()} in {{{' '.join(map(quoted, self.wanted))}}})"

    def holds(self, exchange: Exchange) -> bool:
        """Look each up."""
        return self._wanted.issuperset(self.texts.values(exchange))

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(self.wanted)

    def fields(self) -> frozenset[str]:
        """Those of the list."""
        return self.texts.fields()


@dataclass(frozen=True)
class StatusIn(Expression):
    """The origin's status code is one of several."""

    codes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.codes:
            raise ValueError("the rule language has no empty set: name at least one status code")

    def render(self) -> str:
        """`http.response.code in {...}`."""
        return f"http.response.code in {{{' '.join(map(str, self.codes))}}}"

    def holds(self, exchange: Exchange) -> bool:
        """Look it up."""
        return exchange.answered.code in self.codes

    def fields(self) -> frozenset[str]:
        """The status code."""
        return frozenset({"http.response.code"})


@dataclass(frozen=True)
class Not(Expression):
    """The opposite."""

    of: Expression

    def render(self) -> str:
        """`not (...)`."""
        return f"not ({self.of.render()})"

    def holds(self, exchange: Exchange) -> bool:
        """Negate."""
        return not self.of.holds(exchange)

    def fields(self) -> frozenset[str]:
        """Those of what is negated."""
        return self.of.fields()


@dataclass(frozen=True)
class And(Expression):
    """All of several; at least one."""

    parts: tuple[Expression, ...]

    def render(self) -> str:
        """`(... and ...)`."""
        return _joined(" and ", self.parts)

    def holds(self, exchange: Exchange) -> bool:
        """All hold."""
        return all(part.holds(exchange) for part in self.parts)

    def fields(self) -> frozenset[str]:
        """Those of every part."""
        return _fields(self.parts)


@dataclass(frozen=True)
class Or(Expression):
    """One or more of several; at least one."""

    parts: tuple[Expression, ...]

    def render(self) -> str:
        """`(... or ...)`."""
        return _joined(" or ", self.parts)

    def holds(self, exchange: Exchange) -> bool:
        """One holds."""
        return any(group(exchange) for group in self._groups)

    @cached_property
    def _groups(self) -> tuple[Callable[[Exchange], bool], ...]:
        """The parts in their order; neighbours that ask about the same string, or list, read it once."""
        return tuple(_one_of(tuple(parts)) for _, parts in groupby(self.parts, key=_subject))

    def fields(self) -> frozenset[str]:
        """Those of every part."""
        return _fields(self.parts)


EVERYTHING: Expression = StartsWith(PATH, "/")
"""Every request: a path always starts with a slash. (Cloudflare's open-source parser refuses a bare `true`.)"""

NOTHING: Expression = Equals(PATH, "")  # a path is never empty


def _checked_pattern(pattern: str) -> None:
    if "\\" in pattern or "**" in pattern:
        raise ValueError("a pattern has no backslash, which escapes a star, and no two stars beside each other")


def _has_form(value: str, pattern: str, *, strict: bool) -> bool:
    form = ".*".join(map(re.escape, pattern.split("*")))
    return bool(re.fullmatch(form, value, re.DOTALL | (0 if strict else re.IGNORECASE)))


def _subject(part: Expression) -> Text | Texts | Expression:
    """What a part asks about; itself where that is no single string or list."""
    if isinstance(part, OfText):
        return part.text
    return part.texts if isinstance(part, AnyOf) else part


def _one_of(parts: tuple[Expression, ...]) -> Callable[[Exchange], bool]:
    """Whether one holds of several parts that have the same subject."""
    first = parts[0]
    if isinstance(first, OfText):
        text, tests = first.text, [part.accepts for part in parts if isinstance(part, OfText)]

        def of_text(exchange: Exchange) -> bool:
            value = text.value(exchange)
            return any(test(value) for test in tests)

        return of_text
    if isinstance(first, AnyOf):
        texts, compared = first.texts, [part.accepts for part in parts if isinstance(part, AnyOf)]

        def of_texts(exchange: Exchange) -> bool:
            values = texts.values(exchange)
            return any(test(values) for test in compared)

        return of_texts
    return first.holds


def _joined(operator: str, parts: tuple[Expression, ...]) -> str:
    if not parts:
        raise ValueError("an expression needs at least one part")
    rendered = [part.render() for part in parts]
    return rendered[0] if len(rendered) == 1 else f"({operator.join(rendered)})"


def _fields(parts: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*(part.fields() for part in parts))
