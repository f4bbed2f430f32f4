"""The loop of the node autoscaler: looks at the cluster, asks the fleet for machines, empties nodes and ends them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sandbox.drill.nodes.flags import Flags
from sandbox.drill.nodes.objects import Manifest, node_name, node_object
from sandbox.drill.nodes.scale_down import Removal, Shrinkage, shrink
from sandbox.drill.nodes.scale_up import Growth, grow
from sandbox.drill.nodes.snapshot import ENDED, Snapshot, key_of, labels_of
from sandbox.drill.nodes.world import (
    TO_BE_DELETED,
    Group,
    Memory,
    World,
    as_template,
    by_priority,
    daemon_pods,
    is_daemon,
    priority_of,
    waits,
)
from sandbox.kubernetes.api import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.drill.nodes.fleet import Fleet, Pool

STABLE_SECONDS = 60.0
"""A node is a model for the next one of its group once it has been ready for so long (mixed_nodeinfos_processor.go,
stabilizationDelay)."""
TICK_SECONDS = 1.0
"""How often machines and nodes that are being emptied are looked after."""


class Api(Protocol):
    """Of a cluster's API: what a node autoscaler does with it."""

    def find(self, api_version: str, kind: str, namespace: str = "", selector: str = "") -> list[Manifest]:
        """The objects of a kind."""

    def patch(self, manifest: Manifest, change: Manifest, subresource: str = "") -> Manifest:
        """Change an object by a JSON merge patch."""

    def evict(self, pod: Manifest) -> bool:
        """Ask for a pod's eviction; False when a budget does not allow it now."""


class Clock(Protocol):
    """Simulated time."""

    @property
    def seconds(self) -> float:
        """Since the start."""

    def sleep(self, simulated_seconds: float) -> None:
        """Wait."""

    def seconds_at(self, moment: str) -> float:
        """Seconds between the start and a time stamp of the API."""


@dataclass(frozen=True)
class Event:
    """Something that the autoscaler or its machines did.

    Attributes:
        at: simulated seconds.
        kind: `grow`, `registered`, `failed`, `halted`, `drain`, `removed`, `kept`.
        subject: the node group or node.
        text: what, for people.
    """

    at: float
    kind: str
    subject: str
    text: str


@dataclass
class _Leaving:
    removal: Removal
    since: float


@dataclass
class NodeAutoscaler:
    """Follows the pending pods of a cluster.

    Attributes:
        api: the cluster.
        clock: its time.
        fleet: the machines.
        flags: what it is told.
        on_event: told of everything that it does.
        memory: what it remembers.
        events: what it did.
        growth: the last look for more nodes.
        shrinkage: the last look for fewer.
    """

    api: Api
    clock: Clock
    fleet: Fleet
    flags: Flags = field(default_factory=Flags)
    on_event: Callable[[Event], None] | None = None
    memory: Memory = field(default_factory=Memory)
    events: list[Event] = field(default_factory=list)
    growth: Growth = field(default_factory=Growth)
    shrinkage: Shrinkage = field(default_factory=Shrinkage)
    error: Exception | None = None
    _leaving: dict[str, _Leaving] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _looked: float = float("-inf")

    def start(self) -> None:
        """Go on in a thread until `stop`."""
        self._thread = threading.Thread(target=self._loop, name="node-autoscaler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread.

        Raises:
            Exception: what ended it before.
        """
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        if self.error is not None:
            raise self.error

    @property
    def emptying(self) -> bool:
        """Whether a node is being emptied."""
        return bool(self._leaving)

    def _loop(self) -> None:
        try:
            while not self._stopped.is_set():
                self.tick()
                self.clock.sleep(TICK_SECONDS)
        except Exception as error:  # noqa: BLE001 - a thread hands its error to whoever stops it
            self.error = error

    def tick(self) -> None:
        """Do what is due now; a look at the cluster when the scan interval has passed."""
        for name in self.fleet.step():
            self._say("registered", name, "its machine has joined the cluster")
        now = self.clock.seconds
        if now - self._looked < self.flags.scan_interval:
            return
        self._looked = now
        self.look()

    def look(self) -> None:
        """One look: failed scale-ups, then more nodes, or else fewer."""
        nodes, pods = self.api.find("v1", "Node"), self.api.find("v1", "Pod")
        self._settle_asked()
        self._empty(nodes, pods)
        world = self.world(nodes, pods)
        self.growth = grow(world, self.memory, self.flags)
        if self.growth.halted:
            self._say("halted", "", self.growth.halted)
        for name, size in self.growth.sizes.items():
            self._say("grow", name, f"from {self.fleet.pools[name].target} to {size} nodes")
            self.fleet.resize(name, size)
        if self.growth.sizes:
            return
        self.shrinkage = shrink(world, self.memory, self.flags, frozenset(self._leaving))
        for removal in self.shrinkage.removals:
            self._begin_to_empty(removal, nodes)

    def world(self, nodes: list[Manifest], pods: list[Manifest]) -> World:
        """What there is to see."""
        now = self.clock.seconds
        unready: set[str] = set()
        starting: set[str] = set()
        for node in nodes:
            if _ready_since(node) is None:
                age = now - self.clock.seconds_at(node["metadata"]["creationTimestamp"])
                (starting if age < self.flags.max_node_startup_time else unready).add(str(node["metadata"]["name"]))
        cutoff = self.flags.expendable_pods_priority_cutoff
        seated = [pod for pod in pods if priority_of(pod) >= cutoff]
        waiting = by_priority(pod for pod in pods if waits(pod))
        nominated = {key_of(pod): str(name) for pod in waiting if (name := (pod["status"].get("nominatedNodeName")))}
        seated += [
            {**pod, "spec": {**pod["spec"], "nodeName": nominated[key_of(pod)]}}
            for pod in waiting
            if key_of(pod) in nominated
        ]
        known = {str(node["metadata"]["name"]): node for node in nodes}
        spaces = {str(item["metadata"]["name"]): labels_of(item) for item in self.api.find("v1", "Namespace")}
        return World(
            now=now,
            snapshot=Snapshot.of(nodes, seated, self._volumes(), spaces),
            pending=tuple(pod for pod in waiting if key_of(pod) not in nominated),
            ages={key_of(pod): now - self.clock.seconds_at(pod["metadata"]["creationTimestamp"]) for pod in waiting},
            groups={name: self._group(pool, known) for name, pool in self.fleet.pools.items()},
            unready=frozenset(unready),
            starting=frozenset(starting),
            daemons=daemon_pods(self.api.find("apps/v1", "DaemonSet")),
            budgets=tuple(self.api.find("policy/v1", "PodDisruptionBudget")),
        )

    def _group(self, pool: Pool, known: dict[str, Manifest]) -> Group:
        members = [name for name in pool.members if name in known]
        stable = [
            name
            for name in sorted(members)
            if (since := _ready_since(known[name])) is not None
            and self.clock.seconds - self.clock.seconds_at(since) > STABLE_SECONDS
            and not known[name]["spec"].get("unschedulable")
        ]
        name = f"template-{pool.group.name}"
        zone = pool.group.zones[0]
        model = known[stable[0]] if stable else node_object(pool.group, node_name(pool.index, 0, 0, ""), zone)
        return Group(
            name=pool.group.name,
            least=pool.group.least,
            most=pool.group.most,
            target=pool.target,
            nodes=tuple(members),
            template=as_template(model, name),
            overdue=pool.overdue(self.clock.seconds, self.flags.max_node_provision_time),
        )

    def _volumes(self) -> dict[str, Manifest]:
        """Where the volume of each bound claim may be used."""
        homes = {
            str(item["metadata"]["name"]): required
            for item in self.api.find("v1", "PersistentVolume")
            if (required := (item["spec"].get("nodeAffinity") or {}).get("required"))
        }
        claims = self.api.find("v1", "PersistentVolumeClaim") if homes else []
        return {key_of(item): homes[name] for item in claims if (name := item["spec"].get("volumeName")) in homes}

    def _settle_asked(self) -> None:
        """Forget scale-ups that have arrived, and give up what does not come.

        A group whose machines are refused, or do not come though they were asked for, is left alone for a while; no
        more is wanted of it than it has, or must have (clusterstate.go, handleInstanceCreationErrors and
        updateScaleRequests; AWS names a refusal within its next look at the group).
        """
        now, limit = self.clock.seconds, self.flags.max_node_provision_time
        for name, pool in self.fleet.pools.items():
            asked, missing = self.memory.asked.get(name), pool.target - len(pool.members)
            refused = bool(pool.refused) and missing > len(pool.launches)
            late = any(now - launch.since >= limit for launch in pool.launches)
            if missing <= 0:
                self.memory.asked.pop(name, None)
            elif (refused or late) and not self._gives_up_in_vain(name):
                why = "was refused" if refused else f"did not come within {limit:.0f} s"
                text = f"{missing} of its nodes: {why}"
                if refused or asked:
                    text += f"; left alone for {self.memory.fail(name, now, self.flags) - now:.0f} s"
                self._say("failed", name, text)
                self.memory.asked.pop(name, None)
                self.fleet.resize(name, max(len(pool.members), pool.group.least))

    def _gives_up_in_vain(self, name: str) -> bool:
        """Whether a group has been left alone already and must have the nodes that do not come."""
        backoff, pool = self.memory.backoffs.get(name), self.fleet.pools[name]
        alone = backoff is not None and self.clock.seconds < backoff.until
        return alone and pool.target <= max(len(pool.members), pool.group.least)

    def _begin_to_empty(self, removal: Removal, nodes: list[Manifest]) -> None:
        node = next(item for item in nodes if item["metadata"]["name"] == removal.node)
        taint = {"key": TO_BE_DELETED, "value": str(int(self.clock.seconds)), "effect": "NoSchedule"}
        self._taint(node, [*(node["spec"].get("taints") or ()), taint])
        self._leaving[removal.node] = _Leaving(removal, self.clock.seconds)
        self._say("drain", removal.node, f"unneeded; {len(removal.pods) or 'no'} pods leave it")

    def _taint(self, node: Manifest, taints: list[Manifest]) -> None:
        self.api.patch({"apiVersion": "v1", "kind": "Node", **node}, {"spec": {"taints": taints}})

    def _empty(self, nodes: list[Manifest], pods: list[Manifest]) -> None:
        """Go on with the nodes that are being emptied."""
        now = self.clock.seconds
        for name, leaving in list(self._leaving.items()):
            left = [
                pod
                for pod in pods
                if pod["spec"].get("nodeName") == name
                and not is_daemon(pod)
                and (pod.get("status") or {}).get("phase") not in ENDED
            ]
            refused = [pod for pod in left if not pod["metadata"].get("deletionTimestamp") and not self._evicted(pod)]
            waited = now - leaving.since
            if refused and waited >= self.flags.max_pod_eviction_time:
                self._keep(name, nodes, key_of(refused[0]))
            elif (not left and waited >= self.flags.node_delete_delay_after_taint) or (
                not refused and waited >= self.flags.max_graceful_termination
            ):
                del self._leaving[name]
                self.fleet.terminate(name)
                self._say("removed", name, "its machine was ended")

    def _evicted(self, pod: Manifest) -> bool:
        try:
            return self.api.evict({"apiVersion": "v1", "kind": "Pod", **pod})
        except ApiError:
            return False  # asked again in the next look, until the time for it has passed

    def _keep(self, name: str, nodes: list[Manifest], pod: str) -> None:
        del self._leaving[name]
        self.memory.last_failure = self.clock.seconds
        self.memory.unremovable[name] = self.clock.seconds + self.flags.unremovable_node_recheck
        node = next((item for item in nodes if item["metadata"]["name"] == name), None)
        if node is not None:
            taints = [item for item in node["spec"].get("taints") or () if item["key"] != TO_BE_DELETED]
            self._taint(node, taints)
        self._say("kept", name, f"{pod} could not be evicted within {self.flags.max_pod_eviction_time:.0f} s")

    def _say(self, kind: str, subject: str, text: str) -> None:
        event = Event(self.clock.seconds, kind, subject, text)
        self.events.append(event)
        if self.on_event is not None:
            self.on_event(event)


def _ready_since(node: Manifest) -> str | None:
    """Since when a node is ready, as a time stamp; None where it is not."""
    for condition in node["status"].get("conditions") or ():
        if condition["type"] == "Ready" and condition["status"] == "True":
            moment = str(condition.get("lastTransitionTime") or node["metadata"]["creationTimestamp"])
            datetime.fromisoformat(moment)
            return moment
    return None
