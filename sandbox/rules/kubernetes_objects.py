"""How the Kubernetes API sees objects: group, kind, scope, and which groups a chart or an add-on brings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.protocol.packages import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
ADDON = "aws:eks/addon:Addon"

INITIAL_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Kubernetes documentation, Namespaces, Initial namespaces."""

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

CHART_GROUPS: dict[str, tuple[str, ...]] = {
    "aws-load-balancer-controller": ("elbv2.k8s.aws", "gateway.k8s.aws", "aga.k8s.aws"),
    "cert-manager": ("cert-manager.io", "acme.cert-manager.io"),
    "external-secrets": ("external-secrets.io", "generators.external-secrets.io"),
    "karpenter": ("karpenter.sh", "karpenter.k8s.aws"),
    "karpenter-crd": ("karpenter.sh", "karpenter.k8s.aws"),
    "keda": ("keda.sh", "eventing.keda.sh"),
    "kube-prometheus-stack": ("monitoring.coreos.com",),
    "prometheus-operator-crds": ("monitoring.coreos.com",),
    "vertical-pod-autoscaler": ("autoscaling.k8s.io",),
    "vpa": ("autoscaling.k8s.io",),
}
"""Chart -> API groups whose definitions it installs (each chart's own documentation)."""
ADDON_GROUPS: dict[str, tuple[str, ...]] = {
    "cert-manager": ("cert-manager.io", "acme.cert-manager.io"),
    "external-dns": ("externaldns.k8s.io",),
    "snapshot-controller": ("snapshot.storage.k8s.io",),
}
"""EKS add-on -> API groups whose definitions it installs (Amazon EKS User Guide, AWS add-ons, Community add-ons)."""
ADDON_NAMESPACES = {
    "amazon-cloudwatch-observability": "amazon-cloudwatch",
    "amazon-guardduty-agent": "amazon-guardduty",
    "aws-guardduty-agent": "amazon-guardduty",
    "cert-manager": "cert-manager",
    "external-dns": "external-dns",
    "kube-state-metrics": "kube-state-metrics",
    "prometheus-node-exporter": "prometheus-node-exporter",
}
"""EKS add-on -> namespace that it makes for itself (Amazon EKS User Guide; partly unverified)."""
CLUSTER_GROUPS = frozenset({"crd.k8s.amazonaws.com", "networking.k8s.aws", "vpcresources.k8s.aws"})
"""Groups that EKS installs with every cluster (Amazon EKS User Guide, VPC CNI)."""


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


def objects(cloud: Cloud, kind: Kind) -> Iterator[CloudObject]:
    """Every existing object of a kind, whatever version it was written in."""
    for token in cloud.tokens():
        found = kind_of(token)
        if found is not None and found.same(kind):
            yield from cloud.of_type(token)


def find(cloud: Cloud, kind: Kind, namespace: str, name: str) -> CloudObject | None:
    """The object of this kind and name, in this namespace where the kind has namespaces."""
    for item in objects(cloud, kind):
        if name_of(item.inputs) == name and (not kind.namespaced or namespace_of(item.inputs) == namespace):
            return item
    return None


def chart_of(release: dict[str, Any]) -> str:
    """A release's chart without repository, folder and version: `keda` for `oci://ghcr.io/kedacore/charts/keda`."""
    last = str(release.get("chart") or "").rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"(-v?\d+\.\d+[^/]*)?(\.tgz)?$", "", last)


def namespaces(cloud: Cloud) -> frozenset[str]:
    """Every namespace that exists, those of releases and add-ons included."""
    declared = {name for item in cloud.of_type(NAMESPACE) if (name := name_of(item.inputs)) is not None}
    released = {
        str(item.inputs["namespace"])
        for item in cloud.of_type(RELEASE)
        if item.inputs.get("createNamespace") and item.inputs.get("namespace")
    }
    added = {ADDON_NAMESPACES.get(str(item.inputs.get("addonName")), "") for item in cloud.of_type(ADDON)}
    return INITIAL_NAMESPACES | declared | released | (added - {""})


def served(cloud: Cloud, kind: Kind) -> bool:
    """Whether the API server knows a custom kind: a definition, a release or an add-on brought it."""
    if kind.group in CLUSTER_GROUPS:
        return True
    for item in cloud.of_type(DEFINITION):
        spec = item.inputs.get("spec") or {}
        versions = {version.get("name") for version in spec.get("versions") or [] if version.get("served", True)}
        if spec.get("group") == kind.group and (spec.get("names") or {}).get("kind") == kind.name:
            return kind.version in versions
    return bool(bringers(cloud, kind.group))


def bringers(cloud: Cloud, group: str) -> list[CloudObject]:
    """The releases and add-ons that brought a group's definitions."""
    found = [
        item
        for item in cloud.of_type(RELEASE)
        if group in CHART_GROUPS.get(chart_of(item.inputs), ()) and not item.inputs.get("skipCrds")
    ]
    return found + [
        item for item in cloud.of_type(ADDON) if group in ADDON_GROUPS.get(str(item.inputs.get("addonName")), ())
    ]
