"""What a planned platform can carry at most, which growth phase fits a load, and the month to change phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bailbondpro.facts.rds import LEAST_IOPS, SMALL_IOPS, STRIPED_GIB
from planner.capacity.growth import requirement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.capacity.growth import Projection

PHASE_USERS: dict[str, tuple[int, int | None]] = {
    "optimization": (0, 500),
    "horizontal": (500, 1500),
    "microservices": (1500, None),
}
"""Active users that each phase is for (scaling guide, Scaling Phases)."""
PHASE_TOP: dict[str, tuple[int, int, int]] = {
    "optimization": (500, 250_000, 50),
    "horizontal": (1000, 500_000, 100),
    "microservices": (2500, 1_250_000, 250),
}
"""Users, requests a day and database GB of the guide's Growth Projections at the top of each phase."""
REQUESTS_PER_SECOND_PER_POD = 100
"""Load of one pod at which the guide's autoscaler adds another (scaling guide, hpa-config.yml)."""
SECONDS_PER_DAY = 86_400
PEAK_FACTOR = 5.0
"""Busiest second against the day's average: an assumption (the guide states none), overridable."""

Reason = Literal["users", "requests", "storage"]


@dataclass(frozen=True, kw_only=True)
class PlatformSizes:
    """The sizes of one phase, as the configuration states them.

    Attributes:
        phase: growth phase.
        min_pods: fewest application pods.
        max_pods: most application pods.
        pod_cpu_cores: processor limit of a pod in cores.
        max_nodes: most application nodes.
        node_vcpu: virtual processors of a node.
        endpoints: database endpoints: primary, replicas, and shards that hold clients.
        max_connections: connections of each endpoint.
        reserved_connections: of these, kept from the application.
        volumes_gib: allocated storage of each database that takes writes, in GiB; an empty shard takes none.
        iops: provisioned IOPS of the primary, if any.
        max_storage_gib: up to where the storage of those grows by itself, in GiB.
        cache_shards: shards of the cache.
        cache_node_gib: usable memory of a cache node in GiB.
        cache_reserved_percent: of that, kept for failover and snapshots.
    """

    phase: str
    min_pods: int
    max_pods: int
    pod_cpu_cores: float
    max_nodes: int
    node_vcpu: int
    endpoints: int
    max_connections: int
    reserved_connections: int
    volumes_gib: tuple[int, ...]
    iops: int | None
    max_storage_gib: int
    cache_shards: int
    cache_node_gib: float
    cache_reserved_percent: int


@dataclass(frozen=True, kw_only=True)
class PlatformCapacity:
    """What a platform of these sizes carries at most.

    Attributes:
        phase: growth phase.
        users: the guide's range of active users; the upper end is None where it has none.
        pods: fewest and most application pods.
        cores: processor cores that the pods may use at most.
        node_cores: virtual processors of all application nodes at most.
        requests_per_second: at the guide's 100 a second for each pod.
        connections: of the application, over all database endpoints.
        iops: over all databases that take writes.
        storage_gib: up to where storage grows by itself.
        cache_gib: cache memory without its reserve, replicas not counted.
        guide_cores: cores that the guide's formula asks for at the phase's top.
    """

    phase: str
    users: tuple[int, int | None]
    pods: tuple[int, int]
    cores: float
    node_cores: int
    requests_per_second: int
    connections: int
    iops: int
    storage_gib: int
    cache_gib: float
    guide_cores: int


@dataclass(frozen=True, kw_only=True)
class PhaseChange:
    """The first month of a projection that one phase no longer carries.

    Attributes:
        leaves: the phase that is too small.
        to: the next one; None after the last.
        month: when.
        because: what it runs out of.
        load: the projected number of that.
        limit: what the phase carries of it.
    """

    leaves: str
    to: str | None
    month: int
    because: Reason
    load: float
    limit: float


def capacity_of(sizes: PlatformSizes) -> PlatformCapacity:
    """The most that a platform of these sizes carries."""
    top_users, top_requests, top_storage = PHASE_TOP[sizes.phase]
    cache = sizes.cache_shards * sizes.cache_node_gib * (100 - sizes.cache_reserved_percent) / 100
    return PlatformCapacity(
        phase=sizes.phase,
        users=PHASE_USERS[sizes.phase],
        pods=(sizes.min_pods, sizes.max_pods),
        cores=sizes.max_pods * sizes.pod_cpu_cores,
        node_cores=sizes.max_nodes * sizes.node_vcpu,
        requests_per_second=sizes.max_pods * REQUESTS_PER_SECOND_PER_POD,
        connections=sizes.endpoints * (sizes.max_connections - sizes.reserved_connections),
        iops=sum(_included_iops(gib) for gib in sizes.volumes_gib)
        + (max(sizes.iops - _included_iops(sizes.volumes_gib[0]), 0) if sizes.iops else 0),
        storage_gib=sizes.max_storage_gib,
        cache_gib=round(cache, 2),
        guide_cores=requirement(top_users, top_requests, top_storage).cpu_cores,
    )


def _included_iops(gib: int) -> int:
    return LEAST_IOPS if gib >= STRIPED_GIB else SMALL_IOPS


def peak_requests_per_second(requests_per_day: float, peak_factor: float = PEAK_FACTOR) -> float:
    """Requests in the busiest second of a day."""
    return requests_per_day / SECONDS_PER_DAY * peak_factor


def phase_for(users: float) -> str:
    """The growth phase for a number of active users (scaling guide: up to 500, up to 1,500, more)."""
    for phase, (_, top) in PHASE_USERS.items():
        if top is None or users <= top:
            return phase
    raise AssertionError("the last phase has no upper end")


def phase_changes(
    projections: Sequence[Projection],
    platforms: Sequence[PlatformCapacity],
    peak_factor: float = PEAK_FACTOR,
) -> list[PhaseChange]:
    """When each phase, in order, stops carrying the projected load.

    A phase that a load outgrows before it is entered is left in the same month.

    Args:
        projections: month by month.
        platforms: the phases' capacities, smallest first.
        peak_factor: busiest second against the day's average.
    """
    changes = []
    for platform, following in zip(platforms, [*platforms, None][1:], strict=True):
        found = next((change for p in projections for change in _outgrown(p, platform, following, peak_factor)), None)
        if found is not None:
            changes.append(found)
    return changes


def _outgrown(
    projection: Projection, platform: PlatformCapacity, following: PlatformCapacity | None, peak_factor: float
) -> list[PhaseChange]:
    peak = round(peak_requests_per_second(projection.requests_per_day, peak_factor), 1)
    limits: tuple[tuple[Reason, float, float], ...] = (
        ("users", projection.users, platform.users[1] if platform.users[1] is not None else math.inf),
        ("requests", peak, platform.requests_per_second),
        ("storage", projection.storage_gb, platform.storage_gib),
    )
    return [
        PhaseChange(
            leaves=platform.phase,
            to=following.phase if following else None,
            month=projection.month,
            because=reason,
            load=load,
            limit=limit,
        )
        for reason, load, limit in limits
        if load > limit
    ]
