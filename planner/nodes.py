"""What a node keeps for itself, before any pod of the platform finds room on it."""

from __future__ import annotations

from dataclasses import dataclass

CPU_RESERVED = ((1, 60.0), (1, 10.0), (2, 5.0))
"""Processors, and millicores that the kubelet keeps of each: 6 % of the first, 1 % of the second, 0.5 % of two more."""
CPU_RESERVED_BEYOND = 2.5
"""Millicores of every further processor."""
MEMORY_RESERVED_MIB, MEMORY_PER_POD_MIB, EVICTION_MIB = 255, 11, 100
MAX_PODS = 110
"""Pods of a node with fewer than 30 processors under prefix delegation (EKS documentation)."""
DAEMONS = (250, 400)
"""Millicores and MiB the daemons of a node request: CNI, kube-proxy, identity agent, CSI, exporters (our estimate)."""
OPERATORS = (600, 800)
"""Requests of CoreDNS, metrics-server, autoscalers and load balancer controller together (our estimate)."""


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
