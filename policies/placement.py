"""Whether an update moves pods between databases that hold clients and databases that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.placement import shard_index, shard_names, shard_servers, shards_told
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


def _changed(plan: Plan) -> list[tuple[PlannedResource, int, int]]:
    """Resources that exist and stay, with the shards that their pods would be told of and are told of."""
    kept = [item for item in plan if item.old_inputs and item.op != "delete"]
    return [(item, shards_told(item.inputs), shards_told(item.old_inputs)) for item in kept]
