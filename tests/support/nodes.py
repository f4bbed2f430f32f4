"""Nodes, pods and looks at a cluster, as short as tests need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bailbondpro.facts.nodes import allocatable
from planner.capacity.node_groups import NodeGroup
from sandbox.drill.nodes.snapshot import Snapshot, key_of
from sandbox.drill.nodes.world import Group, World, by_priority

if TYPE_CHECKING:
    from collections.abc import Iterable

Manifest = dict[str, Any]

ZONES = ("a", "b", "c")
OLD = 3600.0


def node(name: str, zone: str = "a", cpu: str = "2", memory: str = "8Gi", **spec: Any) -> Manifest:  # noqa: ANN401 - parts of a manifest
    """A ready node of group `group`, whose label `pool` tests may change."""
    room = {"cpu": cpu, "memory": memory, "pods": "110"}
    labels = {"topology.kubernetes.io/zone": zone, "kubernetes.io/hostname": name, **spec.pop("labels", {})}
    annotations = spec.pop("annotations", {})
    return {
        "metadata": {"name": name, "labels": labels, "annotations": annotations},
        "spec": spec,
        "status": {"capacity": room, "allocatable": room, "conditions": [{"type": "Ready", "status": "True"}]},
    }


def pod(name: str, cpu: str = "500m", memory: str = "256Mi", on: str = "", app: str = "web", **spec: Any) -> Manifest:  # noqa: ANN401 - parts of a manifest
    """A pod of a ReplicaSet; pending where it is on no node."""
    metadata: Manifest = {
        "name": name,
        "namespace": spec.pop("namespace", "default"),
        "labels": {"app": app},
        "annotations": spec.pop("annotations", {}),
    }
    owner = spec.pop("owner", "ReplicaSet")
    if owner:
        metadata["ownerReferences"] = [{"kind": owner, "name": app, "controller": True}]
    container = {"name": "main", "resources": {"requests": {"cpu": cpu, "memory": memory}}}
    found = {"containers": [container], **spec, **({"nodeName": on} if on else {})}
    conditions = [] if on else [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]
    phase = "Running" if on else "Pending"
    return {"metadata": metadata, "spec": found, "status": {"phase": phase, "conditions": conditions}}


def zone_spread(app: str = "web", **more: Any) -> list[Manifest]:  # noqa: ANN401 - parts of a manifest
    """A hard, even spread over zones."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": app}},
            **more,
        }
    ]


def group(name: str, nodes: Iterable[str] = (), **more: Any) -> Group:  # noqa: ANN401 - parts of a manifest
    """A node group with a template of its own."""
    names = tuple(nodes)
    values: dict[str, Any] = {
        "least": 0,
        "most": 10,
        "target": len(names),
        "template": node(f"template-{name}"),
        **more,
    }
    return Group(name=name, nodes=names, **values)


def world(nodes: Iterable[Manifest], pods: Iterable[Manifest], groups: Iterable[Group], **more: Any) -> World:  # noqa: ANN401 - parts of a manifest
    """A look at a cluster whose pods are all old."""
    everything = list(pods)
    waiting = [item for item in everything if not item["spec"].get("nodeName")]
    values: dict[str, Any] = {"now": 10_000.0, "ages": {key_of(item): OLD for item in waiting}, **more}
    return World(
        snapshot=Snapshot.of(nodes, everything),
        pending=by_priority(waiting),
        groups={item.name: item for item in groups},
        **values,
    )


def machines(name: str, *zones: str, least: int = 0, wanted: int = 0, most: int = 9, **more: Any) -> NodeGroup:  # noqa: ANN401 - fields of a group
    """A node group of machines with 2 processors and 8 GiB, whose nodes have the label `pool: app`."""
    values: dict[str, Any] = {
        "region": zones[0][:-1],
        "instance": "m8g.large",
        "processors": 2,
        "memory_mib": 8192,
        "disk_gib": 50,
        "arch": "arm64",
        "capacity_type": "ON_DEMAND",
        "version": "1.35",
        "labels": (("pool", "app"),),
        "taints": (),
        "room": allocatable(2, 8192, 50, 110, 29),
        **more,
    }
    return NodeGroup(name=name, zones=zones, least=least, wanted=wanted, most=most, **values)
