"""Where pods find a node: the filters of the Kubernetes scheduler, as its documentation states them, on a few numbers.

Filters: room, node selector and required node affinity, taints, topology spread constraints, required anti-affinity
(Kubernetes documentation, "Scheduling, Preemption and Eviction" and "Pod Topology Spread Constraints"). Among nodes
that pass, the scheduler weighs many wishes; here soft spread comes first, then the emptiest node. A constraint's label
selector is taken to select the workload's own pods.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ZONE, NODE = "zone", "node"
"""The two topologies that every node has; any other is the key of a label that a node may have."""
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
"""Taint of a cordoned node; one that is lost has `node.kubernetes.io/unreachable` with the same effect (Kubernetes
documentation, "Taints and Tolerations"). Pods of the platform tolerate neither."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What required node affinity wants of one label (Kubernetes documentation, "Assigning Pods to Nodes").

    Attributes:
        key: the label.
        operator: `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.
        values: what the operator compares with.
    """

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def met_by(self, value: str | None) -> bool:
        """Whether a label's value, None for no such label, is what is wanted; an unknown operator wants nothing."""
        if self.operator in {"Gt", "Lt"}:
            return _compared(value, self.values, self.operator)
        known = {
            "In": value in self.values,
            "NotIn": value not in self.values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        return known.get(self.operator, False)


def _compared(value: str | None, values: tuple[str, ...], operator: str) -> bool:
    try:
        have, wanted = int(value or ""), int("".join(values))
    except ValueError:
        return False
    return have > wanted if operator == "Gt" else have < wanted


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A topology spread constraint.

    Attributes:
        topology: what a domain is.
        max_skew: how many pods a domain may have more than the emptiest one.
        hard: `DoNotSchedule`; else `ScheduleAnyway`.
        honor_taints: `nodeTaintsPolicy: Honor`: nodes with taints that the pod does not tolerate are no domain. The
            default, `Ignore`, counts them.
        honor_affinity: `nodeAffinityPolicy: Honor`, the default: nodes that the pod does not select are no domain.
        min_domains: with fewer domains than this, the emptiest one counts as having no pod.
        per_rollout: `matchLabelKeys: [pod-template-hash]`: only pods of the same revision are counted.
    """

    topology: str
    max_skew: int = 1
    hard: bool = True
    honor_taints: bool = False
    honor_affinity: bool = True
    min_domains: int = 1
    per_rollout: bool = False


@dataclass(frozen=True, kw_only=True)
class Pod:
    """One pod of a workload.

    Attributes:
        app: the workload; its pods are counted together.
        cpu: requested millicores.
        memory: requested MiB.
        selector: labels that its node must have.
        affinity: terms of required node affinity: its node must meet every requirement of one of them; none for any.
        tolerates: keys of taints that it tolerates; an empty key tolerates every taint.
        spreads: its topology spread constraints.
        apart: topologies of which no domain may hold two of its pods (required anti-affinity).
        revision: tells old pods of a rollout from new ones.
    """

    app: str
    cpu: float = 0
    memory: float = 0
    selector: tuple[tuple[str, str], ...] = ()
    affinity: tuple[tuple[Requirement, ...], ...] = ()
    tolerates: frozenset[str] = frozenset()
    spreads: tuple[Spread, ...] = ()
    apart: tuple[str, ...] = ()
    revision: int = 0


@dataclass(kw_only=True)
class Node:
    """A node and what runs on it.

    Attributes:
        name: unique.
        zone: where it is.
        labels: what pods select it by.
        taints: keys of taints that keep pods away.
        cpu: allocatable millicores.
        memory: allocatable MiB.
        pods: what runs on it.
    """

    name: str
    zone: str
    labels: frozenset[tuple[str, str]] = frozenset()
    taints: frozenset[str] = frozenset()
    cpu: float = float("inf")
    memory: float = float("inf")
    pods: list[Pod] = field(default_factory=list)

    @property
    def free_cpu(self) -> float:
        """Millicores that nobody requested."""
        return self.cpu - sum(pod.cpu for pod in self.pods)

    @property
    def free_memory(self) -> float:
        """MiB that nobody requested."""
        return self.memory - sum(pod.memory for pod in self.pods)

    def domain(self, topology: str) -> str | None:
        """The domain that it belongs to; None where it has no label of that key."""
        if topology in {ZONE, NODE}:
            return self.zone if topology == ZONE else self.name
        return dict(self.labels).get(topology)

    def selected_by(self, pod: Pod) -> bool:
        """Whether it has the labels that a pod asks for."""
        labels = dict(self.labels)
        return self.labels.issuperset(pod.selector) and (
            not pod.affinity
            or any(term and all(one.met_by(labels.get(one.key)) for one in term) for term in pod.affinity)
        )

    def tolerated_by(self, pod: Pod) -> bool:
        """Whether a pod may start on it in spite of its taints."""
        return "" in pod.tolerates or self.taints <= pod.tolerates


def place(pod: Pod, nodes: Sequence[Node]) -> Node | None:
    """Put a pod on the node that the scheduler would choose; None where it stays pending."""
    tallies = [(spread, tally(spread, pod, nodes)) for spread in pod.spreads]
    fitting = [node for node in nodes if _passes(pod, node, nodes, tallies)]
    if not fitting:
        return None
    soft = [(spread.topology, counts) for spread, counts in tallies if not spread.hard]
    chosen = min(
        fitting, key=lambda node: (sum(counts[node.domain(key) or ""] for key, counts in soft), _fullness(node))
    )
    chosen.pods.append(pod)
    return chosen


def place_all(pods: Iterable[Pod], nodes: Sequence[Node]) -> list[Pod]:
    """Put pods on nodes in their order; returns those that stay pending."""
    return [pod for pod in pods if place(pod, nodes) is None]


def tally(spread: Spread, pod: Pod, nodes: Sequence[Node]) -> Counter[str]:
    """Pods in every domain that a constraint counts."""
    counts: Counter[str] = Counter()
    for node in nodes:
        left_out = (spread.honor_affinity and not node.selected_by(pod)) or (
            spread.honor_taints and not node.tolerated_by(pod)
        )
        domain = node.domain(spread.topology)
        if not left_out and domain is not None:
            counts[domain] += sum(
                other.app == pod.app and (not spread.per_rollout or other.revision == pod.revision)
                for other in node.pods
            )
    return counts


def _passes(pod: Pod, node: Node, nodes: Sequence[Node], tallies: list[tuple[Spread, Counter[str]]]) -> bool:
    return (
        node.selected_by(pod)
        and node.tolerated_by(pod)
        and node.free_cpu >= pod.cpu
        and node.free_memory >= pod.memory
        and all(_even(spread, counts, node) for spread, counts in tallies if spread.hard)
        and not any(
            other.app == pod.app
            for key in pod.apart
            for near in nodes
            if near.domain(key) == node.domain(key) is not None
            for other in near.pods
        )
    )


def _even(spread: Spread, counts: Counter[str], node: Node) -> bool:
    """Pods of the node's domain, this one included, minus those of the emptiest domain, at most the allowed skew."""
    domain = node.domain(spread.topology)
    if domain is None:
        return False  # a node without the label is passed over
    fewest = min(counts.values(), default=0) if len(counts) >= spread.min_domains else 0
    return counts[domain] + 1 - fewest <= spread.max_skew


def _fullness(node: Node) -> float:
    if node.cpu == float("inf"):
        return len(node.pods)
    return max(1 - node.free_cpu / node.cpu, 1 - node.free_memory / node.memory)
