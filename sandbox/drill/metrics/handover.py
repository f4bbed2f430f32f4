"""The scaling of a workload goes from a HorizontalPodAutoscaler to KEDA, or back, step by step as an update goes.

An update makes what is new before it deletes what is gone. Both ways name the autoscaler alike, so that only one
ever scales the workload: KEDA takes the autoscaler over whose name its ScaledObject gives, and makes it anew when it is
deleted (kedacore/keda v2.21.0, controllers/keda/hpa.go and scaledobject_controller.go, read 2026-11-29). Autoscalers,
deletions and garbage are those of the real controllers; the operator is the real one where it was built, else the
stand-in here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from sandbox.drill.metrics.predicted import Change
from sandbox.kubernetes.api import CONFLICT, NOT_FOUND, ApiError, UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.drill.cluster import Cluster

Manifest: TypeAlias = dict[str, Any]
Direction: TypeAlias = Literal["to KEDA", "from KEDA"]
Order: TypeAlias = Literal["new first", "old first"]

SCALED, AUTOSCALING = "keda.sh/v1alpha1", "autoscaling/v2"
OWNER_LABEL = "scaledobject.keda.sh/name"
FINALIZER = "finalizer.keda.sh"
MANAGER = "keda-operator"
_PASSING = frozenset({NOT_FOUND, CONFLICT, 429, 503})
"""Refusals that are gone at the next look."""
LOOK_SECONDS = 1.0
"""How soon the stand-in sees a change; the operator watches, and is faster."""
UPDATE_SECONDS = 5.0
"""Between the two steps of an update (assumed; as long as the rest of the update takes)."""
SETTLE_SECONDS = 60.0
"""After the last step, so long until it is judged who owns the workload: several looks of the controller."""
_RESOURCES = frozenset({"cpu", "memory"})


def generated(scaled: Manifest) -> Manifest:
    """The autoscaler that KEDA makes of a ScaledObject.

    KEDA documentation, "Scaling Deployments, StatefulSets & Custom Resources"; `newHPAForScaledObject`.
    """
    metadata, spec = scaled["metadata"], scaled["spec"]
    config = (spec.get("advanced") or {}).get("horizontalPodAutoscalerConfig") or {}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", **spec["scaleTargetRef"]}
    name = config.get("name") or f"keda-hpa-{metadata['name']}"
    owner = {
        "apiVersion": SCALED,
        "kind": "ScaledObject",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    metrics = [_metric(index, trigger, metadata["name"]) for index, trigger in enumerate(spec["triggers"])]
    found: Manifest = {
        "minReplicas": spec.get("minReplicaCount") or 1,
        "maxReplicas": spec.get("maxReplicaCount") or 100,
        "metrics": sorted(metrics, key=lambda metric: str(metric["type"])),
        "scaleTargetRef": {key: target[key] for key in ("apiVersion", "kind", "name")},
    }
    if config.get("behavior"):
        found["behavior"] = config["behavior"]
    return {
        "apiVersion": AUTOSCALING,
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": {
                **(metadata.get("labels") or {}),
                OWNER_LABEL: metadata["name"],
                "app.kubernetes.io/managed-by": "keda-operator",
                "app.kubernetes.io/part-of": metadata["name"],
            },
            "ownerReferences": [owner],
        },
        "spec": found,
    }


def _metric(index: int, trigger: Manifest, owner: str) -> Manifest:
    kind, metadata = trigger["type"], trigger["metadata"]
    if kind in _RESOURCES:
        target = {"type": "Utilization", "averageUtilization": int(metadata["value"])}
        return {"type": "Resource", "resource": {"name": kind, "target": target}}
    form = trigger.get("metricType") or "AverageValue"
    name = {"name": f"s{index}-{kind}", "selector": {"matchLabels": {OWNER_LABEL: owner}}}
    field_name = form[0].lower() + form[1:]
    return {
        "type": "External",
        "external": {"metric": name, "target": {"type": form, field_name: str(metadata["threshold"])}},
    }


class Operator:
    """A stand-in of KEDA's operator: keeps the autoscaler of every ScaledObject; use as a context manager."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Reconcile nothing any more."""
        self._stopped.set()
        self._thread.join()

    def leave(self) -> None:
        """After the end: take away what an operator holds, so that ScaledObjects can go without one."""
        api = self._cluster.api
        for scaled in api.list(SCALED, "ScaledObject"):
            item = {**scaled, "apiVersion": SCALED, "kind": "ScaledObject"}
            left = [name for name in item["metadata"].get("finalizers") or () if name != FINALIZER]
            api.patch(item, {"metadata": {"finalizers": left}})
            made = generated(item)
            live = api.read(made)
            if live is not None and _owned(live, item):
                api.remove(made)

    def _loop(self) -> None:
        try:
            while not self._stopped.is_set():
                self._look()
                self._cluster.clock.sleep(LOOK_SECONDS)
        except Exception as error:  # noqa: BLE001 - a thread hands its error to whoever asks
            self.error = error

    def _look(self) -> None:
        try:
            for scaled in self._cluster.api.list(SCALED, "ScaledObject"):
                self._reconcile({**scaled, "apiVersion": SCALED, "kind": "ScaledObject"})
        except UnknownKindError:
            return  # a cluster without KEDA
        except ApiError as error:
            if error.status not in _PASSING:
                raise

    def _reconcile(self, scaled: Manifest) -> None:
        api = self._cluster.api
        finalizers = scaled["metadata"].get("finalizers") or []
        if scaled["metadata"].get("deletionTimestamp"):
            left = [name for name in finalizers if name != FINALIZER]
            api.patch(scaled, {"metadata": {"finalizers": left}})
            return
        if FINALIZER not in finalizers:
            api.patch(scaled, {"metadata": {"finalizers": [*finalizers, FINALIZER]}})
        wanted = generated(scaled)
        live = api.read(wanted)
        if live is None or not _owned(live, scaled) or live["spec"]["metrics"] != wanted["spec"]["metrics"]:
            api.apply(wanted, force=True, manager=MANAGER)


def _owned(live: Manifest, scaled: Manifest) -> bool:
    return any(owner["uid"] == scaled["metadata"]["uid"] for owner in live["metadata"].get("ownerReferences") or ())


@dataclass(frozen=True)
class Handed:
    """What came of a handover.

    Attributes:
        direction: which way it went.
        order: which step came first.
        counts: wanted pods over time, in seconds since the first step.
        least: the fewest that were ever wanted.
        unowned: seconds in which no autoscaler scaled the workload, each span from its beginning to its end.
        owner: who scales it at the end: `KEDA`, `native`, or empty for nobody.
        said: what a step was refused with; empty where none was.
    """

    direction: Direction
    order: Order
    counts: tuple[Change, ...]
    least: int
    unowned: tuple[tuple[float, float], ...]
    owner: str
    said: str = ""

    @property
    def without_owner(self) -> float:
        """Seconds in which nobody scaled it, all together."""
        return sum(end - start for start, end in self.unowned)


@dataclass
class _Witness:
    """Who scales a Deployment, and how many pods it wants, over time."""

    cluster: Cluster
    name: str
    namespace: str
    counts: list[Change] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)
    since: float | None = None
    live: dict[str, Manifest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        api = self.cluster.api
        self._watches = [api.watch("apps/v1", "Deployment"), api.watch(AUTOSCALING, "HorizontalPodAutoscaler")]
        works: tuple[Callable[[], None], ...] = (self._count, self._own)
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def _count(self) -> None:
        for change in self._watches[0]:
            metadata, replicas = change.live["metadata"], int(change.live["spec"]["replicas"])
            here = (metadata["name"], metadata["namespace"]) == (self.name, self.namespace)
            if here and (not self.counts or self.counts[-1].replicas != replicas):
                self.counts.append(Change(self.cluster.clock.seconds, replicas))

    def _own(self) -> None:
        for change in self._watches[1]:
            metadata, uid = change.live["metadata"], change.live["metadata"]["uid"]
            mine = change.live["spec"]["scaleTargetRef"]["name"] == self.name
            if metadata["namespace"] != self.namespace or not mine:
                continue
            if change.kind == "DELETED" or metadata.get("deletionTimestamp"):
                self.live.pop(uid, None)
            else:
                self.live[uid] = change.live
            now = self.cluster.clock.seconds
            if self.live and self.since is not None:
                self.spans.append((self.since, now))
                self.since = None
            elif not self.live and self.since is None:
                self.since = now

    def stop(self) -> None:
        for watch in self._watches:
            watch.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        if self.since is not None:
            self.spans.append((self.since, self.cluster.clock.seconds))

    def owner(self) -> str:
        if not self.live:
            return ""
        kept = any(
            owner["kind"] == "ScaledObject"
            for item in self.live.values()
            for owner in item["metadata"].get("ownerReferences") or ()
        )
        return "KEDA" if kept else "native"


def hand_over(
    cluster: Cluster, direction: Direction, scaled: Manifest, native: Manifest, order: Order = "new first"
) -> Handed:
    """Take the steps of an update, and see what becomes of the workload.

    Args:
        cluster: with the workload, and with the way that is left already in charge of it.
        direction: which way to go.
        scaled: the ScaledObject.
        native: the HorizontalPodAutoscaler.
        order: an update makes what is new first; two updates, one after the other, delete what is old first.
    """
    target, namespace = native["spec"]["scaleTargetRef"]["name"], native["metadata"]["namespace"]
    new, old = (scaled, native) if direction == "to KEDA" else (native, scaled)
    witness = _Witness(cluster, target, namespace)
    said = ""
    try:
        cluster.clock.wait_until(lambda: bool(witness.counts and witness.live), SETTLE_SECONDS)
        started = cluster.clock.seconds
        if order == "old first":
            cluster.api.remove(old)
            cluster.clock.wait_until(lambda: cluster.api.read(old) is None and not witness.live, SETTLE_SECONDS)
        try:
            cluster.api.apply(new)
        except ApiError as error:
            said = str(error)
        if order == "new first" and not said:
            # An update deletes what is gone when everything new is there, seconds later.
            cluster.clock.sleep(UPDATE_SECONDS)
            cluster.api.remove(old)
        cluster.clock.sleep(SETTLE_SECONDS)
    finally:
        witness.stop()
    return Handed(
        direction=direction,
        order=order,
        counts=tuple(Change(change.at - started, change.replicas) for change in witness.counts),
        least=min(change.replicas for change in witness.counts),
        unowned=tuple((start - started, end - started) for start, end in witness.spans),
        owner=witness.owner(),
        said=said,
    )
