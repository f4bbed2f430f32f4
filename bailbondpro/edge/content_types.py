"""Whether a response says that it is what its path promises: conditions on its Content-Type, on each line of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import DATA_TYPES, PAGE_TYPES, STATIC_TYPES
from bailbondpro.edge.language.expressions import AllIn, And, AnyOf, Expression, IsIn, Not, Or, StartsWith, StatusIn
from bailbondpro.edge.language.fields import EXTENSION, PATH, RESPONSE_HEADER_NAMES, LowerEach, ResponseHeader
from bailbondpro.edge.language.lines import AllHave

if TYPE_CHECKING:
    from bailbondpro.edge.cache_classes import StaticType

_TYPE = ResponseHeader("content-type")


def static() -> Expression:
    """The path ends as a static file does."""
    return IsIn(EXTENSION, tuple(extension for kind in STATIC_TYPES for extension in kind.extensions))


def is_typed_as(kinds: tuple[StaticType, ...]) -> Expression:
    """The response says that it is the static file that its path promises, and nothing else; or it renews one."""
    typed = Or(tuple(And((IsIn(EXTENSION, kind.extensions), _typed(*kind.content_types))) for kind in kinds))
    return Or((StatusIn((304,)), And((typed, _has_type(), Not(_several())))))


def without_type() -> Expression:
    """No renewal, and it names no type, of which `other_type` would have nothing to compare, or several in a line."""
    return And((Not(StatusIn((304,))), Or((Not(_has_type()), _several()))))


def other_type() -> Expression:
    """A line says that the response is no file, page or data as its path promises."""
    unlike = (And((IsIn(EXTENSION, kind.extensions), Not(_typed(*kind.content_types)))) for kind in STATIC_TYPES)
    api = StartsWith(PATH, "/api/")
    other = Or((And((Not(api), Not(_typed(*PAGE_TYPES)))), And((api, Not(_typed(*DATA_TYPES))))))
    return Or((*unlike, And((Not(static()), other))))


def _has_type() -> Expression:
    return AnyOf(RESPONSE_HEADER_NAMES, "eq", "content-type")


def _several() -> Expression:
    return AnyOf(_TYPE, "contains", ",")


def _typed(*types: str) -> Expression:
    """All lines begin as one of the types, where these end with a star; else each is one. Also where there is none."""
    begun = tuple(AllHave(_TYPE, kind) for kind in types if kind.endswith("*"))
    return Or(begun) if begun else AllIn(LowerEach(_TYPE), types)
