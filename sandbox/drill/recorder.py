"""Writes down what happens in a cluster while a drill goes on: pods, nodes, workloads, and what components say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Self

from plan.drills import Event, TimeLine
from sandbox.drill.numbers import KUBELET_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.drill.api import ClusterApi
    from sandbox.drill.pace import Clock
    from sandbox.drill.watch import Change
    from sandbox.kubernetes.api import Manifest

    Said = Callable[[Manifest | None, Change], Iterator[tuple[str, str]]]
    """What is to be written down of a change: words with their details."""


class Recorder:
    """Listens to what happens in a cluster; use as a context manager, and ask for the time line at any time."""

    def __init__(self, api: ClusterApi, clock: Clock) -> None:
        self._clock = clock
        self._events: list[Event] = []
        self._disturbed: list[Event] = []
        self._leaving: list[Callable[[], None]] = []
        self._api = api
        self._listing = False

    def __enter__(self) -> Self:
        for (version, kind), said in _WATCHED.items():
            mirror = self._api.mirror(version, kind)
            listener = partial(self._record, said)
            self._listing = True
            mirror.listen(listener)
            self._listing = False
            self._leaving.append(partial(mirror.leave, listener))
        return self

    def __exit__(self, *_: object) -> None:
        for leave in self._leaving:
            leave()
        self._leaving.clear()

    def _record(self, said: Said, before: Manifest | None, change: Change) -> None:
        seconds = self._clock.seconds
        live = change.live
        if self._listing and live["kind"] == "Event":
            return  # it was said before anybody listened
        for what, detail in said(before, change):
            about = live["involvedObject"] if live["kind"] == "Event" else live["metadata"]
            kind = about["kind"] if live["kind"] == "Event" else live["kind"]
            event = Event(seconds, kind, name_of(about), what, detail)
            self._events.append(event)
            if _fell_silent_by_itself(live, what):
                self._disturbed.append(event)

    def time_line(self) -> TimeLine:
        """What was seen until now."""
        return TimeLine(tuple(sorted(self._events, key=lambda event: event.seconds)), self._clock.seconds)

    def disturbed(self) -> tuple[Event, ...]:
        """Nodes that fell silent although nobody stopped their kubelets: this machine cannot keep up with the pace.

        What happened from then on says nothing of the cluster that is drilled.
        """
        return tuple(self._disturbed)


def _fell_silent_by_itself(live: Manifest, what: str) -> bool:
    return (
        live["kind"] == "Node"
        and what == "not ready"
        and condition(live, "Ready").get("status") == "Unknown"
        and KUBELET_LABEL in (live["metadata"].get("labels") or {})
    )


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


_WATCHED: dict[tuple[str, str], Said] = {
    ("v1", "Pod"): _pod,
    ("v1", "Node"): _node,
    ("apps/v1", "Deployment"): _workload,
    ("apps/v1", "StatefulSet"): _workload,
    ("v1", "Event"): _event,
}
