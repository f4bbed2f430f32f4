"""Arguments of components as a program of another language writes them."""

from __future__ import annotations

import dataclasses
from enum import Enum
from types import SimpleNamespace
from typing import Any

from components.provider.shapes import Field, Shape, fields


def key_of(name: str) -> str:
    """A property's name in every schema."""
    return Field(name, Shape(), required=True).key


def plain(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """Lists, mappings, texts and numbers; outputs stay what they are."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {field.key: getattr(value, field.name) for field in fields(type(value))}
        return {key: plain(item) for key, item in given.items() if item is not None}
    if isinstance(value, SimpleNamespace):
        return {key_of(name): plain(item) for name, item in vars(value).items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
