"""Cloudflare's rule language as typed values that render to text and evaluate to an answer.

One value is the source of both, so that what a test evaluates is what Cloudflare gets. Names and forms follow the
Cloudflare docs (Ruleset Engine, Rules language); only what this platform uses exists here. Example:

    rule = And((Equals(HOST, "cdn.example.com"), StartsWith(PATH, "/static/")))
    rule.render()                  # (http.host eq "cdn.example.com" and starts_with(http.request.uri.path, "/static/"))
    rule.holds(Exchange(request))  # True or False
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bailbondpro.edge.fields import PATH, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@dataclass(frozen=True)
class Equals(Expression):
    """A string is exactly a text; case matters."""

    text: Text
    wanted: str

    def render(self) -> str:
        """`x eq "..."`."""
        return f"{self.text.render()} eq {quoted(self.wanted)}"

    def holds(self, exchange: Exchange) -> bool:
        """Compare."""
        return self.text.value(exchange) == self.wanted

    def fields(self) -> frozenset[str]:
        """Those of the string."""
        return self.text.fields()


@dataclass(frozen=True)
class IsIn(Expression):
    """A string is one of several texts; the set must not be empty."""

    text: Text
    wanted: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.wanted:
            raise ValueError("the rule language has no empty set: use Never for a rule that matches nothing")

    def render(self) -> str:
        """`x in {"..." "..."}`."""
        return f"{self.text.render()} in {{{' '.join(map(quoted, self.wanted))}}}"

    def holds(self, exchange: Exchange) -> bool:
        """Look it up."""
        return self.text.value(exchange) in self.wanted

    def fields(self) -> frozenset[str]:
        """Those of the string."""
        return self.text.fields()


@dataclass(frozen=True)
class StartsWith(Expression):
    """A string starts with a text; case matters."""

    text: Text
    prefix: str

    def render(self) -> str:
        """`starts_with(x, "...")`."""
        return f"starts_with({self.text.render()}, {quoted(self.prefix)})"

    def holds(self, exchange: Exchange) -> bool:
        """Compare the start."""
        return self.text.value(exchange).startswith(self.prefix)

    def fields(self) -> frozenset[str]:
        """Those of the string."""
        return self.text.fields()


@dataclass(frozen=True)
class Contains(Expression):
    """A string contains a text; case matters."""

    text: Text
    part: str

    def render(self) -> str:
        """`x contains "..."`."""
        return f"{self.text.render()} contains {quoted(self.part)}"

    def holds(self, exchange: Exchange) -> bool:
        """Search."""
        return self.part in self.text.value(exchange)

    def fields(self) -> frozenset[str]:
        """Those of the string."""
        return self.text.fields()


@dataclass(frozen=True)
class Wildcard(Expression):
    """A string has the form of a pattern in which `*` stands for any text; case does not matter."""

    text: Text
    pattern: str

    def __post_init__(self) -> None:
        if "\\" in self.pattern or "**" in self.pattern:
            raise ValueError("a pattern has no backslash, which escapes a star, and no two stars beside each other")

    def render(self) -> str:
        """`x wildcard "..."`."""
        return f"{self.text.render()} wildcard {quoted(self.pattern)}"

    def holds(self, exchange: Exchange) -> bool:
        """Match the whole string."""
        form = ".*".join(map(re.escape, self.pattern.split("*")))
        return re.fullmatch(form, self.text.value(exchange), re.IGNORECASE | re.DOTALL) is not None

    def fields(self) -> frozenset[str]:
        """Those of the string."""
        return self.text.fields()


@dataclass(frozen=True)
class AnyOf(Expression):
    """Some string of a list equals, does not equal or contains a text; an empty list has none."""

    texts: Texts
    operator: Literal["eq", "ne", "contains"]
    wanted: str

    def render(self) -> str:
        """`any(x[*] eq "...")`."""
        return f"any({self.texts.render()} {self.operator} {quoted(self.wanted)})"

    def holds(self, exchange: Exchange) -> bool:
        """Compare each."""
        values = self.texts.values(exchange)
        if self.operator == "contains":
            return any(self.wanted in text for text in values)
        return any((self.wanted == text) is (self.operator == "eq") for text in values)

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
        return any(part.holds(exchange) for part in self.parts)

    def fields(self) -> frozenset[str]:
        """Those of every part."""
        return _fields(self.parts)


EVERYTHING: Expression = StartsWith(PATH, "/")
"""Every request: a path always starts with a slash. (Cloudflare's open-source parser refuses a bare `true`.)"""

NOTHING: Expression = Equals(PATH, "")
"""No request: a path is never empty."""


def _joined(operator: str, parts: tuple[Expression, ...]) -> str:
    if not parts:
        raise ValueError("an expression needs at least one part")
    rendered = [part.render() for part in parts]
    return rendered[0] if len(rendered) == 1 else f"({operator.join(rendered)})"


def _fields(parts: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*(part.fields() for part in parts))
