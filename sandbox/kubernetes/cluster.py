"""Lets a real Kubernetes API hold the objects of a rehearsal: applied, deleted and read back as a provider does it."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.kubernetes.api import CONFLICT, ApiError
from sandbox.kubernetes.passport import ForeignClusterError, system_uid
from sandbox.protocol.wire import Secret, unwrap, without_nulls

if TYPE_CHECKING:
    from sandbox.kubernetes.api import KubernetesApi, Manifest
    from sandbox.kubernetes.passport import Made, Passport

_SIMULATED_GROUPS = ("helm.sh/", "yaml/", "kustomize/", "index:")
FORCE = "pulumi.com/patchForce"
"""The annotation that takes fields over from other managers (pulumi-kubernetes documentation, Server-Side Apply)."""
DELETE_SECONDS = 120.0
_NOISE = {"managedFields", "resourceVersion", "generation", "selfLink"}
"""What the server counts or notes for itself; as outputs they would change at every look."""


def is_object(token: str) -> bool:
    """Whether a resource type is one object of the Kubernetes API; charts and file collections are not."""
    package, _, rest = token.partition(":")
    return package == "kubernetes" and not rest.startswith(_SIMULATED_GROUPS)


def identified(token: str, identity: str) -> Manifest:
    """The kind and name of an object, from its type token and its id (`namespace/name`, or the name alone)."""
    version, kind = token.removeprefix("kubernetes:").rsplit(":", 1)
    namespace, _, name = identity.rpartition("/")
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version.removeprefix("core/"), "kind": kind, "metadata": metadata}


def sent(inputs: dict[str, Any]) -> Manifest:
    """The manifest that a provider sends for checked inputs: plain values, without nulls and Pulumi's own keys."""

    def clean(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items() if not key.startswith("__")}
        return [clean(item) for item in value] if isinstance(value, list) else value

    manifest: Manifest = clean(without_nulls(unwrap(inputs)))
    return manifest


@dataclass(frozen=True)
class Seen:
    """An object as it was found: its inputs with whatever somebody changed, and the object itself."""

    inputs: dict[str, Any]
    live: Manifest


@dataclass(frozen=True)
class KubernetesCluster:
    """A cluster's API, as the sandbox's kubernetes package uses it.

    Attributes:
        api: the client.
        has_controllers: False for an API server alone: what controllers would finish on deletion is then finished here.
        passport: the cluster that every write is meant for.
        made: the objects in it that rehearsals made; without it, each object is known by its recorded uid alone.
    """

    api: KubernetesApi
    has_controllers: bool
    passport: Passport | None = None
    made: Made | None = None

    def check(self) -> None:
        """Ask the API which cluster it is; done before every write, as a tunnel or a name may lead elsewhere meanwhile.

        Raises:
            ForeignClusterError: it is another one than this rehearsal's.
            OSError: it does not answer.
        """
        if self.passport is not None and (found := system_uid(self.api)) != self.passport.uid:
            raise ForeignClusterError(
                f"{self.api.endpoint.url} leads to another cluster than at the beginning of this run: uid of "
                f"kube-system {found}, rehearsed {self.passport.uid}; nothing was written or deleted there"
            )

    def apply(self, inputs: dict[str, Any], uid: str = "") -> Manifest:
        """Create or change an object; what is no longer in the inputs is given up.

        Args:
            inputs: the object.
            uid: of the object that is to be changed; empty for one that is to be created.

        Raises:
            ApiError: the server refuses it, or somebody else manages a field and the inputs do not claim it.
            ForeignClusterError: this is another cluster, or there is such an object and no rehearsal made it.
        """
        self.check()
        manifest = sent(inputs)
        metadata = dict(manifest.get("metadata") or {})
        live = self.api.read(manifest)
        if live is not None:
            if (reason := self.foreign(live, uid)) is not None:
                raise ForeignClusterError(reason)
            metadata["uid"] = live["metadata"]["uid"]  # the server refuses when it is another one by then
        force = (metadata.get("annotations") or {}).get(FORCE) == "true"
        applied = self.api.apply({**manifest, "metadata": metadata}, force=force).live
        if self.made is not None:
            self.made.add([str(applied["metadata"]["uid"])])
        return applied

    def foreign(self, live: Manifest, uid: str) -> str | None:
        """Why a live object is none that a rehearsal made; None for one of ours.

        Args:
            live: the object as the server holds it.
            uid: as the state recorded it, empty where it recorded none.
        """
        found = str(live["metadata"]["uid"])
        if found == uid or (self.made is not None and found in self.made.all()):
            return None
        name = "/".join(filter(None, (live["metadata"].get("namespace"), live["metadata"]["name"])))
        said = f"the one of this rehearsal had {uid}" if uid else "no rehearsal made it"
        return (
            f"{live['kind']} {name} in the cluster belongs to somebody else: its uid is {found}, {said}; it is left "
            "alone. Fix: rename or delete it by hand, or rehearse in an empty cluster"
        )

    def make_room(self, release: dict[str, Any]) -> None:
        """Create the namespace that a chart would create.

        Raises:
            ApiError: the server refuses it.
            ForeignClusterError: this is another cluster.
        """
        self.check()
        plain = unwrap(release)
        if plain.get("createNamespace") and plain.get("namespace"):
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": str(plain["namespace"])}}
            if self.api.read(namespace) is None:
                self.api.apply(namespace)

    def delete(self, target: Manifest, uid: str) -> None:
        """Delete an object and wait until it is gone; one that is gone already is fine.

        Args:
            target: kind and name.
            uid: as it was recorded when the object was made.

        Raises:
            ApiError: the server refuses.
            ForeignClusterError: this is another cluster, or the object is not the one that was recorded.
            TimeoutError: something holds it.
        """
        self.check()
        present = self.api.read(target)
        if present is None:
            return
        if (reason := self.foreign(present, uid)) is not None:
            raise ForeignClusterError(reason)
        try:
            self.api.delete(target, uid=str(present["metadata"]["uid"]))
        except ApiError as error:
            if error.status != CONFLICT:
                raise
            raise ForeignClusterError(f"{target['kind']} {target['metadata']['name']}: {error}") from error
        until = time.monotonic() + DELETE_SECONDS
        while (live := self.api.read(target)) is not None and _is_going(live, present):
            if not self.has_controllers:
                self._finish(target, live)
            if time.monotonic() > until:
                held = ", ".join(live["metadata"].get("finalizers") or live.get("spec", {}).get("finalizers") or ["?"])
                raise TimeoutError(f"{target['kind']} {target['metadata']['name']} is still there, held by {held}")
            time.sleep(0.1)

    def change(self, target: Manifest, uid: str, change: Manifest) -> None:
        """Change a recorded object as somebody else would do it.

        Raises:
            ApiError: the server refuses.
            ForeignClusterError: this is another cluster, or the object is not the one that was recorded.
        """
        self.check()
        live = self.api.read(target)
        if live is not None and (reason := self.foreign(live, uid)) is not None:
            raise ForeignClusterError(reason)
        self.api.merge(target, change)

    def _finish(self, target: Manifest, live: Manifest) -> None:
        """Do what the namespace controller and the owners of finalizers would do."""
        if target["kind"] == "Namespace":
            path = f"/api/v1/namespaces/{target['metadata']['name']}/finalize"
            self.api.put(path, {**live, "spec": {"finalizers": []}})
        elif live["metadata"].get("finalizers"):
            self.api.merge(target, {"metadata": {"finalizers": None}})

    def look(self, inputs: dict[str, Any], uid: str = "") -> Seen | None:
        """An object as it is now; None when it is gone.

        What differs is asked of the server: it applies the known inputs without keeping them, and wherever the live
        object has another value than the outcome, somebody changed it. So the server's own defaults and spellings
        (`1000m` is `1`) are no changes.

        Args:
            inputs: the inputs as the state knows them, secrets as secrets.
            uid: as it was recorded; empty where none was.

        Raises:
            ApiError: the server refuses to show it.
        """
        manifest = sent(inputs)
        live = self.api.read(manifest)
        if live is None or (not self.has_controllers and "deletionTimestamp" in live["metadata"]):
            return None
        if uid and self.foreign(live, uid) is not None:
            return None  # ours is gone; what carries its name now is not ours to describe, change or delete
        expected = self.api.apply(manifest, dry_run=True, force=True).live
        found = {key: _found(value, expected.get(key), live.get(key)) for key, value in inputs.items()}
        if "stringData" in inputs:  # the server keeps it as `data`
            found["stringData"] = _found_text(inputs["stringData"], expected.get("data", {}), live.get("data", {}))
        return Seen({key: value for key, value in found.items() if value is not None}, live)


def _is_going(live: Manifest, deleted: Manifest) -> bool:
    """Whether this is still the deleted object, and not a new one of its name."""
    return "deletionTimestamp" in live["metadata"] and live["metadata"]["uid"] == deleted["metadata"]["uid"]


def _found(known: Any, expected: Any, live: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """A known value, with what is different in the live object put in its place."""
    if isinstance(known, Secret):
        return known if expected == live else Secret(live)
    if expected == live:
        return known
    if isinstance(known, dict) and isinstance(live, dict) and isinstance(expected, dict):
        found = {key: _found(value, expected.get(key), live.get(key)) for key, value in known.items()}
        return {key: value for key, value in found.items() if value is not None}
    if isinstance(known, list) and isinstance(live, list) and isinstance(expected, list):
        if len(known) == len(live) == len(expected):
            return [_found(*items) for items in zip(known, expected, live, strict=True)]
        return live
    return live


def _found_text(known: Any, expected: dict[str, str], live: dict[str, str]) -> Any:  # noqa: ANN401 - a secret or a dict
    if isinstance(known, Secret):
        return Secret(_found_text(known.value, expected, live))
    found = {}
    for key, value in known.items():
        if key in live:
            text = base64.b64decode(live[key]).decode(errors="replace")
            other = Secret(text) if isinstance(value, Secret) else text
            found[key] = value if live[key] == expected.get(key) else other
    return found


def uid_in(outputs: dict[str, Any]) -> str:
    """The uid that a resource's outputs recorded; empty without one."""
    metadata = unwrap(outputs.get("metadata"))
    return str(metadata.get("uid") or "") if isinstance(metadata, dict) else ""


def with_live(outputs: dict[str, Any], live: Manifest) -> dict[str, Any]:
    """A resource's outputs: what is known of it, what the server computed, and what it filled in."""
    known = {key: value for key, value in outputs.items() if key != "status"}
    shown = {key: value for key, value in live.items() if key != "status"}
    if live.get("kind") == "Secret" and "data" in shown:
        shown["data"] = Secret(shown["data"])
    metadata = {key: shown["metadata"][key] for key in ("uid", "creationTimestamp") if key in shown["metadata"]}
    merged = _laid_under(known, shown)
    merged["metadata"] = {**merged["metadata"], **metadata}
    return merged


def _laid_under(known: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    merged = dict(known)
    for key, value in live.items():
        if key not in merged and key not in _NOISE:
            merged[key] = value
        elif isinstance(merged.get(key), dict) and isinstance(value, dict):
            merged[key] = _laid_under(merged[key], value)
    return merged
