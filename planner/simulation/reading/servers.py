"""Whether servers take what clients bring: databases that refuse writes or connections, heaps too small to run in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.tokens import PARAMETER_GROUP
from planner.plan_values import items, text
from planner.simulation.reading.resources import containers_of, environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

HEAP = re.compile(r"--max[-_]old[-_]space[-_]size=(\d+)")
"""The most MiB of the heap, in NODE_OPTIONS; the last one counts (Node.js documentation, Command-line API)."""
LEAST_HEAP_MIB = 64
"""The least heap that the application's settings allow (our choice: Node.js and a framework take 30 to 50 MiB)."""
RESERVED = 3
"""Connections that clients never get (PostgreSQL, superuser_reserved_connections; unverified 2026-12-01)."""
LEAST_LIMIT_MS = 1000.0
"""The shortest time that a statement, a lock or an idle transaction may be given (our choice: a hundred times what a
request is taken to keep a database busy)."""
_LIMITS = ("statement_timeout", "lock_timeout", "transaction_timeout", "idle_in_transaction_session_timeout")
"""Milliseconds after which PostgreSQL ends what a client does; 0 is no bound (PostgreSQL documentation, Client
Connection Defaults; unverified 2026-12-01)."""
_ON = frozenset(("1", "on", "true", "yes"))
_POOL = "DATABASE_POOL_PRIMARY_MAX"


def refusing(plan: Plan, simulated: list[PlannedResource]) -> Iterator[str]:
    """What makes servers refuse their clients, in words.

    Args:
        plan: the plan.
        simulated: the Deployments that are stations of the simulation.
    """
    pools = [int(size) for item in simulated if (size := _told(item, _POOL)).isdigit()]
    for group in plan.of_type(PARAMETER_GROUP):
        said = {text(one, "name"): text(one, "value") for one in items(group.inputs, "parameters")}
        if said.get("default_transaction_read_only", "").lower() in _ON:
            yield f"{group.name}: default_transaction_read_only, every write fails"
        for name in _LIMITS:
            limit = _whole(said.get(name, ""))
            if limit and limit < LEAST_LIMIT_MS:
                yield f"{group.name}: {name} {limit:g} ms, what takes longer fails"
        most = _whole(said.get("max_connections", ""))
        if most is not None and pools and most - RESERVED < max(pools):
            yield f"{group.name}: max_connections {most:g} are fewer than the pool of one pod, {max(pools)}"
    for item in simulated:
        heaps = [int(found) for found in HEAP.findall(_told(item, "NODE_OPTIONS"))]
        if heaps and heaps[-1] < LEAST_HEAP_MIB:
            name = text(item.inputs, "metadata", "name") or item.name
            yield f"{name}: a heap of {heaps[-1]} MiB, nothing starts in less than {LEAST_HEAP_MIB}"


def _whole(said: str) -> float | None:
    return float(said) if said.isdigit() else None


def _told(item: PlannedResource, name: str) -> str:
    told = (environment_of(container).get(name) for container in containers_of(item))
    return " ".join(value for value in told if isinstance(value, str))
