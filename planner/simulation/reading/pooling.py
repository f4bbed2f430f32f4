"""Reads PgBouncer's own pool sizes out of a plan: from its configuration, or from what the plan shows of it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.tokens import KUBERNETES_SECRET
from plan.unknown import is_hidden
from planner.plan_values import at, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan

FILE = "pgbouncer.ini"
ANNOTATION = "bailbondpro/pools"
"""Where the Secret of that file shows its sizes, which are none (components/pooler/config.py)."""
DEFAULT_POOL, DEFAULT_CLIENTS, RESERVE_SECONDS, WAIT_SECONDS = 20, 100, 5.0, 120.0
"""What PgBouncer takes where nothing is said: default_pool_size, max_client_conn, reserve_pool_timeout,
query_wait_timeout (PgBouncer documentation, Configuration; unverified 2026-12-01)."""
_KINDS = {"primary": "PRIMARY", "replica": "REPLICA", "shard": "SHARD"}
_PAIR = re.compile(r"(\w+) *= *('(?:[^']|'')*'|[^\s']*)")


@dataclass(frozen=True, kw_only=True)
class PoolSizes:
    """What one pod of the pooler holds.

    Attributes:
        clients: connections that it takes of pods, to all databases together.
        wait_seconds: how long it lets a query wait for one of them before it ends it.
        servers: by kind of database the connections that it opens to one of them at most, the least of its kind.
    """

    clients: int
    servers: tuple[tuple[str, int], ...]
    wait_seconds: float = WAIT_SECONDS

    def of(self, kind: str) -> int | None:
        """Connections to a database of a kind; None where the pooler knows none."""
        return dict(self.servers).get(kind)


def pool_sizes(plan: Plan, wait_seconds: float) -> PoolSizes | None:
    """The sizes of the plan's pooler; None where a preview hides its file and shows no sizes either.

    Args:
        plan: the plan.
        wait_seconds: how long requests wait for a connection; a reserve that is opened later helps none of them.
    """
    secrets = [item for item in plan.of_type(KUBERNETES_SECRET) if item.system == "pooler"]
    for item in secrets:
        said = text(item.inputs, "stringData", FILE)
        if said and not is_hidden(said):
            return read_pools(said.splitlines(), wait_seconds)
    for item in secrets:
        shown = at(item.inputs, "metadata", "annotations", ANNOTATION)
        if isinstance(shown, str) and not is_hidden(shown):
            return read_pools(shown.split("; "), wait_seconds)
    return None


def read_pools(lines: Iterable[str], wait_seconds: float) -> PoolSizes | None:
    """Sizes by the lines of a configuration of PgBouncer, or by those that tell of sizes alone.

    Returns:
        None where a size is no whole number, or no database is named.
    """
    own: dict[str, str] = {}
    databases: dict[str, dict[str, str]] = {}
    for line in lines:
        name, _, value = (part.strip() for part in line.partition("="))
        if name.partition("_")[0] in _KINDS and (name == "primary" or name.rpartition("_")[2].isdecimal()):
            databases[name] = dict(_PAIR.findall(value))
        elif name:
            own[name] = value
    try:
        servers: dict[str, int] = {}
        for name, said in databases.items():
            kind, size = _KINDS[name.partition("_")[0]], _size(said, own, wait_seconds)
            servers[kind] = min(servers.get(kind, size), size)
        clients = int(own.get("max_client_conn", DEFAULT_CLIENTS))
        # 0 is no bound (the same page).
        wait = float(own.get("query_wait_timeout", WAIT_SECONDS)) or math.inf
    except ValueError:
        return None
    if not servers or not wait >= 0:  # nor is it nan
        return None
    return PoolSizes(clients=clients, servers=tuple(sorted(servers.items())), wait_seconds=wait)


def _size(said: dict[str, str], own: dict[str, str], wait_seconds: float) -> int:
    """Connections of one pool: its own or the default's size, the reserve if it comes in time, and no more than all."""
    size = int(said.get("pool_size", own.get("default_pool_size", DEFAULT_POOL)))
    if float(own.get("reserve_pool_timeout", RESERVE_SECONDS)) < wait_seconds:
        size += int(said.get("reserve_pool", said.get("reserve_pool_size", own.get("reserve_pool_size", 0))))
    most = int(said.get("max_db_connections", own.get("max_db_connections", 0)))
    return min(size, most) if most else size
