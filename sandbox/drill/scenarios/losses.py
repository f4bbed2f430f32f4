"""Nodes and zones that go: silently, by a drain, and with two minutes' notice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sandbox.drill.scenarios.base import Scenario

if TYPE_CHECKING:
    from sandbox.drill.nodes.fleet import Loss
    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage

LOST: Loss = "refused"
"""How a lost zone answers whoever wants a machine there: at once, as when EC2 has no capacity (assumed; where launches
hang instead, cluster-autoscaler waits its max-node-provision-time before it asks another zone)."""
LINGER_SECONDS = 360.0
"""How long the Nodes of lost machines stay at least: assumed. Status checks of EC2 fail after minutes (Amazon EC2 Auto
Scaling User Guide, "Health checks for instances"), and nothing says when a whole zone's machines are given up."""
NOTICE_SECONDS = 120.0
"""Before a spot instance is taken away (Amazon EC2 User Guide, "Spot Instance interruption notices")."""
OPERATORS = frozenset(("kube-system", "keda", "monitoring"))
"""Namespaces whose workloads answer no user's request."""
NEEDED = frozenset(("kube-system/coredns",))
"""Of those namespaces, what every request needs all the same: names."""
DRAIN_SECONDS = 900.0
"""An update of a managed node group waits so long for the pods of a node (Amazon EKS User Guide, "Understand each phase
of node updates")."""


def _node_lost(stage: Stage, found: Findings) -> None:
    """The node with most pods falls silent; its machine ends later."""
    counted = Counter(pod["spec"].get("nodeName", "") for pod in stage.cluster.pods(namespace=""))
    names = {node["metadata"]["name"] for node in stage.cluster.nodes()}
    node = max(names, key=lambda name: (counted[name], name))
    found.notes.append(f"{node} had {counted[node]} pods")
    stage.silence([node])
    _not_ready_then_gone(stage, [node], found)


def _not_ready_then_gone(stage: Stage, nodes: list[str], found: Findings) -> None:
    """Everything must run again while the dead nodes still stand in the cluster, and when they are gone.

    Pods of a StatefulSet are not made anew while their dead node stands there, because nobody can know that they have
    stopped (Kubernetes documentation, "Force Delete StatefulSet Pods"): so long one of them must be ready.
    """
    began = stage.clock.seconds
    stage.clock.sleep(LINGER_SECONDS)
    problems = stage.settle(stage.size, bound=True)
    _alive(stage, began, found)
    found.problems += [f"while the lost nodes are not ready: {item}" for item in problems]
    if not problems:
        found.notes.append(f"everything ran again {stage.clock.seconds - began:.0f} s after the loss, or sooner")
    stage.end(nodes)
    found.problems += [f"once the lost nodes are gone: {item}" for item in stage.settle(stage.size)]


def _alive(stage: Stage, began: float, found: Findings) -> None:
    """One loss must not take every pod of a workload of two or more: that of users' requests or of names, above all.

    Where the loss takes all pods of an operator, nothing is scaled or measured until they run again: it is said.
    """
    for name, worst in stage.readiness.emptied(began).items():
        said = f"{name}: none of {worst.wanted} pods was ready for a moment"
        felt = worst.wanted > 1 and (name in NEEDED or name.partition("/")[0] not in OPERATORS)
        (found.problems if felt else found.notes).append(said)


def _zone_lost(stage: Stage, found: Findings) -> None:
    if len(stage.zones) < len("ab"):
        found.skipped = "all nodes are in one zone"
        return
    zone = stage.fullest_zone()
    nodes = stage.nodes_in(zone)
    found.notes.append(f"{zone} had {len(nodes)} of {len(stage.cluster.nodes())} nodes")
    stage.fleet.lose_zone(zone, LOST)
    stage.silence(nodes)
    _not_ready_then_gone(stage, nodes, found)


def _zone_drained(stage: Stage, found: Findings) -> None:
    if len(stage.zones) < len("ab"):
        found.skipped = "all nodes are in one zone"
        return
    zone, began = stage.fullest_zone(), stage.clock.seconds
    stage.fleet.lose_zone(zone, LOST)
    nodes = stage.nodes_in(zone)
    for node in nodes:
        stage.cluster.cordon(node)
    for node in nodes:
        drained = stage.cluster.drain(node, DRAIN_SECONDS)
        if not drained.done:
            left = ", ".join(drained.refused) or "pods that take longer to stop"
            found.problems.append(f"{node} is not empty after {drained.seconds:.0f} s: {left}")
    found.problems += stage.settle(stage.size)
    _alive(stage, began, found)


def _scale_up_with_a_zone_away(stage: Stage, found: Findings) -> None:
    if len(stage.zones) < len("ab"):
        found.skipped = "all nodes are in one zone"
        return
    zone = stage.fullest_zone()
    nodes = stage.nodes_in(zone)
    stage.fleet.lose_zone(zone, LOST)
    stage.silence(nodes)
    stage.scale("maximum")
    _not_ready_then_gone(stage, nodes, found)


def _spot_reclaimed(stage: Stage, found: Findings) -> None:
    nodes = [
        node["metadata"]["name"]
        for node in stage.cluster.nodes()
        if (node["metadata"].get("labels") or {}).get("eks.amazonaws.com/capacityType") == "SPOT"
    ]
    if not nodes:
        found.skipped = "the stack has no spot nodes"
        return
    for node in nodes:
        drained = stage.cluster.drain(node, NOTICE_SECONDS)
        if not drained.done:
            found.notes.append(
                f"{node} was taken away with pods on it: {', '.join(drained.refused) or 'still stopping'}"
            )
    stage.end(nodes)
    found.problems += stage.settle(stage.size)


SCENARIOS = (
    Scenario("node-lost", "the node with most pods falls silent", "minimum", _node_lost),
    Scenario("zone-lost-minimum", "a zone is lost, at the fewest pods", "minimum", _zone_lost),
    Scenario("zone-drained", "a zone is drained, at the fewest pods", "minimum", _zone_drained),
    Scenario("scale-up-zone-away", "all scale up while a zone is away", "minimum", _scale_up_with_a_zone_away),
    Scenario("zone-lost-maximum", "a zone is lost, at the most pods", "maximum", _zone_lost),
    Scenario("spot-reclaimed", "all spot nodes are taken with two minutes' notice", "minimum", _spot_reclaimed),
)
