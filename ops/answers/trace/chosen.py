"""What a key of the stack file is unless the file says otherwise, by its path."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from infra.problems import NAMESPACE
from infra.settings import Environment, Phase
from infra.settings.reading.defaults import defaults
from infra.settings.reading.schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENTS = {"dev": Environment.DEVELOPMENT, "prod": Environment.PRODUCTION}
_NOTHING = object()


class NoDefaultError(ValueError):
    """A key has no default of its own; the message names it."""


def default_of(key: str, environment: str, phase: str) -> Any:  # noqa: ANN401 - whatever stands in a stack file
    """The default of a key: of its environment and phase, or of its model.

    Args:
        key: such as `autoscaling.minReplicas`.
        environment: `dev` or `prod`.
        phase: of growth.

    Raises:
        NoDefaultError: neither has one.
    """
    steps = key.split(".")
    found = _NOTHING
    for depth, value in _defaults(steps, environment, phase):
        inner = _below(value, steps[depth:])
        if inner is not _NOTHING:
            found = inner
    if found is _NOTHING:
        raise NoDefaultError(f"{key} has no default")
    return list(found) if isinstance(found, tuple) else found


def _defaults(steps: list[str], environment: str, phase: str) -> Iterator[tuple[int, Any]]:
    """What each model on the way gives by itself, the outermost last, then what environment and phase do."""
    schema: dict[str, Any] = json_schema()
    definitions = schema["$defs"]
    node: dict[str, Any] = schema["properties"]["config"]
    own: list[tuple[int, Any]] = []
    for depth, step in enumerate(steps, 1):
        name = f"{NAMESPACE}:{step}" if depth == 1 else step
        node = _resolved(node, definitions).get("properties", {}).get(name, {})
        if "default" in node:
            own.append((depth, node["default"]))
    yield from reversed(own)
    yield 0, _tree(environment, phase)


def _resolved(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    for one in (node, *node.get("anyOf", ()), *node.get("allOf", ())):
        if "$ref" in one:
            found: dict[str, Any] = definitions[one["$ref"].rpartition("/")[2]]
            return found
    return node


@cache
def _tree(environment: str, phase: str) -> dict[str, Any]:
    return defaults(ENVIRONMENTS[environment], Phase(phase), "us-east-1", "bailbondpro.com")


def _below(value: Any, steps: list[str]) -> Any:  # noqa: ANN401 - parts of a stack file
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return _NOTHING
        value = value[step]
    return value
