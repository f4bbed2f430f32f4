"""What an object of one kind refers to by the name of another kind in its namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, values_at
from sandbox.services.kubernetes.inventory import find
from sandbox.services.kubernetes.kinds import RELEASE, Kind, namespace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.cloud import Cloud


def target(context: Context, path: str, kind: Kind, name: Any, says: str) -> Iterator[Violation]:  # noqa: ANN401 - any value
    """What to say where no object of this kind and name is there, and no release could have made it."""
    namespace = namespace_of(context.inputs)
    if context.cloud is None or namespace is None or not isinstance(name, str):
        return
    if find(context.cloud, kind, namespace, name) is None and not _from_release(context.cloud, namespace):
        yield Violation(path, f'no {kind.name} "{name}" exists in {namespace}; {says}')


def _from_release(cloud: Cloud, namespace: str) -> bool:
    """Whether a release lives in the namespace: what it contains is not simulated."""
    return any((item.inputs.get("namespace") or "default") == namespace for item in cloud.of_type(RELEASE))


def kind_from(reference: dict[str, Any]) -> Kind:
    """The kind that a scale target names; a Deployment where it names none."""
    given = str(reference.get("apiVersion") or "apps/v1")
    group, _, version = given.rpartition("/")
    return Kind(group, version, str(reference.get("kind") or "Deployment"))


def scaled(path: str, says: str) -> Callable[[Context], Iterator[Violation]]:
    """The check that the workload exists that an autoscaler names."""

    def check(context: Context) -> Iterator[Violation]:
        for at, reference in values_at(context.inputs, path):
            if isinstance(reference, dict):
                yield from target(context, f"{at}.name", kind_from(reference), reference.get("name"), says)

    return check
