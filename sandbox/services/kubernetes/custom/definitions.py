"""Custom resources held against the schemas of their definitions.

The API server drops a field that a definition does not know, with a warning; here it is refused, because what it was
meant to do is lost. Everything else that is refused here, the API server refuses, too.

`sandbox/data/crds/*.json` describes a `spec` in a short form of our own:

- an object is an object; `name!` is required, `*` stands for every other name;
- a list has one element, the type of its items; `"+"` before it forbids an empty list;
- `string`, `string+` (not empty), `boolean`, `integer` (also `integer>=1<=65535`), `int-or-string`, `any`;
- `quantity` as in Kubernetes, `duration` as in Prometheus;
- `a|b` is one of these texts; `$name` is a part described once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.protocol.diff import format_path
from sandbox.protocol.validate import Keys, describe, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?(\d+(\.\d*)?|\.\d+))?")
"""Kubernetes API, resource.Quantity."""
DURATION = re.compile(r"0|(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?")
"""Prometheus documentation, Configuration, duration."""
_INTEGER = re.compile(r"integer(?:>=(\d+))?(?:<=(\d+))?")
_METADATA = dict.fromkeys(
    ("name", "generateName", "namespace", "labels", "annotations", "finalizers", "ownerReferences"), "any"
)
"""What an author gives of `metadata`; the rules for all Kubernetes objects look at the values."""


@dataclass(frozen=True)
class Definition:
    """The schema of one custom kind, and the version of the project that it is taken from."""

    spec: Any
    parts: dict[str, Any]
    source: str


@cache
def definitions() -> dict[str, Definition]:
    """Schemas by type token, for example `kubernetes:keda.sh/v1alpha1:ScaledObject`."""
    found = {}
    for file in sorted((resources.files("sandbox") / "data" / "crds").iterdir(), key=lambda item: item.name):
        document = json.loads(file.read_text(encoding="utf-8"))
        for name, spec in document["definitions"].items():
            version, kind = name.split(" ")
            found[f"kubernetes:{version}:{kind}"] = Definition(spec, document["parts"], document["source"])
    return found


def _check(context: Context) -> Iterator[Violation]:
    definition = definitions().get(context.token)
    if definition is None:
        return
    shape = {"apiVersion": "string", "kind": "string", "metadata": _METADATA, "spec!": definition.spec, "status": "any"}
    yield from _Shape(definition.parts).object(shape, context.inputs, ())


class _Shape:
    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts = parts

    def value(self, expected: Any, value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - a schema and a value
        if not known(value):
            return
        if isinstance(expected, str) and expected.startswith("$"):
            expected = self.parts[expected]
        if isinstance(expected, dict):
            yield from self.object(expected, value, at)
        elif isinstance(expected, list):
            yield from self.list(expected, value, at)
        elif (reason := _scalar(expected, value)) is not None:
            yield Violation(format_path(at), reason)

    def object(self, expected: dict[str, Any], value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - as above
        if not isinstance(value, dict):
            yield Violation(format_path(at), f"expected an object, got {describe(value)}")
            return
        fields = {name.removesuffix("!"): inner for name, inner in expected.items() if name != "*"}
        for name in expected:
            if name.endswith("!") and value.get(name[:-1]) is None:
                yield Violation(format_path((*at, name[:-1])), "missing required property")
        for name, inner in value.items():
            if name in fields:
                yield from self.value(fields[name], inner, (*at, name))
            elif "*" in expected:
                yield from self.value(expected["*"], inner, (*at, name))
            elif known(inner) and not name.startswith("__"):
                yield Violation(format_path((*at, name)), f"unknown property{nearest(name, list(fields))}")

    def list(self, expected: list[Any], value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - as above
        if not isinstance(value, list):
            yield Violation(format_path(at), f"expected a list, got {describe(value)}")
        elif expected[0] == "+" and not value:
            yield Violation(format_path(at), "needs at least one item")
        else:
            for index, item in enumerate(value):
                yield from self.value(expected[-1], item, (*at, index))


def _scalar(expected: str, value: Any) -> str | None:  # noqa: ANN401 - any property value
    if "|" in expected:
        allowed = expected.split("|")
        hint = nearest(str(value), allowed)
        return None if value in allowed else f"{describe(value)} is none of: {', '.join(allowed)}{hint}"
    if (numbers := _INTEGER.fullmatch(expected)) is not None:
        return _integer(value, numbers[1], numbers[2])
    return None if _CHECKS[expected](value) else f"expected {_SAYS[expected]}, got {describe(value)}"


def _whole(value: Any) -> bool:  # noqa: ANN401 - any property value
    return isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer()


def _integer(value: Any, low: str | None, high: str | None) -> str | None:  # noqa: ANN401 - any property value
    if not _whole(value):
        return f"expected a whole number, got {describe(value)}"
    if (low is not None and value < int(low)) or (high is not None and value > int(high)):
        limits = f"{low} or more" if high is None else f"{low or 0} to {high}"
        return f"{value} is not allowed; {limits}"
    return None


def _quantity(value: Any) -> bool:  # noqa: ANN401 - any property value
    return _whole(value) or (isinstance(value, str) and QUANTITY.fullmatch(value) is not None)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "boolean": lambda value: isinstance(value, bool),
    "duration": lambda value: isinstance(value, str) and DURATION.fullmatch(value) is not None,
    "int-or-string": lambda value: isinstance(value, str) or _whole(value),
    "quantity": _quantity,
    "string": lambda value: isinstance(value, str),
    "string+": lambda value: isinstance(value, str) and value != "",
}
_SAYS = {
    "boolean": "true or false",
    "duration": "a duration such as 30s or 5m",
    "int-or-string": "a text or a whole number",
    "quantity": "a quantity such as 500m or 1Gi",
    "string": "a text",
    "string+": "a text that is not empty",
}

DEFINED = Rule(
    "custom-resource-schema",
    "the definitions of KEDA, Kubernetes Autoscaler, AWS Load Balancer Controller and Prometheus Operator, in the "
    "versions that sandbox/data/crds names",
    (),
    _check,
)
