"""What a look-up has that its name does not say: which types it finds, and by which of their properties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTITY = "id"
"""Stands for the physical id among the properties of an object."""


@dataclass(frozen=True)
class Through:
    """A property of another object that refers to the one that is looked for: a route table through its association.

    Attributes:
        token: the type of the other object.
        key: its property that holds the argument.
        refers: its property that holds the physical id, or another handle, of what is looked for.
    """

    token: str
    key: str
    refers: str


@dataclass(frozen=True)
class Found:
    """One look-up whose name or arguments do not say enough.

    Attributes:
        token: pattern of function tokens.
        types: the types that it finds; empty where the function's name says it.
        by: argument or filter -> the properties that may hold it, `id` for the physical id.
        through: argument or filter -> the other object that leads to the one that is looked for.
        ignored: arguments that change the form of the answer, not what is found.
        results: result -> the property that holds it.
    """

    token: str
    types: tuple[str, ...] = ()
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    through: Mapping[str, Through] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Usual:
    """What an object has as long as nobody says otherwise, as its service documents it.

    Attributes:
        token: the resource type.
        values: by property; what follows from the place of the object is not among them.
    """

    token: str
    values: Mapping[str, Any]
