"""What people and machines do to a cluster: apply objects, add nodes, lose them, cordon and drain them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.drill.nodes.selectors import selects
from sandbox.drill.numbers import BROKEN_ANNOTATION, KUBELET_LABEL, RUNS
from sandbox.drill.recorder import is_ready, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.drill.api import ClusterApi
    from sandbox.drill.pace import Clock
    from sandbox.kubernetes.api import Manifest

EVICTION_RETRY_SECONDS = 5.0
"""How long `kubectl drain` waits before it asks again for an eviction that a budget refused (its `evictPod`)."""
GONE_SECONDS = 1.0
"""How often `kubectl drain` looks whether an evicted pod is gone (its `waitForDelete`)."""


@dataclass(frozen=True)
class Drained:
    """What came of a drain.

    Attributes:
        node: its name.
        done: whether every pod is gone that a drain removes.
        seconds: simulated, how long it took.
        refused: the pods whose eviction a budget still refused at the end.
    """

    node: str
    done: bool
    seconds: float
    refused: tuple[str, ...] = ()


class Cluster:
    """A cluster as its operators handle it."""

    def __init__(self, api: ClusterApi, clock: Clock) -> None:
        self.api = api
        self.clock = clock

    def apply(self, objects: Iterable[Manifest]) -> None:
        """Apply objects in their order, whoever managed their fields.

        Raises:
            ApiError: the server refuses one.
        """
        for item in objects:
            self.api.apply(item, force=True)

    def add_node(self, node: Manifest) -> None:
        """Register a node whose kubelet is alive; its capacity is what `status.capacity` says.

        Args:
            node: name, labels, taints, and in its status capacity and, if it is less, allocatable.

        Raises:
            ApiError: the server refuses it.
        """
        metadata = {**node["metadata"], "labels": {**(node["metadata"].get("labels") or {}), KUBELET_LABEL: RUNS}}
        status = dict(node.get("status") or {})
        status.setdefault("allocatable", status.get("capacity"))
        # A kubelet registers its node with its status: what a node has is there from the beginning.
        self.api.create({**node, "apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": status})

    def stop_kubelet(self, node: str) -> None:
        """Let a node fall silent: nobody renews its lease, starts or stops its pods."""
        self.api.patch(_node(node), {"metadata": {"labels": {KUBELET_LABEL: None}}})

    def start_kubelet(self, node: str) -> None:
        """Let a silent node speak again."""
        self.api.patch(_node(node), {"metadata": {"labels": {KUBELET_LABEL: RUNS}}})

    def break_node(self, node: str, reason: str) -> None:
        """Let a node's kubelet say that it is not ready."""
        self.api.patch(_node(node), {"metadata": {"annotations": {BROKEN_ANNOTATION: reason}}})

    def mend_node(self, node: str) -> None:
        """Let a node's kubelet say that it is ready again."""
        self.api.patch(_node(node), {"metadata": {"annotations": {BROKEN_ANNOTATION: None}}})

    def remove_node(self, node: str) -> None:
        """Take a node away, as a cloud's controller does when its machine is gone."""
        self.stop_kubelet(node)
        self.api.remove(_node(node))

    def cordon(self, node: str, *, unschedulable: bool = True) -> None:
        """Keep new pods off a node, or allow them again."""
        self.api.patch(_node(node), {"spec": {"unschedulable": unschedulable}})

    def nodes(self, selector: str = "") -> list[Manifest]:
        """The nodes with these labels."""
        return self.api.find("v1", "Node", selector=selector)

    def pods(self, namespace: str = "", selector: str = "") -> list[Manifest]:
        """The pods of a namespace, or of all, with these labels."""
        return self.api.find("v1", "Pod", namespace, selector)

    def ready_pods(self, namespace: str = "", selector: str = "") -> list[Manifest]:
        """Those that are ready and not being deleted, as Services send traffic to them."""
        return [
            pod
            for pod in self.pods(namespace, selector)
            if is_ready(pod) and "deletionTimestamp" not in pod["metadata"]
        ]

    def await_nodes(self, simulated_seconds: float) -> bool:
        """Wait until every node is ready and takes pods; returns whether they do."""
        return self.clock.wait_until(lambda: all(map(takes_pods, self.nodes())), simulated_seconds)

    def drain(self, node: str, simulated_seconds: float) -> Drained:
        """Cordon a node and evict its pods, as `kubectl drain --ignore-daemonsets --delete-emptydir-data` does.

        Args:
            node: its name.
            simulated_seconds: when to give up; what was evicted by then stays evicted.
        """
        started = self.clock.seconds
        self.cordon(node)
        waiting = {name_of(pod["metadata"]): pod for pod in self._drained(node)}
        uids = {pod["metadata"]["uid"] for pod in waiting.values()}
        again = started
        while True:
            if self.clock.seconds >= again:
                waiting = {
                    name: pod
                    for name, pod in waiting.items()
                    if not (self._budgets_have_seen(pod) and self.api.evict(pod))
                }
                again += EVICTION_RETRY_SECONDS
            left = {pod["metadata"]["uid"] for pod in self._drained(node)} & uids
            took = self.clock.seconds - started
            if not left and not waiting:
                return Drained(node, done=True, seconds=took)
            if took >= simulated_seconds:
                return Drained(node, done=False, seconds=took, refused=tuple(sorted(waiting)))
            self.clock.sleep(GONE_SECONDS)

    def _budgets_have_seen(self, pod: Manifest) -> bool:
        """Whether no budget of a pod still counts a pod as healthy that is not.

        On a faster clock the controller of budgets takes seconds for what it does in milliseconds: an eviction that
        comes just after a preemption would be allowed here and refused in a real cluster.
        """
        namespace, labels = pod["metadata"]["namespace"], pod["metadata"].get("labels") or {}
        for budget in self.api.find("policy/v1", "PodDisruptionBudget", namespace):
            selector = budget["spec"].get("selector")
            if not selects(selector, labels):
                continue
            ready = sum(
                selects(selector, other["metadata"].get("labels") or {}) for other in self.ready_pods(namespace)
            )
            if int((budget.get("status") or {}).get("currentHealthy", 0)) > ready:
                return False
        return True

    def _drained(self, node: str) -> list[Manifest]:
        """The pods of a node that a drain removes: none of a DaemonSet, none that a kubelet made from a file."""
        return [
            pod
            for pod in self.pods()
            if pod["spec"].get("nodeName") == node
            and not any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences") or ())
            and "kubernetes.io/config.mirror" not in (pod["metadata"].get("annotations") or {})
        ]


def takes_pods(node: Manifest) -> bool:
    """Whether a node is ready and its controller has taken the taint away that it had before."""
    taints = node["spec"].get("taints") or ()
    return is_ready(node) and not any(taint["key"] in _NOT_YET for taint in taints)


_NOT_YET = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}


def _node(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
