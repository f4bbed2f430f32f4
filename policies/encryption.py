"""Whether what a plan keeps is encrypted at rest, as the rows of `plan.types` ask for each type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource


def keeps(item: PlannedResource) -> bool:
    """Whether a resource keeps data that has to be encrypted."""
    row = TYPES.get(item.type)
    return row is not None and bool(row.at_rest.properties or row.at_rest.by) and item.op != "delete"


def unencrypted(plan: Plan) -> list[str]:
    """What keeps data in the clear: `<name> (<what is not set>)`, in the plan's order."""
    return [f"{item.name} ({missing})" for item, missing in in_the_clear(plan)]


def in_the_clear(plan: Plan) -> Iterator[tuple[PlannedResource, str]]:
    """Each resource that keeps data in the clear, with what is not set, in the plan's order."""
    return ((item, missing) for item in plan if keeps(item) for missing in _missing(item, plan))


def _missing(item: PlannedResource, plan: Plan) -> Iterator[str]:
    asked = TYPES[item.type].at_rest
    for path in asked.properties:
        if not any(_is_set(item.inputs, choice.split(".")) for choice in path.split(" | ")):
            yield path
    if asked.by and not any(other.type in asked.by.split(" | ") for other in _tied(item, plan)):
        yield f"no {' or '.join(token.rsplit(':', 1)[-1] for token in asked.by.split(' | '))}"


def _tied(item: PlannedResource, plan: Plan) -> Iterator[PlannedResource]:
    """What will exist beside a resource and depends on it, or it on that."""
    yield from plan.dependents(item.urn)
    yield from (found for urn in item.dependencies if (found := plan.get(urn)) and found.op != "delete")


def _is_set(value: object, path: list[str]) -> bool:
    """Whether the property at a path is there and on; for a list, of every entry."""
    if not path:
        return value not in {None, False, "", "false"} if not isinstance(value, (dict, list)) else bool(value)
    name, *below = path
    found = value.get(name.removesuffix("[*]")) if isinstance(value, dict) else None
    if name.endswith("[*]"):
        return isinstance(found, list) and bool(found) and all(_is_set(entry, below) for entry in found)
    return _is_set(found, below)
