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
        version: of their template; a rollout begins the next one.
    """

    count: int
    started: float
    ready_at: float
    version: int = 0


@dataclass
class PodSet:
    """The pods of one Deployment.

    Attributes:
        tier: the Deployment.
        cohorts: pods on nodes, oldest first.
        waiting: pods that no node has room for.
        version: of the template that new pods are made of.
        surge: pods above those that are wanted, in the middle of a rollout; below zero where it misses some.
        gone: pods on nodes that do not answer, and until when the cluster takes them for pods.
    """

    tier: Tier
    cohorts: list[Cohort] = field(default_factory=list)
    waiting: int = 0
    version: int = 0
    surge: int = 0
    gone: list[tuple[int, float]] = field(default_factory=list)

    @property
    def placed(self) -> int:
        """Pods on nodes."""
        found = 0  # not a sum of a generator: asked several times a step
        for cohort in self.cohorts:
            found += cohort.count
        return found

    @property
    def total(self) -> int:
        """All pods."""
        return self.placed + self.waiting + self.missing

    @property
    def wanted(self) -> int:
        """Pods that the autoscaler or the plan asks for."""
        return self.total - self.surge

    @property
    def missing(self) -> int:
        """Pods that do not answer and are not replaced yet."""
        return sum(count for count, _ in self.gone) if self.gone else 0

    @property
    def old(self) -> int:
        """Pods of an earlier version, those that do not answer included."""
        return self.missing + sum(cohort.count for cohort in self.cohorts if cohort.version < self.version)

    @property
    def youngest_ready(self) -> float:
        """When the pod that became ready last did, or will."""
        if len(self.cohorts) == 1:  # the usual case, asked once for each autoscaler and step
            return self.cohorts[0].ready_at
        return max((cohort.ready_at for cohort in self.cohorts), default=0.0)

    def ready(self, now: float, version: int = 0) -> int:
        """Pods that requests reach, of a version or a later one."""
        found = 0
        for cohort in self.cohorts:
            if cohort.ready_at <= now and cohort.version >= version:
                found += cohort.count
        return found

    def add(self, count: int) -> None:
        """Pods above those that are wanted, as a rollout makes them."""
        self.waiting += count
        self.surge += count

    def drop_old(self, count: int, now: float, *, ready: bool) -> int:
        """Take away pods of an earlier version, as a rollout does; says how many there were of so many.

        Args:
            count: how many at most.
            now: seconds.
            ready: whether to take those that were ready by then, or the others.
        """
        left = max(count, 0)
        if not ready:
            left -= self._forget(left)
        for cohort in self.cohorts:
            if cohort.version < self.version and (cohort.ready_at <= now) is ready:
                taken = min(cohort.count, left)
                cohort.count, left = cohort.count - taken, left - taken
        self.cohorts = [cohort for cohort in self.cohorts if cohort.count]
        self.surge -= max(count, 0) - left
        return max(count, 0) - left

    def lose(self, count: int, until: float) -> int:
        """Lose placed pods, the oldest first, which the cluster replaces at a time; says how many there were."""
        left = count
        for cohort in self.cohorts:
            taken = min(cohort.count, left)
            cohort.count, left = cohort.count - taken, left - taken
        self.cohorts = [cohort for cohort in self.cohorts if cohort.count]
        if count > left:
            self.gone.append((count - left, until))
        return count - left

    def replace(self, now: float) -> None:
        """Make new pods of those that do not answer and have been given up by now."""
        if self.gone:
            self.waiting += sum(count for count, until in self.gone if until <= now)
            self.gone = [(count, until) for count, until in self.gone if until > now]

    def _forget(self, count: int) -> int:
        """Take away pods that do not answer; says how many there were of so many."""
        left, kept = count, []
        for lost, until in self.gone:
            taken = min(lost, left)
            left -= taken
            if lost > taken:
                kept.append((lost - taken, until))
        self.gone = kept
        return count - left

    def scale(self, count: int) -> None:
        """Set how many are wanted.

        Those without a node go first, then those that do not answer, then the youngest (ReplicaSet, deletion order).
        """
        more = count - self.wanted
        if more >= 0:
            self.waiting += more
            return
        gone = min(self.waiting, -more)
        self.waiting -= gone
        gone = -more - gone
        gone -= self._forget(gone)
        while gone > 0 and self.cohorts:
            last = self.cohorts[-1]
            taken = min(last.count, gone)
            last.count, gone = last.count - taken, gone - taken
            if last.count == 0:
                self.cohorts.pop()

    def place(self, now: float, room: int) -> int:
        """Place waiting pods, as many as there is room for; says how many there were."""
        count = max(min(self.waiting, room), 0)
        if count:
            self.waiting -= count
            self.cohorts.append(Cohort(count, now, now + self.tier.ready_seconds, self.version))
        return count

    def settle(self, before: float) -> None:
        """Join the pods that were ready before a time: nothing tells them apart any more."""
        if len(self.cohorts) <= 1:
            return
        first = self.cohorts[0].version
        old = [cohort for cohort in self.cohorts if cohort.ready_at < before and cohort.version == first]
        if len(old) > 1:
            oldest = old[0]
            oldest.count = sum(cohort.count for cohort in old)
            self.cohorts = [oldest, *self.cohorts[len(old) :]]


@dataclass
class Room:
    """What is left on the nodes of the pool; requests are taken as divisible among nodes.

    Attributes:
        cpu: millicores; below zero where more was placed than there is.
        memory: MiB; the same.
    """

    cpu: float
    memory: float

    def pods(self, tier: Tier) -> int:
        """Pods of a Deployment that still fit."""
        fits = min(self.cpu / max(tier.cpu_request, 1e-9), self.memory / max(tier.memory_request, 1e-9))
        return max(int(fits + 1e-9), 0)

    def take(self, tier: Tier, count: int) -> None:
        """Take what pods of a Deployment request."""
        self.cpu -= count * tier.cpu_request
        self.memory -= count * tier.memory_request


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
        gone: nodes that do not answer, and until when the cluster takes them for nodes.
    """

    pool: Pool
    start_seconds: Callable[[], float]
    idle_seconds: float
    ready: int = 0
    joining: list[float] = field(default_factory=list)
    unneeded_since: float | None = None
    gone: list[tuple[int, float]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Nodes that are paid for."""
        return self.ready + len(self.joining) + (sum(count for count, _ in self.gone) if self.gone else 0)

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

    def room(self, pod_sets: Sequence[PodSet]) -> Room:
        """What the placed pods leave on the nodes."""
        room = Room(
            cpu=self.ready * self.pool.cpu - self.pool.taken_cpu,
            memory=self.ready * self.pool.memory - self.pool.taken_memory,
        )
        for pods in pod_sets:
            room.take(pods.tier, pods.placed)
        return room

    def join(self, now: float) -> None:
        """Nodes that are ready by now become usable."""
        arrived = sum(1 for at in self.joining if at <= now)
        self.ready += arrived
        self.joining = [at for at in self.joining if at > now]
        self.gone = [(count, until) for count, until in self.gone if until > now]

    def lose(self, count: int, until: float) -> int:
        """Lose nodes, which the cluster gives up at a time; says how many there were."""
        lost = min(count, self.ready)
        self.ready -= lost
        self.gone.append((lost, until))
        return lost

    def follow(self, now: float, pod_sets: Sequence[PodSet]) -> None:
        """Ask for nodes that are missing; give back those that nobody needed for long enough."""
        wanted = self.needed(pod_sets)
        if wanted >= self.count:
            self.unneeded_since = None
            self.joining += [now + self.start_seconds() for _ in range(wanted - self.count)]
        elif self.unneeded_since is None or self.gone:
            self.unneeded_since = now
        elif now - self.unneeded_since >= self.idle_seconds and not self.joining:
            self.ready, self.unneeded_since = wanted, None
