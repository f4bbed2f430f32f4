"""Whether an update moves pods between databases that hold clients and databases that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.placement import Stated, shard_index, shard_names, shard_servers, shards_told, stated
from policies.stateful import Loss

if TYPE_CHECKING:
    from plan import Plan, PlannedResource


def shards_left(plan: Plan) -> list[Loss]:
    """Pods that were told of shards and would no longer be: the clients there would be out of their reach."""
    found = [(item, told, was) for item, told, was in _changed(plan) if told < was]
    if not found:
        return []
    item, told, was = max(found, key=lambda entry: entry[2] - entry[1])
    return [
        Loss(
            item.urn,
            "move",
            "clients on shards",
            tuple(f"DATABASE_SHARD_{index}_URL" for index in range(told, was)),
            f"pods would leave {shard_names(told, was)} and every client that lies there; move the rows back first",
        )
    ]


def shards_entered_empty(plan: Plan) -> str:
    """Pods that would be pointed at shards which the same update creates, in one sentence; empty where none would.

    A server that does not exist yet holds nobody, whatever the stack file says. Pods that are new themselves leave no
    client behind.
    """
    created = {shard_index(server) for server in shard_servers(plan) if server.op == "create"}
    for item, told, was in _changed(plan):
        if empty := sorted(created & set(range(was, told))):
            return (
                f"{item.name}: its pods would be pointed at {shard_names(empty[0], empty[-1] + 1)}, which this step "
                "creates empty; create the shards first, with postgres.placement: primary or the old "
                "postgres.shards.placedOn, and fill them (./bbp shard plan)"
            )
    return ""


def misplaced(plan: Plan) -> str:
    """Why an update may not change the placement as it would, in one sentence; empty where it may.

    Clients change their place in two deployments, `moving` and what it leads to, each with a higher version of the map:
    a step that skips the first has copied nothing. A stack that had no placement before begins where it likes.
    """
    before, after = stated(plan, before=True), stated(plan)
    if before is None or after is None:
        return ""
    return _skipped(before, after) or _version(before, after)


def _skipped(before: Stated, after: Stated) -> str:
    """A change of the place that no move led to, a way back that nobody acknowledged, a move that begins in another."""
    if after.moving_to is not None and before.moving_to not in {None, after.moving_to}:
        return (
            f"a move to {_place(before.moving_to or 0)} goes on, and this update would begin one to "
            f"{_place(after.moving_to)}: end the first, or give it up with postgres.placement: {_word(before.count)}"
        )
    if after.count == before.count:
        return ""
    if before.moving_to != after.count:
        return (
            f"pods would go from {_place(before.count)} to {_place(after.count)}, where nothing was copied: deploy "
            f"postgres.placement: moving with shards.movingTo: {after.count} and shards.mapVersion: "
            f"{before.version + 1} first, and move (docs/sharding.md)"
        )
    if after.count < before.count and after.returned_from != before.version:
        return (
            f"pods would go from {_place(before.count)} back to {_place(after.count)}, and the shards hold what was "
            "written since they are in use: carry it back (./bbp shard move back), and acknowledge it with "
            f"postgres.shards.returnedFrom: {before.version}"
        )
    return ""


def _version(before: Stated, after: Stated) -> str:
    same = (before.count, before.moving_to) == (after.count, after.moving_to)
    if after.version > before.version or (same and after.version == before.version):
        return ""
    what = "nothing about the placement changes" if same else "the placement changes"
    return (
        f"{what}, and the version of the shard map would go from {before.version} to {after.version}: nobody could "
        f"tell the maps apart; set postgres.shards.mapVersion to {before.version + (0 if same else 1)}"
    )


def _place(count: int) -> str:
    return f"{count} shards" if count else "the primary"


def _word(count: int) -> str:
    return f"shards, placedOn: {count}" if count else "primary"


def _changed(plan: Plan) -> list[tuple[PlannedResource, int, int]]:
    """Resources that exist and stay, with the shards that their pods would be told of and are told of."""
    kept = [item for item in plan if item.old_inputs and item.op != "delete"]
    return [(item, shards_told(item.inputs), shards_told(item.old_inputs)) for item in kept]
