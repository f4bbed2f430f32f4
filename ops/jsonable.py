"""Turns answers into JSON documents: every key is the name of a field, unless an answer says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from operator import attrgetter
from pathlib import PurePath
from typing import Any

SCALARS = (str, float, int, bool)
"""Types that JSON has itself; nearly every value of a large answer is of one of them."""


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON document
    """A value in JSON's own types.

    A dataclass is an object of its fields in their order, or what its own `as_json` gives; sequences are arrays, paths
    are texts, members of an enumeration their values.
    """
    if value is None or type(value) in SCALARS:
        return value
    own = getattr(value, "as_json", None)
    if callable(own):
        return plain(own())
    if isinstance(value, Enum):
        return plain(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, PurePath) else value


def picked(value: object, *facts: str) -> dict[str, Any]:
    """Some facts of an object, in the given order.

    Args:
        value: the object.
        facts: names of fields or properties; `key=path` gives one another key, and reaches through fields, as in
            `element=element.title`.
    """
    named = (fact.partition("=") for fact in facts)
    return {key: plain(attrgetter(path or key)(value)) for key, _, path in named}
