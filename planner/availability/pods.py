"""Whether the pods of a plan find nodes again when a zone is lost or drained, by the scheduler's own rules.

A lost zone's nodes stay in the cluster, tainted, until somebody removes them; a drained one's stay for as long as they
are cordoned. A constraint that counts such nodes keeps every replacement pending (Kubernetes documentation, "Pod
Topology Spread Constraints", `nodeTaintsPolicy`). Room is not looked at here, only what a pod accepts: the autoscaler
adds nodes up to the pools' maximum in the zones that live.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from plan.tokens import DEPLOYMENT, LAUNCH_TEMPLATE, NODE_GROUP
from planner.availability.graph import (
    Builder,
)
from planner.capacity.node_pools import POOL_LABEL, zones_of
from planner.capacity.scheduling import NODE, UNSCHEDULABLE, ZONE, Node, Pod, Requirement, Spread, place_all
from planner.plan_values import at, dependencies_of_type, items, number, region_of, scalers_of, text

if TYPE_CHECKING:
    from plan import Plan, PlannedResource

TOPOLOGIES = {"topology.kubernetes.io/zone": ZONE, "kubernetes.io/hostname": NODE}
_GRAVITON = re.compile(r"[a-z]+\d+g")
"""Instance types of Arm processors (EC2 documentation, instance type naming conventions: g is AWS Graviton)."""
KEDA_MOST = 100
"""Pods at most where a ScaledObject names no number (KEDA documentation, ScaledObject: maxReplicaCount)."""


@dataclass(frozen=True, kw_only=True)
class Stranded:
    """Pods that nothing but their own constraints keeps from running.

    Attributes:
        zone: the zone whose loss strands them; empty where they never all run.
        name: the Deployment.
        urn: its resource.
        wanted: pods that its autoscaler may ask for.
        running: how many of them find a node.
    """

    zone: str
    name: str
    urn: str
    wanted: int
    running: int


def stranded(plan: Plan) -> list[Stranded]:
    """Every Deployment that its constraints hold back: at once, or when a zone is lost or drained."""
    if not plan.count(NODE_GROUP):
        return []
    builder = Builder(plan=plan)
    found = []
    known: dict[tuple[Pod, int], list[tuple[str, int]]] = {}
    for item in plan.of_type(DEPLOYMENT):
        # Nothing else runs on these nodes, so that Deployments whose pods ask for the same find the same.
        pod, wanted = replace(_pod(item), app=""), most_replicas(plan, item)
        if (pod, wanted) not in known:
            known[pod, wanted] = _finding_nodes(builder, [pod] * wanted)
        name = text(item.inputs, "metadata", "name") or item.name
        found += [
            Stranded(zone=zone, name=name, urn=item.urn, wanted=wanted, running=running)
            for zone, running in known[pod, wanted]
            if running < wanted
        ]
    return found


def _finding_nodes(builder: Builder, pods: list[Pod]) -> list[tuple[str, int]]:
    """How many of these pods find a node, with every zone and without each that may be lost."""
    zones = ("", *_zones_to_lose(pods, _nodes(builder)))
    return [(zone, _running(pods, _nodes(builder, zone), zone)) for zone in zones]


def _zones_to_lose(pods: list[Pod], nodes: list[Node]) -> list[str]:
    """Zones of the nodes that pods accept; a pool of one zone goes with it, which the removal of the zone says."""
    accepted = [node for node in nodes if pods and node.selected_by(pods[0])]
    pools = {_pool_of(node) for node in accepted}
    if len({node.zone for node in nodes if _pool_of(node) in pools}) < len("ab"):
        return []
    return sorted({node.zone for node in accepted})


def _pool_of(node: Node) -> str:
    return dict(node.labels).get(POOL_LABEL) or node.name.rpartition("/")[0]


def most_replicas(plan: Plan, deployment: PlannedResource) -> int:
    """The most pods of a Deployment: its autoscaler's maximum, else its own number."""
    for scaler in scalers_of(plan, deployment):
        most = number(scaler.inputs, "spec", "maxReplicas", default=0)
        return int(most or number(scaler.inputs, "spec", "maxReplicaCount", default=KEDA_MOST))
    return int(number(deployment.inputs, "spec", "replicas", default=1))


def _running(pods: list[Pod], nodes: list[Node], lost: str) -> int:
    """Pods that run when all of them start anew, as after a rollout, with a zone's nodes lost or cordoned.

    A pod that tolerates the taint of a lost node may be put there, where nothing runs.
    """
    for node in nodes:
        if lost and node.zone == lost:
            node.taints |= {UNSCHEDULABLE}
    place_all(pods, nodes)
    return sum(len(node.pods) for node in nodes if UNSCHEDULABLE not in node.taints)


def _nodes(builder: Builder, lost: str = "") -> list[Node]:
    """Nodes of all groups at their maximum, evenly over their zones; with those that replace a lost zone's.

    A group of one zone replaces none: its other nodes would be lost with it, so the groups of other zones must do.
    """
    nodes = []
    for item in builder.plan.of_type(NODE_GROUP):
        zones = zones_of(builder.plan, item)
        most = max(int(number(item.inputs, "scalingConfig", "maxSize", default=1)), 1)
        homes = [zone for zone, _ in zip(itertools.cycle(zones), range(most), strict=False)]
        living = itertools.cycle([zone for zone in zones if zone != lost] or zones)
        homes += [next(living) for _ in range(homes.count(lost))]
        nodes += [
            Node(
                name=f"{item.name}/{index}",
                zone=zone,
                labels=frozenset(_labels(builder.plan, item, zone, f"{item.name}/{index}").items()),
                taints=frozenset(text(taint, "key") for taint in items(item.inputs, "taints") if _repels(taint)),
            )
            for index, zone in enumerate(homes)
        ]
    return nodes


def _labels(plan: Plan, group: PlannedResource, zone: str, name: str) -> dict[str, str]:
    """Labels of a node: those of its group, and those that all have (Kubernetes documentation, Well-Known Labels)."""
    own = at(group.inputs, "labels")
    capacity = text(group.inputs, "capacityType") or "ON_DEMAND"
    templates = dependencies_of_type(plan, group, LAUNCH_TEMPLATE)
    kinds = [*(text(item.inputs, "instanceType") for item in templates), *items(group.inputs, "instanceTypes")]
    kind = next((str(found) for found in kinds if found), "")
    return {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64" if _GRAVITON.match(kind) else "amd64",
        "node.kubernetes.io/instance-type": kind,
        "eks.amazonaws.com/nodegroup": text(group.inputs, "nodeGroupName") or group.name,
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/zone": zone,
        "topology.kubernetes.io/region": region_of(plan),
        "eks.amazonaws.com/capacityType": capacity,
        **{str(key): str(value) for key, value in (own if isinstance(own, dict) else {}).items()},
    }


def _repels(taint: dict[str, Any]) -> bool:
    return text(taint, "effect") != "PREFER_NO_SCHEDULE"


def _pod(deployment: PlannedResource) -> Pod:
    spec = at(deployment.inputs, "spec", "template", "spec") or {}
    selector = at(spec, "nodeSelector") or {}
    terms = items(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    pod = Pod(
        app=deployment.urn,
        selector=tuple(sorted((str(key), str(value)) for key, value in selector.items())),
        affinity=_affinity(spec),
        tolerates=frozenset(text(toleration, "key") for toleration in items(spec, "tolerations")),
        apart=tuple(TOPOLOGIES.get(key, key) for term in terms if (key := text(term, "topologyKey"))),
    )
    spreads = [_spread(found) for found in items(spec, "topologySpreadConstraints")]
    return replace(pod, spreads=tuple(spreads))


def _affinity(spec: dict[str, Any]) -> tuple[tuple[Requirement, ...], ...]:
    wanted = at(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return tuple(
        tuple(
            Requirement(
                key=text(one, "key"),
                operator=text(one, "operator"),
                values=tuple(str(value) for value in at(one, "values") or ()),
            )
            for one in items(term, "matchExpressions")
        )
        for term in items(wanted, "nodeSelectorTerms")
    )


def _spread(found: dict[str, Any]) -> Spread:
    """A constraint with the API server's defaults for what it leaves out."""
    key = text(found, "topologyKey")
    return Spread(
        topology=TOPOLOGIES.get(key, key),
        max_skew=int(number(found, "maxSkew", default=1)),
        hard=text(found, "whenUnsatisfiable") != "ScheduleAnyway",
        honor_taints=text(found, "nodeTaintsPolicy") == "Honor",
        honor_affinity=text(found, "nodeAffinityPolicy") != "Ignore",
        min_domains=int(number(found, "minDomains", default=1)),
        per_rollout="pod-template-hash" in items(found, "matchLabelKeys"),
    )
