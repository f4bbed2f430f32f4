"""Every setting as a leaf of the settings' tree, and another value for it that a stack may have too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Le

from infra.settings import Settings
from infra.settings.reading.explain import area_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from infra.settings.base import Area


@dataclass(frozen=True)
class Leaf:
    """One key that holds a value and no object.

    Attributes:
        path: keys as a stack file writes them, joined by dots; an entry of a list is `[]`.
        field: its model field.
    """

    path: str
    field: FieldInfo

    def other(self, value: object) -> object:
        """Another valid value, where its type alone tells one.

        Raises:
            LookupError: only a table can tell.
        """
        if isinstance(value, bool):
            return not value
        if choices := _choices(self.field.annotation):
            return next(choice for choice in choices if choice != value)
        if isinstance(value, int):
            most = next((rule.le for rule in self.field.metadata if isinstance(rule, Le)), None)
            return value - 1 if value == most else value + 1
        raise LookupError(f"{self.path}: no other value follows from {value!r}")


def leaves(model: type[Area] = Settings, prefix: str = "") -> Iterator[Leaf]:
    """All leaves, in the order of the settings."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        below = area_of(field.annotation)
        if below is None:
            yield Leaf(path, field)
        else:
            yield from leaves(below, f"{path}[]." if _is_list(field.annotation) else f"{path}.")


def changed(tree: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy of a stack file's values with one leaf set; of a list, in its first entry."""
    head, _, rest = path.partition(".")
    key, is_list = head.removesuffix("[]"), head.endswith("[]")
    if not rest:
        return {**tree, key: value}
    below = tree.get(key) or {}
    if is_list:
        return {**tree, key: [changed(below[0], rest, value), *below[1:]]}
    return {**tree, key: changed(below, rest, value)}


def current(settings: Settings, path: str) -> object:
    """The value of a leaf as a stack file would write it; None below an object that is not there."""
    value: Any = settings.model_dump(mode="json", by_alias=True)
    for key in path.split("."):
        value = value.get(key.removesuffix("[]")) if value is not None else None
        if key.endswith("[]"):
            value = value[0]
    return value


def _is_list(annotation: object) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_list(get_args(annotation)[0])
    return origin in {tuple, list}


def _choices(annotation: object) -> tuple[object, ...]:
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(member.value for member in annotation)
    if origin is Annotated:
        return _choices(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        parts = [part for part in get_args(annotation) if part is not NoneType]
        return _choices(parts[0]) if len(parts) == 1 else ()
    return ()
