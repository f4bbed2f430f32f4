"""How many pods of each workload are ready, and how many are wanted, at every moment of a drill."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sandbox.drill.recorder import name_of

if TYPE_CHECKING:
    from sandbox.drill.api import ClusterApi
    from sandbox.drill.pace import Clock
    from sandbox.drill.watch import Watch
    from sandbox.kubernetes.api import Manifest

WORKLOADS = (("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"))


@dataclass(frozen=True)
class Level:
    """The pods of a workload at a moment.

    Attributes:
        seconds: simulated, since the drill's beginning.
        ready: pods that Services send traffic to.
        wanted: pods that the workload is to have.
    """

    seconds: float
    ready: int
    wanted: int

    @property
    def share(self) -> float:
        """Ready pods of the wanted ones, from 0 to 1."""
        return min(1.0, self.ready / self.wanted) if self.wanted else 1.0


@dataclass
class Readiness:
    """Follows the status that the controllers write; use as a context manager."""

    api: ClusterApi
    clock: Clock
    _levels: dict[str, list[Level]] = field(default_factory=dict)
    _now: dict[str, Manifest] = field(default_factory=dict)
    _watches: list[Watch] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for version, kind in WORKLOADS:
            watch = self.api.watch(version, kind)
            thread = threading.Thread(target=self._follow, args=(watch,), daemon=True)
            thread.start()
            self._watches.append(watch)
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        for watch in self._watches:
            watch.stop()
        for thread in self._threads:
            thread.join(timeout=5)

    def _follow(self, watch: Watch) -> None:
        for change in watch:
            name = name_of(change.live["metadata"])
            if change.kind == "DELETED":
                self._now.pop(name, None)
                continue
            self._now[name] = change.live
            self._levels.setdefault(name, []).append(level(change.live, self.clock.seconds))

    def now(self) -> dict[str, Level]:
        """The level of every workload at this moment."""
        return {name: level(live, self.clock.seconds) for name, live in list(self._now.items())}

    def worst(self, since: float) -> dict[str, Level]:
        """The lowest level of every workload since a moment, the one in force then included."""
        found = {}
        for name, levels in list(self._levels.items()):
            before = [item for item in levels if item.seconds <= since][-1:]
            during = [*before, *(item for item in levels if item.seconds > since)]
            if during:
                found[name] = min(during, key=lambda item: item.share)
        return found

    def emptied(self, since: float) -> dict[str, Level]:
        """The workloads that wanted pods and had none ready at some time since a moment, by name."""
        return {name: worst for name, worst in sorted(self.worst(since).items()) if worst.wanted and not worst.ready}


def level(live: Manifest, seconds: float) -> Level:
    """What a workload's own status says."""
    wanted = live["spec"].get("replicas")
    ready = int((live.get("status") or {}).get("readyReplicas") or 0)
    return Level(seconds, ready, 1 if wanted is None else int(wanted))


def complete(live: Manifest) -> bool:
    """Whether a workload runs what is wanted, all of it and nothing else, as `kubectl rollout status` decides."""
    spec, status = live["spec"], live.get("status") or {}
    wanted = int(spec.get("replicas", 1))
    if status.get("observedGeneration", 0) < live["metadata"].get("generation", 0):
        return False
    numbers = [int(status.get(name) or 0) for name in ("updatedReplicas", "replicas", "readyReplicas")]
    if live["kind"] == "Deployment":
        numbers.append(int(status.get("availableReplicas") or 0))
    return all(number == wanted for number in numbers)
