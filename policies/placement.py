"""Whether an update moves pods between databases that hold clients and databases that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.placement import (
    Stated,
    deleted_shards,
    joined,
    place_said,
    shard_index,
    shard_names,
    shard_servers,
    shards_told,
    stated,
)
from policies.off_the_map import off_the_map
from policies.stateful import Loss

if TYPE_CHECKING:
    from plan import Plan, PlannedResource


def unplaced(plan: Plan) -> str:
    """Why an update may not be made as it is, for what it does to clients' places; empty where it may."""
    return shards_entered_empty(plan) or misplaced(plan) or shards_taken_away(plan) or off_the_map(plan)


def shards_left(plan: Plan) -> list[Loss]:
    """Pods that were told of shards and would no longer be: the clients there would be out of their reach.

    A way back that the stack file acknowledges is none: `misplaced` judges it.
    """
    before, after = stated(plan, before=True), stated(plan)
    if before is not None and after is not None and _acknowledged(before, after):
        return []
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


def shards_taken_away(plan: Plan) -> str:
    """Shards whose servers an update deletes while they may hold clients, in one sentence; empty where none is.

    Shards that pods were told of, or that a move fills, hold rows that are nowhere else, or are the way back. They are
    left in one update and deleted in a later one.
    """
    states = (stated(plan, before=True) or Stated(), stated(plan) or Stated())
    held = max(*(one.reached for one in states), *(was for _, _, was in _changed(plan)), 0)
    gone = [index for index in deleted_shards(plan) if index < held]
    if not gone:
        return ""
    return (
        f"the servers of {joined(gone)} would be deleted or replaced, and until this step pods read and write clients "
        "there, or a move leads there: what was not carried on is gone, and the way back with it; leave "
        f"postgres.shards.count at {gone[-1] + 1} or more, and lower it in a deployment of its own after `./bbp shard "
        "move clean-up`"
    )


def misplaced(plan: Plan) -> str:
    """Why an update may not change the placement as it would, in one sentence; empty where it may.

    Clients change their place in two deployments, `moving` and what it leads to, each with a higher version of the map:
    a step that skips the first has copied nothing. A stack that had no placement before begins where it likes.
    """
    before, after = stated(plan, before=True), stated(plan)
    if before is None or after is None:
        return ""
    return _skipped(before, after) or _unfounded(before, after) or _version(before, after)


def _skipped(before: Stated, after: Stated) -> str:
    """A change of the place that no move led to, a way back that nobody acknowledged, a move that begins in another."""
    if after.moving_to is not None and before.moving_to not in {None, after.moving_to}:
        return (
            f"a move to {place_said(before.moving_to or 0)} goes on, and this update would begin one to "
            f"{place_said(after.moving_to)}: end the first, or give it up with postgres.placement: "
            f"{_word(before.count)}"
        )
    if after.count == before.count:
        return ""
    if before.moving_to != after.count:
        return (
            f"pods would go from {place_said(before.count)} to {place_said(after.count)}, where nothing was copied: "
            f"deploy postgres.placement: moving with shards.movingTo: {after.count} and shards.mapVersion: "
            f"{before.version + 1} first, and move (docs/sharding.md)"
        )
    if after.count < before.count and not _acknowledged(before, after):
        return (
            f"pods would go from {place_said(before.count)} back to {place_said(after.count)}, and the shards hold "
            "what was written since they are in use: carry it back (./bbp shard move back, or the steps to cut-over), "
            f"and acknowledge it with postgres.shards.returnedFrom: {before.version}"
        )
    return ""


def _acknowledged(before: Stated, after: Stated) -> bool:
    """Whether an update ends a way back to fewer shards, or to the primary, and says so of the map that it leaves."""
    return after.count < before.count and before.moving_to == after.count and after.returned_from == before.version


def _unfounded(before: Stated, after: Stated) -> str:
    """A way back that is acknowledged where none has ended."""
    if after.returned_from in {None, before.returned_from} or after.count < before.count:
        return ""
    return (
        f"postgres.shards.returnedFrom: {after.returned_from} acknowledges a way back, and pods would "
        f"{'stay on' if after.count == before.count else 'go to'} {place_said(after.count)}: remove it"
    )


def _version(before: Stated, after: Stated) -> str:
    same = (before.count, before.moving_to) == (after.count, after.moving_to)
    if after.version > before.version or (same and after.version == before.version):
        return ""
    what = "nothing about the placement changes" if same else "the placement changes"
    return (
        f"{what}, and the version of the shard map would go from {before.version} to {after.version}: nobody could "
        f"tell the maps apart; set postgres.shards.mapVersion to {before.version + (0 if same else 1)}"
    )


def _word(count: int) -> str:
    return f"shards, placedOn: {count}" if count else "primary"


def _changed(plan: Plan) -> list[tuple[PlannedResource, int, int]]:
    """Resources that exist and stay, with the shards that their pods would be told of and are told of."""
    kept = [item for item in plan if item.old_inputs and item.op != "delete"]
    return [(item, shards_told(item.inputs), shards_told(item.old_inputs)) for item in kept]
