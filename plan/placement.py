"""Where a plan's pods look for clients: which shards they are told of, and which stand beside those, empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.tokens import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.model import Plan, PlannedResource

_TOLD = re.compile(r"DATABASE_SHARD_(\d+)_URL")
"""The variable that the guide's sharding code reads (Database Sharding)."""
_INDEX = re.compile(r"\bshards-(\d+)\b")


def shards_told(inputs: object) -> int:
    """How many shards the pods of a resource are told of: one more than the highest index in their environment."""
    return max(_told(inputs), default=0)


def _told(value: object) -> Iterator[int]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "env" and isinstance(below, list):
                yield from (int(found[1]) + 1 for name in _names(below) if (found := _TOLD.fullmatch(name)))
            else:
                yield from _told(below)
    elif isinstance(value, list):
        for below in value:
            yield from _told(below)


def _names(entries: list[Any]) -> Iterator[str]:
    yield from (str(entry.get("name")) for entry in entries if isinstance(entry, dict))


def shards_in_use(plan: Plan) -> int:
    """How many shards the pods of a plan are told of; 0 while the primary serves all clients."""
    return max((shards_told(item.inputs) for item in plan if item.op != "delete"), default=0)


def shard_index(item: PlannedResource) -> int:
    """The index of the shard that a resource belongs to, by its logical name; -1 for none."""
    found = _INDEX.search(item.name)
    return int(found[1]) if found else -1


def shard_servers(plan: Plan) -> list[PlannedResource]:
    """The database servers of all shards that will exist, by index; their replicas are left out."""
    found = [item for item in plan.of_type(DATABASE) if item.system == "shards"]
    return sorted((item for item in found if not item.inputs.get("replicateSourceDb")), key=shard_index)


def empty_shards(existing: int, in_use: int) -> str:
    """What stands empty, in one sentence; empty itself where every shard that exists is in use.

    Args:
        existing: number of shards that exist.
        in_use: number of shards that hold clients, counted from the first.
    """
    if existing <= in_use:
        return ""
    if not in_use:
        return (
            f"the {existing} shards are empty and every pod stays on the primary (postgres.placement: primary); "
            f"`./bbp shard plan --from primary --to {existing}` says what a move takes"
        )
    return (
        f"{shard_names(in_use, existing)} are empty: no pod is pointed there (postgres.shards.placedOn: "
        f"{in_use}); `./bbp shard plan --from {in_use} --to {existing}` says what a move takes"
    )


def shard_names(first: int, end: int) -> str:
    """The guide's names of the shards from an index up to, not including, another."""
    return f"shard_{first}" if end == first + 1 else f"shard_{first} to shard_{end - 1}"
