"""What a cluster has: objects, namespaces, and the kinds that a chart, an add-on or a definition brought."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.services.aws.eks.access import ADDON
from sandbox.services.kubernetes.kinds import DEFINITION, NAMESPACE, RELEASE, Kind, kind_of, name_of, namespace_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

INITIAL_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Kubernetes documentation, Namespaces, Initial namespaces."""

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
"""EKS add-on -> namespace that it makes for itself (Amazon EKS User Guide; the row of add-ons says what is open)."""
CLUSTER_GROUPS = frozenset({"crd.k8s.amazonaws.com", "networking.k8s.aws", "vpcresources.k8s.aws"})
"""Groups that EKS installs with every cluster (Amazon EKS User Guide, VPC CNI)."""


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
