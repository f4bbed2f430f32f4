"""What every rule of the simulated services is made of: a rule, the context it sees, and ways to read properties."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.model.place import HOME, Place
from sandbox.protocol.validate import Violation
from sandbox.protocol.wire import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.cloud import Cloud

__all__ = ["Context", "Rule", "RuleSet", "Violation", "known", "values_at"]


@dataclass(frozen=True)
class Context:
    """What a rule sees of one operation on one resource.

    Attributes:
        token: the Pulumi type token.
        name: the logical name.
        urn: the resource's URN.
        inputs: checked inputs in the provider's camelCase, secrets unwrapped; a value that is only known after an
            update is `sandbox.protocol.wire.UNKNOWN` and is skipped by every rule, never guessed.
        cloud: what exists, or None where nothing can be asked (previews, unit tests).
        old: the inputs before an update, or None.
        id: the physical id of an object that exists already, else empty.
        place: where the provider instance works; the cloud is what can be seen from there.
    """

    token: str
    name: str
    urn: str
    inputs: dict[str, Any]
    cloud: Cloud | None = None
    old: dict[str, Any] | None = None
    id: str = ""
    place: Place = HOME


@dataclass(frozen=True)
class Rule:
    """One behaviour of a real service.

    Attributes:
        id: a short name, unique among the rules, for example `subnet-in-vpc`.
        source: the public document that states the behaviour.
        types: patterns of type tokens (`*` and `?`).
        check: yields every way in which the inputs break the rule.
        unverified: what of it nobody looked up.
    """

    id: str
    source: str
    types: tuple[str, ...]
    check: Callable[[Context], Iterator[Violation]]
    unverified: str = ""

    def applies(self, token: str) -> bool:
        """Whether the rule speaks about a type."""
        return any(fnmatchcase(token, pattern) for pattern in self.types)


class RuleSet:
    """Rules, found by type token in constant time."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_token: dict[str, tuple[Rule, ...]] = {}

    def of(self, token: str) -> tuple[Rule, ...]:
        """The rules that speak about a type."""
        if token not in self._by_token:
            self._by_token[token] = tuple(rule for rule in self.rules if rule.applies(token))
        return self._by_token[token]

    def violations(self, context: Context) -> list[Violation]:
        """Every way in which the context breaks a rule."""
        return [found for rule in self.of(context.token) for found in rule.check(context)]


def known(value: Any) -> bool:  # noqa: ANN401 - property values have any shape
    """Whether a value is given and is no unknown."""
    return value is not None and not isinstance(value, Unknown)


_STEP = re.compile(r"([^.\[\]]+)(\[\*\])?")


@cache
def steps(path: str) -> tuple[tuple[str, bool], ...]:
    """A path such as `vpcConfig.subnetIds[*]`, step by step: a property, and whether each item of it is meant."""
    return tuple((match[1], bool(match[2])) for match in _STEP.finditer(path))


def values_at(inputs: dict[str, Any], path: str) -> list[tuple[str, Any]]:
    """The known values at a path such as `vpcId`, `vpcConfig.subnetIds[*]` or `defaultActions[*].targetGroupArn`.

    Returns:
        (path with indexes, value) pairs; absent and unknown values are left out.
    """
    found: list[tuple[str, Any]] = [("", inputs)]
    for key, each in steps(path):
        step: list[tuple[str, Any]] = []
        for at, value in found:
            if not isinstance(value, dict):
                continue
            inner, here = value.get(key), f"{at}.{key}" if at else key
            if each and isinstance(inner, list):
                step.extend((f"{here}[{index}]", item) for index, item in enumerate(inner))
            elif not each:
                step.append((here, inner))
        found = step
    return [(at, value) for at, value in found if known(value)]
