"""Writes down what happens in a cluster while a drill goes on: pods, nodes, workloads, and what components say."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from plan.drills import Event, TimeLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.drill.api import Change, ClusterApi, Watch
    from sandbox.drill.pace import Clock
    from sandbox.kubernetes.api import Manifest


class Recorder:
    """Watches a cluster in threads of its own; use as a context manager, and ask for the time line at any time."""

    def __init__(self, api: ClusterApi, clock: Clock) -> None:
        self._clock = clock
        self._events: list[Event] = []
        self._watches: list[tuple[Watch, Callable[[Manifest | None, Change], Iterator[tuple[str, str]]]]] = [
            (api.watch(version, kind), said) for (version, kind), said in _WATCHED.items()
        ]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        for watch, said in self._watches:
            thread = threading.Thread(target=self._record, args=(watch, said), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        for watch, _said in self._watches:
            watch.stop()
        for thread in self._threads:
            thread.join(timeout=5)

    def _record(self, watch: Watch, said: Callable[[Manifest | None, Change], Iterator[tuple[str, str]]]) -> None:
        before: dict[str, Manifest] = {}
        for change in watch:
            seconds = self._clock.seconds
            live = change.live
            uid = live["metadata"]["uid"]
            for what, detail in said(before.get(uid), change):
                about = live["involvedObject"] if live["kind"] == "Event" else live["metadata"]
                kind = about["kind"] if live["kind"] == "Event" else live["kind"]
                self._events.append(Event(seconds, kind, name_of(about), what, detail))
            before[uid] = live
            if change.kind == "DELETED":
                del before[uid]

    def time_line(self) -> TimeLine:
        """What was seen until now."""
        return TimeLine(tuple(sorted(self._events, key=lambda event: event.seconds)), self._clock.seconds)


def name_of(metadata: Manifest) -> str:
    """`namespace/name`, or the name alone."""
    return "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))


def condition(live: Manifest, kind: str) -> Manifest:
    """A condition of an object's status; empty where it has none of that kind."""
    found = (live.get("status") or {}).get("conditions") or ()
    return next((item for item in found if item["type"] == kind), {})


def is_ready(live: Manifest) -> bool:
    """Whether a pod or node says that it is ready."""
    return condition(live, "Ready").get("status") == "True"


def _pod(before: Manifest | None, change: Change) -> Iterator[tuple[str, str]]:
    live, old = change.live, before or {}
    node = live["spec"].get("nodeName") or ""
    if before is None:
        yield "created", ""
    if change.kind == "DELETED":
        yield "gone", node
        return
    if node and not (old.get("spec") or {}).get("nodeName"):
        yield "scheduled", node
    refused, refused_before = condition(live, "PodScheduled"), condition(old, "PodScheduled")
    if refused.get("status") == "False" and refused.get("message") != refused_before.get("message"):
        yield "pending", str(refused.get("message") or refused.get("reason") or "")
    phase, phase_before = live["status"].get("phase"), (old.get("status") or {}).get("phase")
    if phase != phase_before and phase in _PHASES:
        yield _PHASES[phase], node
    if is_ready(live) != is_ready(old):
        yield ("ready" if is_ready(live) else "unready"), node
    if "deletionTimestamp" in live["metadata"] and "deletionTimestamp" not in old.get("metadata", {}):
        disrupted = condition(live, "DisruptionTarget")
        yield "terminating", str(disrupted.get("message") or "")


_PHASES = {"Running": "running", "Succeeded": "succeeded", "Failed": "failed"}


def _node(before: Manifest | None, change: Change) -> Iterator[tuple[str, str]]:
    live, old = change.live, before or {}
    if before is None:
        yield "added", str((live["metadata"].get("labels") or {}).get("topology.kubernetes.io/zone", ""))
    if change.kind == "DELETED":
        yield "gone", ""
        return
    if is_ready(live) != is_ready(old):
        said = condition(live, "Ready")
        yield ("ready", "") if is_ready(live) else ("not ready", str(said.get("message") or said.get("reason") or ""))
    cordoned, cordoned_before = (bool((item.get("spec") or {}).get("unschedulable")) for item in (live, old))
    if cordoned != cordoned_before:
        yield ("cordoned" if cordoned else "uncordoned"), ""


def _workload(before: Manifest | None, change: Change) -> Iterator[tuple[str, str]]:
    wanted = change.live["spec"].get("replicas")
    if before is not None and change.kind == "MODIFIED" and wanted != before["spec"].get("replicas"):
        yield "scaled", f"{before['spec'].get('replicas')} to {wanted}"


_SEEN_ELSEWHERE = {"Scheduled", "FailedScheduling", "SuccessfulCreate", "SuccessfulDelete", "RegisteredNode"}
"""Reasons of events that the objects themselves tell."""


def _event(before: Manifest | None, change: Change) -> Iterator[tuple[str, str]]:
    live = change.live
    if before is None and change.kind == "ADDED" and live.get("reason") not in _SEEN_ELSEWHERE:
        yield str(live.get("reason") or ""), str(live.get("message") or "")


_WATCHED: dict[tuple[str, str], Callable[[Manifest | None, Change], Iterator[tuple[str, str]]]] = {
    ("v1", "Pod"): _pod,
    ("v1", "Node"): _node,
    ("apps/v1", "Deployment"): _workload,
    ("apps/v1", "StatefulSet"): _workload,
    ("v1", "Event"): _event,
}
