"""The texts that a string is compared with, many at a time: rules ask the same string for dozens of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bailbondpro.edge.exchange import Exchange

Test: TypeAlias = "Callable[[Exchange], bool]"
"""Whether something is true of an exchange."""

TWO = 2
"""So many tests, as most rules have, need no loop."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A string meets it that is, starts with, contains or has the form of one of its texts.

    Attributes:
        equal: what the string may be; case matters, here and where nothing else is said.
        starts: how it may start.
        parts: what it may contain.
        forms: patterns in which `*` stands for any text; in any case.
        strict_forms: patterns whose case matters.
    """

    equal: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    strict_forms: tuple[str, ...] = ()

    @classmethod
    def of(cls, several: Iterable[Compared]) -> Compared:
        """What meets one of several."""
        listed = list(several)
        return cls(
            equal=frozenset().union(*(one.equal for one in listed)),
            starts=tuple(text for one in listed for text in one.starts),
            parts=tuple(text for one in listed for text in one.parts),
            forms=tuple(text for one in listed for text in one.forms),
            strict_forms=tuple(text for one in listed for text in one.strict_forms),
        )

    def by(self, value: Callable[[Exchange], str]) -> Test:
        """Whether the string of an exchange meets it; the commonest kinds have a test of their own."""
        equal, starts, parts, form = self.equal, self.starts, self.parts, self._form
        kinds = (bool(equal), bool(starts), bool(parts), form is not None)
        if kinds == (True, False, False, False):
            return lambda exchange: value(exchange) in equal
        if kinds == (False, True, False, False):
            return lambda exchange: value(exchange).startswith(starts)
        met = self.met_by
        return lambda exchange: met(value(exchange))

    def by_one(self, values: Callable[[Exchange], tuple[str, ...]]) -> Test:
        """Whether one of the strings of an exchange meets it."""
        equal, met = self.equal, self.met_by
        if not (self.starts or self.parts or self._form):
            return lambda exchange: not equal.isdisjoint(values(exchange))

        def meets(exchange: Exchange) -> bool:
            for text in values(exchange):  # noqa: SIM110 - a generator costs more than the comparison
                if met(text):
                    return True
            return False

        return meets

    def met_by(self, value: str) -> bool:
        """Whether a string meets it."""
        if value in self.equal or value.startswith(self.starts):
            return True
        for part in self.parts:  # no generator: it costs thrice the search, and this is asked a million times
            if part in value:
                return True
        return self._form is not None and self._form.fullmatch(value) is not None

    @cached_property
    def _form(self) -> re.Pattern[str] | None:
        """All patterns as one; None where there is none."""
        written = [f"(?i:{_written(form)})" for form in self.forms] + list(map(_written, self.strict_forms))
        return re.compile("|".join(written), re.DOTALL) if written else None


def all_of(tests: Sequence[Test]) -> Test:
    """Whether all hold, in their order until one does not."""
    if len(tests) == TWO:
        first, second = tests
        return lambda exchange: first(exchange) and second(exchange)

    def hold(exchange: Exchange) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than most tests
            if not test(exchange):
                return False
        return True

    return tests[0] if len(tests) == 1 else hold


def one_of(tests: Sequence[Test]) -> Test:
    """Whether one holds, in their order until one does."""
    if len(tests) == TWO:
        first, second = tests
        return lambda exchange: first(exchange) or second(exchange)

    def holds(exchange: Exchange) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(exchange):
                return True
        return False

    return tests[0] if len(tests) == 1 else holds


def _written(form: str) -> str:
    return ".*".join(map(re.escape, form.split("*")))
