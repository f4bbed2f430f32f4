"""The guide's CapacityPlanner: growth, cores, memory, servers, cost, and when a resource runs out.

Every formula, constant and order of operations is that of the scaling guide, Capacity Planning, including its rounding:
`Math.ceil` on doubles and repeated multiplication, whose accumulated errors decide some of the results.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

REQUESTS_PER_CORE_DAY = 10_000
CPU_BUFFER = 1.5
CONCURRENT_SHARE = 0.1
MB_PER_CONCURRENT_USER = 8
MEMORY_BUFFER = 1.25
SERVER_CORES = 8
SERVER_MEMORY_GB = 32
SERVER_USD = 200
STORAGE_USD_PER_GB = 0.10
NETWORK_USD = 50
CORES_TODAY = 16
"""The guide's assumed processor capacity, for bottlenecks."""
MEMORY_TODAY_GB = 64
"""The guide's assumed memory capacity, for bottlenecks."""
BOTTLENECK_PERCENT = 80
BOTTLENECK_HORIZON = 12
"""Months that the guide looks ahead for bottlenecks, whatever the report's length."""
MONTHS_LIMIT = 24
"""Months after which the guide stops counting."""
MAX_MONTHS = 120
"""Longest projection: beyond ten years of such growth the numbers mean nothing (our bound)."""

Resource = Literal["CPU", "Memory"]


class CapacityError(ValueError):
    """An input that no projection can start from; the message says which and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Monthly growth rates as fractions (scaling guide, Capacity Planning: 15 %, 20 % and 25 % a month).

    Attributes:
        users: growth of active users.
        requests: growth of requests a day.
        storage: growth of stored data.

    Raises:
        CapacityError: a rate is not between -1 (exclusive) and 10.
    """

    users: float = 0.15
    requests: float = 0.20
    storage: float = 0.25

    def __post_init__(self) -> None:
        for name in ("users", "requests", "storage"):
            rate = getattr(self, name)
            if not -1 < rate <= 10:  # noqa: PLR2004 - the range that the message states
                raise CapacityError(f"growth of {name} is {rate}; give a fraction above -1 and up to 10, such as 0.15")


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Today's load (scaling guide, Capacity Planning: its planner's baseline without historical data).

    Attributes:
        users: active users.
        requests_per_day: requests a day.
        storage_gb: stored data in GB.
        cpu_cores: processor cores in use, for the bottlenecks.
        memory_gb: memory in use in GB, for the bottlenecks.

    Raises:
        CapacityError: a number is negative or not finite.
    """

    users: float = 100
    requests_per_day: float = 10_000
    storage_gb: float = 100
    cpu_cores: float = 4
    memory_gb: float = 8

    def __post_init__(self) -> None:
        for name in ("users", "requests_per_day", "storage_gb", "cpu_cores", "memory_gb"):
            value = getattr(self, name)
            if not 0 <= value <= 1e12:  # noqa: PLR2004 - far above any load, below where doubles lose whole numbers
                raise CapacityError(f"{name.replace('_', ' ')} is {value}; give a number from 0 to 1e12")


GUIDE_BASELINE = Baseline()
"""Where the guide's planner starts."""
GUIDE_TABLE_TODAY = Baseline(users=100, requests_per_day=50_000, storage_gb=10)
"""The column "Current" of the guide's Growth Projections: five times the requests of its planner's baseline."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What a load needs by the guide's formulas."""

    cpu_cores: int
    memory_gb: int
    servers: int
    cost_usd: float


@dataclass(frozen=True, kw_only=True)
class Projection:
    """One month of the projection."""

    month: int
    users: int
    requests_per_day: int
    storage_gb: int
    cpu_cores: int
    memory_gb: int
    servers: int
    cost_usd: float


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """A resource that passes 80 % of the guide's assumed capacity within twelve months.

    Attributes:
        resource: "CPU" or "Memory".
        current_utilization: percent of the assumed capacity in use today.
        projected_utilization: percent needed in twelve months.
        months_to_bottleneck: months until today's use, growing, reaches 80 %; the guide stops counting at 24.
        recommendation: what the guide advises.
    """

    resource: Resource
    current_utilization: float
    projected_utilization: float
    months_to_bottleneck: int
    recommendation: str


def required_cores(requests_per_day: float) -> int:
    """Cores for a day's requests: one per 10,000, plus 50 % for peaks (scaling guide, calculateCPURequirement)."""
    return math.ceil(math.ceil(requests_per_day / REQUESTS_PER_CORE_DAY) * CPU_BUFFER)


def required_memory_gb(users: float) -> int:
    """Memory for 8 MB per concurrent user, 10 % of all, plus 25 % (scaling guide, calculateMemoryRequirement)."""
    concurrent = math.ceil(users * CONCURRENT_SHARE)
    return math.ceil(math.ceil((concurrent * MB_PER_CONCURRENT_USER) / 1024) * MEMORY_BUFFER)


def required_servers(cpu_cores: float, memory_gb: float) -> int:
    """Servers of 8 cores and 32 GB (scaling guide, calculateServerRequirement)."""
    return max(math.ceil(cpu_cores / SERVER_CORES), math.ceil(memory_gb / SERVER_MEMORY_GB))


def guide_cost(servers: int, storage_gb: float) -> float:
    """Monthly USD: 200 a server, 0.10 a GB, 50 for the network (scaling guide, calculateCost)."""
    return (servers * SERVER_USD) + (storage_gb * STORAGE_USD_PER_GB) + NETWORK_USD


def requirement(users: float, requests_per_day: float, storage_gb: float) -> Requirement:
    """What a load needs and costs by the guide's formulas."""
    cores = required_cores(requests_per_day)
    memory = required_memory_gb(users)
    servers = required_servers(cores, memory)
    return Requirement(cpu_cores=cores, memory_gb=memory, servers=servers, cost_usd=guide_cost(servers, storage_gb))


def project(baseline: Baseline = GUIDE_BASELINE, growth: Growth | None = None, months: int = 12) -> list[Projection]:
    """The load and what it needs, month by month (scaling guide, projectCapacity).

    Args:
        baseline: today's load.
        growth: monthly rates; the guide's by default.
        months: how many months, 1 to 120.

    Raises:
        CapacityError: the number of months is out of range.
    """
    if not 1 <= months <= MAX_MONTHS:
        raise CapacityError(f"months is {months}; give 1 to {MAX_MONTHS}")
    rates = growth or Growth()
    return [_month(baseline, rates, month) for month in range(1, months + 1)]


def _month(baseline: Baseline, growth: Growth, month: int) -> Projection:
    users = math.ceil(baseline.users * math.pow(1 + growth.users, month))
    requests = math.ceil(baseline.requests_per_day * math.pow(1 + growth.requests, month))
    storage = math.ceil(baseline.storage_gb * math.pow(1 + growth.storage, month))
    needed = requirement(users, requests, storage)
    return Projection(
        month=month,
        users=users,
        requests_per_day=requests,
        storage_gb=storage,
        cpu_cores=needed.cpu_cores,
        memory_gb=needed.memory_gb,
        servers=needed.servers,
        cost_usd=needed.cost_usd,
    )


def bottlenecks(baseline: Baseline = GUIDE_BASELINE, growth: Growth | None = None) -> list[Bottleneck]:
    """What passes 80 % of 16 cores or 64 GB within twelve months (scaling guide, identifyBottlenecks)."""
    rates = growth or Growth()
    last = project(baseline, rates, BOTTLENECK_HORIZON)[-1]
    rows: tuple[tuple[Resource, float, int, int, float, str], ...] = (
        (
            "CPU",
            baseline.cpu_cores,
            last.cpu_cores,
            CORES_TODAY,
            rates.requests,
            "Consider upgrading to higher CPU instances or adding more servers",
        ),
        (
            "Memory",
            baseline.memory_gb,
            last.memory_gb,
            MEMORY_TODAY_GB,
            rates.users,
            "Consider upgrading to memory-optimized instances",
        ),
    )
    return [
        Bottleneck(
            resource=resource,
            current_utilization=(today / capacity) * 100,
            projected_utilization=(later / capacity) * 100,
            months_to_bottleneck=months_to_bottleneck(today, capacity, rate),
            recommendation=advice,
        )
        for resource, today, later, capacity, rate, advice in rows
        if (later / capacity) * 100 > BOTTLENECK_PERCENT
    ]


def months_to_bottleneck(today: float, capacity: float, growth: float) -> int:
    """Months until a use that grows reaches 80 % of a capacity, counted up to 24 (scaling guide)."""
    months = 0
    use = today
    while (use / capacity) * 100 < BOTTLENECK_PERCENT and months < MONTHS_LIMIT:
        months += 1
        use *= 1 + growth
    return months
