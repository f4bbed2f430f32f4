"""What Helm asks of an object that exists already, before a release takes it over.

Helm refuses to install a chart over objects that it does not own: "exists and cannot be imported into the current
release: invalid ownership metadata". An object with this label and these annotations is adopted instead (Helm
documentation, "Charts", and `helm install --take-ownership`, which skips the question).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.kubernetes.api import Manifest

LABEL, MANAGER = "app.kubernetes.io/managed-by", "Helm"
RELEASE_NAME = "meta.helm.sh/release-name"
RELEASE_NAMESPACE = "meta.helm.sh/release-namespace"


@dataclass(frozen=True)
class Owner:
    """A Helm release."""

    name: str
    namespace: str


def owned(manifest: Manifest, owner: Owner) -> Manifest:
    """The manifest as an object of a release."""
    metadata = manifest["metadata"]
    told = {RELEASE_NAME: owner.name, RELEASE_NAMESPACE: owner.namespace}
    return {
        **manifest,
        "metadata": {
            **metadata,
            "labels": {**(metadata.get("labels") or {}), LABEL: MANAGER},
            "annotations": {**(metadata.get("annotations") or {}), **told},
        },
    }


def refusal(live: Manifest, owner: Owner) -> str | None:
    """Why Helm would not take over a live object, or None: what its ownership check does before an installation."""
    metadata = live["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    expected = (
        ("label", labels, LABEL, MANAGER),
        ("annotation", annotations, RELEASE_NAME, owner.name),
        ("annotation", annotations, RELEASE_NAMESPACE, owner.namespace),
    )
    found = [
        f"{kind} {key} is {has.get(key)!r}, must be {value!r}"
        for kind, has, key, value in expected
        if has.get(key) != value
    ]
    return f"{live['kind']} {metadata['name']}: {'; '.join(found)}" if found else None
