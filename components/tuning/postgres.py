"""PostgreSQL parameters for RDS: the guide's tuning in the units that RDS wants, a scaled variant, and a memory guard.

Pure: no Pulumi. The guide (Vertical Scaling, Performance Tuning) gives shared_buffers 2GB, effective_cache_size 6GB,
work_mem 256MB, maintenance_work_mem 1GB, max_connections 200 and max_worker_processes 8. Those are numbers for 8 GiB:
shared_buffers at 25 % and effective_cache_size at 75 % of memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bailbondpro.facts.rds import MAX_CONNECTIONS

from ..validation import require, within

ApplyMethod = Literal["immediate", "pending-reboot"]

GUIDE_MEMORY_GIB = 8
"""Memory that the guide's tuning is written for (shared_buffers and effective_cache_size are 25 % and 75 % of it)."""

GUIDE_MAX_CONNECTIONS = 200
"""The guide, Vertical Scaling, Performance Tuning: maxConnections."""

MINIMUM_WORK_MEM_GRANTS = 4
"""Sorts or hashes that must fit at once: two for each of the two vCPUs of the smallest class that carries the guide's
tuning (db.*.large). A judgement, not a vendor's number."""

CONNECTION_GIB = 0.01
"""Planning figure for one backend: about 10 MiB (AWS Database Blog, "Resources consumed by idle PostgreSQL
connections", measures 1.5 to 14.5 MB)."""

AUTOVACUUM_WORKERS = 3
"""The PostgreSQL and RDS default of autovacuum_max_workers."""

RESPONSE_TIME_ALERT_MS = 1000
"""The guide, Performance Monitoring: response_time alerts at 1000 ms; slower statements are logged from there on."""

_MIB_PER_GIB = 1024
_KIB_PER_MIB = 1024
_PAGES_PER_MIB = 128  # PostgreSQL pages are 8 kB

_CLASS_MEMORIES_GIB = (1, 2, 4, 8, 16, 32, 64, 128)
"""Memory of RDS classes from db.t4g.micro to db.r7g.4xlarge; the last carries every number that is accepted here."""


class Profile(StrEnum):
    """Where the memory parameters come from."""

    GUIDE = "guide"
    """The guide's exact numbers, whatever the class."""
    SCALED = "scaled"
    """The guide's proportions, scaled to the memory of the class."""


@dataclass(frozen=True, kw_only=True, order=True)
class Parameter:
    """One entry of an RDS parameter group.

    Attributes:
        name: parameter name.
        value: value as RDS wants it, without unit.
        apply_method: "pending-reboot" for static parameters: RDS refuses "immediate" there.
    """

    name: str
    value: str
    apply_method: ApplyMethod = "immediate"


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Memory and concurrency settings of one server; memory in MiB."""

    shared_buffers_mib: float
    effective_cache_size_mib: float
    work_mem_mib: float
    maintenance_work_mem_mib: float
    autovacuum_work_mem_mib: float
    max_connections: int
    max_worker_processes: int


GUIDE = Tuning(
    shared_buffers_mib=2 * _MIB_PER_GIB,
    effective_cache_size_mib=6 * _MIB_PER_GIB,
    work_mem_mib=256,
    maintenance_work_mem_mib=1 * _MIB_PER_GIB,
    autovacuum_work_mem_mib=64,
    max_connections=GUIDE_MAX_CONNECTIONS,
    max_worker_processes=8,
)
"""The guide's tuning. autovacuum_work_mem is ours: unset, each autovacuum worker may take maintenance_work_mem
(PostgreSQL documentation, "Resource Consumption"), which is 3 GiB of the 8. 64 MB is plenty since PostgreSQL 17 stores
dead row identifiers in a radix tree (release notes of 17)."""


def tuning(profile: Profile, memory_gib: float, max_connections: int | None = None) -> Tuning:
    """The settings of a profile on a server of a given memory.

    `scaled` keeps the guide's shares: below 8 GiB everything shrinks alike, connections too (25 per GiB); above it
    shared_buffers and effective_cache_size keep growing, maintenance memory grows to twice the guide's, and work_mem
    stays.

    Args:
        profile: where the numbers come from.
        memory_gib: memory of the instance class in GiB, at least 1. Where instances of several classes share one
            parameter group, the smallest of them.
        max_connections: 1 to 5000 instead of the profile's own number.

    Raises:
        ValueError: an argument is out of range.
    """
    require(
        f"PostgreSQL profile {profile.value!r}",
        (memory_gib >= 1, f"memory_gib is at least 1, not {memory_gib:g}"),
        (
            max_connections is None or within(max_connections, 1, MAX_CONNECTIONS),
            f"max_connections is 1..{MAX_CONNECTIONS}, not {max_connections}",
        ),
    )
    share = 1.0 if profile is Profile.GUIDE else memory_gib / GUIDE_MEMORY_GIB
    own_connections = math.floor(GUIDE.max_connections * min(share, 1))
    return Tuning(
        shared_buffers_mib=GUIDE.shared_buffers_mib * share,
        effective_cache_size_mib=GUIDE.effective_cache_size_mib * share,
        work_mem_mib=GUIDE.work_mem_mib * min(share, 1),
        maintenance_work_mem_mib=GUIDE.maintenance_work_mem_mib * min(share, 2),
        autovacuum_work_mem_mib=GUIDE.autovacuum_work_mem_mib * min(share, 4),
        max_connections=max_connections if max_connections is not None else own_connections,
        max_worker_processes=GUIDE.max_worker_processes,
    )


def _pages(mib: float) -> str:
    """Memory in 8 kB pages, the unit of shared_buffers and effective_cache_size."""
    return str(math.floor(mib * _PAGES_PER_MIB))


def _kilobytes(mib: float) -> str:
    """Memory in kB, the unit of work_mem, maintenance_work_mem and autovacuum_work_mem."""
    return str(math.floor(mib * _KIB_PER_MIB))


def parameters(
    profile: Profile,
    memory_gib: float,
    max_connections: int | None = None,
    log_min_duration_ms: int = RESPONSE_TIME_ALERT_MS,
) -> tuple[Parameter, ...]:
    """The parameter group of a profile, sorted by name so that previews are stable.

    Beside the profile's tuning it always forces TLS, loads pg_stat_statements, logs slow statements (without their bind
    values, which are personal data here), and logs lock waits.

    Args:
        profile: where the memory numbers come from.
        memory_gib: memory of the smallest instance class that uses the group, in GiB.
        max_connections: instead of the profile's own number.
        log_min_duration_ms: slower statements are logged, in ms; -1 logs none.

    Raises:
        ValueError: an argument is out of range (see `tuning`). Whether memory suffices is asked with `fits`.
    """
    within_range = (log_min_duration_ms >= -1, f"log_min_duration_ms is -1 or more, not {log_min_duration_ms}")
    require("PostgreSQL parameters", within_range)
    settled = tuning(profile, memory_gib, max_connections)
    entries = [
        Parameter(name="shared_buffers", value=_pages(settled.shared_buffers_mib), apply_method="pending-reboot"),
        Parameter(name="effective_cache_size", value=_pages(settled.effective_cache_size_mib)),
        Parameter(name="work_mem", value=_kilobytes(settled.work_mem_mib)),
        Parameter(name="maintenance_work_mem", value=_kilobytes(settled.maintenance_work_mem_mib)),
        Parameter(name="autovacuum_work_mem", value=_kilobytes(settled.autovacuum_work_mem_mib)),
        Parameter(name="max_connections", value=str(settled.max_connections), apply_method="pending-reboot"),
        Parameter(name="max_worker_processes", value=str(settled.max_worker_processes), apply_method="pending-reboot"),
        Parameter(name="log_min_duration_statement", value=str(log_min_duration_ms)),
    ]
    return tuple(sorted([*entries, *_COMMON]))


_COMMON = (
    # Dynamic, but also what RDS sets itself from version 15 on: it then stays with the service's own method, and any
    # other is a difference in every preview (terraform-provider-aws issue 39252).
    Parameter(name="rds.force_ssl", value="1", apply_method="pending-reboot"),
    Parameter(name="shared_preload_libraries", value="pg_stat_statements", apply_method="pending-reboot"),
    Parameter(name="log_lock_waits", value="1"),  # feeds the guide's db_lock_waits
    Parameter(name="deadlock_timeout", value="1000"),  # ms a wait lasts before it is logged; PostgreSQL's default
    # Bind values of slow statements stay out of the logs; that RDS lets this one be changed is unverified.
    Parameter(name="log_parameter_max_length", value="0"),
)


@dataclass(frozen=True, kw_only=True)
class MemoryBudget:
    """Where a server's memory goes, in GiB.

    Attributes:
        total: memory of the instance class.
        shared_buffers: the buffer cache.
        maintenance: one CREATE INDEX or VACUUM by hand.
        autovacuum: every autovacuum worker at its limit.
        connections: every allowed backend, idle.
        system: operating system and RDS agents: 1 GiB from 8 GiB up, an eighth below (a judgement).
        work_mem: one grant of work_mem.
    """

    total: float
    shared_buffers: float
    maintenance: float
    autovacuum: float
    connections: float
    system: float
    work_mem: float

    @property
    def fixed(self) -> float:
        """What is taken before any query sorts or hashes."""
        return self.shared_buffers + self.maintenance + self.autovacuum + self.connections + self.system

    @property
    def work_mem_grants(self) -> int:
        """How many grants of work_mem fit at once beside it; 0 when nothing is left."""
        return max(0, math.floor((self.total - self.fixed) / self.work_mem + 1e-9))

    @property
    def needed(self) -> float:
        """The least memory with which the minimum of grants fits."""
        return self.fixed + MINIMUM_WORK_MEM_GRANTS * self.work_mem


def memory_budget(profile: Profile, memory_gib: float, max_connections: int | None = None) -> MemoryBudget:
    """The memory budget of a profile on a server; see `tuning` for arguments and errors."""
    settled = tuning(profile, memory_gib, max_connections)
    return MemoryBudget(
        total=memory_gib,
        shared_buffers=settled.shared_buffers_mib / _MIB_PER_GIB,
        maintenance=settled.maintenance_work_mem_mib / _MIB_PER_GIB,
        autovacuum=AUTOVACUUM_WORKERS * settled.autovacuum_work_mem_mib / _MIB_PER_GIB,
        connections=settled.max_connections * CONNECTION_GIB,
        system=min(1.0, memory_gib / GUIDE_MEMORY_GIB),
        work_mem=settled.work_mem_mib / _MIB_PER_GIB,
    )


@dataclass(frozen=True, kw_only=True)
class MemoryProblem:
    """Why a profile cannot run on a server.

    Attributes:
        profile: the refused profile.
        budget: where the memory would go.
        max_connections: connections that the budget counts.
        smallest_memory_gib: the smallest class memory that carries it.
    """

    profile: Profile
    budget: MemoryBudget
    max_connections: int
    smallest_memory_gib: int

    @property
    def message(self) -> str:
        """One sentence with the numbers."""
        budget = self.budget
        return (
            f"profile {self.profile.value!r} with {self.max_connections} connections needs {budget.needed:.1f} GiB "
            f"({budget.fixed:.1f} fixed and {MINIMUM_WORK_MEM_GRANTS} x {budget.work_mem * _MIB_PER_GIB:.0f} MiB "
            f"work_mem), the instance class has {budget.total:g} GiB"
        )

    @property
    def fix(self) -> str:
        """The smallest change that helps."""
        options = [f"use an instance class with at least {self.smallest_memory_gib} GiB"]
        if self.profile is Profile.GUIDE and fits(Profile.SCALED, self.budget.total) is None:
            options.append(f"use profile {Profile.SCALED.value!r}")
        elif self.profile is Profile.SCALED:
            own = tuning(self.profile, self.budget.total).max_connections
            options.append(f"lower max_connections to {own}")
        return " or ".join(options)


def fits(profile: Profile, memory_gib: float, max_connections: int | None = None) -> MemoryProblem | None:
    """Whether a profile's memory fits a server: None when it does, else the problem with its numbers.

    The guard is shared_buffers + maintenance_work_mem + 3 x autovacuum_work_mem + 10 MiB x max_connections + system
    + 4 x work_mem <= memory. work_mem x max_connections is no useful bound (256 MB x 200 = 50 GiB on an 8 GiB server),
    yet a server without room for a handful of grants swaps or is killed.

    Args:
        profile: where the memory numbers come from.
        memory_gib: memory of the instance class in GiB.
        max_connections: instead of the profile's own number.

    Raises:
        ValueError: an argument is out of range.
    """
    budget = memory_budget(profile, memory_gib, max_connections)
    if budget.work_mem_grants >= MINIMUM_WORK_MEM_GRANTS:
        return None
    larger = (size for size in _CLASS_MEMORIES_GIB if size > memory_gib)
    return MemoryProblem(
        profile=profile,
        budget=budget,
        max_connections=tuning(profile, memory_gib, max_connections).max_connections,
        smallest_memory_gib=next(size for size in larger if fits(profile, size, max_connections) is None),
    )
