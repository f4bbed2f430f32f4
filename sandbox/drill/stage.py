"""A running stack in a drill: its cluster, its machines with their autoscaler, and what every workload is to run."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.drill.cluster import Cluster
from sandbox.drill.nodes.requests import amounts, requested
from sandbox.drill.pace import Clock
from sandbox.drill.readiness import complete, level
from sandbox.drill.recorder import condition, is_ready, name_of
from sandbox.drill.volumes import held, provide
from sandbox.drill.workloads import refusals, workloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from planner.capacity.node_groups import NodeGroup
    from sandbox.drill.api import ClusterApi
    from sandbox.drill.nodes.autoscaler import NodeAutoscaler
    from sandbox.drill.nodes.fleet import Fleet
    from sandbox.drill.readiness import Readiness
    from sandbox.drill.recorder import Recorder
    from sandbox.drill.subject import Subject
    from sandbox.drill.workloads import Size, Workload
    from sandbox.kubernetes.api import Manifest

LOOK_SECONDS = 1.0
"""How often machines and predicates are looked at while something is waited for."""
SETTLE_SECONDS = 1500.0
"""How long pods may take to all run: a node that does not come is given up after 900 s or sooner
(cluster-autoscaler, max-node-provision-time), and others are asked for then."""
ROLLOUT_SECONDS = 600.0
"""A Deployment that makes no progress for so long has failed unless it says otherwise (Kubernetes documentation,
Deployment, progressDeadlineSeconds)."""


class SteppedClock(Clock):
    """A clock whose waits are made of steps in which something else goes on."""

    def __init__(self, clock: Clock, step: Callable[[], None]) -> None:
        super().__init__(clock.pace)
        self.start_with(clock)
        self._step = step

    def sleep(self, simulated_seconds: float) -> None:
        """Wait for simulated seconds, step by step."""
        until = self.seconds + simulated_seconds
        while (left := until - self.seconds) > 0:
            self._step()
            super().sleep(min(left, LOOK_SECONDS))

    def wait_until(
        self, predicate: Callable[[], bool], simulated_seconds: float, *, every: float = LOOK_SECONDS
    ) -> bool:
        """Wait until something is so, step by step; returns whether it is."""
        until = self.seconds + simulated_seconds
        while not predicate():
            if self.seconds >= until:
                return False
            self.sleep(every)
        return True


@dataclass
class Stage:
    """What scenarios act on.

    Attributes:
        api: the cluster's API.
        fleet: its machines.
        autoscaler: asks the fleet for machines.
        readiness: how many pods of each workload are ready.
        recorder: writes down what happens.
        subject: the stack as it is meant to be now.
        certificates: where the API server keeps its own certificate and key.
        restart_scheduler: kills the scheduler, and starts it anew.
        neighbour: the same stack in its next growth phase; None for the last.
        size: what the workloads are to run now.
    """

    api: ClusterApi
    fleet: Fleet
    autoscaler: NodeAutoscaler
    readiness: Readiness
    recorder: Recorder
    subject: Subject
    certificates: Path
    restart_scheduler: Callable[[], None]
    neighbour: Subject | None = None
    size: Size = "minimum"
    _frozen: bool = False
    clock: SteppedClock = field(init=False)
    cluster: Cluster = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SteppedClock(self.readiness.clock, self._step)
        self.cluster = Cluster(self.api, self.clock)

    def _step(self) -> None:
        provide(self.api)
        if self._frozen:
            self.fleet.step()
        else:
            self.autoscaler.tick()

    def become(self, subject: Subject) -> None:
        """Be meant to be another one from now on; its objects are there."""
        self.subject = subject
        self.__dict__.pop("workloads", None)
        self.__dict__.pop("_wanted", None)

    def regroup(self, groups: tuple[NodeGroup, ...]) -> list[str]:
        """Give node groups their sizes of another phase; returns the nodes that an update replaces by others.

        A group whose machines or marks change gets new nodes; bounds alone change at once. Of a group that is gone, all
        nodes go.
        """
        renewed = []
        for group in groups:
            pool = self.fleet.pools.get(group.name)
            if pool is None:
                self.fleet.add_group(group)
                continue
            if replace(pool.group, least=0, wanted=0, most=0) != replace(group, least=0, wanted=0, most=0):
                renewed += list(pool.members)
            pool.group = group
            self.fleet.resize(group.name, min(max(pool.target, group.least), group.most))
        for name in self.fleet.pools.keys() - {group.name for group in groups}:
            pool = self.fleet.pools[name]
            pool.group, pool.target, pool.launches = replace(pool.group, least=0, wanted=0, most=0), 0, []
            renewed += list(pool.members)
        return renewed

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Every workload, with the fewest and the most pods that it may have."""
        return workloads(self.api)

    def freeze(self, *, frozen: bool = True) -> None:
        """Let the autoscaler do nothing, or again what it does."""
        self._frozen = frozen

    @contextmanager
    def without_fewer_nodes(self) -> Iterator[None]:
        """Let the autoscaler finish what it empties, and then only add nodes."""
        told = self.autoscaler.flags
        self.autoscaler.flags = replace(told, scale_down_enabled=False)
        try:
            self.clock.wait_until(lambda: not self.autoscaler.emptying, SETTLE_SECONDS)
            yield
        finally:
            self.autoscaler.flags = told

    def scale(self, size: Size) -> None:
        """Let every workload have its fewest or its most pods, in the steps that its autoscaler takes down.

        The controller of a ReplicaSet looks at what stands on each node once for each step: after one large step all
        that is left may stand on one node.
        """
        self.size = size
        left = [item for item in self.workloads if item.least != item.most]
        while left:
            left = [item for item in left if self._step_of(item, item.wanted(size))]
            self.clock.wait_until(lambda: all(map(self._as_scaled, self.workloads)), SETTLE_SECONDS)

    def _step_of(self, workload: Workload, wanted: int) -> bool:
        """Scale a workload by one step; returns whether more are to come."""
        live = self.api.read(workload.reference)
        now = int(live["spec"].get("replicas", 1)) if live is not None else wanted
        fewer = workload.down.fewer(now)
        count = max(wanted, fewer) if wanted < now and fewer < now else wanted
        self.api.scale(workload.reference, count)
        return count != wanted

    def _as_scaled(self, workload: Workload) -> bool:
        """Whether as many pods exist as are wanted; a StatefulSet makes them one after the other."""
        live = self.api.read(workload.reference)
        if live is None or workload.least == workload.most or workload.kind != "Deployment":
            return True
        return int((live.get("status") or {}).get("replicas", 0)) <= int(live["spec"].get("replicas", 1))

    def settle(self, size: Size, within: float | None = None, *, bound: bool = False) -> list[str]:
        """Wait until every workload runs what is wanted; returns what does not, with the reasons.

        One ready pod of a StatefulSet is enough while the others wait for their volumes in a zone that is lost.

        Args:
            size: what is wanted.
            within: simulated seconds; by default `SETTLE_SECONDS`.
            bound: whether pods of StatefulSets may be bound to nodes that are lost, so that one ready pod is enough.
        """
        longest = SETTLE_SECONDS if within is None else within
        self.clock.wait_until(lambda: not any(self._short(size, bound=bound)), longest, every=2.0)
        waiting = refusals(self.api)
        problems = []
        for name, live in self._short(size, bound=bound):
            now = level(live, self.clock.seconds)
            reasons = Counter(reason for pod, reason in waiting.items() if pod.startswith(f"{name}-"))
            why = "; ".join(f"{count} pending: {reason}" for reason, count in reasons.most_common(2))
            why = why or str(condition(live, "Progressing").get("message") or "its pods are not ready")
            problems.append(f"{name}: {now.ready} of {self._wanted[name].wanted(size)} pods run; {why}")
        return problems

    def _short(self, size: Size, *, bound: bool) -> Iterator[tuple[str, Manifest]]:
        """The workloads that do not run what is wanted."""
        for name, live in self._live().items():
            if complete(live) and self._has(live, size):
                continue
            stateful = live["kind"] == "StatefulSet" and level(live, 0.0).ready > 0
            if not (stateful and (bound or held(self.api, live, set(self.fleet.lost)))):
                yield name, live

    def _has(self, live: Manifest, size: Size) -> bool:
        return int(live["spec"].get("replicas", 1)) == self._wanted[name_of(live["metadata"])].wanted(size)

    def _live(self) -> dict[str, Manifest]:
        found = {}
        for workload in self.workloads:
            live = self.api.read(workload.reference)
            if live is not None:
                found[workload.name] = live
        return found

    @cached_property
    def _wanted(self) -> dict[str, Workload]:
        return {workload.name: workload for workload in self.workloads}

    def refusals(self) -> dict[str, str]:
        """The pods that wait for a node, with the scheduler's own reason."""
        return refusals(self.api)

    def least_ready(self, name: str) -> int | None:
        """How many pods a Deployment's own strategy keeps ready while it rolls out; None for other workloads."""
        live = self.api.read(self._wanted[name].reference) if name in self._wanted else None
        if live is None or live["kind"] != "Deployment":
            return None
        rolling = (live["spec"].get("strategy") or {}).get("rollingUpdate")
        if rolling is None:
            return None  # all go at once
        replicas, may_go = int(live["spec"].get("replicas", 1)), str(rolling.get("maxUnavailable", "25%"))
        if may_go.endswith("%"):  # rounded down (Kubernetes documentation, Deployment, Max Unavailable)
            return replicas - math.floor(replicas * int(may_go[:-1]) / 100)
        return replicas - int(may_go)

    def rollout_seconds(self) -> float:
        """How long a rollout of everything may take: each Deployment gets its deadline after its last progress."""
        deadlines = [
            float(live["spec"].get("progressDeadlineSeconds", ROLLOUT_SECONDS)) for live in self._live().values()
        ]
        return SETTLE_SECONDS + max(deadlines, default=ROLLOUT_SECONDS)

    def fullest_zone(self) -> str:
        """The zone whose nodes have most pods."""
        homes = {node["metadata"]["name"]: self._zone(node) for node in self.cluster.nodes()}
        counted = Counter(dict.fromkeys(homes.values(), 0))
        counted.update(homes[name] for pod in self.cluster.pods() if (name := pod["spec"].get("nodeName")) in homes)
        return max(counted, key=lambda zone: (counted[zone], zone))

    @staticmethod
    def _zone(node: Manifest) -> str:
        return str((node["metadata"].get("labels") or {}).get("topology.kubernetes.io/zone", ""))

    @property
    def zones(self) -> set[str]:
        """The zones in which the cluster has nodes."""
        return {self._zone(node) for node in self.cluster.nodes()}

    def nodes_in(self, zone: str) -> list[str]:
        """The nodes in a zone."""
        return [node["metadata"]["name"] for node in self.cluster.nodes() if self._zone(node) == zone]

    def silence(self, nodes: list[str]) -> None:
        """Let the kubelets of nodes fall silent."""
        for name in nodes:
            self.cluster.stop_kubelet(name)

    def end(self, nodes: list[str]) -> None:
        """Let the machines of nodes be gone."""
        for name in nodes:
            self.fleet.end(name)

    def surge(self) -> None:
        """Let every group have one more node for each of its zones and no fewer until then, as EKS begins an update.

        It launches a node in each zone of the group, up to as many as may be unavailable at once (Amazon EKS User
        Guide, "Understand each phase of node updates", Setup and Scale up phase).
        """
        self.freeze()
        for pool in self.fleet.pools.values():
            pool.target += max(len(pool.group.zones), pool.group.at_once) if pool.target else 0
        wanted = sum(pool.target for pool in self.fleet.pools.values())
        self.clock.wait_until(
            lambda: len(nodes := self.cluster.nodes()) >= wanted and all(map(is_ready, nodes)), SETTLE_SECONDS
        )

    def free_millicores(self) -> int:
        """What pods may still request of all ready nodes together."""
        used: Counter[str] = Counter()
        for pod in self.cluster.pods():
            if pod["spec"].get("nodeName"):
                used.update({"cpu": int(requested(pod).get("cpu", 0))})
        rooms = [amounts(node["status"].get("allocatable")) for node in self.cluster.nodes() if is_ready(node)]
        return max(0, int(sum(room.get("cpu", 0) for room in rooms)) - used["cpu"])

    def full_groups(self) -> list[str]:
        """Node groups whose most nodes are in use while pods wait."""
        if not self.refusals():
            return []
        return [
            f"node group {name} has its most nodes, {pool.group.most}, and pods still wait"
            for name, pool in self.fleet.pools.items()
            if pool.target >= pool.group.most
        ]

    def restore(self, size: Size) -> list[str]:
        """Give the stack back its zones and nodes, let it run a size again; returns what does not.

        The nodes of every zone are there before anything else is lost: a scenario is about one loss.
        """
        self.freeze(frozen=False)
        for zone in list(self.fleet.lost):
            self.fleet.regain_zone(zone)
        for node in self.cluster.nodes():
            if node["spec"].get("unschedulable"):
                self.cluster.cordon(node["metadata"]["name"], unschedulable=False)
        for pool in self.fleet.pools.values():
            wanted = max(pool.target, pool.group.wanted)
            self.fleet.resize(pool.group.name, min(wanted, pool.group.most))
        self.clock.wait_until(self._has_its_nodes, SETTLE_SECONDS)
        self.scale(size)
        problems = self.settle(size)
        self.clock.wait_until(self._has_its_nodes, SETTLE_SECONDS)
        return problems

    def _has_its_nodes(self) -> bool:
        """Whether all nodes that the groups want are there and ready."""
        nodes = self.cluster.nodes()
        return len(nodes) >= sum(pool.target for pool in self.fleet.pools.values()) and all(map(is_ready, nodes))
