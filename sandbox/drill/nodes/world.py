"""What a node autoscaler sees in one look: the cluster, the node groups, and what it remembers of the looks before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.drill.nodes.selectors import chosen_by, tolerated
from sandbox.drill.nodes.snapshot import ENDED, key_of
from sandbox.drill.numbers import KUBELET_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.drill.nodes.flags import Flags
    from sandbox.drill.nodes.snapshot import Snapshot

Manifest: TypeAlias = dict[str, Any]

TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
"""Taint of a node that is being emptied (cluster-autoscaler/FAQ.md, "How does scale-down work?")."""
_PASSING = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", TO_BE_DELETED, "DeletionCandidate")
"""Taints that say how a node is now; a new node of its group will not have them."""
DAEMON_TOLERATIONS = tuple(
    {"key": f"node.kubernetes.io/{condition}", "operator": "Exists"}
    for condition in ("not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
)
"""What the pods of a DaemonSet tolerate by themselves (Kubernetes documentation, "DaemonSet")."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A node group in one look.

    Attributes:
        name: of the group.
        least: fewest nodes.
        most: most nodes.
        target: how many nodes are asked of the cloud.
        nodes: names of those that have registered.
        template: what its next node will look like, as far as the autoscaler knows.
        overdue: nodes that were asked for too long ago to be waited for.
    """

    name: str
    least: int
    most: int
    target: int
    nodes: tuple[str, ...]
    template: Manifest
    overdue: int = 0


@dataclass(frozen=True, kw_only=True)
class World:
    """A cluster in one look.

    Attributes:
        now: seconds.
        snapshot: nodes with the pods that keep them.
        pending: pods that the scheduler found no node for, by priority, the highest first.
        ages: seconds since each pending pod was made, by namespace and name.
        groups: by name.
        unready: names of nodes that are not ready and no longer starting.
        starting: names of nodes that are not ready yet.
        daemons: pods of DaemonSets as a new node would get them.
        budgets: PodDisruptionBudgets.
    """

    now: float
    snapshot: Snapshot
    pending: tuple[Manifest, ...]
    ages: dict[str, float]
    groups: dict[str, Group]
    unready: frozenset[str] = frozenset()
    starting: frozenset[str] = frozenset()
    daemons: tuple[Manifest, ...] = ()
    budgets: tuple[Manifest, ...] = ()

    def group_of(self, node: str) -> Group | None:
        """The group of a node."""
        return next((group for group in self.groups.values() if node in group.nodes), None)


@dataclass
class Asked:
    """A scale-up that has not arrived yet.

    Attributes:
        count: nodes that were asked for.
        at: when.
    """

    count: int
    at: float


@dataclass
class Backoff:
    """A node group that is left alone after a failed scale-up.

    Attributes:
        until: when it may grow again.
        seconds: how long it was left alone last.
        failed: when the last failure was seen.
    """

    until: float
    seconds: float
    failed: float


@dataclass
class Memory:
    """What it remembers from look to look.

    Attributes:
        asked: scale-ups on their way, by group.
        backoffs: by group.
        unneeded: since when each node is unneeded.
        unremovable: until when each node is not looked at.
        last_add: when nodes were last asked for.
        last_failure: when a node could last not be emptied.
    """

    asked: dict[str, Asked] = field(default_factory=dict)
    backoffs: dict[str, Backoff] = field(default_factory=dict)
    unneeded: dict[str, float] = field(default_factory=dict)
    unremovable: dict[str, float] = field(default_factory=dict)
    last_add: float = float("-inf")
    last_failure: float = float("-inf")

    def fail(self, group: str, now: float, flags: Flags) -> float:
        """Leave a group alone after a failed scale-up; returns until when."""
        before = self.backoffs.get(group)
        seconds = flags.initial_node_group_backoff
        if before is not None and now - before.failed < flags.node_group_backoff_reset:
            seconds = min(before.seconds * 2, flags.max_node_group_backoff)
        self.backoffs[group] = Backoff(until=now + seconds, seconds=seconds, failed=now)
        return now + seconds


def priority_of(pod: Manifest) -> int:
    """Its priority; 0 where it has none."""
    return int(pod["spec"].get("priority") or 0)


def waits(pod: Manifest) -> bool:
    """Whether the scheduler has found no node for a pod."""
    status = pod.get("status") or {}
    return (
        not pod["spec"].get("nodeName")
        and not pod["metadata"].get("deletionTimestamp")
        and status.get("phase") not in ENDED
        and any(
            item["type"] == "PodScheduled" and item["status"] == "False" and item.get("reason") == "Unschedulable"
            for item in status.get("conditions") or ()
        )
    )


def owner_of(item: Manifest) -> Manifest | None:
    """The controller that owns an object."""
    return next((owner for owner in item["metadata"].get("ownerReferences") or () if owner.get("controller")), None)


def is_daemon(pod: Manifest) -> bool:
    """Whether a pod runs on every node by default: a DaemonSet's, or a node's own."""
    owner = owner_of(pod)
    mirror = "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {})
    return mirror or (owner is not None and owner["kind"] == "DaemonSet")


def as_template(node: Manifest, name: str) -> Manifest:
    """A node as the next one of its group: another name, and nothing of what only holds now.

    Nor the label of a played kubelet, which no real node has: with it a group that has nodes would not be like one that
    has none yet, and the two would not grow together.
    """
    metadata, spec = node["metadata"], node["spec"]
    taints = [item for item in spec.get("taints") or () if not str(item["key"]).startswith(_PASSING)]
    labels = {**(metadata.get("labels") or {}), "kubernetes.io/hostname": name}
    labels.pop(KUBELET_LABEL, None)
    return {**node, "metadata": {"name": name, "labels": labels}, "spec": {"taints": taints}}


def daemon_pods(sets: Iterable[Manifest]) -> tuple[Manifest, ...]:
    """The pod that each DaemonSet puts on a node."""
    return tuple(_daemon_pod(item) for item in sets)


def _daemon_pod(item: Manifest) -> Manifest:
    template = item["spec"]["template"]
    spec = template["spec"]
    owner = {"kind": "DaemonSet", "name": item["metadata"]["name"], "controller": True}
    return {
        "metadata": {
            "name": item["metadata"]["name"],
            "namespace": item["metadata"].get("namespace") or "default",
            "labels": (template.get("metadata") or {}).get("labels") or {},
            "ownerReferences": [owner],
        },
        "spec": {**spec, "tolerations": [*(spec.get("tolerations") or ()), *DAEMON_TOLERATIONS]},
    }


def daemons_for(node: Manifest, daemons: Iterable[Manifest]) -> list[Manifest]:
    """Those DaemonSets' pods that a node gets."""
    return [pod for pod in daemons if chosen_by(pod, node) and tolerated(pod, node)]


def by_priority(pods: Iterable[Manifest]) -> tuple[Manifest, ...]:
    """Pods in the order in which the scheduler looks at them, the highest priority first."""
    return tuple(sorted(pods, key=lambda pod: (-priority_of(pod), key_of(pod))))
