"""What EKS keeps of a node before any pod finds room on it, and how many pods it takes."""

from __future__ import annotations

from dataclasses import dataclass

CPU_RESERVED = ((1, 60.0), (1, 10.0), (2, 5.0))
"""Processors, and millicores that the kubelet keeps of each: 6 % of the first, 1 % of the second, 0.5 % of two more
(Amazon EKS AMI, bootstrap; unverified 2026-11-23)."""
CPU_RESERVED_BEYOND = 2.5
"""Millicores of every further processor (Amazon EKS AMI, bootstrap; unverified 2026-11-23)."""
MEMORY_RESERVED_MIB, MEMORY_PER_POD_MIB = 255, 11
"""MiB that the kubelet keeps: at all, and for each pod that fits (Amazon EKS AMI, bootstrap; unverified 2026-11-23)."""
EVICTION_MIB = 100
"""Free MiB below which the kubelet evicts pods (Amazon EKS AMI, bootstrap; unverified 2026-11-23)."""
MAX_PODS = 110
"""Pods of a node with fewer than 30 processors under prefix delegation (Amazon EKS User Guide, "Assign more IP
addresses to Amazon EKS nodes with prefixes"; unverified 2026-11-23). No class of our table has more processors."""
MAX_NODES = 450
"""Nodes of a managed node group (Amazon EKS User Guide, "Service quotas"; unverified 2026-11-23)."""
MAX_SPOT_TYPES = 20
"""Instance types of a node group (Amazon EKS API reference, CreateNodegroup, instanceTypes; read 2026-11-29)."""
MIN_DISK_GIB, MAX_DISK_GIB = 20, 16_384
"""Smallest disk that AL2023 for EKS asks for, and the largest gp3 volume (Amazon EKS and Amazon EBS User Guides;
unverified 2026-11-23), in GiB."""


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What the kubelet keeps of a node.

    Attributes:
        cpu_millicores: processor time in millicores.
        memory_mib: memory in MiB.
    """

    cpu_millicores: float
    memory_mib: float


def kubelet_reserved(processors: int, max_pods: int = MAX_PODS) -> Reserved:
    """Reservations as EKS sets them (EKS documentation and its AMI's bootstrap).

    Processors by steps; memory 255 MiB plus 11 MiB for each pod that fits, and eviction at 100 MiB. The kernel's own
    share of memory is not counted.

    Args:
        processors: virtual processors of the node.
        max_pods: the most pods it takes.
    """
    kept, left = 0.0, processors
    for count, millicores in CPU_RESERVED:
        taken = min(left, count)
        kept, left = kept + taken * millicores, left - taken
    memory = MEMORY_RESERVED_MIB + MEMORY_PER_POD_MIB * max_pods + EVICTION_MIB
    return Reserved(cpu_millicores=kept + left * CPU_RESERVED_BEYOND, memory_mib=memory)
