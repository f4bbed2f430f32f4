"""How many of something a ruleset's rules take: exactly one, one of several, not both.

The provider's schema calls the alternatives optional, so the SDK's types say nothing of it: its validators do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import given

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Choice:
    """Properties of one object of which a number must be given.

    Attributes:
        at: path of the object.
        names: the properties, in camelCase.
        needed: `one` for exactly one, `some` for one or more, `few` for at most one.
        empty: an empty text is a value as well.
    """

    at: str
    names: tuple[str, ...]
    needed: Literal["one", "some", "few"]
    empty: bool = False

    def violations(self, context: Context) -> Iterator[Violation]:
        """What is missing, and what is too much."""
        for at, found in values_at(context.inputs, self.at):
            if not isinstance(found, dict):
                continue
            chosen = [name for name in self.names if given(found, name) or (self.empty and found.get(name) == "")]
            listed = ", ".join(self.names)
            if not chosen and self.needed != "few":
                yield Violation(f"{at}.{self.names[0]}", f"one of {listed} is required")
            if len(chosen) > 1 and self.needed != "some":
                yield Violation(f"{at}.{chosen[1]}", f"not together with {chosen[0]}: give one of {listed}")


_RULE = "rules[*].actionParameters"
_QUERY = f"{_RULE}.cacheKey.customKey.queryString"
CHOICES: tuple[Choice, ...] = (
    Choice(_RULE, ("fromList", "fromValue"), "few"),
    Choice(_RULE, ("assetName", "content"), "few"),
    Choice(f"{_RULE}.fromValue.targetUrl", ("value", "expression"), "one"),
    Choice(f"{_RULE}.uri", ("path", "query"), "some"),
    Choice(f"{_RULE}.uri.path", ("value", "expression"), "one"),
    # an empty query takes it away (terraform-provider-cloudflare, pull request 6256)
    Choice(f"{_RULE}.uri.query", ("value", "expression"), "one", empty=True),
    Choice(f"{_RULE}.origin", ("host", "port"), "some"),
    Choice(_QUERY, ("include", "exclude"), "few"),
    Choice(f"{_QUERY}.include", ("list", "all"), "one"),
    Choice(f"{_QUERY}.exclude", ("list", "all"), "one"),
    Choice(f"{_RULE}.edgeTtl.statusCodeTtls[*]", ("statusCode", "statusCodeRange"), "one"),
    Choice(f"{_RULE}.edgeTtl.statusCodeTtls[*].statusCodeRange", ("from", "to"), "some"),
)
"""Alternatives in a ruleset's rules; `rulesets` has those of headers and cache tags."""


def chosen(context: Context) -> Iterator[Violation]:
    """Alternatives of which none, or more than one, is given."""
    for choice in CHOICES:
        yield from choice.violations(context)
