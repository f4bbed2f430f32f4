"""Which Secrets a pod reads, in whatever way (Kubernetes documentation, Secrets; Volumes; unverified)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY, FILES = "*", "/"
"""Stands for all keys as variables, and for files."""
_CONTAINER = "container"
_REFERENCES = ("secretKeyRef", "secretRef", "nodePublishSecretRef", "nodeStageSecretRef", "secret")
"""Keys that hold an object whose `name` is a Secret's: of variables, of volumes, of parts of projected ones."""
_NAMES = {"secretName": "Secret", "secretProviderClass": "SecretProviderClass"}
"""Keys that hold the name of one, or of what fetches secrets from elsewhere (Secrets Store CSI Driver documentation,
Usage)."""


def secrets_of(pod: object) -> dict[str, str]:
    """Every Secret that a pod reads, with where: the volume, the variable or the container.

    Args:
        pod: the pod's specification.
    """
    found: dict[str, str] = {}
    for name, where, _ in _all(pod):
        found.setdefault(name, where)
    return found


def keys_of(pod: object, secret: str) -> set[str]:
    """The keys of a Secret that a pod has as variables, `ANY` for all of them and `FILES` for what it has as a volume.

    Args:
        pod: the pod's specification.
        secret: the Secret, as `secrets_of` names it.
    """
    return {key for name, _, key in _all(pod) if name == secret}


def reads_more(old: object, new: object) -> bool:
    """Whether a pod reads a Secret that it did not."""
    return bool(secrets_of(new).keys() - secrets_of(old).keys())


def _all(pod: object) -> Iterator[tuple[str, str, str]]:
    for part, value in pod.items() if isinstance(pod, dict) else ():
        # What pulls images is read by the node, and by no pod.
        if part != "imagePullSecrets":
            for one in value if isinstance(value, list) else [value]:
                yield from _secrets(one, _called(part, one))


def _secrets(value: Any, where: str) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - any part of a pod
    if isinstance(value, list):
        for one in value:
            named = one.get("name") if isinstance(one, dict) else None
            yield from _secrets(one, f"{where}, env {named}" if named and "valueFrom" in one else where)
        return
    for key, part in value.items() if isinstance(value, dict) else ():
        name = part.get("name") if isinstance(part, dict) else None
        if name is not None and key in _REFERENCES:
            yield f"Secret {name}", where, str(part.get("key", ANY if where.startswith(_CONTAINER) else FILES))
        elif part is not None and key in _NAMES:
            yield f"{_NAMES[key]} {part}", where, FILES
        else:
            yield from _secrets(part, where)


def _called(part: str, one: object) -> str:
    name = one.get("name") if isinstance(one, dict) else None
    kind = _CONTAINER if part.lower().endswith("containers") else part.removesuffix("s")
    return f"{kind} {name}" if name is not None else part
