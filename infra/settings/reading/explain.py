"""From a validation error to a `Problem`: key path, what is allowed, and the smallest fix, in words."""

import re
from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from infra.problems import Problem, key_path, nearest, shown
from infra.settings.base import Area, KnownClass, Matching

_RANGE = ("greater_than_equal", "less_than_equal", "greater_than", "less_than")
_LENGTH = ("too_short", "too_long", "string_too_short", "string_too_long")
_CHOICE = ("enum", "literal_error")
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_NOT_TEXTS = ("an integer", "true or false", "a list", "an object")


def meaningful(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without those that only follow from others: a list counts as short when its items are refused."""
    locations = [details["loc"] for details in errors]

    def follows(details: ErrorDetails) -> bool:
        place = details["loc"]
        below = any(other[: len(place)] == place and len(other) > len(place) for other in locations)
        return details["type"] == "too_short" and below

    return [details for details in errors if not follows(details)]


def explain(model: type[Area], details: ErrorDetails) -> Problem:
    """The problem behind one error of a validation.

    Args:
        model: The model that was validated as a whole.
        details: One entry of `ValidationError.errors()`.
    """
    location = details["loc"]
    path, value = key_path(location), shown(details["input"], str(location[-1]) if location else "")
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return _declined_key(location, value) or _unknown_key(model, location, value)
    allowed = _allowed_at(model, location)
    if kind == "missing":
        return Problem(path=path, rule="missing", value="nothing", allowed=allowed, fix=f"add `{path}`: {allowed}")
    if "fix" in context:
        return Problem(path=path, rule=kind, value=value, allowed=str(context["allowed"]), fix=str(context["fix"]))
    rule, fix = _rule_and_fix(kind, context, details["input"], allowed)
    return Problem(path=path, rule=rule, value=value, allowed=allowed, fix=fix)


def _rule_and_fix(kind: str, context: Mapping[str, Any], value: object, allowed: str) -> tuple[str, str]:
    if kind in _RANGE:
        return "range", f"set it to {next(iter(context.values()))}"
    if kind in _LENGTH:
        return "length", f"make it {allowed}"
    if kind in _CHOICE:
        return "choice", f"write `{_closest(value, allowed.removeprefix('one of ').split(', '))}`"
    if kind == "string_pattern_mismatch":
        return "format", f"write {allowed} that matches {context['pattern']}"
    return "type", _type_fix(value, allowed)


def _closest(value: object, choices: list[str]) -> str:
    """The choice that was probably meant: by size among numbers, by spelling otherwise."""
    if isinstance(value, int) and all(choice.isdigit() for choice in choices):
        return min(choices, key=lambda choice: abs(int(choice) - value))
    return next(iter(nearest(str(value), choices)), choices[0])


def _type_fix(value: object, allowed: str) -> str:
    if isinstance(value, str) and (_NUMBER.fullmatch(value) or value in {"true", "false"}):
        return f"write {value} without quotes"
    if isinstance(value, int | float) and not allowed.startswith(_NOT_TEXTS):
        return f'write "{value}" in quotes'
    container = next((kind for kind in ("an object", "a list") if allowed.startswith(kind)), None)
    if container:
        return f"write {container}, or remove the key to keep the default"
    return f"write {allowed}"


_PROXY = re.compile(r"(?i)(rds[-_]?)?proxy")


def _declined_key(location: tuple[str | int, ...], value: str) -> Problem | None:
    """A key that one may expect, for something the platform does not do, with the reason."""
    if location[0] != "postgres" or not _PROXY.fullmatch(str(location[-1])):
        return None
    return Problem(
        path=key_path(location),
        rule="no-rds-proxy",
        value=value,
        allowed="PgBouncer (postgres.pooler): RDS Proxy serves an instance's writer and none of its replicas",
        fix="remove it, and set postgres.pooler.enabled to true",
    )


def _unknown_key(model: type[Area], location: tuple[str | int, ...], value: str) -> Problem:
    siblings = _keys(_model_at(model, location[:-1]) or model)
    unknown = str(location[-1])
    close = nearest(unknown, siblings)
    if close:
        fix = f"did you mean `{key_path((*location[:-1], close[0]))}`?"
    elif "." in unknown:
        fix = "write nested objects instead of a dotted key, or remove it"
    else:
        fix = "remove it"
    return Problem(
        path=key_path(location), rule="unknown-key", value=value, allowed=f"one of {', '.join(siblings)}", fix=fix
    )


def _keys(model: type[Area]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _field(model: type[Area], key: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in {field.alias, name}), None)


def area_of(annotation: object) -> type[Area] | None:
    """The model behind an annotation: itself, or what an optional or a list of it holds."""
    if isinstance(annotation, type) and issubclass(annotation, Area):
        return annotation
    return next((found for part in get_args(annotation) if (found := area_of(part))), None)


def _model_at(model: type[Area], location: tuple[str | int, ...]) -> type[Area] | None:
    current: type[Area] | None = model
    for key in location:
        if isinstance(key, int):
            continue
        field = _field(current, key) if current else None
        current = area_of(field.annotation) if field else None
    return current


def _allowed_at(model: type[Area], location: tuple[str | int, ...]) -> str:
    """What is allowed at a location, in words: the field's, or its items' where the location is inside a list."""
    names = [key for key in location if isinstance(key, str)]
    depth = len(location) - next((i for i, key in enumerate(reversed(location)) if isinstance(key, str)), 0)
    field = None
    current: type[Area] | None = model
    for name in names:
        field = _field(current, name) if current else None
        current = area_of(field.annotation) if field else None
    if field is None:
        return "a text"
    if depth < len(location):
        items = [part for part in get_args(field.annotation) if part is not Ellipsis]
        return words(items[0], ()) if items else "another value"
    return words(field.annotation, field.metadata)


def words(annotation: object, metadata: object = ()) -> str:
    """A type and its bounds in words, for example `an integer from 1 to 3`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return words(inner, more)
    if origin in {Union, UnionType}:
        parts = [words(part, metadata) for part in get_args(annotation) if part is not NoneType]
        return " or ".join([*parts, "null"])
    if origin is Literal:
        return f"one of {', '.join(str(choice) for choice in get_args(annotation))}"
    if origin is tuple:
        item = get_args(annotation)[0]
        return f"a list{_bounds(metadata, 'of', 'items')}, each {'an object' if area_of(item) else words(item)}"
    return _plain_words(annotation, metadata)


def _plain_words(annotation: object, metadata: object) -> str:
    checked = next((item.allowed for item in _items(metadata) if isinstance(item, Matching | KnownClass)), None)
    if checked:
        return checked
    if isinstance(annotation, type):
        if issubclass(annotation, Enum):
            return f"one of {', '.join(str(choice.value) for choice in annotation)}"
        if issubclass(annotation, Area):
            return f"an object with keys of {', '.join(_keys(annotation))}"
        names = {bool: "true or false", int: f"an integer{_bounds(metadata, 'from')}", str: "a text"}
        return names.get(annotation, "another value")
    return "an object of texts" if get_origin(annotation) is not None else "another value"


def _items(metadata: object) -> tuple[Any, ...]:
    return tuple(metadata) if isinstance(metadata, list | tuple) else ()


def _bounds(metadata: object, word: str, unit: str = "") -> str:
    low: Any = None
    high: Any = None
    for item in _items(metadata):
        low = item.ge if isinstance(item, Ge) else item.min_length if isinstance(item, MinLen) else low
        high = item.le if isinstance(item, Le) else item.max_length if isinstance(item, MaxLen) else high
    if low is None and high is None:
        return ""
    unit = f" {unit}" if unit else ""
    if low == high:
        return f" {word} {low}{unit}"
    return f" {word} {low} to {high}{unit}" if low is not None and high is not None else f" {word} at most {high}{unit}"
