"""Where a container finds files: in its image, which its digest names, in what the plan gives it, or anywhere else."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRITTEN = ("/tmp", "/var/tmp", "/dev", "/run", "/var/run", "/proc", "/sys", "/mnt", "/media")  # noqa: S108 - judged here, not used
"""Folders in which files lie that no image holds (Filesystem Hierarchy Standard 3.0; unverified)."""
_GIVEN = frozenset(("configMap", "secret", "projected", "downwardAPI"))
"""Volumes whose files stand in the plan, and which no pod writes to (Kubernetes documentation, Volumes)."""


@dataclass(frozen=True)
class Files:
    """The volumes of a container.

    Attributes:
        mounts: where each is mounted, with its kind, as the volume's own key.
    """

    mounts: tuple[tuple[str, str], ...] = ()


NOWHERE = Files()


def files_of(pod: object, container: Mapping[str, Any]) -> Files:
    """Where a container of a pod finds files.

    Args:
        pod: the pod's specification.
        container: the container.
    """
    found = pod.get("volumes") if isinstance(pod, dict) else None
    volumes = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    kinds = {one.get("name"): next((key for key in one if key != "name"), "") for one in volumes}
    mounts = container.get("volumeMounts")
    listed = [one for one in mounts if isinstance(one, dict)] if isinstance(mounts, list) else []
    return Files(tuple((str(one.get("mountPath")), kinds.get(one.get("name"), "")) for one in listed))


def from_elsewhere(path: str, files: Files, *, code: bool) -> bool:
    """Whether a file is neither the image's own nor, where it is no program, one that the plan gives to the container.

    Args:
        path: where it is said to be; without a leading `/` it is the image's own, or the name of a package.
        files: where the container finds files.
        code: whether it is run.
    """
    if "://" in path or path.startswith(("data:", "node:", "~")):
        return not path.startswith("node:")
    if not path.startswith("/"):
        return posixpath.normpath(path).startswith("..")
    plain = posixpath.normpath(path)
    over = [(at, kind) for at, kind in files.mounts if _within(plain, posixpath.normpath(at))]
    if over:
        kind = max(over, key=lambda one: len(posixpath.normpath(one[0])))[1]
        return code or kind not in _GIVEN
    return any(_within(plain, one) for one in _WRITTEN)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
