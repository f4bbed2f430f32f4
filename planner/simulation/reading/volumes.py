"""Volumes of databases: what of I/O and throughput they carry, and what requests take of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.rds import (
    LEAST_IOPS,
    LEAST_MIBPS,
    MOST_IOPS,
    MOST_MIBPS,
    SMALL_IOPS,
    SMALL_MIBPS,
    STRIPED_GIB,
)
from plan.tokens import DATABASE
from planner.plan_values import at, dependencies_of_type, text
from planner.simulation.reading.resources import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource
    from planner.simulation.assumptions import Assumptions

KNOWN_TYPE = "gp3"
"""The only type of storage whose baselines are known (bailbondpro/facts/rds.py)."""
KIBI_PER_MIBI = 1024


@dataclass(frozen=True, kw_only=True)
class Volume:
    """The storage of one database.

    Attributes:
        iops: I/O a second that it carries.
        mibps: MiB a second that it carries.
        ios: reads and writes of a request that reach it.
        kib: size of each.
    """

    iops: float
    mibps: float
    ios: float
    kib: float

    @property
    def most_ios(self) -> float:
        """I/O a second: what it carries, or what of this size its throughput lets through."""
        return min(self.iops, self.mibps * KIBI_PER_MIBI / self.kib)

    @property
    def rate(self) -> float:
        """Requests a second; without a bound where they take nothing of it."""
        return self.most_ios / self.ios if self.ios else math.inf

    @property
    def reason(self) -> str:
        """What it ran out of."""
        each = f"{self.ios:g} of {self.kib:g} KiB a request"
        if self.most_ios < self.iops:
            return f"{self.mibps:,g} MiB a second, {each}"
        return f"{self.iops:,g} I/O a second, {each}"


def volume_of(plan: Plan, item: PlannedResource, assumptions: Assumptions) -> Volume:
    """What a database's storage carries: as stated, or what belongs to its size.

    A number that is stated never gives more than RDS has at that size; below it counts, also where RDS refuses it.

    Args:
        plan: the plan.
        item: the database.
        assumptions: what requests take of it.
    """
    striped = (_amount(_size(plan, item)) or 0) >= STRIPED_GIB
    iops, mibps = (_amount(at(item.inputs, key)) for key in ("iops", "storageThroughput"))
    return Volume(
        iops=_bounded(iops, LEAST_IOPS, MOST_IOPS) if striped else _bounded(iops, SMALL_IOPS, SMALL_IOPS),
        mibps=_bounded(mibps, LEAST_MIBPS, MOST_MIBPS) if striped else _bounded(mibps, SMALL_MIBPS, SMALL_MIBPS),
        ios=assumptions.storage_ios_per_request,
        kib=assumptions.storage_kib_per_io,
    )


def unread_volume(plan: Plan, item: PlannedResource) -> Iterator[tuple[str, str]]:
    """What of a database's storage cannot be read: what it is called, and what is taken instead."""
    kind, size = at(item.inputs, "storageType"), _size(plan, item)
    if text(item.inputs, "storageType") != KNOWN_TYPE:
        why = f"what it carries is known of {KNOWN_TYPE} alone, and is taken as of that"
        yield f"volume of {item.name}: storageType {words(kind)}", why
    if _amount(size) is None:
        why = f"it is taken to have less than {STRIPED_GIB} GiB"
        yield f"volume of {item.name}: allocatedStorage {words(size)}", why
    for key in ("iops", "storageThroughput"):
        said = at(item.inputs, key)
        if said is not None and _amount(said) is None:
            yield f"volume of {item.name}: {key} {words(said)}", "what belongs to its size is taken"


def _bounded(stated: float | None, baseline: int, most: int) -> float:
    return baseline if stated is None else min(stated, most)


def _size(plan: Plan, item: PlannedResource) -> object:
    """GiB as the plan says it; a replica that states none has its source's."""
    said = at(item.inputs, "allocatedStorage")
    if said is not None or at(item.inputs, "replicateSourceDb") is None:
        return said
    sources = [at(source.inputs, "allocatedStorage") for source in dependencies_of_type(plan, item, DATABASE)]
    return next((found for found in sources if found is not None), None)


def _amount(value: object) -> float | None:
    """A number above zero; None for what is none."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return float(value) if number else None  # type: ignore[arg-type]  # it is one
