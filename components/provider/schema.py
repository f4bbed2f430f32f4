"""The package schema of the provider: what every language's SDK is generated from (Pulumi Package Schema)."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .shapes import (
    Choice,
    Entries,
    Enumerated,
    Field,
    Items,
    OneOf,
    Record,
    Reference,
    Scalar,
    Shape,
    args_type,
    fields,
    outputs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pulumi

PACKAGE = "bailbondpro"
LANGUAGES = ("nodejs", "python", "csharp", "java", "go")
NUMBERS: dict[type[Any], str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_FIELD = re.compile(r"^    (\w+): (.+?)(?=^    \w+: |^\S|\Z)", re.MULTILINE | re.DOTALL)
"""One entry of an "Attributes:" section."""

Json = dict[str, Any]
"""A part of the schema document."""


def token(component: type[pulumi.ComponentResource]) -> str:
    """The type that a component gives itself: in every language its URN is the same."""
    for node in ast.walk(_tree(component)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
            return str(ast.literal_eval(node.args[0]))
    raise LookupError(f"{component.__name__} gives itself no type")


def _tree(owner: type[Any]) -> ast.ClassDef:
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(node, ast.ClassDef)  # noqa: S101 - the source of a class
    return node


def type_token(owner: type[Any], suffix: str = "") -> str:
    """The token of a record, an enumeration or a reference: its package's folder and its name."""
    steps = owner.__module__.removeprefix(f"{PACKAGE}.").removeprefix("components.").split(".")
    return f"{PACKAGE}:{steps[0]}:{owner.__name__}{suffix}"


def descriptions(owner: type[Any]) -> dict[str, str]:
    """What is said of each field: in the section "Attributes:" of the class, or below the annotation."""
    found: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.partition(".")[0] not in {"components", PACKAGE}:
            continue
        section = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")[2]
        found |= {name: " ".join(text.split()) for name, text in _FIELD.findall(section)}
        body = _tree(base).body
        for node, after in pairwise(body):
            if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
                found[ast.unparse(node.target)] = " ".join(str(ast.literal_eval(after.value)).split())
    return found


def summary(owner: type[Any]) -> str:
    """The first paragraph of a class's docstring."""
    return " ".join(inspect.cleandoc(owner.__doc__ or "").split("\n\n")[0].split())


class _Types:
    """The named types that properties refer to, collected while they are described."""

    def __init__(self) -> None:
        self.found: dict[str, Json] = {}

    def property(self, shape: Shape, *, plain: bool) -> Json:
        """The schema of one value; `plain` values are known before anything exists."""
        known: Json = {"plain": True} if plain and not shape.output else {}
        match shape:
            case Scalar():
                return {"type": NUMBERS[shape.type], **known}
            case Choice():
                return {"type": "string", **known}
            case Enumerated():
                return {"$ref": self._enumeration(shape.type), **known}
            case Items():
                return {"type": "array", "items": self.property(shape.item, plain=plain), **known}
            case Entries():
                return {"type": "object", "additionalProperties": self.property(shape.item, plain=plain), **known}
            case Record():
                return {"$ref": self._record(shape.type, fields(shape.type), plain=plain), **known}
            case Reference():
                return {"$ref": self._record(shape.type, outputs(shape.type), plain=plain, suffix="Reference"), **known}
            case OneOf():
                return {"oneOf": [self.property(option, plain=plain) for option in shape.options], **known}
        raise LookupError(f"no schema for {shape}")

    def object(self, owner: type[Any], properties: Iterable[Field], *, plain: bool) -> tuple[Json, list[str]]:
        """Properties by name with what is said of them, and which of them must be given."""
        said = descriptions(owner)
        found: Json = {}
        required = []
        for field in properties:
            text = said.get(field.name, "")
            if isinstance(field.shape, Choice):
                text = f"{text} One of: {', '.join(field.shape.values)}.".strip()
            found[field.key] = {**self.property(field.shape, plain=plain), **({"description": text} if text else {})}
            if field.required:
                required.append(field.key)
        return found, sorted(required)

    def _record(self, owner: type[Any], properties: tuple[Field, ...], *, plain: bool, suffix: str = "") -> str:
        name = type_token(owner, suffix)
        if name not in self.found:
            self.found[name] = {}  # known by name from here on: a record may hold itself
            described, required = self.object(owner, properties, plain=plain)
            text = f"What a `{owner.__name__}` gives out, as another component takes it." if suffix else summary(owner)
            self.found[name] = {
                "type": "object",
                "description": text,
                "properties": described,
                **({"required": required} if required else {}),
            }
        return f"#/types/{name}"

    def _enumeration(self, owner: type[Any]) -> str:
        name = type_token(owner)
        members = [{"name": member.name, "value": member.value} for member in owner]
        self.found[name] = {"type": "string", "description": summary(owner), "enum": members}
        return f"#/types/{name}"


def package(components: Iterable[type[pulumi.ComponentResource]], version: str) -> Json:
    """The schema of a package with these components."""
    types, found = _Types(), sorted(components, key=token)
    # Arguments first: a type that is used both ways says what must be known before anything exists.
    taken = [types.object(args_type(item), fields(args_type(item)), plain=True) for item in found]
    given = [types.object(item, outputs(item), plain=False) for item in found]
    resources = {
        token(item): {
            "isComponent": True,
            "type": "object",
            "description": summary(item),
            "inputProperties": inputs,
            "requiredInputs": needed,
            "properties": properties,
            "required": always,
        }
        for item, (inputs, needed), (properties, always) in zip(found, taken, given, strict=True)
    }
    return {
        "name": PACKAGE,
        "version": version,
        "displayName": "BailBondPro components",
        "description": "Network, EKS, PostgreSQL, Redis, gateway, autoscaling, monitoring and CDN as components.",
        "resources": resources,
        "types": dict(sorted(types.found.items())),
        "language": {name: {"respectSchemaVersion": True} for name in LANGUAGES},
    }
