"""A cluster as a node autoscaler imagines it: nodes with their pods, and whether one more pod fits on one of them.

The filters of the Kubernetes scheduler that keep pods off a node, on the objects themselves: cluster-autoscaler runs
the scheduler's own ones (its FAQ, "How does scale-up work?"). Whatever is decided with them only adds or removes nodes:
a pod runs where the real scheduler binds it, or not at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.drill.nodes.requests import Amounts, amounts, requested
from sandbox.drill.nodes.selectors import chosen_by, in_terms, selects, tolerated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Manifest: TypeAlias = dict[str, Any]

ENDED = frozenset({"Succeeded", "Failed"})
HARD, HONOR = "DoNotSchedule", "Honor"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def key_of(item: Manifest) -> str:
    """Namespace and name of an object."""
    return f"{item['metadata'].get('namespace') or 'default'}/{item['metadata']['name']}"


def labels_of(item: Manifest) -> dict[str, str]:
    """Its labels."""
    return item["metadata"].get("labels") or {}


@dataclass
class Seat:
    """A node with the pods on it.

    Attributes:
        node: the Node.
        pods: what runs or is bound there.
        used: what they request together.
    """

    node: Manifest
    pods: list[Manifest] = field(default_factory=list)
    used: Amounts = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The node's name."""
        return str(self.node["metadata"]["name"])

    @property
    def room(self) -> Amounts:
        """What pods may request on it altogether."""
        return amounts(self.node["status"].get("allocatable"))

    def add(self, pod: Manifest) -> None:
        """Put a pod there."""
        self.pods.append(pod)
        self.used.update(requested(pod))

    def copy(self) -> Seat:
        """Another one that can be changed."""
        return Seat(self.node, list(self.pods), Counter(self.used))


@dataclass
class Snapshot:
    """Nodes, their pods, and where volumes live.

    Attributes:
        seats: by the node's name.
        volumes: required node affinity of the volume of each claim that has one, by namespace and name of the claim.
        namespaces: labels of each namespace.
    """

    seats: dict[str, Seat] = field(default_factory=dict)
    volumes: Mapping[str, Manifest] = field(default_factory=dict)
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        nodes: Iterable[Manifest],
        pods: Iterable[Manifest],
        volumes: Mapping[str, Manifest] | None = None,
        namespaces: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Snapshot:
        """The snapshot of nodes and of those pods that are bound to one and have not ended."""
        found = cls({str(node["metadata"]["name"]): Seat(node) for node in nodes}, volumes or {}, namespaces or {})
        for pod in pods:
            seat = found.seats.get(str(pod["spec"].get("nodeName") or ""))
            if seat is not None and (pod.get("status") or {}).get("phase") not in ENDED:
                seat.add(pod)
        return found

    def fork(self) -> Snapshot:
        """Another one that can be changed."""
        return Snapshot({name: seat.copy() for name, seat in self.seats.items()}, self.volumes, self.namespaces)

    def add_node(self, node: Manifest, pods: Iterable[Manifest] = ()) -> Seat:
        """One more node with pods on it."""
        seat = Seat(node)
        for pod in pods:
            seat.add(pod)
        self.seats[seat.name] = seat
        return seat

    def fit(self, pod: Manifest, among: Iterable[str] | None = None) -> str | None:
        """The first node that a pod fits on; None for none.

        Args:
            pod: it.
            among: names of nodes to look at; all by default.
        """
        names = list(self.seats if among is None else among)
        return next((name for name in names if not self.objection(pod, self.seats[name])), None)

    def objection(self, pod: Manifest, seat: Seat) -> str:
        """Why a pod may not start on a node, in one word or two; empty where it may."""
        if not chosen_by(pod, seat.node):
            return "node selector or affinity"
        if not tolerated(pod, seat.node) or (seat.node["spec"].get("unschedulable") and not _bears_cordon(pod)):
            return "taint"
        wanted, room = requested(pod), seat.room
        short = [name for name, value in wanted.items() if value > 0 and seat.used[name] + value > room[name]]
        if short:
            return f"too little {' and '.join(sorted(short))}"
        if _ports(pod) & {port for other in seat.pods for port in _ports(other)}:
            return "host port"
        if any(not in_terms(terms, seat.node) for terms in self._homes(pod)):
            return "volume"
        if not all(self._even(pod, seat, rule) for rule in _hard_spreads(pod)):
            return "topology spread"
        return self._company(pod, seat)

    def _homes(self, pod: Manifest) -> Iterator[Manifest]:
        """Where the volumes of a pod's claims are."""
        namespace = pod["metadata"].get("namespace") or "default"
        for volume in pod["spec"].get("volumes") or ():
            claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if claim and (home := self.volumes.get(f"{namespace}/{claim}")):
                yield home

    def _even(self, pod: Manifest, seat: Seat, rule: Manifest) -> bool:
        """A topology spread constraint (Kubernetes documentation, "Pod Topology Spread Constraints")."""
        topology = rule["topologyKey"]
        domain = labels_of(seat.node).get(topology)
        if domain is None:
            return False
        counts: Counter[str] = Counter()
        keys = {item["topologyKey"] for item in _hard_spreads(pod)}
        for other in self.seats.values():
            labels = labels_of(other.node)
            if not keys <= labels.keys() or not _counts(pod, other.node, rule):
                continue
            counts[labels[topology]] += sum(_selected(rule, pod, near) for near in other.pods)
        fewest = min(counts.values(), default=0) if len(counts) >= (rule.get("minDomains") or 1) else 0
        return counts[domain] + int(_selected(rule, pod, pod)) - fewest <= int(rule["maxSkew"])

    def _company(self, pod: Manifest, seat: Seat) -> str:
        """Required affinity and anti-affinity between pods, in both directions."""
        near = labels_of(seat.node)
        others = [(other, labels_of(there.node)) for there in self.seats.values() for other in there.pods]
        for term in _terms(pod, "podAntiAffinity"):
            if any(self._meant(term, pod, other) and _same(term, near, labels) for other, labels in others):
                return "anti-affinity"
        for other, labels in others:
            terms = _terms(other, "podAntiAffinity")
            if any(self._meant(term, other, pod) and _same(term, near, labels) for term in terms):
                return "anti-affinity of another pod"
        for term in _terms(pod, "podAffinity"):
            friends = [labels for other, labels in others if self._meant(term, pod, other)]
            first_of_all = not friends and self._meant(term, pod, pod)
            if not first_of_all and not any(_same(term, near, labels) for labels in friends):
                return "affinity"
        return ""

    def _meant(self, term: Manifest, owner: Manifest, other: Manifest) -> bool:
        """Whether a term of a pod's affinity speaks of another pod."""
        namespace = other["metadata"].get("namespace") or "default"
        named, chosen = term.get("namespaces") or (), term.get("namespaceSelector")
        here: bool = chosen is not None and selects(chosen, self.namespaces.get(namespace) or {})
        if not here and named:
            here = namespace in named
        elif not here and chosen is None:
            here = namespace == (owner["metadata"].get("namespace") or "default")
        return here and selects(term.get("labelSelector"), labels_of(other))


def _bears_cordon(pod: Manifest) -> bool:
    cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    return tolerated(pod, {"metadata": {}, "spec": {"taints": [cordon]}})


def _ports(pod: Manifest) -> set[tuple[str, int]]:
    return {
        (str(port.get("protocol") or "TCP"), int(port["hostPort"]))
        for container in pod["spec"].get("containers") or ()
        for port in container.get("ports") or ()
        if port.get("hostPort")
    }


def _hard_spreads(pod: Manifest) -> list[Manifest]:
    return [
        rule for rule in pod["spec"].get("topologySpreadConstraints") or () if rule.get("whenUnsatisfiable") == HARD
    ]


def _counts(pod: Manifest, node: Manifest, rule: Manifest) -> bool:
    """Whether a node is part of a domain; by default its taints do not matter, and what the pod selects does."""
    chosen = rule.get("nodeAffinityPolicy", HONOR) != HONOR or chosen_by(pod, node)
    return chosen and (rule.get("nodeTaintsPolicy") != HONOR or tolerated(pod, node))


def _selected(rule: Manifest, pod: Manifest, other: Manifest) -> bool:
    """Whether a spread constraint counts a pod; one that is being deleted no longer counts."""
    own, labels = pod["metadata"], other["metadata"]
    if (own.get("namespace") or "default") != (labels.get("namespace") or "default") or labels.get("deletionTimestamp"):
        return False
    mine, theirs = own.get("labels") or {}, labels.get("labels") or {}
    if any(key in mine and mine[key] != theirs.get(key) for key in rule.get("matchLabelKeys") or ()):
        return False
    return selects(rule.get("labelSelector"), theirs)


def _terms(pod: Manifest, kind: str) -> list[Manifest]:
    return list(((pod["spec"].get("affinity") or {}).get(kind) or {}).get(REQUIRED) or ())


def _same(term: Manifest, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    topology = term["topologyKey"]
    return topology in one and one[topology] == other.get(topology)
