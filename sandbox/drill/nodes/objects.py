"""Node objects as the machines of a node group register themselves: labels, taints, capacity and what is left of it.

What a node says of itself is listed in Kubernetes documentation, "Well-Known Labels, Annotations and Taints"; the marks
of EKS in the Amazon EKS User Guide, "Simplify node lifecycle with managed node groups". The identifiers of its launch
template are left out: they differ from node to node and nothing selects by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.capacity.node_groups import NodeGroup

ZONE, REGION = "topology.kubernetes.io/zone", "topology.kubernetes.io/region"
ZONE_ID = "topology.k8s.aws/zone-id"
"""The zone's name is the account's own, its identifier is the same for all: from the AWS cloud provider (kubernetes/
cloud-provider-aws, pkg/providers/v1/zones.go; unverified). Which zone has which is not known here."""
HOSTNAME, ARCH, SYSTEM = "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os"
INSTANCE = "node.kubernetes.io/instance-type"
GROUP, CAPACITY = "eks.amazonaws.com/nodegroup", "eks.amazonaws.com/capacityType"
FIRST_REGION = "us-east-1"
"""Where private names have another domain (Amazon VPC User Guide, "DNS attributes for your VPC")."""

Manifest = dict[str, Any]


def node_name(group_index: int, zone_index: int, number: int, region: str) -> str:
    """The private name of a machine, which its Node has, too; unique within a drill.

    Args:
        group_index: of its node group, from 0.
        zone_index: of its zone within the group, from 0.
        number: counts the machines of a group, from 0.
        region: where it is.
    """
    address = f"10-{group_index % 256}-{(zone_index * 64 + number // 250) % 256}-{number % 250 + 4}"
    domain = "ec2.internal" if region == FIRST_REGION else f"{region}.compute.internal"
    return f"ip-{address}.{domain}"


def labels_of(group: NodeGroup, name: str, zone: str) -> dict[str, str]:
    """The labels that a machine of a group has, those of its own and those of its group."""
    return {
        HOSTNAME: name,
        ARCH: group.arch,
        SYSTEM: "linux",
        INSTANCE: group.instance,
        ZONE: zone,
        ZONE_ID: f"{group.region}-az{ord(zone[-1]) - ord('a') + 1}",
        REGION: group.region,
        # The names before Kubernetes 1.17; kubelet and the cloud's controller still write them.
        "beta.kubernetes.io/arch": group.arch,
        "beta.kubernetes.io/os": "linux",
        "beta.kubernetes.io/instance-type": group.instance,
        "failure-domain.beta.kubernetes.io/zone": zone,
        "failure-domain.beta.kubernetes.io/region": group.region,
        GROUP: group.name,
        CAPACITY: group.capacity_type,
        **dict(group.labels),
    }


def node_object(group: NodeGroup, name: str, zone: str) -> Manifest:
    """A Node as its kubelet registers it.

    Args:
        group: whose machine it is.
        name: of the node.
        zone: where the machine is.
    """
    capacity = {
        "cpu": str(group.processors),
        "memory": f"{group.memory_mib}Mi",
        "ephemeral-storage": f"{group.disk_gib}Gi",
        "pods": str(group.room.pods),
    }
    allocatable = {
        "cpu": f"{group.room.cpu_millicores}m",
        "memory": f"{group.room.memory_mib}Mi",
        "ephemeral-storage": f"{group.room.disk_mib}Mi",
        "pods": str(group.room.pods),
    }
    taints = [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in group.taints]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels_of(group, name, zone)},
        "spec": {"providerID": f"aws:///{zone}/{name}", **({"taints": taints} if taints else {})},
        "status": {"capacity": capacity, "allocatable": allocatable},
    }
