"""Pods and nodes over time: placed where nodes have room, ready after a while, and nodes that follow the pods."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.simulation.model import Pool, Tier


@dataclass
class Cohort:
    """Pods that were placed together.

    Attributes:
        count: how many.
        started: when they were placed, in seconds.
        ready_at: when requests reach them.
    """

    count: int
    started: float
    ready_at: float


@dataclass
class PodSet:
    """The pods of one Deployment.

    Attributes:
        tier: the Deployment.
        cohorts: pods on nodes, oldest first.
        waiting: pods that no node has room for.
    """

    tier: Tier
    cohorts: list[Cohort] = field(default_factory=list)
    waiting: int = 0

    @property
    def placed(self) -> int:
        """Pods on nodes."""
        return sum(cohort.count for cohort in self.cohorts)

    @property
    def total(self) -> int:
        """All pods."""
        return self.placed + self.waiting

    @property
    def youngest_ready(self) -> float:
        """When the pod that became ready last did, or will."""
        return max((cohort.ready_at for cohort in self.cohorts), default=0.0)

    def ready(self, now: float) -> int:
        """Pods that requests reach."""
        return sum(cohort.count for cohort in self.cohorts if cohort.ready_at <= now)

    def scale(self, count: int) -> None:
        """Set how many there are; those without a node go first, then the youngest (ReplicaSet, pod deletion order)."""
        more = count - self.total
        if more >= 0:
            self.waiting += more
            return
        gone = min(self.waiting, -more)
        self.waiting -= gone
        gone = -more - gone
        while gone > 0:
            last = self.cohorts[-1]
            taken = min(last.count, gone)
            last.count, gone = last.count - taken, gone - taken
            if last.count == 0:
                self.cohorts.pop()

    def place(self, now: float, room: int) -> None:
        """Place waiting pods, as many as there is room for."""
        count = min(self.waiting, room)
        if count > 0:
            self.waiting -= count
            self.cohorts.append(Cohort(count, now, now + self.tier.ready_seconds))

    def settle(self, before: float) -> None:
        """Join the pods that were ready before a time: nothing tells them apart any more."""
        old = [cohort for cohort in self.cohorts if cohort.ready_at < before]
        if len(old) > 1:
            first = old[0]
            first.count = sum(cohort.count for cohort in old)
            self.cohorts = [first, *self.cohorts[len(old) :]]


@dataclass
class Nodes:
    """The nodes of the pool, and what the cluster-autoscaler does with them.

    Attributes:
        pool: the node pool.
        start_seconds: gives the time until the next node that is asked for is ready.
        idle_seconds: how long nodes are unneeded before they go.
        ready: nodes that pods run on.
        joining: when those will be ready that were asked for.
        unneeded_since: since when there are more than needed; None while there are not.
    """

    pool: Pool
    start_seconds: Callable[[], float]
    idle_seconds: float
    ready: int = 0
    joining: list[float] = field(default_factory=list)
    unneeded_since: float | None = None

    @property
    def count(self) -> int:
        """Nodes that are paid for."""
        return self.ready + len(self.joining)

    @property
    def full(self) -> bool:
        """Whether the pool may not grow any more."""
        return self.count >= self.pool.max_nodes

    def needed(self, pod_sets: Sequence[PodSet]) -> int:
        """Nodes for all pods, waiting ones included, within the pool's bounds."""
        cpu = self.pool.taken_cpu + sum(pods.total * pods.tier.cpu_request for pods in pod_sets)
        memory = self.pool.taken_memory + sum(pods.total * pods.tier.memory_request for pods in pod_sets)
        wanted = math.ceil(max(cpu / self.pool.cpu, memory / self.pool.memory))
        return min(max(wanted, self.pool.min_nodes), self.pool.max_nodes)

    def room(self, tier: Tier, pod_sets: Sequence[PodSet]) -> int:
        """Pods of a Deployment that still fit on the nodes; requests are taken as divisible among nodes."""
        cpu = self.ready * self.pool.cpu - self.pool.taken_cpu
        memory = self.ready * self.pool.memory - self.pool.taken_memory
        cpu -= sum(pods.placed * pods.tier.cpu_request for pods in pod_sets)
        memory -= sum(pods.placed * pods.tier.memory_request for pods in pod_sets)
        fits = min(cpu / max(tier.cpu_request, 1e-9), memory / max(tier.memory_request, 1e-9))
        return max(int(fits + 1e-9), 0)

    def join(self, now: float) -> None:
        """Nodes that are ready by now become usable."""
        arrived = sum(1 for at in self.joining if at <= now)
        self.ready += arrived
        self.joining = [at for at in self.joining if at > now]

    def follow(self, now: float, pod_sets: Sequence[PodSet]) -> None:
        """Ask for nodes that are missing; give back those that nobody needed for long enough."""
        wanted = self.needed(pod_sets)
        if wanted >= self.count:
            self.unneeded_since = None
            self.joining += [now + self.start_seconds() for _ in range(wanted - self.count)]
        elif self.unneeded_since is None:
            self.unneeded_since = now
        elif now - self.unneeded_since >= self.idle_seconds and not self.joining:
            self.ready, self.unneeded_since = wanted, None
