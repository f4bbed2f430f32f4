"""Expressions about all lines of a header, and about how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bailbondpro.edge.language.expressions import Expression, checked_pattern
from bailbondpro.edge.language.fields import ResponseHeader, quoted
from bailbondpro.edge.language.matching import Compared

if TYPE_CHECKING:
    from bailbondpro.edge.language.fields import Texts
    from bailbondpro.edge.language.matching import Test


@dataclass(frozen=True)
class AllHave(Expression):
    """Every string of a list has the form of a pattern, in any case; an empty list has no other."""

    texts: Texts
    pattern: str

    def __post_init__(self) -> None:
        checked_pattern(self.pattern)

    def render(self) -> str:
        """`all(x[*] wildcard "...")`."""
        return f"all({self.texts.render()} wildcard {quoted(self.pattern)})"

    @cached_property
    def test(self) -> Test:
        """Reads the list and compares each."""
        values, met = self.texts.values, Compared(forms=(self.pattern,)).met_by
        return lambda exchange: all(map(met, values(exchange)))

    def fields(self) -> frozenset[str]:
        """Those of the list."""
        return self.texts.fields()


@dataclass(frozen=True)
class Repeated(Expression):
    """A response header stands in more than one line.

    An index beyond a list's end has no value, of which every comparison is false (Cloudflare docs, Rules language,
    Values, Arrays; read 2026-12-01). A vendor that joins the lines shows one value with commas instead.
    """

    header: str

    def render(self) -> str:
        """`http.response.headers["..."][1] wildcard "*"`: whatever the second line says, be it nothing."""
        return f'http.response.headers[{quoted(self.header)}][1] wildcard "*"'

    @cached_property
    def test(self) -> Test:
        """Counts the lines."""
        values = ResponseHeader(self.header).values
        return lambda exchange: len(values(exchange)) > 1

    def fields(self) -> frozenset[str]:
        """The map of response headers."""
        return ResponseHeader(self.header).fields()
