"""What an annotation means across a language border: texts, numbers, lists, records, other components."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import sys
import types
from abc import ABC
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import pulumi


class UncrossableError(Exception):
    """A type that no other language can give or take."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Of any value.

    Attributes:
        output: it may be known only once something exists.
        optional: None is a value of it.
    """

    output: bool = False
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Scalar(Shape):
    """A text, a whole number, a number or a truth value."""

    type: type[str | int | float | bool]


@dataclass(frozen=True, kw_only=True)
class Choice(Shape):
    """One of these texts."""

    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Enumerated(Shape):
    """A member of an enumeration, given as its value."""

    type: type[Enum]


@dataclass(frozen=True, kw_only=True)
class Items(Shape):
    """A list."""

    item: Shape


@dataclass(frozen=True, kw_only=True)
class Entries(Shape):
    """Values by text."""

    item: Shape


@dataclass(frozen=True, kw_only=True)
class Record(Shape):
    """A frozen class of fields."""

    type: type[Any]


@dataclass(frozen=True, kw_only=True)
class OneOf(Shape):
    """One of several records, told apart by their fields."""

    options: tuple[Record, ...]


@dataclass(frozen=True, kw_only=True)
class Reference(Shape):
    """Another component, given as the values of its outputs."""

    type: type[pulumi.ComponentResource]


@dataclass(frozen=True)
class Field:
    """One property.

    Attributes:
        name: as Python has it.
        shape: what it holds.
        required: it has no default.
    """

    name: str
    shape: Shape
    required: bool

    @property
    def key(self) -> str:
        """As every schema has it."""
        first, *others = self.name.split("_")
        return first + "".join(word[:1].upper() + word[1:] for word in others)


@cache
def _names(module: str) -> dict[str, Any]:
    """What the annotations of a module may name: its own names, and what it imports for type checkers only."""
    found = {"Output": pulumi.Output, "T": TypeVar("T"), **vars(sys.modules[module])}
    package = str(found.get("__package__") or module)
    for block in ast.parse(inspect.getsource(sys.modules[module])).body:
        if not (isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"):
            continue
        for entry in block.body:
            if isinstance(entry, ast.ImportFrom):
                source = importlib.import_module("." * entry.level + (entry.module or ""), package)
                found |= {item.asname or item.name: getattr(source, item.name) for item in entry.names}
            elif isinstance(entry, ast.Import):
                found |= {item.asname or item.name: importlib.import_module(item.name) for item in entry.names}
    return found


def _annotations(owner: type[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.partition(".")[0] in {"components", "bailbondpro"}:
            found |= inspect.get_annotations(base, globals=_names(base.__module__), eval_str=True)
    return found


def args_type(component: type[pulumi.ComponentResource]) -> type[Any]:
    """The class of a component's arguments."""
    annotations = inspect.get_annotations(component.__init__, globals=_names(component.__module__), eval_str=True)
    found = annotations["args"]
    assert isinstance(found, type)  # noqa: S101 - every component of ours takes one class
    return found


def fields(record: type[Any]) -> tuple[Field, ...]:
    """The fields of a record that can cross; one that holds resources is left out, if it has a default.

    Raises:
        UncrossableError: a field without a default cannot cross.
    """
    annotations = _annotations(record)
    found = []
    for item in dataclasses.fields(record):
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        try:
            found.append(Field(item.name, shape_of(annotations[item.name]), required))
        except UncrossableError:
            if required:
                raise
    return tuple(found)


def outputs(component: type[pulumi.ComponentResource]) -> tuple[Field, ...]:
    """The outputs of a component that can cross: values, not the resources that they were read from."""
    found = []
    for name, annotation in _annotations(component).items():
        try:
            shape = shape_of(annotation)
        except UncrossableError:
            continue
        if not name.startswith("_") and not _has_reference(shape):
            found.append(Field(name, shape, not shape.optional))
    return tuple(found)


def left_out(component: type[pulumi.ComponentResource]) -> tuple[str, ...]:
    """The arguments that only Python can give: they hold resources."""
    crossing = {field.name for field in fields(args_type(component))}
    return tuple(item.name for item in dataclasses.fields(args_type(component)) if item.name not in crossing)


def _has_reference(shape: Shape) -> bool:
    return isinstance(shape, Reference) or (isinstance(shape, (Items, Entries)) and _has_reference(shape.item))


def shape_of(annotation: Any) -> Shape:  # noqa: ANN401 - annotations have no type of their own
    """The shape that an annotation states.

    Raises:
        UncrossableError: it states something that has none.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is pulumi.Output:
        return dataclasses.replace(shape_of(arguments[0]), output=True)
    if origin is Literal:
        return Choice(values=tuple(map(str, arguments)))
    if origin in {tuple, list, Sequence}:
        return Items(item=shape_of(arguments[0]))
    if origin in {dict, Mapping}:
        return Entries(item=shape_of(arguments[1]))
    return _class(annotation)


def _union(arguments: tuple[Any, ...]) -> Shape:
    optional = types.NoneType in arguments
    members = [item for item in arguments if item is not types.NoneType]
    awaited = [get_args(item)[0] for item in members if get_origin(item) is Awaitable]
    if awaited:  # pulumi.Input
        return dataclasses.replace(shape_of(awaited[0]), output=True, optional=optional)
    shapes = [shape_of(item) for item in members]
    if len(shapes) == 1:
        return dataclasses.replace(shapes[0], optional=optional)
    records = tuple(shape for shape in shapes if isinstance(shape, Record))
    if len(records) != len(shapes):
        raise UncrossableError(f"a union of {members}")
    return OneOf(options=records, optional=optional)


def _class(annotation: Any) -> Shape:  # noqa: ANN401 - as above
    if annotation in {str, int, float, bool}:
        return Scalar(type=annotation)
    if isinstance(annotation, type):
        if issubclass(annotation, Enum):
            return Enumerated(type=annotation)
        if dataclasses.is_dataclass(annotation):
            return _kinds(annotation) if ABC in annotation.__bases__ else Record(type=annotation)
        if issubclass(annotation, pulumi.ComponentResource) and annotation is not pulumi.ComponentResource:
            return Reference(type=annotation)
    raise UncrossableError(f"{annotation}")


def _kinds(base: type[Any]) -> OneOf:
    """What stands for an abstract record: this package's records made of it, whatever a program derives besides."""
    package = __name__.removesuffix(".provider.shapes")
    ours = (kind for kind in base.__subclasses__() if kind.__module__.startswith(f"{package}."))
    kinds = sorted(ours, key=lambda kind: kind.__name__)
    return OneOf(options=tuple(Record(type=kind) for kind in kinds))
