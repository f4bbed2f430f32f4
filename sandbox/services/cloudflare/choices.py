"""What the validators of the provider's schema refuse in a ruleset: alternatives, empty texts, another action's parts.

The schema calls most of it optional, so the SDK's types say nothing of it: its validators do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sandbox.model.base import Context, Violation, known, values_at
from sandbox.model.checks import block, given, number

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


OPERATIONS = ("set", "remove")
_DIRECTIVES = (
    *("maxAge", "sMaxage", "staleWhileRevalidate", "staleIfError", "private", "noCache", "mustRevalidate"),
    *("proxyRevalidate", "mustUnderstand", "noTransform", "immutable", "noStore", "public"),
)
_OF_ACTION = {
    **dict.fromkeys(("id", "matchedData", "overrides"), "execute"),
    **dict.fromkeys(("headers", "uri"), "rewrite"),
    **dict.fromkeys(("fromList", "fromValue"), "redirect"),
    **dict.fromkeys(("hostHeader", "origin", "sni"), "route"),
    **dict.fromkeys(("browserTtl", "cache", "cacheKey", "cacheReserve", "edgeTtl", "serveStale"), "set_cache_settings"),
    **dict.fromkeys(_DIRECTIVES, "set_cache_control"),
    **dict.fromkeys(("operation", "values", "expression"), "set_cache_tags"),
    "response": "block",
}
"""Which action each parameter belongs to."""
_ID = re.compile("[0-9a-f]{32}")


def chosen(context: Context) -> Iterator[Violation]:
    """What is missing, too much, empty, of another action, or no operation."""
    for choice in CHOICES:
        yield from choice.violations(context)
    for path in ("name", "rules[*].ref", f"{_RULE}.uri.path.expression"):
        for at, value in values_at(context.inputs, path):
            if value == "":
                yield Violation(at, "empty, at least one character is required")
    for at, rule in values_at(context.inputs, "rules[*]"):
        if isinstance(rule, dict):
            yield from _action(rule, at)


def _action(rule: dict[str, Any], at: str) -> Iterator[Violation]:
    action, parameters, here = rule.get("action"), block(rule, "actionParameters"), f"{at}.actionParameters"
    for name, value in parameters.items():
        owner = _OF_ACTION.get(name)
        if owner is not None and isinstance(action, str) and action != owner and value is not None:
            yield Violation(f"{here}.{name}", f"only for action {owner}, here {action}")
    identity = parameters.get("id")
    if isinstance(identity, str) and _ID.fullmatch(identity) is None:
        yield Violation(f"{here}.id", f"{identity!r} is no id of 32 hexadecimal digits")
    if parameters.get("operation") not in {"set", "add", "remove", None} and known(parameters["operation"]):
        yield Violation(f"{here}.operation", f"{parameters['operation']!r} is none of: set, add, remove")
    for name in _DIRECTIVES:
        yield from _directive(block(parameters, name), f"{here}.{name}")
    least = number(block(rule, "ratelimit").get("requestsPerPeriod"))
    if least is not None and least < 1:
        yield Violation(f"{at}.ratelimit.requestsPerPeriod", f"{least:g} is below 1")


def _directive(directive: dict[str, Any], at: str) -> Iterator[Violation]:
    operation = directive.get("operation")
    if not directive or not isinstance(operation, str):
        return
    if operation not in OPERATIONS:
        yield Violation(f"{at}.operation", f"{operation!r} is none of: set, remove")
    if operation != "set" and given(directive, "value"):
        yield Violation(f"{at}.value", f"only for operation set, here {operation}")
