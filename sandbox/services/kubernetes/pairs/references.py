"""ConfigMaps and Secrets that pods read: where one is missing, no container starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.cloud import DIGEST
from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block, items
from sandbox.services.kubernetes.inventory import find
from sandbox.services.kubernetes.kinds import Kind
from sandbox.services.kubernetes.pairs.cluster import PODS, closed_namespace, pods_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.services.kubernetes.pairs.cluster import Workload

CONFIG = Kind("", "v1", "ConfigMap")
SECRET = Kind("", "v1", "Secret")
OF_KUBERNETES = frozenset({"kube-root-ca.crt"})
"""A ConfigMap that every namespace has."""
_STAYS = "the pods stay in {state} for ever ({error}); make it, or mark the reference optional"


def _wanted(found: Workload) -> Iterator[tuple[str, Kind, dict[str, Any], str]]:
    """Every reference of pods: its path, the kind, the reference, and the property with the name."""
    for index, volume in enumerate(items(found.pod, "volumes")):
        at = f"{found.at}.volumes[{index}]"
        yield f"{at}.configMap", CONFIG, block(volume, "configMap"), "name"
        yield f"{at}.secret", SECRET, block(volume, "secret"), "secretName"
        for number, source in enumerate(items(block(volume, "projected"), "sources")):
            yield f"{at}.projected.sources[{number}].configMap", CONFIG, block(source, "configMap"), "name"
            yield f"{at}.projected.sources[{number}].secret", SECRET, block(source, "secret"), "name"
    for at, container in found.containers:
        for index, variable in enumerate(items(container, "env")):
            source = block(variable, "valueFrom")
            here = f"{at}.env[{index}].valueFrom"
            yield f"{here}.configMapKeyRef", CONFIG, block(source, "configMapKeyRef"), "name"
            yield f"{here}.secretKeyRef", SECRET, block(source, "secretKeyRef"), "name"
        for index, source in enumerate(items(container, "envFrom")):
            yield f"{at}.envFrom[{index}].configMapRef", CONFIG, block(source, "configMapRef"), "name"
            yield f"{at}.envFrom[{index}].secretRef", SECRET, block(source, "secretRef"), "name"


def _read(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    if cloud is None or found is None:
        return
    closed = closed_namespace(cloud, found.namespace)
    for at, kind, reference, key in _wanted(found):
        name = reference.get(key)
        if not isinstance(name, str) or reference.get("optional") is True or name in OF_KUBERNETES:
            continue
        item = find(cloud, kind, found.namespace, name)
        mounted = ".volumes[" in at
        if item is None and closed:
            error = f'{"FailedMount" if mounted else "Error"}: {kind.name.lower()} "{name}" not found'
            state = "ContainerCreating" if mounted else "CreateContainerConfigError"
            yield Violation(
                f"{at}.{key}",
                f'no {kind.name} "{name}" exists in {found.namespace}: {_STAYS.format(state=state, error=error)}',
            )
        wanted = reference.get("key")
        keys = _keys(item.inputs) if item is not None else None
        if keys is not None and isinstance(wanted, str) and wanted not in keys:
            yield Violation(
                f"{at}.key",
                f"{wanted!r} is no key of the {kind.name} {name!r}: the pods stay in CreateContainerConfigError "
                f"(Error: couldn't find key {wanted} in {kind.name} {found.namespace}/{name})",
            )


def _keys(inputs: dict[str, Any]) -> set[str] | None:
    """The keys of a ConfigMap or Secret, or None where they are secret or not known."""
    parts = [inputs.get(name) or {} for name in ("data", "binaryData", "stringData")]
    if any(not isinstance(part, dict) or DIGEST in part for part in parts):
        return None
    return {str(key) for part in parts for key in part}


SETTLED = (
    Rule(
        "pod-reads",
        "Kubernetes documentation, ConfigMaps, Using ConfigMaps; Secrets, Optional Secrets",
        PODS,
        _read,
    ),
)
"""What is accepted of workloads, whose containers then do not start."""
