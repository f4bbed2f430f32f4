"""What a provider's function takes and gives back, derived from the installed SDK as a resource's schema is."""

from __future__ import annotations

import importlib
import inspect
import re
import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi import _types

from sandbox.protocol.elsewhere import function_elsewhere
from sandbox.protocol.packages import environment, packages
from sandbox.protocol.schema import ResourceSchema
from sandbox.protocol.sdk_types import Derivation

if typing.TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from sandbox.protocol.schema import JsonType

_ARGUMENT = re.compile(r"__args__\['([^']+)'\] = (\w+)")
_PARAMETER = re.compile(r"(\w+): (?:pulumi\.Input\[Optional\[Optional|Optional\[pulumi\.Input\[Optional)\[")
"""An optional parameter, as newer and as older generators of SDKs write it."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class FunctionSchema:
    """The arguments and the result of one function, in the provider's camelCase names.

    Attributes:
        token: the function's token, for example "aws:ec2/getVpc:getVpc".
        args: its arguments, as the inputs of a resource type, so that they are held against it in the same way.
        result: its result likewise; `required` names what is always there.
    """

    token: str
    args: ResourceSchema
    result: ResourceSchema


def function_schema(token: str) -> FunctionSchema | None:
    """The schema of a function, or None when no installed SDK has it."""
    return _known(environment().interpreter, token)


@cache
def _known(interpreter: Path | None, token: str) -> FunctionSchema | None:
    if interpreter is not None:
        found = function_elsewhere(token)
        return _restored(token, found) if found is not None else None
    return derive_function(token)


def derive_function(token: str) -> FunctionSchema | None:
    """Read the schema of a function from the SDK of this environment."""
    module = _module(token)
    called = getattr(module, python_name(token), None)
    if module is None or not inspect.isfunction(called):
        return None
    derivation = _Answered()
    hints = typing.get_type_hints(called)
    names = {parameter: name for name, parameter in _ARGUMENT.findall(inspect.getsource(called))}
    args: dict[str, JsonType] = {name: derivation.type_of(_given(hints[at])) for at, name in names.items()}
    result, always = _result(module, derivation)
    return _restored(
        token,
        {
            "args": args,
            "required": _required(module, token, names),
            "result": result,
            "always": always,
            "types": derivation.types,
        },
    )


def stored_function(schema: FunctionSchema) -> dict[str, Any]:
    """A schema as JSON."""
    return {
        "args": schema.args.inputs,
        "required": schema.args.required,
        "result": schema.result.inputs,
        "always": schema.result.required,
        "types": schema.args.types,
    }


def _restored(token: str, stored: dict[str, Any]) -> FunctionSchema:
    types_ = stored["types"]
    return FunctionSchema(
        token,
        ResourceSchema(token, stored["args"], tuple(stored["required"]), {}, (), (), (), types_, {}),
        ResourceSchema(token, stored["result"], tuple(stored["always"]), {}, (), (), (), types_, {}),
    )


class _Answered(Derivation):
    """Keeps every property of a result's objects: a resource's schema only keeps what is always there."""

    def returned_type(self, cls: type[Any]) -> str:
        name = f"{cls.__module__}.{cls.__name__}".replace(".outputs.", ".")
        if name not in self.types:
            self.types[name] = {}  # first, so that a recursive type ends here
            properties = {key: self.type_of(hint) for key, hint in _types.output_type_types(cls).items()}
            self.types[name] = {"properties": properties, "required": []}
        return name


def python_name(token: str) -> str:
    """The name of a function in its SDK: getVpc is get_vpc there."""
    return _WORD.sub("_", token.rsplit(":", 1)[1]).lower()


def _module(token: str) -> ModuleType | None:
    """The module of the SDK that defines a function: one for each."""
    package, middle, _ = token.split(":")
    if package not in packages():
        return None
    folder = packages()[package].directory
    part = middle.split("/", maxsplit=1)[0]
    inner = "" if part == "index" else f".{part}" if (folder / part).is_dir() else f".{part}_"
    try:
        return importlib.import_module(f"{folder.name}{inner}.{python_name(token)}")
    except ModuleNotFoundError:
        return None


def _given(hint: Any) -> Any:  # noqa: ANN401 - a typing expression has no narrower type
    """What can be given for an argument: without None."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        kept = tuple(item for item in typing.get_args(hint) if item is not type(None))
        return typing.Union[kept]  # noqa: UP007 - made of what another Union had
    return hint


def _required(module: ModuleType, token: str, names: dict[str, str]) -> tuple[str, ...]:
    """The arguments that must be given: the form for outputs says it, whose optional ones are optional twice."""
    source = inspect.getsource(getattr(module, f"{python_name(token)}_output", _required))
    optional = set(_PARAMETER.findall(source))
    return tuple(sorted(name for at, name in names.items() if at not in optional))


def _result(module: ModuleType, derivation: Derivation) -> tuple[dict[str, JsonType], tuple[str, ...]]:
    for name, found in vars(module).items():
        if (
            inspect.isclass(found)
            and found.__module__ == module.__name__
            and name.endswith("Result")
            and not name.startswith("Awaitable")
        ):
            kinds = {key: derivation.type_of(hint) for key, hint in _types.output_type_types(found).items()}
            return kinds, _always(found)
    return {}, ()


def _always(cls: type[Any]) -> tuple[str, ...]:
    """What a result always has: nothing public says which of its properties are optional."""
    names: frozenset[str] = _types._required_property_names(cls)  # type: ignore[arg-type]  # noqa: SLF001 - as said
    return tuple(sorted(names))
