"""The node groups of a plan as a cluster will see them: how many nodes, where, of what size, with which marks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import InstanceClass, find_class
from bailbondpro.facts.nodes import Allocatable, allocatable
from plan.tokens import ADDON, LAUNCH_TEMPLATE, NODE_GROUP, SUBNET
from planner.plan_values import at, dependencies_of_type, items, number, region_of, text

if TYPE_CHECKING:
    from plan import Plan, PlannedResource

CNI = "vpc-cni"
"""The add-on that gives pods their addresses (Amazon EKS User Guide, "Amazon VPC CNI")."""
PREFIXES = "ENABLE_PREFIX_DELEGATION"
"""Its variable that gives a network interface whole prefixes of addresses (amazon-vpc-cni-k8s, README)."""
DISK_GIB = 20
"""Root volume of a node whose group and template name none (Amazon EKS API reference, CreateNodegroup, diskSize)."""
EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}
"""The API of EKS and that of Kubernetes spell the effects of taints in their own ways."""


class NodeGroupError(ValueError):
    """A node group whose nodes cannot be told from the plan; the message has one problem a line."""


@dataclass(frozen=True, kw_only=True)
class Taint:
    """What keeps pods away, in the spelling of Kubernetes."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, kw_only=True)
class NodeGroup:
    """A managed node group.

    Attributes:
        name: in the program, the same in every preview: names at EKS are often made up by the provider.
        region: where it is.
        zones: availability zones of its subnets, in order.
        least: fewest nodes.
        wanted: nodes at creation.
        most: most nodes.
        instance: the type of its nodes; of several, the one that leaves pods the least memory.
        processors: of a node.
        memory_mib: nominal, of a node.
        disk_gib: the root volume of a node.
        arch: `arm64` or `amd64`, as Kubernetes calls it.
        capacity_type: `ON_DEMAND` or `SPOT`.
        version: of Kubernetes, empty where the group follows the cluster.
        labels: of its nodes, besides those that every node has.
        taints: of its nodes.
        room: what pods may request on a node.
        at_once: nodes that an update of the group may drain together.
    """

    name: str
    region: str
    zones: tuple[str, ...]
    least: int
    wanted: int
    most: int
    instance: str
    processors: int
    memory_mib: int
    disk_gib: int
    arch: str
    capacity_type: str
    version: str
    labels: tuple[tuple[str, str], ...]
    taints: tuple[Taint, ...]
    room: Allocatable
    at_once: int = 1


def node_groups(plan: Plan) -> tuple[NodeGroup, ...]:
    """The managed node groups that a plan will have, by name.

    Raises:
        NodeGroupError: a group's instance type or zone is not known.
    """
    prefixes = prefix_delegation(plan)
    problems: list[str] = []
    found: list[NodeGroup] = []
    for item in plan.of_type(NODE_GROUP):
        try:
            found.append(_group(plan, item, prefixes=prefixes))
        except NodeGroupError as error:
            problems.append(str(error))
    if problems:
        raise NodeGroupError("\n".join(problems))
    return tuple(sorted(found, key=lambda group: group.name))


def node_group(plan: Plan, item: PlannedResource) -> NodeGroup:
    """One managed node group.

    Raises:
        NodeGroupError: its instance type or zone is not known.
    """
    return _group(plan, item, prefixes=prefix_delegation(plan))


def prefix_delegation(plan: Plan) -> bool:
    """Whether the network add-on gives nodes prefixes of addresses, so that they take more pods."""
    for addon in plan.of_type(ADDON):
        if text(addon.inputs, "addonName") != CNI:
            continue
        try:
            settings = json.loads(text(addon.inputs, "configurationValues") or "{}")
        except ValueError:
            return False  # the service refuses it; without prefixes fewer pods fit
        return str(at(settings, "env", PREFIXES)).lower() == "true"
    return False


def _group(plan: Plan, item: PlannedResource, *, prefixes: bool) -> NodeGroup:
    templates = dependencies_of_type(plan, item, LAUNCH_TEMPLATE)
    subnets = dependencies_of_type(plan, item, SUBNET)
    zones = sorted({zone for subnet in subnets if (zone := text(subnet.inputs, "availabilityZone"))})
    disk = _disk(item, templates)
    machine = _machine(item, templates, disk, prefixes=prefixes)
    if not zones:
        raise NodeGroupError(f"{item.name}: none of its subnets names an availability zone in the plan")
    labels = at(item.inputs, "labels")
    least = int(number(item.inputs, "scalingConfig", "minSize", default=1))
    return NodeGroup(
        name=item.name,
        region=text(item.inputs, "region") or region_of(plan) or zones[0][:-1],
        zones=tuple(zones),
        least=least,
        wanted=int(number(item.inputs, "scalingConfig", "desiredSize", default=least)),
        most=int(number(item.inputs, "scalingConfig", "maxSize", default=least)),
        instance=machine.name,
        processors=machine.vcpu,
        memory_mib=int(machine.memory_gib * 1024),
        disk_gib=disk,
        arch="amd64" if machine.arch == "x86_64" else machine.arch,
        capacity_type=text(item.inputs, "capacityType") or "ON_DEMAND",
        version=text(item.inputs, "version"),
        labels=tuple(
            sorted((str(key), str(value)) for key, value in (labels if isinstance(labels, dict) else {}).items())
        ),
        taints=tuple(_taint(entry) for entry in items(item.inputs, "taints")),
        room=_room(machine, disk, prefixes=prefixes),
        at_once=int(number(item.inputs, "updateConfig", "maxUnavailable", default=1)),
    )


def _taint(entry: dict[str, object]) -> Taint:
    effect = str(entry.get("effect") or "")
    return Taint(
        key=str(entry.get("key") or ""), value=str(entry.get("value") or ""), effect=EFFECTS.get(effect, effect)
    )


def _disk(item: PlannedResource, templates: list[PlannedResource]) -> int:
    volumes = [
        number(mapping, "ebs", "volumeSize", default=0)
        for template in templates
        for mapping in items(template.inputs, "blockDeviceMappings")
    ]
    return int(max([*volumes, number(item.inputs, "diskSize", default=0)]) or DISK_GIB)


def _machine(item: PlannedResource, templates: list[PlannedResource], disk: int, *, prefixes: bool) -> InstanceClass:
    """The instance type; of several that a group may get, the one with the least room."""
    named = [kind for template in templates if (kind := text(template.inputs, "instanceType"))]
    named = named or [str(kind) for kind in items(item.inputs, "instanceTypes")]
    known = [found for kind in named if (found := find_class(kind)) is not None and found.service == "ec2"]
    if not named or len(known) < len(named):
        unknown = sorted(set(named) - {machine.name for machine in known})
        raise NodeGroupError(
            f"{item.name}: the size of instance type {', '.join(unknown) or '(not known yet)'} is not known; "
            "known types stand in bailbondpro/facts/data/instance_classes.json"
        )

    def size(machine: InstanceClass) -> tuple[int, int]:
        room = _room(machine, disk, prefixes=prefixes)
        return room.memory_mib, room.cpu_millicores

    return min(known, key=size)


def _room(machine: InstanceClass, disk: int, *, prefixes: bool) -> Allocatable:
    return allocatable(
        machine.vcpu,
        machine.memory_gib * 1024,
        disk,
        machine.max_pods if prefixes else machine.interface_pods,
        machine.interface_pods,
    )
