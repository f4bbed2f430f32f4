"""Whether the databases have room for the data of the users."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plan.placement import shard_index, shards_in_use
from plan.tokens import DATABASE
from planner.capacity.platform import PHASE_TOP
from planner.plan_values import at, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan import Plan
    from planner.objectives.model import Answer

GB_PER_USER = PHASE_TOP["microservices"][2] / PHASE_TOP["microservices"][0]
"""Scaling guide, Growth Projections: 250 GB for 2,500 users, and as much for each of the fewer of other phases."""


def storage_gib(plan: Plan) -> float | None:
    """Up to where the storage of the databases that take writes grows by itself, in GiB; None where nobody knows.

    Args:
        plan: the plan; an empty shard holds nothing, and a replica what its primary holds.
    """
    in_use, found = shards_in_use(plan), 0.0
    for item in plan.of_type(DATABASE):
        if at(item.inputs, "replicateSourceDb") or (item.system == "shards" and shard_index(item) >= in_use):
            continue
        now, most = (quantity(at(item.inputs, name)) for name in ("allocatedStorage", "maxAllocatedStorage"))
        if now is None:
            return None
        found += max(now, most or 0)
    return found


def with_room(answers: Iterable[Answer], users: int, gib: float | None) -> Iterator[Answer]:
    """The answers, of which the load is missed where the data of so many users find no room.

    Args:
        answers: of all objectives.
        users: active users.
        gib: see `storage_gib`.
    """
    for answer in answers:
        if answer.name != "load" or gib is None or gib >= users * GB_PER_USER:
            yield answer
            continue
        room = f"{gib:,.0f} GiB of storage hold the data of {gib / GB_PER_USER:,.0f} users"
        yield replace(
            answer,
            found=f"{room}; {answer.found}",
            verdict="missed",
            value=gib / GB_PER_USER if answer.value is None else min(answer.value, gib / GB_PER_USER),
            fix="postgres.maxAllocatedStorageGib says up to where storage grows by itself",
        )
