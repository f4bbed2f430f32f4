"""Where a plan's pods look for clients: which shards they are told of, and which stand beside those, empty."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.shards import MAX_SHARDS
from plan.tokens import DATABASE
from plan.unknown import is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.model import Plan, PlannedResource

PLACEMENTS = ("primary", "moving", "shards")
"""What a stack says of its clients."""
PARAMETER = "aws:ssm/parameter:Parameter"
"""What the placement is published in."""
_TOLD = re.compile(r"(DATABASE_(?:TARGET_)?SHARD|DATABASE_REPLICA|DATABASE_PRIMARY)(?:_(\d{1,9}))?_URL")
"""The variables that lead pods to databases (scaling guide, Read Replicas and Database Sharding), and to shards that
a move fills."""
_MAP_FILE = "map.json"
"""The key of the ConfigMap that pods read the map from."""
_CONFIG = "kubernetes:core/v1:ConfigMap"
MOST = 1_000_000
"""The highest version of a map that a stack file can state."""
_INDEX = re.compile(r"\bshards-(\d+)\b")


@dataclass(frozen=True, kw_only=True)
class Stated:
    """Where a stack says that its clients' rows lie.

    Attributes:
        placement: `primary`, `moving` or `shards`.
        count: over how many shards pods read and write, 0 for the primary.
        moving_to: over how many after the move that goes on, 0 for the primary; None while nothing moves.
        version: of the shard map.
        returned_from: the map from which rows went back to fewer shards, or to the primary, as the stack file
            acknowledges; None without.
    """

    placement: str = "primary"
    count: int = 0
    moving_to: int | None = None
    version: int = 0
    returned_from: int | None = None

    @property
    def reached(self) -> int:
        """How many shards clients may be written on, before or after the move that goes on."""
        return max(self.count, self.moving_to or 0)


def stated(plan: Plan, *, before: bool = False) -> Stated | None:
    """What the published placement will say, or said before; None where a plan publishes none.

    Stacks from before the placement had a parameter of its own said the same in the shard map.
    """
    for ending in ("placement", "map"):
        for inputs in _published(plan, ending, before=before):
            if found := _stated(inputs.get("insecureValue")):
                return found
    return None


def map_stated(plan: Plan) -> Iterator[tuple[str, Stated]]:
    """The maps that a plan publishes beside the placement, and those that its pods would read, where they are known.

    Yields:
        what has it, and what it says.
    """
    for inputs in _published(plan, "map", before=False):
        if found := _stated(inputs.get("insecureValue")):
            yield "the published map", found
    for item in plan:
        data = item.inputs.get("data") if item.type == _CONFIG and item.op != "delete" else None
        if isinstance(data, dict) and (found := _stated(data.get(_MAP_FILE))):
            yield f"{item.name}, which pods read,", found


def unreadable(plan: Plan) -> bool:
    """Whether a plan publishes a placement, or did before, in words that nobody here understands.

    A map is known after an update only where its servers are new: such a one is read then.
    """
    texts = [inputs for before in (True, False) for inputs in _published(plan, "placement", before=before)]
    maps = [inputs.get("insecureValue") for inputs in _published(plan, "map", before=False)]
    return any(_stated(inputs.get("insecureValue")) is None for inputs in texts) or any(
        _stated(text) is None for text in maps if not is_hidden(text)
    )


def states_placement(text: object) -> bool:
    """Whether a text says where clients' rows lie, as a stack of this platform publishes it."""
    return _stated(text) is not None


def _published(plan: Plan, ending: str, *, before: bool) -> Iterator[dict[str, Any]]:
    """The inputs of the parameters that publish a placement, as they will be or were; of those that exist then."""
    for item in plan:
        if item.type == PARAMETER and item.system == "shards" and item.name.endswith(f"-{ending}"):
            inputs = item.old_inputs if before else item.inputs if item.op != "delete" else {}
            if inputs:
                yield inputs


def _stated(text: object) -> Stated | None:
    """Reads one; None for what is not known before the update, and for what no stack of this platform publishes."""
    try:
        value = json.loads(text) if isinstance(text, str) else None
        if not isinstance(value, dict) or "placement" not in value:
            return None
        moving = value.get("movingTo", (value.get("moving") or {}).get("to"))
        returned = value.get("returnedFrom")
        count = _number(value.get("count", 0), MAX_SHARDS)
        if value["placement"] not in PLACEMENTS or (value["placement"] == "moving" and moving is None):
            return None
        if value["placement"] != "moving" and (value["placement"] == "shards") != bool(count):
            return None
        return Stated(
            placement="moving" if moving is not None else value["placement"],
            count=count,
            moving_to=None if moving is None else _number(moving, MAX_SHARDS),
            version=_number(value.get("version", 0), MOST),
            returned_from=None if returned is None else _number(returned, MOST),
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _number(value: object, most: int) -> int:
    """A number of shards, or of a map."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{value!a} is no number")
    return value


def shards_told(inputs: object) -> int:
    """How many shards the pods of a resource are told of: one more than the highest index in their environment."""
    return max((index + 1 for kind, index in _told(inputs) if kind == "DATABASE_SHARD"), default=0)


def told_of(inputs: object) -> frozenset[tuple[str, int]]:
    """Every database that the pods of a resource are told of: the beginning of its variable, and its number."""
    return frozenset(_told(inputs))


def _told(value: object) -> Iterator[tuple[str, int]]:
    waiting: list[Any] = [value] if isinstance(value, dict | list) else []
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, list):
            waiting += [below for below in inside if isinstance(below, dict | list)]
            continue
        for key, below in inside.items():
            if key == "env" and isinstance(below, list):
                found = (_TOLD.fullmatch(name) for name in _names(below))
                yield from ((one[1], int(one[2] or 0)) for one in found if one is not None)
            elif isinstance(below, dict | list):
                waiting.append(below)


def _names(entries: list[Any]) -> Iterator[str]:
    yield from (str(entry.get("name")) for entry in entries if isinstance(entry, dict))


def shards_in_use(plan: Plan) -> int:
    """How many shards the pods of a plan are told of; 0 while the primary serves all clients."""
    return plan.shards_told


def shard_index(item: PlannedResource) -> int:
    """The index of the shard that a resource belongs to, by its logical name; -1 for none."""
    found = _INDEX.search(item.name)
    return int(found[1]) if found else -1


def shard_servers(plan: Plan) -> list[PlannedResource]:
    """The database servers of all shards that will exist, by index; their replicas are left out."""
    found = [item for item in plan.of_type(DATABASE) if item.system == "shards"]
    return sorted((item for item in found if not item.inputs.get("replicateSourceDb")), key=shard_index)


def deleted_shards(plan: Plan) -> list[int]:
    """The indices of the shards whose servers an update deletes, a replacement among them."""
    gone = [item for item in plan if item.type == DATABASE and item.system == "shards"]
    return sorted(
        shard_index(item)
        for item in gone
        if item.op in {"delete", "replace"} and not item.old_inputs.get("replicateSourceDb")
    )


def empty_shards(existing: int, in_use: int) -> str:
    """Which shards serve nobody, in one sentence; empty where every shard that exists is in use.

    Args:
        existing: number of shards that exist.
        in_use: number of shards that hold clients, counted from the first.
    """
    if existing <= in_use:
        return ""
    if not in_use:
        return (
            f"no pod is pointed at the {existing} shards: every client is on the primary (postgres.placement: "
            "primary); "
            f"`./bbp shard plan --from primary --to {existing}` says what a move takes"
        )
    return (
        f"no pod is pointed at {shard_names(in_use, existing)}; "
        f"`./bbp shard plan --from {in_use} --to {existing}` says what a move takes"
    )


def placement_said(at: Stated) -> str:
    """What a placement means for pods and for rows, in one sentence."""
    here = place_names(at.count)
    if at.moving_to is None:
        here += "" if at.count else ", whatever shards exist"
        return f"map version {at.version}: pods read and write every client on {here}; no row is copied or deleted"
    ending = "`./bbp shard move cut-over`"
    if at.moving_to < at.count:
        ending = "`./bbp shard move back` of the move that led there, or `cut-over` of a move of its own,"
    return (
        f"map version {at.version}: pods read and write every client on {here}, until {ending} has ended; rows are "
        f"copied to {place_names(at.moving_to)} and deleted nowhere"
    )


def place_said(count: int) -> str:
    """So many shards, 0 for the primary."""
    return "the primary" if not count else "1 shard" if count == 1 else f"{count} shards"


def place_names(count: int) -> str:
    """The guide's names of so many shards, 0 for the primary."""
    return shard_names(0, count) if count else "the primary"


def joined(indices: list[int]) -> str:
    """The guide's names of these shards."""
    first, last = indices[0], indices[-1]
    if indices == list(range(first, last + 1)):
        return shard_names(first, last + 1)
    return ", ".join(f"shard_{index}" for index in indices)


def shard_names(first: int, end: int) -> str:
    """The guide's names of the shards from an index up to, not including, another."""
    return f"shard_{first}" if end == first + 1 else f"shard_{first} to shard_{end - 1}"
