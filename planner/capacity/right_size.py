"""The guide's ResourceOptimizer, and percentiles as the Vertical Pod Autoscaler takes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CPU_PERCENT = 80
CPU_FACTOR = 2.0
MEMORY_PERCENT = 85
MEMORY_FACTOR = 1.5
DISK_PERCENT = 80
DISK_FACTOR = 2.0
"""When a resource is too small, and how much larger it should be (scaling guide, Resource Optimization)."""
IDLE_CPU_PERCENT = 30
IDLE_MEMORY_PERCENT = 40
"""Below both, an instance is too large (scaling guide, Cost Optimization)."""
TARGET_PERCENTILE = 0.90
LOWER_PERCENTILE = 0.50
UPPER_PERCENTILE = 0.95
MARGIN = 0.15
"""Percentiles and margin of the VPA recommender (its flags target-cpu-percentile and the like)."""
FLOOR_CPU_MILLICORES = 100
FLOOR_MEMORY_MIB = 128
CEILING_CPU_MILLICORES = 2000
CEILING_MEMORY_MIB = 4096
"""Least and most for a pod (scaling guide, Auto-Scaling: the VPA's minAllowed and maxAllowed)."""
SMALLEST_STEP = 0.5
"""A request shrinks by half at most, however idle it was measured: measurements may miss the busy day (our choice)."""
FEWEST_SAMPLES = 12
"""Fewer samples than an hour of five-minute averages say nothing (our choice)."""

NOTHING_LARGER = "nothing larger is known"


class MeasurementError(ValueError):
    """Measurements that nothing can be concluded from; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """An instance class with what it offers."""

    name: str
    vcpu: int
    memory_gib: float


@dataclass(frozen=True, kw_only=True)
class Range:
    """What a pod should request: the target, and the bounds within which a request is fine."""

    lower: float
    target: float
    upper: float


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least this share of all samples does not exceed.

    Raises:
        MeasurementError: there are too few, or one is no quantity.
    """
    ordered = sorted(_checked(samples))
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def _checked(samples: Sequence[float]) -> Sequence[float]:
    if len(samples) < FEWEST_SAMPLES:
        raise MeasurementError(f"{len(samples)} samples are too few; give {FEWEST_SAMPLES} or more")
    if not all(0 <= sample < math.inf for sample in samples):
        raise MeasurementError("a sample is negative or not finite")
    return samples


def pod_range(samples: Sequence[float]) -> Range:
    """Bounds and target of a pod's request, each with the recommender's margin of 15 %."""
    lower, target, upper = (
        percentile(samples, share) * (1 + MARGIN) for share in (LOWER_PERCENTILE, TARGET_PERCENTILE, UPPER_PERCENTILE)
    )
    return Range(lower=lower, target=target, upper=upper)


def pod_request(current: int, samples: Sequence[float], *, floor: int, ceiling: int) -> int:
    """What a pod should request: today's value while it lies within the bounds, else the target.

    Args:
        current: today's request in millicores or MiB.
        samples: use of one pod in the same unit.
        floor: least that is ever recommended.
        ceiling: most that is ever recommended.

    Returns:
        The request, never below the floor or half of today's value, nor above the ceiling.
    """
    found = pod_range(samples)
    if found.lower <= current <= found.upper:
        return current
    least = max(floor, math.ceil(current * SMALLEST_STEP))
    return max(min(math.ceil(found.target), ceiling), least)


def class_for(
    current: Size, cpu_percent: float | None, memory_percent: float | None, classes: Sequence[Size]
) -> tuple[Size, str] | None:
    """The smallest class that the guide's thresholds ask for, of the same family if it has one.

    Args:
        current: today's class.
        cpu_percent: processor use; None when it was not measured.
        memory_percent: memory use; None when it was not measured.
        classes: the classes that can be had.

    Returns:
        A class and why, which is today's where nothing larger is known; None when today's fits.
    """
    vcpu, memory, reasons = float(current.vcpu), current.memory_gib, []
    if cpu_percent is not None and cpu_percent > CPU_PERCENT:
        vcpu *= CPU_FACTOR
        reasons.append(f"cpu {cpu_percent:.0f} %, above {CPU_PERCENT} %")
    if memory_percent is not None and memory_percent > MEMORY_PERCENT:
        memory *= MEMORY_FACTOR
        reasons.append(f"memory {memory_percent:.0f} %, above {MEMORY_PERCENT} %")
    newest_first = sorted(classes, key=lambda item: item.name, reverse=True)
    ordered = sorted(newest_first, key=lambda item: (item.vcpu, item.memory_gib))
    family = [item for item in ordered if _family(item.name) == _family(current.name)]
    if reasons:
        fitting = [item for item in (*family, *ordered) if item.vcpu >= vcpu and item.memory_gib >= memory]
        return (fitting[0], ", ".join(reasons)) if fitting else (current, f"{', '.join(reasons)}; {NOTHING_LARGER}")
    if cpu_percent is None or memory_percent is None:
        return None
    if cpu_percent < IDLE_CPU_PERCENT and memory_percent < IDLE_MEMORY_PERCENT:
        smaller = [item for item in family if item.memory_gib < current.memory_gib]
        limits = f"below {IDLE_CPU_PERCENT} and {IDLE_MEMORY_PERCENT} %"
        why = f"cpu {cpu_percent:.0f} % and memory {memory_percent:.0f} %, {limits}"
        return (smaller[-1], why) if smaller else None
    return None


def _family(name: str) -> str:
    return name.rsplit(".", 1)[0]


def storage_for(gib: int, percent: float) -> int | None:
    """Twice the storage above 80 % (scaling guide); None while it fits. Storage never shrinks (RDS)."""
    return math.ceil(gib * DISK_FACTOR) if percent > DISK_PERCENT else None
