"""Whether the pods of a plan find nodes again when a zone is lost or drained, by the scheduler's own rules.

A lost zone's nodes stay in the cluster, tainted, until somebody removes them; a drained one's stay for as long as they
are cordoned. A constraint that counts such nodes keeps every replacement pending (Kubernetes documentation, "Pod
Topology Spread Constraints", `nodeTaintsPolicy`). Room is not looked at here, only what a pod accepts: the autoscaler
adds nodes up to the pools' maximum in the zones that live.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from planner.availability_graph import AUTOSCALERS, DEPLOYMENT, NODE_GROUP, Builder
from planner.plan_values import at, items, number, text
from planner.scheduling import UNSCHEDULABLE, Node, Pod, Spread, Topology, place_all

if TYPE_CHECKING:
    from plan import Plan, PlannedResource

TOPOLOGIES: dict[str, Topology] = {"topology.kubernetes.io/zone": "zone", "kubernetes.io/hostname": "node"}
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
    builder = Builder(plan=plan)
    found = []
    for item in plan.of_type(DEPLOYMENT):
        pods = [_pod(item)] * most_replicas(plan, item)
        zones = sorted({node.zone for node in _nodes(builder) if node.selected_by(pods[0])}) if pods else []
        lost = zones if len(zones) > 1 else []  # a pool of one zone goes with it: the removal of the zone says so
        for zone in ("", *lost):
            running = _running(pods, _nodes(builder, zone), zone)
            if running < len(pods) and zones:
                name = text(item.inputs, "metadata", "name") or item.name
                found.append(Stranded(zone=zone, name=name, urn=item.urn, wanted=len(pods), running=running))
    return found


def most_replicas(plan: Plan, deployment: PlannedResource) -> int:
    """The most pods of a Deployment: its autoscaler's maximum, else its own number."""
    for scaler in plan.of_type(*AUTOSCALERS):
        if deployment.urn in scaler.dependencies:
            most = number(scaler.inputs, "spec", "maxReplicas", default=0)
            return int(most or number(scaler.inputs, "spec", "maxReplicaCount", default=KEDA_MOST))
    return int(number(deployment.inputs, "spec", "replicas", default=1))


def _running(pods: list[Pod], nodes: list[Node], lost: str) -> int:
    """Pods that run when all of them start anew, as after a rollout, with a zone's nodes lost or cordoned."""
    for node in nodes:
        if lost and node.zone == lost:
            node.taints |= {UNSCHEDULABLE}
    return len(pods) - len(place_all(pods, nodes))


def _nodes(builder: Builder, lost: str = "") -> list[Node]:
    """Nodes of all pools at their maximum, evenly over their zones; with those that replace a lost zone's."""
    nodes = []
    for item in builder.plan.of_type(NODE_GROUP):
        zones = builder.zones(item) or [""]
        most = max(int(number(item.inputs, "scalingConfig", "maxSize", default=1)), 1)
        homes = [zone for zone, _ in zip(itertools.cycle(zones), range(most), strict=False)]
        living = itertools.cycle([zone for zone in zones if zone != lost] or zones)
        homes += [next(living) for _ in range(homes.count(lost))]
        labels = at(item.inputs, "labels")
        labels = labels if isinstance(labels, dict) else {}
        nodes += [
            Node(
                name=f"{item.name}/{index}",
                zone=zone,
                labels=frozenset((str(key), str(value)) for key, value in labels.items()),
                taints=frozenset(text(taint, "key") for taint in items(item.inputs, "taints") if _repels(taint)),
            )
            for index, zone in enumerate(homes)
        ]
    return nodes


def _repels(taint: dict[str, Any]) -> bool:
    return text(taint, "effect") != "PREFER_NO_SCHEDULE"


def _pod(deployment: PlannedResource) -> Pod:
    spec = at(deployment.inputs, "spec", "template", "spec") or {}
    selector = at(spec, "nodeSelector") or {}
    terms = items(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    pod = Pod(
        app=deployment.urn,
        selector=tuple(sorted((str(key), str(value)) for key, value in selector.items())),
        tolerates=frozenset(text(toleration, "key") for toleration in items(spec, "tolerations")),
        apart=tuple(TOPOLOGIES[key] for term in terms if (key := text(term, "topologyKey")) in TOPOLOGIES),
    )
    spreads = [_spread(found) for found in items(spec, "topologySpreadConstraints")]
    return replace(pod, spreads=tuple(spread for spread in spreads if spread is not None))


def _spread(found: dict[str, Any]) -> Spread | None:
    """A constraint with the API server's defaults for what it leaves out; None for a topology of its own."""
    key = TOPOLOGIES.get(text(found, "topologyKey"))
    if key is None:
        return None
    return Spread(
        topology=key,
        max_skew=int(number(found, "maxSkew", default=1)),
        hard=text(found, "whenUnsatisfiable") != "ScheduleAnyway",
        honor_taints=text(found, "nodeTaintsPolicy") == "Honor",
        honor_affinity=text(found, "nodeAffinityPolicy") != "Ignore",
        min_domains=int(number(found, "minDomains", default=1)),
        per_rollout="pod-template-hash" in items(found, "matchLabelKeys"),
    )
