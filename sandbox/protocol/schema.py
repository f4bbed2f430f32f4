"""What a resource type accepts and returns, derived from the installed SDK: the schema oracle of the sandbox.

The SDKs are generated from the providers' schemas, so names, types, required inputs, nested objects, enums and
secrets can be read back from them. They do not carry replacement rules, value ranges or formats.
"""

from __future__ import annotations

import ast
import collections.abc
import contextlib
import enum
import inspect
import json
import sys
import threading
import types
import typing
from dataclasses import dataclass, field
from typing import Any

from pulumi import _types

from sandbox.cache import cache_directory, write_atomically
from sandbox.protocol.packages import class_source, packages, resource_class

if typing.TYPE_CHECKING:
    from pathlib import Path

FORMAT = 3
"""Raised when the derived form changes, so that older cache files are not read."""

JsonType = dict[str, Any]
"""One derived type: `{"kind": "string"}`, `{"list": T}`, `{"map": T}`, `{"ref": name}`, `{"union": [T, ...]}` or
`{"enum": [...], "open": bool}`, where an open enum only names known values."""


@dataclass(frozen=True)
class ResourceSchema:
    """The inputs and outputs of one resource type, in the provider's camelCase names."""

    token: str
    inputs: dict[str, JsonType]
    required: tuple[str, ...]
    outputs: tuple[str, ...]
    secret_inputs: tuple[str, ...]
    secret_outputs: tuple[str, ...]
    types: dict[str, dict[str, Any]] = field(repr=False)
    """Nested object types by name: `{"properties": {name: type}, "required": [...]}`."""

    @property
    def computed(self) -> tuple[str, ...]:
        """Outputs that are never inputs: only the provider knows them."""
        return tuple(name for name in self.outputs if name not in self.inputs)


class _Derivation:
    """Collects the nested object types that one resource refers to."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, Any]] = {}

    def type_of(self, hint: Any) -> JsonType:  # noqa: ANN401 - a typing expression has no narrower type
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
        if inspect.isclass(hint) and issubclass(hint, enum.Enum):
            return {"enum": [member.value for member in hint], "open": False}
        if inspect.isclass(hint) and _types.is_input_type(hint):
            return {"ref": self.object_type(hint)}
        return {"kind": "any"}

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
        name = f"{cls.__module__}.{cls.__name__}".replace("._inputs.", ".").removesuffix("Args")
        if name not in self.types:
            self.types[name] = {}  # first, so that a recursive type ends here
            self.types[name] = {
                "properties": {key: self.type_of(hint) for key, hint in _types.input_type_types(cls).items()},
                "required": _required(cls),
            }
        return name


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


def _required(args_class: type[Any]) -> list[str]:
    """Inputs without a default in the generated constructor, in the provider's names."""
    names = _types.input_type_py_to_pulumi_names(args_class)
    parameters = inspect.signature(args_class.__init__).parameters
    return sorted(
        names.get(python_name, python_name)
        for python_name, parameter in parameters.items()
        if python_name in names and parameter.default is inspect.Parameter.empty
    )


def _args_class(cls: type[Any]) -> type[Any] | None:
    """`XArgs`, or `XInitArgs` where the plain name belongs to a nested type."""
    module = sys.modules[cls.__module__]
    for suffix in ("InitArgs", "Args"):
        candidate = getattr(module, f"{cls.__name__}{suffix}", None)
        if inspect.isclass(candidate) and candidate.__module__ == cls.__module__:
            return candidate
    return None


def _secrets(cls: type[Any]) -> tuple[list[str], list[str]]:
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


def derive(token: str) -> ResourceSchema:
    """Read the schema of one type from its SDK class (10 to 500 ms, depending on nested types).

    Raises:
        KeyError: no installed SDK registers this token.
    """
    cls = resource_class(token)
    derivation = _Derivation()
    args = _args_class(cls)
    hints = _types.input_type_types(args) if args is not None else {}
    inputs = {name: derivation.type_of(hint) for name, hint in hints.items()}
    secret_inputs, secret_outputs = _secrets(cls)
    outputs = sorted(_types.resource_pulumi_to_py_names(cls))
    return ResourceSchema(
        token=token,
        inputs=inputs,
        required=tuple(_required(args)) if args is not None else (),
        outputs=tuple(outputs),
        secret_inputs=tuple(secret_inputs),
        secret_outputs=tuple(secret_outputs),
        types=derivation.types,
    )


class SchemaOracle:
    """Schemas by token, derived once per SDK version and kept in the user's cache directory."""

    def __init__(self) -> None:
        self._known: dict[str, ResourceSchema] = {}
        self._loaded: set[str] = set()
        self._changed: set[str] = set()
        self._lock = threading.Lock()

    def get(self, token: str) -> ResourceSchema | None:
        """The schema of a type, or None when no installed SDK knows it."""
        package = token.split(":", 1)[0]
        if package not in packages():
            return None
        with self._lock:
            self._load(package)
            if token not in self._known:
                try:
                    self._known[token] = derive(token)
                except KeyError:
                    return None
                self._changed.add(package)
            return self._known[token]

    def flush(self) -> None:
        """Write newly derived schemas to the cache; a read-only cache costs time on the next run, nothing else."""
        with self._lock:
            for package in sorted(self._changed):
                with contextlib.suppress(OSError):
                    self._save(package)
            self._changed.clear()

    @staticmethod
    def _path(package: str) -> Path:
        return cache_directory() / "schemas" / f"{package}-{packages()[package].version}-f{FORMAT}.json"

    def _load(self, package: str) -> None:
        if package in self._loaded:
            return
        self._loaded.add(package)
        try:
            stored = json.loads(self._path(package).read_text(encoding="utf-8"))
            found = {token: _restored(token, fields) for token, fields in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return  # no cache yet, or a broken one: it is derived again
        self._known.update(found)

    def _save(self, package: str) -> None:
        stored = {
            token: {name: getattr(schema, name) for name in _FIELDS}
            for token, schema in sorted(self._known.items())
            if token.startswith(f"{package}:")
        }
        write_atomically(self._path(package), json.dumps(stored, separators=(",", ":")))


def _restored(token: str, fields: dict[str, Any]) -> ResourceSchema:
    values: dict[str, Any] = {key: tuple(value) if key in _TUPLES else value for key, value in fields.items()}
    return ResourceSchema(token=token, **values)


_FIELDS = ("inputs", "required", "outputs", "secret_inputs", "secret_outputs", "types")
_TUPLES = ("required", "outputs", "secret_inputs", "secret_outputs")
