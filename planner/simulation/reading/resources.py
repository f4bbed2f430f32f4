"""Reads what containers request and may use, and names what of it is no amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from planner.plan_values import UNKNOWN, at, items, quantity, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import PlannedResource

Kind = Literal["requests", "limits"]
Name = Literal["cpu", "memory"]
UNLIMITED_CORES, UNLIMITED_BYTES = 1.0, 1024 * 2.0**20
"""What a container without a limit is taken to get: a core and a GiB (ours; on a node it gets what others leave)."""
_TAKEN = {"cpu": "one core is taken", "memory": "one GiB is taken"}


def containers_of(item: PlannedResource) -> list[Any]:
    """The containers of a Deployment's pods, the serving one first."""
    return items(item.inputs, "spec", "template", "spec", "containers")


def environment_of(container: dict[str, Any]) -> dict[str, Any]:
    """What a container is given by name: a text, or whatever else stands there; of two alike the last one counts."""
    return {text(entry, "name"): at(entry, "value") for entry in items(container, "env")}


def amount(container: object, kind: Kind, name: Name) -> float | None:
    """Cores or bytes of a container; None where nothing is said, or what is said cannot be read.

    What only has a limit requests as much (Kubernetes documentation, Resource Management for Pods and Containers).
    """
    said = at(container, "resources", kind, name)
    if said is None and kind == "requests":
        said = at(container, "resources", "limits", name)
    return quantity(said) or None


def readable(value: object) -> float | None:
    """A target, a threshold or a size as a number above zero; None for what is none."""
    return quantity(value) or None


def words(value: object) -> str:
    """A value that cannot be read, as people are told of it."""
    return "not set" if value is None else "not known yet" if value == UNKNOWN else f"{value!r}"


def unread_sizes(item: PlannedResource, name: str, *, scaled: bool) -> Iterator[tuple[str, str]]:
    """What a Deployment's pods are of a size that cannot be read: what it is called, and what is taken instead.

    Args:
        item: the Deployment.
        name: what it is called.
        scaled: whether an autoscaler counts its pods.
    """
    containers = containers_of(item)
    for of in ("cpu", "memory"):
        for serving in containers[:1]:
            if amount(serving, "limits", of) is None:
                said = words(at(serving, "resources", "limits", of))
                yield f"{name}: limits.{of} {said}", _TAKEN[of]
        for container in containers:
            said = at(container, "resources", "requests", of)
            unread = said is not None and quantity(said) is None
            if unread or (scaled and amount(container, "requests", of) is None):
                why = "none is taken, so it always finds room, and no autoscaler counts a share of it"
                yield f"{name}: requests.{of} {words(said)}", why
    replicas = at(item.inputs, "spec", "replicas")
    if not scaled and replicas is not None and (isinstance(replicas, bool) or not isinstance(replicas, (int, float))):
        yield f"{name}: replicas {words(replicas)}", "one pod is taken"
