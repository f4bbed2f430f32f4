"""When a plan's databases and caches may be patched, and which of them would be at the same time.

A service restarts each server in its own weekly window and knows nothing of the others. Two primaries that restart
at once take two parts of the data away, a primary and its replica all of one, a cache and a database both halves of a
read.
Replicas of one server may share a window where they share a zone, which can go as a whole anyway; replicas of different
servers may always.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING

from bailbondpro.facts.windows import week_minute, weekly_overlap, weekly_span
from plan.tokens import CACHE, DATABASE
from policies.restored import restored_copies

if TYPE_CHECKING:
    from plan import Plan, PlannedResource


COMPARED = 10_000
"""Pairs of servers that are compared: all of 141 servers."""


@dataclass(frozen=True, kw_only=True)
class Patched:
    """A server that its service restarts in a weekly window.

    Attributes:
        urn: its URN.
        name: logical name.
        maintenance: the weekly window, UTC; empty where the plan leaves it to the service, which draws one.
        copies: the daily window of backups or snapshots, UTC; empty where there is none.
        cache: whether it is a cache.
        source: logical name of the primary that a replica follows, empty for any other.
        zone: the zone of a replica, where it is given.
    """

    urn: str
    name: str
    maintenance: str
    copies: str
    cache: bool = False
    source: str = ""
    zone: str = ""


def patched(plan: Plan) -> list[Patched]:
    """Every database and cache that a plan keeps or makes, in the order of their windows, those without one first.

    Not a server of `postgres.restored`: nobody but the one who takes rows out of it waits for it.
    """
    kept = {item.urn: item for item in plan if item.type in (DATABASE, CACHE) and item.op != "delete"}
    copies = restored_copies(kept.values())
    found = [_patched(item, kept) for item in kept.values() if item.name not in copies]
    return sorted(found, key=lambda item: (_minute(item.maintenance), item.name))


def meetings(plan: Plan) -> list[str]:
    """Pairs that would be patched at the same time and must not be, in words; empty where there are none."""
    return [says for _, says in meetings_of(plan)]


def meetings_of(plan: Plan) -> list[tuple[str, str]]:
    """The same, each with the URN of the first of the two.

    A plan of any size is judged in a time that grows with its size: after `COMPARED` pairs one line says that the rest
    was not looked at.
    """
    servers = patched(plan)
    found = [
        (one.urn, f"{one.name} and {other.name} would be patched at once ({one.maintenance}, {other.maintenance})")
        for one, other in islice(combinations(servers, 2), COMPARED)
        if weekly_overlap(one.maintenance, other.maintenance) and _apart(one, other)
    ]
    left = len(servers) * (len(servers) - 1) // 2 - COMPARED
    if left > 0:
        found.append((servers[-1].urn, f"{left:,} further pairs of servers were not compared: too many for one plan"))
    return found


def unscheduled(plan: Plan) -> list[str]:
    """Names of what has no window of its own: the service draws one, so nobody knows whom it meets."""
    return [item.name for item in patched(plan) if not item.maintenance]


def _patched(item: PlannedResource, kept: dict[str, PlannedResource]) -> Patched:
    sources = [kept[urn].name for urn in item.dependencies if urn in kept and kept[urn].type == DATABASE]
    copies = "snapshotWindow" if item.type == CACHE else "backupWindow"
    return Patched(
        urn=item.urn,
        name=item.name,
        maintenance=_text(item, "maintenanceWindow").lower(),
        copies=_text(item, copies),
        cache=item.type == CACHE,
        source=sources[0] if "replicateSourceDb" in item.inputs and sources else "",
        zone=_text(item, "availabilityZone"),
    )


def _text(item: PlannedResource, name: str) -> str:
    value = item.inputs.get(name)
    return value if isinstance(value, str) else ""


def _minute(window: str) -> int:
    return week_minute(window.split("-", maxsplit=1)[0]) if weekly_span(window) else -1


def _apart(one: Patched, other: Patched) -> bool:
    """Whether two servers must not restart together."""
    if one.cache or other.cache:
        return one.cache != other.cache
    if one.source and other.source:
        return one.source == other.source and one.zone != other.zone
    if one.source or other.source:
        return one.name == other.source or other.name == one.source
    return True
