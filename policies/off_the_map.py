"""Whether what a plan tells its pods is the placement that it publishes, and the servers of that placement are there.

Settings, component and map agree in this program; a plan of a changed one, or one that somebody wrote, is not taken at
its word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.placement import joined, map_stated, place_said, shard_index, shard_servers, stated, told_of
from plan.tokens import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan
    from plan.placement import Stated

SHARD, TARGET, PRIMARY = "DATABASE_SHARD", "DATABASE_TARGET_SHARD", "DATABASE_PRIMARY"


def off_the_map(plan: Plan) -> str:
    """Why pods would read or write clients elsewhere than the plan publishes, in one sentence; empty where not."""
    at = stated(plan)
    if at is None:
        return ""
    return next((said for said in (*_maps(plan, at), *_pods(plan, at), *_servers(plan, at)) if said), "")


def _maps(plan: Plan, at: Stated) -> Iterator[str]:
    """The map that people and pods read says the same as the placement."""
    for where, said in map_stated(plan):
        if (said.count, said.moving_to, said.version) != (at.count, at.moving_to, at.version):
            yield (
                f"{where} would have clients on {place_said(said.count)} in version {said.version}, and the published "
                f"placement on {place_said(at.count)} in version {at.version}"
            )


def _pods(plan: Plan, at: Stated) -> Iterator[str]:
    """Pods are told of all shards that hold clients, or of none; of shards that a move fills, as targets alone."""
    aims = set(range(at.count, at.moving_to or 0))
    reading = 0
    for item in plan:
        if item.op == "delete":
            continue
        told = {index for kind, index in told_of(item.inputs) if kind == SHARD}
        targets = {index for kind, index in told_of(item.inputs) if kind == TARGET}
        reading += bool(told)
        if told not in (set(), set(range(at.count))):
            yield (
                f"{item.name}: its pods would be told of {joined(sorted(told))}, and the published placement has "
                f"clients on {place_said(at.count)}: whatever they read and write would lie elsewhere"
            )
        if not targets <= aims:
            yield f"{item.name}: its pods would be told of {joined(sorted(targets))} as targets, and no move fills them"
    told_of_databases = [item for item in plan if item.op != "delete" and told_of(item.inputs)]
    if at.count and told_of_databases and not reading:
        yield (
            f"no pod would be told of any shard, and the published placement has clients on {place_said(at.count)}: "
            "every pod would read and write the primary"
        )


def _servers(plan: Plan, at: Stated) -> Iterator[str]:
    """Every shard that pods may write on is a server of the plan."""
    have = {shard_index(server) for server in shard_servers(plan)}
    lost = sorted(set(range(at.reached)) - have)
    if plan.of_type(DATABASE) and lost:
        yield (f"the plan has no server of {joined(lost)}, and its placement has clients there, or a move leads there")
