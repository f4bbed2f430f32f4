"""Boxes of what keeps data: primary, replicas, shards, cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.placement import shard_index, shards_in_use
from plan.tokens import CACHE, DATABASE
from planner.diagram.parts import Box, plural
from planner.plan_values import at, number, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plan import Plan, PlannedResource


def _databases(plan: Plan, system: str, *, copies: bool) -> list[PlannedResource]:
    found = [item for item in plan.of_type(DATABASE) if item.system == system]
    return sorted(
        (item for item in found if bool(at(item.inputs, "replicateSourceDb")) == copies), key=lambda i: i.name
    )


def _size(item: PlannedResource) -> tuple[str, ...]:
    storage = int(number(item.inputs, "allocatedStorage", default=0))
    standby = "standby in another zone (Multi-AZ)" if at(item.inputs, "multiAz") else "one zone"
    sizes = [text(item.inputs, "instanceClass"), f"{storage:,} GiB" if storage else ""]
    return (", ".join(size for size in sizes if size), standby)


def primaries(plan: Plan) -> list[Box]:
    """The databases that take writes and are no shards."""
    return [
        Box(key=item.name, title=f"PostgreSQL {item.name}", lines=_size(item), row="primary", systems=("postgres",))
        for item in _databases(plan, "postgres", copies=False)
    ]


def replicas(plan: Plan) -> list[Box]:
    """Read replicas, each in the zone that the plan names."""
    return [
        Box(
            key=item.name,
            title=item.name,
            lines=(text(item.inputs, "instanceClass"),),
            row="replicas",
            systems=("postgres",),
            zone=text(item.inputs, "availabilityZone"),
        )
        for item in _databases(plan, "postgres", copies=True)
    ]


def shards(plan: Plan) -> list[Box]:
    """Shards, and replicas of shards."""
    found = _databases(plan, "shards", copies=False)
    copies = _databases(plan, "shards", copies=True)
    in_use = shards_in_use(plan)
    sources = _sources(copies)
    return [
        Box(
            key=item.name,
            title=item.name,
            lines=(
                *_size(item),
                *_copies(item, sources, len(copies) if len(found) == 1 else 0),
                *(() if shard_index(item) < in_use else ("empty: no pod is told of it",)),
            ),
            row="shards",
            systems=("shards",),
        )
        for item in found
    ]


def _sources(copies: list[PlannedResource]) -> dict[str, set[int]]:
    """Which of the copies name or need a server, by its identifier and by its URN."""
    found: dict[str, set[int]] = {}
    for place, copy in enumerate(copies):
        for source in (str(at(copy.inputs, "replicateSourceDb")), *copy.dependencies):
            found.setdefault(source, set()).add(place)
    return found


def _copies(item: PlannedResource, sources: Mapping[str, set[int]], alone: int) -> tuple[str, ...]:
    """How many copies a server has; all of them where it is the only one that takes writes."""
    name = text(item.inputs, "identifier")
    own = alone or len(sources.get(name, set()) | sources.get(item.urn, set()))
    return (plural(own, "read replica"),) if own else ()


def caches(plan: Plan) -> list[Box]:
    """Valkey clusters."""
    found = []
    for item in sorted(plan.of_type(CACHE), key=lambda item: item.name):
        count = int(number(item.inputs, "numNodeGroups", default=1))
        each = int(number(item.inputs, "replicasPerNodeGroup", default=0))
        spread = "spread over zones" if at(item.inputs, "multiAzEnabled") else "zones not decided"
        lines = (
            f"{plural(count, 'shard')} of one primary and {plural(each, 'replica')}",
            f"{count * (1 + each)} x {text(item.inputs, 'nodeType')}, {spread}",
        )
        found.append(Box(key=item.name, title="Redis (Valkey)", lines=lines, row="redis", systems=("redis",)))
    return found
