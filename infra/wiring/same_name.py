"""What settings and a component's arguments call by the same name is handed over by that name."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from infra.settings.base import Area

if TYPE_CHECKING:
    from collections.abc import Collection

    from _typeshed import DataclassInstance


def of_same_name(args: type[DataclassInstance], *areas: Area, without: Collection[str] = ()) -> dict[str, Any]:
    """Keyword arguments for `args`: each of its fields that one of the areas has as a value of the same name.

    What has another name or another form in the component is named in the call beside it, where mypy sees it; Python
    refuses a field that comes from both, or a required one that comes from neither. That a value's type and unit are
    those of the field, `tests/stack/platform/test_same_name.py` proves for every call.

    Args:
        args: The class whose fields are wanted.
        *areas: Areas of the settings; an object below an area is an area of its own and never handed over whole.
        without: Fields that the call names itself, although an area has a value of that name.

    Raises:
        TypeError: two areas have the same value, so that which of them is meant has to be said.

    >>> from infra.settings.postgres import ClientPools
    >>> from components.app.runtime_env import ClientPools as PodPools
    >>> PodPools(**of_same_name(PodPools, ClientPools(replica=4)))
    ClientPools(primary=20, replica=4, shard=10)
    """
    found: dict[str, Any] = {}
    for name in (field.name for field in fields(args) if field.name not in without):
        owners = [area for area in areas if name in _values(type(area))]
        if len(owners) > 1:
            names = " and ".join(type(owner).__name__ for owner in owners)
            raise TypeError(f"{args.__name__}.{name} could come from {names}: say which in the call")
        if owners:
            found[name] = getattr(owners[0], name)
    return found


@cache
def _values(area: type[Area]) -> frozenset[str]:
    """Names of what an area holds itself, without the objects below it."""
    return frozenset(name for name, field in area.model_fields.items() if not _holds_area(field.annotation))


def _holds_area(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Area):
        return True
    return any(_holds_area(part) for part in get_args(annotation))
