"""Reads the types of a resource from its SDK class: what it accepts, and what it returns.

Needs nothing but the SDK and this folder, so that it also runs in the environment of another program.
"""

from __future__ import annotations

import ast
import collections.abc
import enum
import inspect
import sys
import types
import typing
from typing import Any

from pulumi import ComponentResource, Output, _types

from sandbox.protocol.packages import class_source, resource_class

JsonType = dict[str, Any]
"""One derived type: `{"kind": "string"}`, `{"list": T}`, `{"map": T}`, `{"ref": name}`, `{"union": [T, ...]}` or
`{"enum": [...], "open": bool}`, where an open enum only names known values."""


class Derivation:
    """Collects the nested object types that one resource refers to."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, Any]] = {}
        self.returned: dict[str, dict[str, JsonType]] = {}

    def type_of(self, hint: Any) -> JsonType:  # noqa: ANN401 - a typing expression has no narrower type
        """The type behind a typing expression; objects are collected by name."""
        if (simple := _simple(hint)) is not None:
            return simple
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Literal:
            return {"enum": list(args), "open": False}
        if origin in (typing.Union, types.UnionType):
            return self._union(args)
        if origin in (collections.abc.Sequence, list):
            return {"list": self.type_of(args[0])}
        if origin in (collections.abc.Mapping, dict):
            return {"map": self.type_of(args[1])}
        return self._class(hint) if inspect.isclass(hint) else {"kind": "any"}

    def _class(self, hint: type[Any]) -> JsonType:
        if issubclass(hint, enum.Enum):
            return {"enum": [member.value for member in hint], "open": False}
        if _types.is_input_type(hint):
            return {"ref": self.object_type(hint)}
        return {"ref": self.returned_type(hint)} if _types.is_output_type(hint) else {"kind": "any"}

    def _union(self, args: tuple[Any, ...]) -> JsonType:
        """An `Input[T]`: the plain alternatives, without `Awaitable`, `Output`, `None` and typed dictionaries."""
        kept = [arg for arg in args if not _is_plumbing(arg)]
        derived: list[JsonType] = []
        for arg in kept:
            if (item := self.type_of(arg)) not in derived:
                derived.append(item)
        enums = [item for item in derived if "enum" in item]
        if enums and {"kind": "string"} in derived:
            # The SDK lists known values beside `str`: the provider accepts newer ones, so the list only helps naming.
            return {"enum": enums[0]["enum"], "open": True}
        return derived[0] if len(derived) == 1 else {"union": derived} if derived else {"kind": "any"}

    def object_type(self, cls: type[Any]) -> str:
        """The name of an object among the inputs."""
        name = f"{cls.__module__}.{cls.__name__}".replace("._inputs.", ".").removesuffix("Args")
        if name not in self.types:
            self.types[name] = {}  # first, so that a recursive type ends here
            self.types[name] = {
                "properties": {key: self.type_of(hint) for key, hint in _types.input_type_types(cls).items()},
                "required": required(cls),
            }
        return name

    def returned_type(self, cls: type[Any]) -> str:
        """The name of an object among the outputs; its SDK marks nearly everything in it as optional."""
        name = f"{cls.__module__}.{cls.__name__}".replace(".outputs.", ".")
        if name not in self.returned:
            self.returned[name] = {}
            self.returned[name] = {key: self.type_of(hint) for key, hint in _types.output_type_types(cls).items()}
        return name

    def outputs(self, cls: type[Any]) -> tuple[dict[str, JsonType], tuple[str, ...]]:
        """The outputs of a resource by type, and which of them it always has."""
        hints = _types._raw_return_hints(cls)  # type: ignore[arg-type]  # noqa: SLF001 - as above
        present = tuple(sorted(key for key, hint in hints.items() if not _is_optional(hint)))
        names = sorted(_types.resource_pulumi_to_py_names(cls))
        # The API server of Kubernetes says what an object of its kind returns: the SDK marks nothing as optional.
        bare = cls.__module__.startswith("pulumi_kubernetes.")
        derived = {
            key: {"kind": "any"} if bare or key not in present else self.type_of(_types.unwrap_type(hints[key]))
            for key in names
        }
        return derived, () if bare else present


def _is_optional(hint: Any) -> bool:  # noqa: ANN401 - a typing expression has no narrower type
    """Whether a property may be absent: `Output[Optional[T]]`, or `Optional[T]` inside an object."""
    if typing.get_origin(hint) is Output:
        (hint,) = typing.get_args(hint)
    return type(None) in typing.get_args(hint)


def _simple(hint: Any) -> JsonType | None:  # noqa: ANN401 - a typing expression has no narrower type
    names = {str: "string", bool: "boolean", int: "integer", float: "number"}
    if inspect.isclass(hint) and hint in names:
        return {"kind": names[hint]}
    if inspect.isclass(hint) and hint.__module__.startswith("pulumi.asset"):
        return {"kind": "asset"}
    return {"kind": "any"} if hint is Any else None


def _is_plumbing(arg: Any) -> bool:  # noqa: ANN401 - a typing expression has no narrower type
    origin = typing.get_origin(arg)
    if arg is type(None) or origin is collections.abc.Awaitable:
        return True
    named = getattr(origin or arg, "__name__", "")
    return named == "Output" or typing.is_typeddict(arg) or (isinstance(arg, typing.ForwardRef))


def required(args_class: type[Any]) -> list[str]:
    """Inputs without a default in the generated constructor, in the provider's names."""
    names = _types.input_type_py_to_pulumi_names(args_class)
    parameters = inspect.signature(args_class.__init__).parameters
    return sorted(
        names.get(python_name, python_name)
        for python_name, parameter in parameters.items()
        if python_name in names and parameter.default is inspect.Parameter.empty
    )


def args_class(cls: type[Any]) -> type[Any] | None:
    """`XArgs`, or `XInitArgs` where the plain name belongs to a nested type."""
    module = sys.modules[cls.__module__]
    for suffix in ("InitArgs", "Args"):
        candidate = getattr(module, f"{cls.__name__}{suffix}", None)
        if inspect.isclass(candidate) and candidate.__module__ == cls.__module__:
            return candidate
    return None


def secrets(cls: type[Any]) -> tuple[list[str], list[str]]:
    """(inputs that the SDK wraps as secrets, outputs it declares secret), in the provider's names."""
    names = _types.resource_py_to_pulumi_names(cls)
    inputs: list[str] = []
    outputs: list[str] = []
    for node in ast.walk(class_source(cls)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "secret" and node.args and isinstance(node.args[0], ast.Name):
                inputs.append(names.get(node.args[0].id, node.args[0].id))
            for keyword in node.keywords:
                if keyword.arg == "additional_secret_outputs":
                    outputs.extend(ast.literal_eval(keyword.value))
    return sorted(set(inputs)), sorted(set(outputs))


def component(token: str) -> bool:
    """Whether a token is of a component: a program of the package puts it together, no cloud makes it."""
    return issubclass(resource_class(token), ComponentResource)
