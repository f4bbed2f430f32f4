"""Cloudflare's rule language as typed values that render to text and evaluate to an answer.

One value is the source of both, so that what a test evaluates is what Cloudflare gets. Names and forms follow the
Cloudflare docs (Ruleset Engine, Rules language); only what this platform uses exists here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from bailbondpro.edge.language.fields import PATH, quoted
from bailbondpro.edge.language.matching import Compared, all_of, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bailbondpro.edge.exchange import Exchange
    from bailbondpro.edge.language.fields import Text, Texts
    from bailbondpro.edge.language.matching import Test


class Expression(ABC):
    """Something that is true or false of an exchange."""

    @abstractmethod
    def render(self) -> str:
        """The text of the rule language; safe to put into any other expression."""

    def holds(self, exchange: Exchange) -> bool:
        """Whether it is true.

        Raises:
            LookupError: a response field is read before there is a response.
        """
        return self.test(exchange)

    @property
    @abstractmethod
    def test(self) -> Test:
        """`holds` as one function: an audit asks some expressions a million times, so each is put together once."""

    @abstractmethod
    def fields(self) -> frozenset[str]:
        """The names of the fields it reads."""


class OfText(Expression):
    """Something that is true or false of one string."""

    text: Text

    @property
    @abstractmethod
    def compared(self) -> Compared:
        """What a value of the string has to meet."""

    @cached_property
    def test(self) -> Test:
        """Reads the string and compares it."""
        return self.compared.by(self.text.value)

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

    @property
    def compared(self) -> Compared:
        """The text."""
        return Compared(equal=frozenset({self.wanted}))


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

    @property
    def compared(self) -> Compared:
        """The texts."""
        return Compared(equal=frozenset(self.wanted))


@dataclass(frozen=True)
class StartsWith(OfText):
    """A string starts with a text; case matters."""

    text: Text
    prefix: str

    def render(self) -> str:
        """`starts_with(x, "...")`."""
        return f"starts_with({self.text.render()}, {quoted(self.prefix)})"

    @property
    def compared(self) -> Compared:
        """The start."""
        return Compared(starts=(self.prefix,))


@dataclass(frozen=True)
class Contains(OfText):
    """A string contains a text; case matters."""

    text: Text
    part: str

    def render(self) -> str:
        """`x contains "..."`."""
        return f"{self.text.render()} contains {quoted(self.part)}"

    @property
    def compared(self) -> Compared:
        """The part."""
        return Compared(parts=(self.part,))


@dataclass(frozen=True)
class Wildcard(OfText):
    """A string has the form of a pattern in which `*` stands for any text; case matters where it is strict."""

    text: Text
    pattern: str
    strict: bool = False

    def __post_init__(self) -> None:
        checked_pattern(self.pattern)

    def render(self) -> str:
        """`x wildcard "..."`."""
        return f"{self.text.render()} {'strict ' if self.strict else ''}wildcard {quoted(self.pattern)}"

    @property
    def compared(self) -> Compared:
        """The form of the whole string."""
        return Compared(strict_forms=(self.pattern,)) if self.strict else Compared(forms=(self.pattern,))


@dataclass(frozen=True)
class AnyOf(Expression):
    """Some string of a list equals, does not equal, contains or has the form of a text; an empty list has none."""

    texts: Texts
    operator: Literal["eq", "ne", "contains", "wildcard"]
    wanted: str

    def __post_init__(self) -> None:
        if self.operator == "wildcard":
            checked_pattern(self.wanted)

    def render(self) -> str:
        """`any(x[*] eq "...")`."""
        return f"any({self.texts.render()} {self.operator} {quoted(self.wanted)})"

    @cached_property
    def test(self) -> Test:
        """Reads the list and compares each."""
        values = self.texts.values
        if self.operator == "ne":
            return lambda exchange: any(text != self.wanted for text in values(exchange))
        return self.compared.by_one(values)

    @property
    def compared(self) -> Compared:
        """What a string of the list has to meet, unless it has to differ."""
        if self.operator == "contains":
            return Compared(parts=(self.wanted,))
        return (
            Compared(forms=(self.wanted,)) if self.operator == "wildcard" else Compared(equal=frozenset({self.wanted}))
        )

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

    @cached_property
    def test(self) -> Test:
        """Looks each up."""
        values, holds_all = self.texts.values, frozenset(self.wanted).issuperset
        return lambda exchange: holds_all(values(exchange))

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

    @cached_property
    def test(self) -> Test:
        """Looks it up."""
        codes = self.codes
        return lambda exchange: exchange.answered.code in codes

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

    @cached_property
    def test(self) -> Test:
        """Negates."""
        test = self.of.test
        return lambda exchange: not test(exchange)

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

    @cached_property
    def test(self) -> Test:
        """All hold."""
        return all_of([part.test for part in self.parts])

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

    @cached_property
    def test(self) -> Test:
        """One holds; neighbours that ask about the same string, or list, read it once."""
        return one_of([_one_of(tuple(parts)) for _, parts in groupby(self.parts, key=_subject)])

    def fields(self) -> frozenset[str]:
        """Those of every part."""
        return _fields(self.parts)


EVERYTHING: Expression = StartsWith(PATH, "/")
"""Every request: a path always starts with a slash. (Cloudflare's open-source parser refuses a bare `true`.)"""
NOTHING: Expression = Equals(PATH, "")  # a path is never empty


def checked_pattern(pattern: str) -> None:
    """Refuse a pattern that would mean something else to Cloudflare."""
    if "\\" in pattern or "**" in pattern:
        raise ValueError("a pattern has no backslash, which escapes a star, and no two stars beside each other")


def _subject(part: Expression) -> Text | Texts | Expression:
    """What a part asks about; itself where that is no single string or list."""
    if isinstance(part, OfText):
        return part.text
    return part.texts if isinstance(part, AnyOf) and part.operator != "ne" else part


def _one_of(parts: tuple[Expression, ...]) -> Test:
    """Whether one holds of several parts that have the same subject."""
    if len(parts) == 1 or _subject(first := parts[0]) is first:  # equal parts ask the same
        return parts[0].test
    compared = Compared.of(part.compared for part in parts if isinstance(part, OfText | AnyOf))
    if isinstance(first, AnyOf):
        return compared.by_one(first.texts.values)
    return compared.by(first.text.value) if isinstance(first, OfText) else first.test


def _joined(operator: str, parts: tuple[Expression, ...]) -> str:
    if not parts:
        raise ValueError("an expression needs at least one part")
    rendered = [part.render() for part in parts]
    return rendered[0] if len(rendered) == 1 else f"({operator.join(rendered)})"


def _fields(parts: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*(part.fields() for part in parts))
