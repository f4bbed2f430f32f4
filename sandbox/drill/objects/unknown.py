"""Made-up values for what a preview does not know yet, recognisable and of a form that the API server accepts.

A name is taken from what the resource depends on: a Deployment that mounts an unnamed ConfigMap depends on one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.kubernetes.api import Manifest

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes where a value is known only after an update (Pulumi engine, plugin.UnknownStringValue)."""
SECRET = "[secret]"
"""What the engine prints in place of a secret (Pulumi engine, display of previews)."""
PREFIX = "stand-in-"
DOCUMENTATION_RANGE = "192.0.2.0/24"
"""Addresses that belong to nobody (RFC 5737, TEST-NET-1)."""
DEFAULT_NAMESPACE = "default"

_NAMED = {
    "serviceAccountName": "ServiceAccount",
    "secretName": "Secret",
    "claimName": "PersistentVolumeClaim",
    "priorityClassName": "PriorityClass",
    "storageClassName": "StorageClass",
    "serviceName": "Service",
    "namespace": "Namespace",
    "kubernetes.io/metadata.name": "Namespace",
}
_HOLDERS = {
    "configMap": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "serviceRef": "Service",
}
_MAPS = ("data", "stringData", "binaryData", "labels", "annotations", "matchLabels", "nodeSelector", "limits")
_LISTS = ("groups", "rules", "env", "envFrom", "volumes", "volumeMounts", "tolerations", "args", "ports", "egress")
_DROPPED = (
    "replicas",
    "minReplicas",
    "maxReplicas",
    "minReplicaCount",
    "maxReplicaCount",
    "cpu",
    "memory",
    "storage",
    "ephemeral-storage",
    "requests",
    "resources",
    "value",
    "affinity",
    "topologySpreadConstraints",
    "maxUnavailable",
    "minAvailable",
    "minReadySeconds",
    "terminationGracePeriodSeconds",
)
"""What decides how pods are placed, or is no text: a made-up one would be a lie, so the server's default holds."""
_TEXT_VALUES = ("env", "args")
_REQUIRED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/basic-auth": ("username",),
}
"""What a Secret of a type must hold (Kubernetes documentation, "Types of Secret")."""
_CONTENT = {".dockerconfigjson": '{"auths": {}}', ".dockercfg": "{}"}
"""Of these keys the API server reads the content, too."""
_NO_NAME = re.compile(r"[^a-z0-9-]+")


class _Dropped:
    """The mark of a value that is left out."""


_LEFT_OUT: Final = _Dropped()


@dataclass
class Filler:
    """Fills one manifest.

    Attributes:
        urn: makes made-up values of different resources different.
        names: names of what the resource depends on, by kind, in the order of its dependencies.
        own: name of the object.
        filled: paths of made-up values.
        assumed: what was left to a default although it decides something.
    """

    urn: str
    names: Mapping[str, Sequence[str]]
    own: str = ""
    filled: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    _used: dict[str, int] = field(default_factory=dict)

    def manifest(self, value: Manifest) -> Manifest:
        """A manifest without unknown values."""
        secret = value.get("kind") == "Secret"
        filled: Manifest = self._map(value, "", (), secret)
        if secret and (missing := _REQUIRED.get(str(filled.get("type")))):
            self._keys(filled, missing)
        return filled

    def _keys(self, secret: Manifest, required: Sequence[str]) -> None:
        """The keys that the API server wants of a Secret of this type; what they hold is made up."""
        there = {*(secret.get("data") or {}), *(secret.get("stringData") or {})}
        for key in required:
            if key not in there:
                self.filled.append(f"stringData.{key}")
                secret["stringData"] = {**(secret.get("stringData") or {}), key: _CONTENT.get(key, "made-up")}

    def _any(self, value: Any, path: str, keys: tuple[str, ...], secret: bool) -> Any:  # noqa: ANN401, FBT001 - of any shape
        if isinstance(value, dict):
            return self._map(value, path, keys, secret)
        if isinstance(value, list):
            items = [self._any(item, f"{path}[{index}]", (*keys, "[]"), secret) for index, item in enumerate(value)]
            return [item for item in items if item is not _LEFT_OUT]
        if not isinstance(value, str) or (UNKNOWN not in value and SECRET not in value):
            return value
        return self._made_up(path, keys, secret)

    def _map(self, value: Manifest, path: str, keys: tuple[str, ...], secret: bool) -> Manifest:  # noqa: FBT001 - as above
        made = {}
        for key, item in value.items():
            below = (*keys, key)
            where = f"{path}.{key}" if path else key
            if key == "name" and _unknown(item) and isinstance(kind := value.get("kind"), str) and keys:
                found = self._dependency(kind)
                self.filled.append(where)
                made[key] = found or self._text(where)
                continue
            kept = self._any(item, where, below, secret)
            if kept is not _LEFT_OUT:
                made[key] = kept
        return made

    def _made_up(self, path: str, keys: tuple[str, ...], secret: bool) -> Any:  # noqa: ANN401, FBT001 - as above
        last = keys[-1]
        holder = next((key for key in reversed(keys[:-1]) if key != "[]"), "")
        if last in _DROPPED and holder not in _TEXT_VALUES:
            self.assumed.append(f"{path} is not known yet: the API server's default stands for it")
            return _LEFT_OUT
        self.filled.append(path)
        if last in _MAPS:
            return {}
        if last in _LISTS:
            return []
        kind = _NAMED.get(last) or (_HOLDERS.get(holder) if last == "name" else None)
        if kind is not None and (found := self._dependency(kind)):
            return found
        if kind == "Namespace":
            return DEFAULT_NAMESPACE
        if last == "cidr":
            return DOCUMENTATION_RANGE
        if secret and holder == "data":
            return base64.b64encode(self._text(path).encode()).decode()
        return self._text(path)

    def _dependency(self, kind: str) -> str:
        """The next name of a kind among the dependencies; the last one again when all were used."""
        found = self.names.get(kind, ())
        if not found:
            return ""
        if kind == "ServiceAccount":
            return self._account(found)
        index = 0 if kind == "Namespace" else self._used.get(kind, 0)
        self._used[kind] = index + 1
        return found[min(index, len(found) - 1)]

    def _account(self, found: Sequence[str]) -> str:
        """The account that the object is named after, for a resource may also depend on those of others."""
        alike = [name for name in found if self.own.startswith(name)]
        return max(alike, key=len) if alike else min(found)

    def _text(self, path: str) -> str:
        return f"{PREFIX}{hashlib.sha256(f'{self.urn} {path}'.encode()).hexdigest()[:8]}"


def _unknown(value: object) -> bool:
    return isinstance(value, str) and (UNKNOWN in value or SECRET in value)


def object_name(metadata: Manifest, logical: str) -> str:
    """The name that an object has or may get: its own, one with its prefix, or one made of its logical name.

    The provider appends random characters to a logical name (Pulumi Kubernetes documentation, "Auto-naming"); here they
    are always the same, so that a drill can be repeated.
    """
    name = metadata.get("name")
    if isinstance(name, str) and name and not _unknown(name):
        return name
    prefix = metadata.get("generateName")
    if isinstance(prefix, str) and prefix and not _unknown(prefix):
        return f"{prefix}{PREFIX.rstrip('-')}"
    plain = _NO_NAME.sub("-", logical.lower()).strip("-") or PREFIX.rstrip("-")
    return f"{plain[:54].rstrip('-')}-{hashlib.sha256(logical.encode()).hexdigest()[:8]}"
