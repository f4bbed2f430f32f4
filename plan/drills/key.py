"""The key under which a drill's results are kept: a hash of everything that decides what becomes of pods.

Left out is what neither the scheduler nor a controller reads to place, count, admit or replace pods: images, commands,
arguments, environment variables, queries that nothing answers in a drill, what ConfigMaps and Secrets hold,
descriptions, annotations of pods, and what a server notes of an object itself (uid, resourceVersion, managedFields,
status). The order of objects, of nodes and of keys does not matter; the order of entries in a list does, as it may mean
something.

What no pod is decided by is left out as a whole object: see `IRRELEVANT`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMAT = 1
"""Of the hashed text; another number makes all kept results those of something else."""

Manifest: TypeAlias = "Mapping[str, Any]"

IRRELEVANT = (
    "ConfigMap",
    "Secret",
    "NetworkPolicy",
    "PrometheusRule",
    "PodMonitor",
    "ServiceMonitor",
    "TargetGroupBinding",
    "VerticalPodAutoscaler",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "VerticalPodAutoscaler",
)
"""Kinds whose content decides about no pod in a drill: nothing runs in its containers, so nobody recommends or evicts
by one of them, and no packet is sent."""
_CONTAINER = ("image", "imagePullPolicy", "command", "args", "env", "envFrom", "volumeMounts", "workingDir", "tty")
"""Fields of a container that only the kubelet and the process read."""
_SERVER = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink")
_DECIDING_ANNOTATIONS = (
    "cluster-autoscaler.kubernetes.io/",
    "controller.kubernetes.io/",
    "autoscaling.keda.sh/",
    "scaledobject.keda.sh/",
)
"""Annotations that an autoscaler or a controller reads: safe-to-evict, pod-deletion-cost, paused ..."""
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


@dataclass(frozen=True)
class DrillKey:
    """Names the objects and nodes of a drill.

    Attributes:
        digest: of both, in hexadecimal.
    """

    digest: str

    def __str__(self) -> str:
        return self.digest


def drill_key(objects: Iterable[Manifest], nodes: Iterable[Manifest], version: str = "") -> DrillKey:
    """The key of a drill.

    Args:
        objects: everything that is applied.
        nodes: the nodes, or whatever describes the node groups: every field counts but what a server notes.
        version: of what decides (Kubernetes, the drill's own scenarios): another one may decide differently.
    """
    deciding = sorted(_text(_object(item)) for item in objects if item.get("kind") not in IRRELEVANT)
    machines = sorted(_text(_without_server(item)) for item in nodes)
    text = json.dumps([FORMAT, version, deciding, machines])
    return DrillKey(hashlib.sha256(text.encode()).hexdigest())


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _without_server(item: Manifest) -> dict[str, Any]:
    metadata = item.get("metadata")
    made = dict(item)
    if isinstance(metadata, dict):
        made["metadata"] = {key: value for key, value in metadata.items() if key not in _SERVER}
    return made


def _object(item: Manifest) -> dict[str, Any]:
    made = _without_server(item)
    made.pop("status", None)
    return _map(made)


def _map(value: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, item in value.items():
        if key == "annotations" and isinstance(item, dict):
            kept = {name: text for name, text in item.items() if name.startswith(_DECIDING_ANNOTATIONS)}
            if kept:
                made[key] = kept
        elif key in _CONTAINERS and isinstance(item, list):
            made[key] = [_container(one) for one in item]
        elif key == "triggers" and isinstance(item, list):
            made[key] = [_trigger(one) for one in item]
        elif item is not None:
            made[key] = _cleaned(item)
    return made


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - manifests have any shape
    if isinstance(value, dict):
        return _map(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _container(value: Any) -> Any:  # noqa: ANN401 - as above
    if not isinstance(value, dict):
        return value
    return _map({key: item for key, item in value.items() if key not in _CONTAINER})


def _trigger(value: Any) -> Any:  # noqa: ANN401 - as above
    """A trigger of a ScaledObject without its query: how many pods are wanted is set by the drill, not by metrics."""
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return _cleaned(value)
    metadata = {key: item for key, item in value["metadata"].items() if key != "query"}
    return _map({**value, "metadata": metadata})
