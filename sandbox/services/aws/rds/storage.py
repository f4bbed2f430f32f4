"""What Amazon RDS refuses of a storage: sizes, growth, and the IOPS and throughput that depend on the size.

"Provider" is terraform-provider-aws, instance.go, dbInstancePopulateModify: with a new size it also sends the IOPS that
it remembers, unless the new size lies below the engine's threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, changed, given, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

STORAGE_TYPES = ("standard", "gp2", "gp3", "io1", "io2")
STORAGE_RANGES = {
    "standard": (5, 3072),
    "gp2": (5, 65536),
    "gp3": (20, 65536),
    "io1": (100, 65536),
    "io2": (100, 65536),
}
"""GiB, Amazon RDS User Guide, DB instance storage.

The guide says 20 for gp2, but the API accepts less (the provider's own examples create 10), so 5 stands here.
"""
SMALL_GP3_IOPS = 3000
"""IOPS of a gp3 volume below its engine's threshold, same page: fixed, and refused when they are stated."""
IOPS_PER_GIB = {"io1": (0.5, 50.0), "io2": (0.5, 1000.0)}
"""API Reference, CreateDBInstance, Iops (0.5 to 50); User Guide, Provisioned IOPS SSD storage (1,000 for io2)."""
PROVISIONED_IOPS = (1_000, 256_000)
"""Of io1 and io2, whatever the size (User Guide, Provisioned IOPS SSD storage)."""
MIBPS_PER_IOPS = 0.25
"""Amazon RDS API Reference, ValidStorageOptions, StorageThroughputToIopsRatio: 0 to 0.25."""


@dataclass(frozen=True)
class Gp3:
    """Where an engine's gp3 volumes take IOPS and throughput, and which.

    Attributes:
        threshold: GiB from which both can be set; 0 for any size.
        iops: least and most.
        throughput: least and most MiB/s.
    """

    threshold: int
    iops: tuple[int, int]
    throughput: tuple[int, int]


_STRIPED = (12_000, 64_000), (500, 4_000)
_SQL_SERVER = Gp3(0, (3_000, 16_000), (125, 1_000))


def gp3_of(engine: str) -> Gp3:
    """The table of the User Guide, gp3 storage. SQL Server's ranges are not read from the page itself."""
    if engine.startswith("sqlserver"):
        return _SQL_SERVER
    return Gp3(200 if engine.startswith("oracle") else 400, *_STRIPED)


def _sizes(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind, size = text(inputs, "storageType", "gp2"), number(inputs.get("allocatedStorage"))
    if size is not None and kind in STORAGE_RANGES:
        low, high = STORAGE_RANGES[kind]
        if not low <= size <= high:
            yield Violation("allocatedStorage", f"{size:g} GiB is outside {low}..{high} GiB of storage type {kind}")
    most = number(inputs.get("maxAllocatedStorage"))
    if size and most and most != size and 10 * most < 11 * size:
        yield Violation(
            "maxAllocatedStorage",
            f"{most:g} GiB is less than 10 % above the allocated {size:g} GiB (InvalidParameterCombination: Max "
            "storage size must be greater than storage size)",
        )


def _gp3(context: Context) -> Iterator[Violation]:
    inputs, size = context.inputs, number(context.inputs.get("allocatedStorage"))
    engine = text(inputs, "engine", "postgres")
    if text(inputs, "storageType") != "gp3" or size is None or not engine:
        return
    table = gp3_of(engine)
    if size < table.threshold:
        for name in ("iops", "storageThroughput"):
            if number(inputs.get(name)):
                yield Violation(
                    name,
                    f"not for gp3 storage below {table.threshold} GiB, here {size:g} GiB (InvalidParameterCombination: "
                    f"You can't specify IOPS or storage throughput for engine {engine} and a storage size less than "
                    f"{table.threshold})",
                )
        return
    yield from _ranges(inputs, table)
    before = changed(context, "allocatedStorage")
    if before and (number(before[0]) or size) < table.threshold and not given(inputs, "iops"):
        yield Violation(
            "iops",
            f"must be stated in the update that grows gp3 storage to {table.threshold} GiB or more, here from "
            f"{before[0]:g} to {size:g} GiB: the provider sends the old {SMALL_GP3_IOPS} with the new size "
            f"(InvalidParameterCombination: Invalid iops value for engine name {engine} and storage type gp3: "
            f"{SMALL_GP3_IOPS})",
        )


def _ranges(inputs: dict[str, Any], table: Gp3) -> Iterator[Violation]:
    iops, throughput = number(inputs.get("iops")), number(inputs.get("storageThroughput"))
    for name, value, (low, high) in (("iops", iops, table.iops), ("storageThroughput", throughput, table.throughput)):
        if value and not low <= value <= high:
            yield Violation(name, f"{value:g} is outside {low}..{high} of gp3 storage (InvalidParameterCombination)")
    # Unknown IOPS may be any number: then nothing can be said of the ratio.
    stated = table.iops[0] if not given(inputs, "iops") else iops
    if throughput and stated and throughput > MIBPS_PER_IOPS * stated:
        yield Violation(
            "storageThroughput",
            f"{throughput:g} MiB/s is above {MIBPS_PER_IOPS} MiB/s for each of {stated:g} IOPS "
            "(InvalidParameterCombination)",
        )


def _provisioned(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind, size, iops = text(inputs, "storageType"), number(inputs.get("allocatedStorage")), number(inputs.get("iops"))
    inherits = any(
        given(inputs, name) for name in ("replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime", "s3Import")
    )
    if kind in IOPS_PER_GIB and not given(inputs, "iops") and not inherits:
        yield Violation("iops", f"required for storage type {kind}")
    if kind in IOPS_PER_GIB and iops and size:
        low, high = IOPS_PER_GIB[kind]
        if not low * size <= iops <= high * size:
            yield Violation(
                "iops",
                f"{iops:g} is outside {low:g}..{high:g} for each GiB of {size:g} GiB {kind} storage "
                "(InvalidParameterCombination)",
            )
    if kind in IOPS_PER_GIB and iops and not PROVISIONED_IOPS[0] <= iops <= PROVISIONED_IOPS[1]:
        yield Violation("iops", f"{iops:g} is outside {PROVISIONED_IOPS[0]}..{PROVISIONED_IOPS[1]} of {kind} storage")
    if kind in {"gp2", "standard"} and iops:
        yield Violation("iops", f"only for storage types gp3, io1 and io2, here {kind} (InvalidParameterCombination)")
    if kind in {"gp2", "standard", "io1", "io2"} and number(inputs.get("storageThroughput")):
        yield Violation("storageThroughput", f"only for storage type gp3, here {kind}")


def _shrinks(context: Context) -> Iterator[Violation]:
    storage = changed(context, "allocatedStorage")
    most = number(context.inputs.get("maxAllocatedStorage")) or 0
    if storage and (number(storage[1]) or 0) < (number(storage[0]) or 0) and most <= (number(storage[1]) or 0):
        yield Violation(
            "allocatedStorage", f"storage cannot shrink, here from {storage[0]} to {storage[1]} GiB (Guide, DB storage)"
        )


_on = On("rds", source="Amazon RDS User Guide, Amazon RDS DB instance storage")
VALUES = (
    _on.one_of("storageType", STORAGE_TYPES),
    _on.custom("storage", _sizes),
    _on.custom(
        "performance", _gp3, "Amazon RDS User Guide, Amazon RDS DB instance storage; terraform-provider-aws issue 28382"
    ),
    _on.custom("provisioned", _provisioned, "Amazon RDS API Reference, CreateDBInstance, Iops and StorageThroughput"),
    _on.custom("shrink", _shrinks, "Amazon RDS API Reference, ModifyDBInstance, AllocatedStorage"),
)
"""What an instance's row takes from here."""
