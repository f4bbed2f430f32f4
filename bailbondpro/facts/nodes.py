"""What EKS keeps of a node before any pod finds room on it, and how many pods it takes."""

from __future__ import annotations

from dataclasses import dataclass

CPU_RESERVED = ((1, 60.0), (1, 10.0), (2, 5.0))
"""Processors, and millicores that the kubelet keeps of each: 6 % of the first, 1 % of the second, 0.5 % of two more
(Amazon EKS AMI, nodeadm, kubelet configuration; read 2026-11-29)."""
CPU_RESERVED_BEYOND = 2.5
"""Millicores of every further processor (Amazon EKS AMI, nodeadm, kubelet configuration; read 2026-11-29)."""
MEMORY_RESERVED_MIB, MEMORY_PER_POD_MIB = 255, 11
"""MiB that the kubelet keeps: at all, and for each pod that fits (Amazon EKS AMI, nodeadm, kubelet configuration; read
2026-11-29)."""
EVICTION_MIB = 100
"""Free MiB below which the kubelet evicts pods (Amazon EKS AMI, nodeadm, kubelet configuration; read 2026-11-29)."""
MAX_PODS = 110
"""Pods of a node with fewer than 30 processors under prefix delegation (Amazon EKS User Guide, "Assign more IP
addresses to Amazon EKS nodes with prefixes"; unverified 2026-11-23). No class of our table has more processors."""
HOST_PODS = 2
"""Pods with the node's own address that its count of addresses leaves out (Amazon EKS AMI, nodeadm, CalcMaxPods: 2
beside the addresses of all network interfaces but one of each; read 2026-11-29)."""
DISK_RESERVED_GIB, DISK_EVICTION_SHARE = 1, 0.10
"""Of a node's disk: GiB that the kubelet keeps, and the free share below which it evicts pods (Amazon EKS AMI, nodeadm,
kubelet configuration, kubeReserved and evictionHard; read 2026-11-29)."""
KERNEL_SHARE = 0.075
"""Of an instance's nominal memory, what firmware and kernel keep at most: the kubelet never sees it (Karpenter
documentation, Settings, VM_MEMORY_OVERHEAD_PERCENT, its default; unverified 2026-11-29)."""
MAX_NODES = 450
"""Nodes of a managed node group (Amazon EKS User Guide, "Service quotas"; unverified 2026-11-23)."""
MAX_SPOT_TYPES = 20
"""Instance types of a node group (Amazon EKS API reference, CreateNodegroup, instanceTypes; read 2026-11-29)."""
NODE_UPDATE_SECONDS = 900
"""How long an update of a managed node group waits for the pods of a node; then it fails, or, forced, takes the
node away (Amazon EKS User Guide, "Understand each phase of node updates": 15 minutes; unverified 2026-11-29)."""
SPOT_NOTICE_SECONDS = 120
"""Between the notice of a spot interruption and the end of the instance (Amazon EC2 User Guide, "Spot Instance
interruption notices": two minutes; unverified 2026-11-29)."""
AUTOSCALER_DRAIN_SECONDS = 600
"""How long cluster-autoscaler waits for a node's pods unless told otherwise (Cluster Autoscaler FAQ,
max-graceful-termination-sec: 10 minutes; read 2026-11-29)."""
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
    """Reservations as EKS sets them (EKS documentation and its AMI's nodeadm).

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


@dataclass(frozen=True, kw_only=True)
class Allocatable:
    """What pods may request on a node.

    Attributes:
        cpu_millicores: processor time in millicores.
        memory_mib: memory in MiB.
        disk_mib: disk in MiB.
        pods: how many pods.
    """

    cpu_millicores: int
    memory_mib: int
    disk_mib: int
    pods: int


def interface_pods(interfaces: int, addresses: int) -> int:
    """Pods of a node without prefix delegation.

    Args:
        interfaces: network interfaces that its instance type may have.
        addresses: IPv4 addresses of each.
    """
    return interfaces * (addresses - 1) + HOST_PODS


def allocatable(processors: int, memory_mib: float, disk_gib: int, pods: int, single_address_pods: int) -> Allocatable:
    """What is left of a node, never more than a real one leaves.

    The image reserves memory for as many pods as the type has single addresses for, or for as many as the node takes:
    its versions differ (awslabs/amazon-eks-ami#1698 and #2580). Here it is whichever leaves less, and the share of
    the kernel counts with the smaller reservation.

    Args:
        processors: virtual processors of the instance type.
        memory_mib: its nominal memory in MiB.
        disk_gib: the root volume in GiB.
        pods: the most pods that the node takes.
        single_address_pods: the most that its type would take without prefix delegation.
    """
    for_all, for_single = kubelet_reserved(processors, pods), kubelet_reserved(processors, single_address_pods)
    left = min(memory_mib - for_all.memory_mib, memory_mib * (1 - KERNEL_SHARE) - for_single.memory_mib)
    return Allocatable(
        cpu_millicores=int(processors * 1000 - for_all.cpu_millicores),
        memory_mib=int(left),
        disk_mib=int((disk_gib * (1 - DISK_EVICTION_SHARE) - DISK_RESERVED_GIB) * 1024),
        pods=pods,
    )
