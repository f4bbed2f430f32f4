"""How the Kubernetes API sees objects: group, kind, scope, and the row of a kind whose objects carry metadata."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sandbox.model.rows import NONE, Deletion, Row
from sandbox.model.sources import NO_SOURCES, Sources
from sandbox.protocol.packages import tokens

if TYPE_CHECKING:
    from sandbox.model.base import Rule
    from sandbox.model.references import Reference
    from sandbox.model.replacement import Replaced
    from sandbox.model.rows import Readable

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
SERVICE = "kubernetes:core/v1:Service"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"

_CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CertificateSigningRequest",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterSecretStore",
        "ClusterTriggerAuthentication",
        "CustomResourceDefinition",
        "EC2NodeClass",
        "FlowSchema",
        "GatewayClass",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "NodePool",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeSnapshotClass",
    }
)
"""Kubernetes API reference; the custom ones by their projects' API references."""


NO_STATUS: Final = "Kubernetes API reference, ObjectMeta; this kind has no status"
"""Of a kind into which no controller writes anything."""
_AWAITERS: Final = "pulumi-kubernetes, provider/pkg/await/awaiters.go (July 2026): the provider waits for nothing"


def stored(also: str) -> Sources:
    """Of a kind that is there as soon as the API server has stored it.

    Args:
        also: the document that says when others notice a change of it.
    """
    return Sources(outputs=NO_STATUS, time=f"{_AWAITERS}; {also}")


@dataclass(frozen=True)
class Kind:
    """A kind of object: `Deployment` of group `apps`, version `v1`; the core group is empty."""

    group: str
    version: str
    name: str

    @property
    def namespaced(self) -> bool:
        """Whether objects of this kind live in a namespace."""
        return self.name not in _CLUSTER_SCOPED

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its manifests."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def same(self, other: Kind) -> bool:
        """Whether both name the same objects; the version only chooses how they are written."""
        return self.group == other.group and self.name == other.name


@cache
def kind_of(token: str) -> Kind | None:
    """The kind behind a type token, or None for what is no single object: releases, charts, lists and patches."""
    parts = token.split(":")
    if parts[0] != "kubernetes" or len(parts) != len(("package", "module", "type")):
        return None
    module, name = parts[1], parts[2]
    if module in {"helm.sh/v3", "helm.sh/v4", "yaml", "yaml/v2", "kustomize", "kustomize/v2"} or "/" not in module:
        return None
    if name.endswith(("List", "Patch")):
        return None
    group, version = module.split("/", 1)
    return Kind("" if group == "core" else group, version, name)


@cache
def is_custom(token: str) -> bool:
    """Whether a token is of a custom resource: its kind is not part of Kubernetes itself."""
    return kind_of(token) is not None and token not in tokens("kubernetes")


def name_of(inputs: dict[str, Any]) -> str | None:
    """`metadata.name`, or None where it is not given or not known."""
    name = (inputs.get("metadata") or {}).get("name")
    return name if isinstance(name, str) else None


def namespace_of(inputs: dict[str, Any]) -> str | None:
    """`metadata.namespace`, `default` where none is given, or None where it is not known."""
    namespace = (inputs.get("metadata") or {}).get("namespace")
    if namespace is None:
        return "default"
    return namespace if isinstance(namespace, str) else None


def row(
    token: str,
    replaced: Replaced | None,
    *values: Rule,
    state: tuple[Rule, ...] = (),
    references: tuple[Reference, ...] = (),
    deletion: Deletion | None = None,
    readable: Readable | None = None,
    schema_only: str = "",
    sources: Sources = NO_SOURCES,
) -> Row:
    """The row of a kind whose objects are named in their metadata, as all but a Helm release are.

    Their name, id and outputs are those of every object (`everywhere`), and no two of them share a name.
    """
    return Row(
        token=token,
        name=NONE,
        replaced=replaced,
        references=references,
        unique=(),
        values=values,
        state=state,
        deletion=deletion or Deletion(),
        readable=readable,
        schema_only=schema_only,
        sources=sources,
    )
