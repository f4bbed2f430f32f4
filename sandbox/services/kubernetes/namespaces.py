"""What becomes of a namespace that is deleted, and of everything in it.

Kubernetes documentation, Namespaces and Pod Lifecycle, and pulumi-kubernetes, provider/pkg/await/await.go (July 2026),
were read on 2026-11-29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.clock.events import Event, Kind
from sandbox.model.checks import block, number
from sandbox.services.kubernetes.custom.finalizers import held
from sandbox.services.kubernetes.inventory import INITIAL_NAMESPACES
from sandbox.services.kubernetes.kinds import kind_of, name_of, namespace_of

if TYPE_CHECKING:
    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.outputs import Inputs
    from sandbox.model.rows import Effect

GRACE_SECONDS = 30
"""What a pod has to end where it does not say."""
PROVIDER_SECONDS = 600
"""How long the provider waits for a deletion where no timeout is given."""
SOURCE = (
    "Kubernetes documentation, Pod Lifecycle, Termination of Pods: 30 seconds where none are given; pulumi-kubernetes, "
    "provider/pkg/await/await.go: the provider waits 10 minutes"
)


def refuses(cloud: Cloud, item: CloudObject) -> str | None:
    """Why a namespace cannot go, or not now: it is one of the first, or something in it waits for its controller."""
    name = name_of(item.inputs)
    if name in INITIAL_NAMESPACES:
        return f'namespaces "{name}" is forbidden: this namespace may not be deleted (NamespaceLifecycle admission)'
    waiting = [reason for other in _inside(cloud, name) if (reason := held(cloud, other)) is not None]
    return waiting[0] if waiting else None


def effects(cloud: Cloud, item: CloudObject) -> list[Effect]:
    """A namespace takes its contents along, and goes when the last pod in it has ended."""
    inside = _inside(cloud, name_of(item.inputs))
    seconds = max((found for other in inside if (found := _grace(other.inputs)) is not None), default=None)
    told = [_told(item, seconds)] if seconds is not None else []
    return [*told, *map(_forget, inside)]


def _inside(cloud: Cloud, namespace: str | None) -> list[CloudObject]:
    return [item for item in cloud.all() if _lives_in(item, namespace)]


def _lives_in(item: CloudObject, namespace: str | None) -> bool:
    kind = kind_of(item.token)
    return kind is not None and kind.namespaced and namespace_of(item.inputs) == namespace


def _grace(inputs: Inputs) -> float | None:
    """How long the pods of a workload may take to end; None for what has no pods."""
    spec = block(inputs, "spec")
    spec = block(block(spec, "jobTemplate"), "spec") or spec
    pod = spec if "containers" in spec else block(block(spec, "template"), "spec")
    if "containers" not in pod:
        return None
    given = number(pod.get("terminationGracePeriodSeconds"))
    return GRACE_SECONDS if given is None else given


def _told(item: CloudObject, seconds: float) -> Effect:
    late = "; the provider gives up before that" if seconds > PROVIDER_SECONDS else ""
    what = f"is terminating until its last pod has ended: up to {seconds:g} s{late}"
    return lambda cloud: cloud.happened.append(
        Event(cloud.now, Kind.ASKED, item.token, item.name, what=what, sources=(SOURCE,))
    )


def _forget(item: CloudObject) -> Effect:
    return lambda cloud: cloud.delete(item.token, item.id)
