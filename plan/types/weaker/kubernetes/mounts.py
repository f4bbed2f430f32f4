"""Which files pods find where: volumes that get another source, mounts that hide what the image holds.

Sources are the Kubernetes documentation, Volumes; unverified 2026-12-01.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from plan.types.weaker.kubernetes.ways import containers

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = frozenset(
    (
        *("emptyDir", "configMap", "secret", "projected", "downwardAPI"),
        *("persistentVolumeClaim", "ephemeral", "hostPath"),
    )
)
"""Volumes of which other rows and rules judge what may be in them: Secrets by their readers, tokens, folders of nodes.
Any other kind brings files, or a driver, that nothing here knows."""
_FREE = re.compile(
    r"/(tmp|run|mnt|data|cache|config|configs|secrets|certs|tls)(/|$)"
    r"|/var/(tmp|cache|run|log|secrets)(/|$)"
    r"|/var/lib/[^/]+(/|$)"
    r"|/etc/(?!ssl|pki|ca-certificates|ld\.|pam|security|passwd|shadow|group|hosts|resolv|nsswitch|sudoers|cron)[^/]+"
    r"(/|$)"
)
"""Folders in which no image has its own programs, libraries or authorities (Filesystem Hierarchy Standard 3.0)."""


def other_source(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a volume of a pod gets files of another kind than before, or a new one comes of a kind nobody knows."""
    before, after = _kinds(old), _kinds(new)
    return any(kind != before[name] if name in before else kind not in _PLAIN for name, kind in after.items())


def _kinds(pod: object) -> dict[str, str]:
    """What kind of volume each is, by its name; one without a kind is an empty folder."""
    found = pod.get("volumes") if isinstance(pod, dict) else None
    listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {str(one.get("name")): next((key for key in sorted(one) if key != "name"), "emptyDir") for one in listed}


def hides(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a container finds other files where it found some, may write where it might not, or none of its own.

    A mount hides what the image has at its path: a new one is harmless where images have nothing of their own.
    """
    before, after = dict(containers(old)), dict(containers(new))
    for name, container in after.items():
        if name not in before:
            continue
        was, now = dict(_mounts(before[name])), dict(_mounts(container))
        for path, mount in now.items():
            known = was.get(path)
            if known is None:
                if not _FREE.match(path):
                    return True
            elif (known.get("name"), known.get("subPath")) != (mount.get("name"), mount.get("subPath")) or (
                known.get("readOnly") in {True, "true"} and mount.get("readOnly") not in {True, "true"}
            ):
                return True
        if was.keys() - now.keys():
            return True
    return False


def _mounts(container: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    found = container.get("volumeMounts")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield posixpath.normpath(str(one.get("mountPath"))), one
