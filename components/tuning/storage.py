"""gp3 storage of an RDS PostgreSQL instance: the IOPS and throughput that belong to a size. Pure.

Source: Amazon RDS User Guide, "Amazon RDS DB instance storage", gp3 storage; API reference, ValidStorageOptions.
"""

from __future__ import annotations

from dataclasses import dataclass

from bailbondpro.facts.rds import IOPS_PER_MIBPS, LEAST_IOPS, LEAST_MIBPS, STRIPED_GIB


@dataclass(frozen=True, kw_only=True)
class Performance:
    """What a striped volume is asked for."""

    iops: int
    throughput_mibps: int

    @property
    def most_mibps(self) -> int:
        """What the IOPS carry: no more than 256 KiB pass with each operation."""
        return self.iops // IOPS_PER_MIBPS


def gp3_performance(size_gib: int, iops: int | None = None, throughput_mibps: int | None = None) -> Performance | None:
    """The numbers to state beside a size, or None where RDS takes none.

    A striped volume states both, also where they are what gp3 includes: left out, the provider sends the ones that it
    remembers, and RDS refuses the 3,000 of the smaller volume in the step that grows it over the boundary
    (terraform-provider-aws issue 28382).

    Args:
        size_gib: allocated storage.
        iops: a wish, or None for what is included.
        throughput_mibps: a wish in MiB/s, or None for what is included.
    """
    if size_gib < STRIPED_GIB:
        return None
    return Performance(
        iops=LEAST_IOPS if iops is None else iops,
        throughput_mibps=LEAST_MIBPS if throughput_mibps is None else throughput_mibps,
    )
