"""Holds a property bag against a type's schema: unknown names, wrong types, missing inputs, values outside an enum."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sandbox.protocol.diff import format_path
from sandbox.protocol.wire import UNKNOWN, Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sandbox.protocol.schema import JsonType, ResourceSchema

Keys = tuple[str | int, ...]
_STRICT_PACKAGES = ("kubernetes:",)
"""Packages whose API refuses a text where a number belongs; the bridged providers convert it."""
_AMOUNTS = frozenset(
    ("allocatable", "capacity", "default", "defaultRequest", "hard", "limits", "max", "maxLimitRequestRatio", "min")
) | {"overhead", "podFixed", "requests"}
"""Properties of Kubernetes that hold quantities by the name of a resource."""
_QUANTITIES = frozenset(("averageValue", "divisor", "sizeLimit", "storage", "value"))
"""Properties of Kubernetes that are quantities, where the schema takes a text."""
_EXTENSION = "x-kubernetes-"
_CONVERTIBLE_BOOLEANS = ("true", "false")


@dataclass(frozen=True)
class Violation:
    """One refused property: where, and why, with the nearest valid name or value."""

    path: str
    reason: str


def validate(schema: ResourceSchema, inputs: dict[str, Any]) -> list[Violation]:
    """Every way in which the inputs break the schema; unknown values are skipped, not guessed.

    Args:
        schema: the schema of the resource type.
        inputs: decoded inputs; secrets and unknowns may stand anywhere.
    """
    strict = schema.token.startswith(_STRICT_PACKAGES)
    return list(_Validation(schema, strict=strict).fields(schema.inputs, schema.required, inputs, ()))


def unrecognized(token: str, known: Collection[str]) -> list[Violation]:
    """Why a type without a schema is refused; nothing of Kubernetes, whose custom resources no SDK knows.

    Args:
        token: the type token.
        known: every type of its package; none where the package cannot be asked.
    """
    if not known or token.startswith(_STRICT_PACKAGES):
        return []
    near = get_close_matches(token, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return [Violation("", f"package {token.partition(':')[0]} has no resource type {token}{hint}")]


def hidden(value: Any, paths: Collection[str], at: Keys = ()) -> Any:  # noqa: ANN401 - property values have any shape
    """A value in which what stands at these paths is unknown."""
    if at and format_path(at) in paths:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: hidden(item, paths, (*at, key)) for key, item in value.items()} if paths else value
    if isinstance(value, list):
        return [hidden(item, paths, (*at, index)) for index, item in enumerate(value)]
    return value


class _Validation:
    def __init__(self, schema: ResourceSchema, *, strict: bool) -> None:
        self.schema = schema
        self.strict = strict

    def fields(
        self, known: dict[str, JsonType], required: tuple[str, ...], values: dict[str, Any], at: Keys
    ) -> Iterator[Violation]:
        for name in sorted(values.keys() - known.keys()):
            if name.startswith("__") or values[name] is None:
                continue  # the engine's own bookkeeping, and absent values
            if self.strict and name.startswith(_EXTENSION) and name.replace("-", "_") in known:
                continue  # the SDKs' types write it with underscores, a manifest as Kubernetes does
            yield Violation(format_path((*at, name)), f"unknown property{nearest(name, list(known))}")
        for name in required:
            if values.get(name) is None:
                yield Violation(format_path((*at, name)), "missing required property")
        for name, value in values.items():
            if name in known:
                yield from self.value(known[name], value, (*at, name))

    def value(self, expected: JsonType, value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
        if isinstance(value, Secret):
            value = value.value
        if value is None or isinstance(value, Unknown) or (self.strict and _is_schema(value, at)):
            return
        if "union" in expected:
            yield from self._union(expected["union"], value, at)
        elif "ref" in expected:
            yield from self._object(expected["ref"], value, at)
        elif "list" in expected:
            yield from self._list(expected["list"], value, at)
        elif "map" in expected:
            yield from self._map(expected["map"], value, at)
        elif "enum" in expected:
            yield from _enum(expected, value, at)
        elif not self._is(expected["kind"], value) and not (self.strict and _is_quantity(value, at)):
            yield Violation(format_path(at), f"expected {_article(expected['kind'])}, got {describe(value)}")

    def _union(self, alternatives: list[JsonType], value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
        tried = [list(self.value(alternative, value, at)) for alternative in alternatives]
        if all(tried):
            yield min(tried, key=len)[0]

    def _object(self, name: str, value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
        if not isinstance(value, dict):
            yield Violation(format_path(at), f"expected an object, got {describe(value)}")
            return
        nested = self.schema.types[name]
        yield from self.fields(nested["properties"], tuple(nested["required"]), value, at)

    def _list(self, item: JsonType, value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
        if not isinstance(value, list):
            yield Violation(format_path(at), f"expected a list, got {describe(value)}")
            return
        for index, element in enumerate(value):
            yield from self.value(item, element, (*at, index))

    def _map(self, item: JsonType, value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
        if not isinstance(value, dict):
            yield Violation(format_path(at), f"expected a map, got {describe(value)}")
            return
        for key, element in value.items():
            yield from self.value(item, element, (*at, key))

    def _is(self, kind: str, value: Any) -> bool:  # noqa: ANN401 - any property
        if kind == "string":
            return isinstance(value, str) or (not self.strict and isinstance(value, (bool, int, float)))
        if kind == "boolean":
            return isinstance(value, bool) or (not self.strict and value in _CONVERTIBLE_BOOLEANS)
        if kind in {"integer", "number"}:
            return _is_number(kind, value) or (not self.strict and _is_numeric_text(kind, value))
        return True


def _is_number(kind: str, value: Any) -> bool:  # noqa: ANN401 - any property
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return kind == "number" or float(value).is_integer()


def _is_schema(value: Any, at: Keys) -> bool:  # noqa: ANN401 - any property
    """Whether one schema stands where the type of a definition lists several (JSONSchemaPropsOrArray)."""
    return isinstance(value, dict) and at[-1:] == ("items",) and "openAPIV3Schema" in at


def _is_quantity(value: Any, at: Keys) -> bool:  # noqa: ANN401 - any property
    """Whether a number stands where Kubernetes takes a quantity: JSON numbers are read as such (resource.Quantity)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not at:
        return False
    return at[-1] in _QUANTITIES or (len(at) > 1 and at[-2] in _AMOUNTS)


def _is_numeric_text(kind: str, value: Any) -> bool:  # noqa: ANN401 - any property
    if not isinstance(value, str):
        return False
    try:
        return _is_number(kind, float(value))
    except ValueError:
        return False


def _enum(expected: JsonType, value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
    if expected["open"]:
        if not isinstance(value, str):
            yield Violation(format_path(at), f"expected a text, got {describe(value)}")
    elif value not in expected["enum"]:
        allowed = ", ".join(str(item) for item in expected["enum"])
        hint = nearest(str(value), [str(item) for item in expected["enum"]])
        yield Violation(format_path(at), f"{describe(value)} is none of: {allowed}{hint}")


def nearest(name: str, known: list[str]) -> str:
    """The end of a message that suggests what was meant, or nothing."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def _article(kind: str) -> str:
    return {"string": "a text", "boolean": "true or false", "integer": "a whole number", "number": "a number"}.get(
        kind, kind
    )


def describe(value: Any) -> str:  # noqa: ANN401 - any property
    """A value in a message: its kind and a short form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return str(value)
