"""Values across a language border: what came in as arguments of a component, and what a component gives out."""

from __future__ import annotations

import dataclasses
from difflib import get_close_matches
from enum import Enum
from functools import singledispatch
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails

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
    fields,
    outputs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOUNS: dict[type[Any], str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def record(owner: type[Any], given: Mapping[str, Any], path: str = "") -> Any:  # noqa: ANN401 - an instance of the class
    """An instance of a class of arguments from the properties that a program gave.

    Raises:
        InputPropertiesError: a property is missing, unknown or of another type, or the class refuses the values.
    """
    values = _properties(fields(owner), given, path)
    try:
        return owner(**values)
    except ValueError as error:
        raise refusal(path or owner.__name__, str(error)) from error


def refusal(path: str, reason: str) -> InputPropertiesError:
    """What is wrong with one property, as the engine tells it."""
    return InputPropertiesError("", [InputPropertyErrorDetails(property_path=path, reason=reason)])


def _properties(known: Iterable[Field], given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The values of the fields that were given; everything that is wrong with them is told at once."""
    by_key = {field.key: field for field in known}
    problems = [_unknown(key, by_key, path) for key in given if key not in by_key and not key.startswith("__")]
    found = {}
    for key, field in by_key.items():
        if given.get(key) is not None:
            try:
                found[field.name] = value(field.shape, given[key], _at(path, key))
            except InputPropertiesError as error:
                problems.append(error)
        elif field.required:
            found[field.name] = None
            if not field.shape.optional:
                problems.append(refusal(_at(path, key), "missing required property"))
    if problems:
        raise _together(problems)
    return found


def _unknown(key: str, by_key: Mapping[str, Field], path: str) -> InputPropertiesError:
    near = get_close_matches(key, by_key, n=1)
    return refusal(_at(path, key), f"unknown property; did you mean {near[0]}?" if near else "unknown property")


def value(shape: Shape, given: Any, path: str) -> Any:  # noqa: ANN401 - property values have any shape
    """What Python takes for a value that a program gave.

    Raises:
        InputPropertiesError: it is of another type, or not known yet where it must be.
    """
    if isinstance(given, pulumi.Output):
        if not shape.output:
            raise refusal(path, "must be known before anything exists: give a plain value, no output")
        if isinstance(shape, Scalar) and shape.type is str:
            return given
        return given.apply(lambda known: None if known is None else value(shape, known, path))
    return _converted(shape, given, path)


@singledispatch
def _converted(shape: Shape, given: Any, path: str) -> Any:  # noqa: ANN401 - as above
    """One way for each kind of shape."""
    raise LookupError(f"{path}: no value for {shape} from {given!r}")


@_converted.register
def _items(shape: Items, given: Any, path: str) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    items = _must(list, given, path, "a list")
    return tuple(_all(((f"{path}[{index}]", item) for index, item in enumerate(items)), shape.item))


@_converted.register
def _entries(shape: Entries, given: Any, path: str) -> dict[str, Any]:  # noqa: ANN401 - as above
    entries = _must(dict, given, path, "values by name")
    return dict(zip(entries, _all(((_at(path, key), item) for key, item in entries.items()), shape.item), strict=True))


def _all(given: Iterable[tuple[str, Any]], shape: Shape) -> list[Any]:
    """The values of several parts by their paths; everything that is wrong with them is told at once."""
    found, problems = [], []
    for path, part in given:
        try:
            found.append(value(shape, part, path))
        except InputPropertiesError as error:
            problems.append(error)
    if problems:
        raise _together(problems)
    return found


def _together(problems: Iterable[InputPropertiesError]) -> InputPropertiesError:
    return InputPropertiesError("", [detail for problem in problems for detail in problem.errors or ()])


@_converted.register
def _record(shape: Record, given: Any, path: str) -> Any:  # noqa: ANN401 - as above
    return record(shape.type, _must(dict, given, path, "an object"), path)


@_converted.register
def _choice(shape: Choice, given: Any, path: str) -> str:  # noqa: ANN401 - as above
    return _one_of(shape.values, given, path)


@_converted.register
def _member(shape: Enumerated, given: Any, path: str) -> Enum:  # noqa: ANN401 - as above
    return shape.type(_one_of([member.value for member in shape.type], given, path))


@_converted.register
def _scalar(shape: Scalar, given: Any, path: str) -> str | float | bool:  # noqa: ANN401 - as above
    wanted = shape.type
    number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if wanted is int and number and float(given).is_integer():
        return int(given)  # numbers cross as floating point
    if wanted is float and number:
        return float(given)
    if wanted in {str, bool} and isinstance(given, wanted):
        return wanted(given)
    raise refusal(path, f"must be {NOUNS[wanted]}, got {given!r}")


def _one_of(values: Iterable[str], given: Any, path: str) -> str:  # noqa: ANN401 - as above
    allowed = list(values)
    if given not in allowed:
        raise refusal(path, f"must be one of {', '.join(allowed)}, got {given!r}")
    return str(given)


def _must(kind: type[Any], given: Any, path: str, noun: str) -> Any:  # noqa: ANN401 - as above
    if not isinstance(given, kind):
        raise refusal(path, f"must be {noun}, got {given!r}")
    return given


@_converted.register
def _option(shape: OneOf, given: Any, path: str) -> Any:  # noqa: ANN401 - an instance of one of the classes
    """The record that has every given property; the first of several."""
    given = _must(dict, given, path, "an object")
    for option in shape.options:
        keys = {field.key for field in fields(option.type)}
        needed = {field.key for field in fields(option.type) if field.required}
        if needed <= given.keys() <= keys:
            return record(option.type, given, path)
    names = ", ".join(option.type.__name__ for option in shape.options)
    raise refusal(path, f"is none of {names}: {', '.join(sorted(given)) or 'nothing'} given")


@_converted.register
def _reference(shape: Reference, given: Any, path: str) -> SimpleNamespace:  # noqa: ANN401 - as above
    """Another component as its outputs: whoever takes it reads nothing else of it."""
    known = outputs(shape.type)
    values = _properties(known, _must(dict, given, path, "the outputs of the component"), path)
    given_out = {field.name: values.get(field.name) for field in known}
    for field in known:
        if field.shape.output and given_out[field.name] is not None:
            given_out[field.name] = pulumi.Output.from_input(given_out[field.name])
    return SimpleNamespace(**given_out)


def state(component: pulumi.ComponentResource) -> dict[str, Any]:
    """The outputs of a component as a program of any language gets them."""
    found = {field.key: _given(getattr(component, field.name, None)) for field in outputs(type(component))}
    return {key: item for key, item in found.items() if item is not None}


def _given(item: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(item, Enum):
        return item.value
    if isinstance(item, (list, tuple)):
        return [_given(part) for part in item]
    if isinstance(item, dict):
        return {key: _given(part) for key, part in item.items()}
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return {field.key: _given(getattr(item, field.name)) for field in fields(type(item))}
    return item


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
