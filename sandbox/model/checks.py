"""Builders for the common kinds of value rule: a pattern, a range, a choice, properties that exclude each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known, values_at
from sandbox.protocol.validate import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


def given(inputs: dict[str, Any], name: str) -> bool:
    """Whether a property is set to something.

    An empty text or collection counts as absent. An unknown value counts as set; under mocks it is a None in its place.
    """
    return name in inputs and inputs[name] not in ("", [], {})


def off(inputs: dict[str, Any], name: str) -> bool:
    """Whether a switch is absent or known to be false."""
    return name not in inputs or flag(inputs[name]) is False


def number(value: object) -> float | None:
    """A number, also where a bridged provider would convert a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def flag(value: object) -> bool | None:
    """A boolean, also where a bridged provider would convert a text; None for anything else, unknown or absent."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def text(inputs: dict[str, Any], name: str, default: str = "") -> str:
    """A text: the given one, the default where none is given, and an empty one where it is not yet known."""
    value = inputs.get(name)
    if isinstance(value, str) and value:
        return value
    return "" if given(inputs, name) else default


def items(inputs: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The known objects of a list property."""
    value = inputs.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def block(inputs: dict[str, Any], name: str) -> dict[str, Any]:
    """A known object property, or an empty one."""
    value = inputs.get(name)
    return value if isinstance(value, dict) else {}


def tail(error: str) -> str:
    """The real service's error at the end of a message."""
    return f" ({error})" if error else ""


@dataclass(frozen=True)
class On:
    """Builds rules about one resource type; every method gives one rule.

    Attributes:
        label: beginning of the rules' ids, for example `rds`.
        types: type pattern or patterns; none for rules that stand in rows, which speak of the row's type.
        source: the public document that states the rules, unless a rule names its own.
    """

    label: str
    types: str | tuple[str, ...] = ()
    source: str = ""

    def custom(self, name: str, check: Callable[[Context], Iterator[Violation]], source: str = "") -> Rule:
        """A rule with its own code."""
        types = (self.types,) if isinstance(self.types, str) else self.types
        return Rule(f"{self.label}-{name}", source or self.source, types, check)

    def matches(
        self, path: str, pattern: str, allowed: str, error: str = "", source: str = "", *, secret: bool = False
    ) -> Rule:
        """A text must match a pattern as a whole.

        Args:
            path: where the text stands, as `values_at` reads it.
            pattern: a regular expression for the whole text.
            allowed: what is allowed, in words.
            error: how the real service begins its refusal.
            source: the public document, if another than the builder's.
            secret: the text is never repeated in a message.
        """
        compiled = re.compile(pattern)

        def check(context: Context) -> Iterator[Violation]:
            for at, value in values_at(context.inputs, path):
                if isinstance(value, str) and value and compiled.fullmatch(value) is None:
                    shown = "the secret text" if secret else describe(value)
                    yield Violation(at, f"{shown} is not allowed: {allowed}{tail(error)}")

        return self.custom(path, check, source)

    def between(  # noqa: PLR0917 - a row of a table
        self, path: str, low: float, high: float, unit: str = "", error: str = "", source: str = ""
    ) -> Rule:
        """A number must lie in a closed range."""
        allowed = f"{low:g}..{high:.10g}{unit and ' ' + unit}"

        def check(context: Context) -> Iterator[Violation]:
            for at, value in values_at(context.inputs, path):
                found = number(value)
                if found is not None and not low <= found <= high:
                    yield Violation(at, f"{describe(value)} is outside {allowed}{tail(error)}")

        return self.custom(path, check, source)

    def one_of(self, path: str, allowed: Collection[str | int], error: str = "", source: str = "") -> Rule:
        """A value must be one of a set; numbers are compared as numbers."""
        texts = {str(item) for item in allowed}
        listed = ", ".join(str(item) for item in allowed)

        def check(context: Context) -> Iterator[Violation]:
            for at, value in values_at(context.inputs, path):
                found = f"{value:.10g}" if isinstance(value, float) else str(value)
                if isinstance(value, (str, int, float)) and found not in texts:
                    close = get_close_matches(found, texts, n=1)
                    hint = f"; did you mean {close[0]!r}?" if close else ""
                    yield Violation(at, f"{describe(value)} is none of: {listed}{hint}{tail(error)}")

        return self.custom(path, check, source)

    def longest(self, path: str, length: int, error: str = "", source: str = "") -> Rule:
        """A text must not be longer than a number of characters."""

        def check(context: Context) -> Iterator[Violation]:
            for at, value in values_at(context.inputs, path):
                if isinstance(value, str) and len(value) > length:
                    yield Violation(at, f"{len(value)} characters, at most {length} are allowed{tail(error)}")

        return self.custom(f"{path}-length", check, source)

    def at_most(self, path: str, count: int, error: str = "", source: str = "") -> Rule:
        """A list or map must not hold more than a number of items."""

        def check(context: Context) -> Iterator[Violation]:
            for at, value in values_at(context.inputs, path):
                if isinstance(value, (list, dict)) and len(value) > count:
                    yield Violation(at, f"{len(value)} items, at most {count} are allowed{tail(error)}")

        return self.custom(f"{path}-count", check, source)

    def unique(self, path: str, what: str, error: str = "", source: str = "") -> Rule:
        """The values at a path must differ from each other."""

        def check(context: Context) -> Iterator[Violation]:
            seen: dict[str, str] = {}
            for at, value in values_at(context.inputs, path):
                if str(value) in seen:
                    first = seen[str(value)]
                    yield Violation(at, f"{describe(value)} is the same {what} as at {first}{tail(error)}")
                seen.setdefault(str(value), at)

        return self.custom(f"{path}-unique", check, source)

    def exclusive(self, *names: str, required: bool = False, error: str = "", source: str = "") -> Rule:
        """At most one of some top-level properties may be set; with `required` exactly one."""

        def check(context: Context) -> Iterator[Violation]:
            found = [key for key in names if given(context.inputs, key)]
            if len(found) > 1:
                reason = f"not together with {found[0]}: give one of {', '.join(names)}{tail(error)}"
                yield Violation(found[1], reason)
            if required and not found:
                yield Violation(names[0], f"one of {', '.join(names)} is required{tail(error)}")

        return self.custom(f"one-of-{'-'.join(names)}", check, source)


def changed(context: Context, name: str) -> tuple[Any, Any] | None:
    """The old and the new value of a property that changes in an update, both known; else None."""
    if context.old is None:
        return None
    before, after = context.old.get(name), context.inputs.get(name)
    return (before, after) if known(before) and known(after) and before != after else None
