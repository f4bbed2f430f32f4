"""Versions of APIs that a cluster no longer serves, and what charts have installed already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block, flag
from sandbox.services.kubernetes.inventory import CHART_GROUPS, chart_of
from sandbox.services.kubernetes.kinds import DEFINITION, NAMESPACE, RELEASE, is_custom, kind_of, name_of
from sandbox.services.kubernetes.pairs.cluster import minor_version

if TYPE_CHECKING:
    from collections.abc import Iterator

_APPS = ("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "ControllerRevision")
REMOVED: dict[str, tuple[int, str]] = {
    **{f"apps/{version} {kind}": (16, f"apps/v1/{kind}") for version in ("v1beta1", "v1beta2") for kind in _APPS},
    **{f"extensions/v1beta1 {kind}": (16, f"apps/v1/{kind}") for kind in ("Deployment", "DaemonSet", "ReplicaSet")},
    "extensions/v1beta1 NetworkPolicy": (16, "networking.k8s.io/v1/NetworkPolicy"),
    "extensions/v1beta1 PodSecurityPolicy": (16, "pod security admission"),
    "extensions/v1beta1 Ingress": (22, "networking.k8s.io/v1/Ingress"),
    "networking.k8s.io/v1beta1 Ingress": (22, "networking.k8s.io/v1/Ingress"),
    "networking.k8s.io/v1beta1 IngressClass": (22, "networking.k8s.io/v1/IngressClass"),
    "apiextensions.k8s.io/v1beta1 CustomResourceDefinition": (22, "apiextensions.k8s.io/v1/CustomResourceDefinition"),
    "apiregistration.k8s.io/v1beta1 APIService": (22, "apiregistration.k8s.io/v1/APIService"),
    **{
        f"admissionregistration.k8s.io/v1beta1 {kind}": (22, f"admissionregistration.k8s.io/v1/{kind}")
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    },
    "certificates.k8s.io/v1beta1 CertificateSigningRequest": (22, "certificates.k8s.io/v1/CertificateSigningRequest"),
    "coordination.k8s.io/v1beta1 Lease": (22, "coordination.k8s.io/v1/Lease"),
    **{
        f"rbac.authorization.k8s.io/{version} {kind}": (22, f"rbac.authorization.k8s.io/v1/{kind}")
        for version in ("v1alpha1", "v1beta1")
        for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
    },
    "scheduling.k8s.io/v1alpha1 PriorityClass": (22, "scheduling.k8s.io/v1/PriorityClass"),
    "scheduling.k8s.io/v1beta1 PriorityClass": (22, "scheduling.k8s.io/v1/PriorityClass"),
    **{
        f"storage.k8s.io/v1beta1 {kind}": (22, f"storage.k8s.io/v1/{kind}")
        for kind in ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")
    },
    "batch/v1beta1 CronJob": (25, "batch/v1/CronJob"),
    "discovery.k8s.io/v1beta1 EndpointSlice": (25, "discovery.k8s.io/v1/EndpointSlice"),
    "events.k8s.io/v1beta1 Event": (25, "events.k8s.io/v1/Event"),
    "autoscaling/v2beta1 HorizontalPodAutoscaler": (25, "autoscaling/v2/HorizontalPodAutoscaler"),
    "policy/v1beta1 PodDisruptionBudget": (25, "policy/v1/PodDisruptionBudget"),
    "policy/v1beta1 PodSecurityPolicy": (25, "pod security admission"),
    "node.k8s.io/v1beta1 RuntimeClass": (25, "node.k8s.io/v1/RuntimeClass"),
    "autoscaling/v2beta2 HorizontalPodAutoscaler": (26, "autoscaling/v2/HorizontalPodAutoscaler"),
    **{
        f"flowcontrol.apiserver.k8s.io/{version} {kind}": (minor, f"flowcontrol.apiserver.k8s.io/v1/{kind}")
        for version, minor in (("v1beta1", 26), ("v1beta2", 29), ("v1beta3", 32))
        for kind in ("FlowSchema", "PriorityLevelConfiguration")
    },
    "storage.k8s.io/v1beta1 CSIStorageCapacity": (27, "storage.k8s.io/v1/CSIStorageCapacity"),
}
"""Version and kind -> minor version of Kubernetes 1 without it, and what to use (Deprecated API Migration Guide)."""
TEMPLATED = frozenset({"external-secrets", "keda", "prometheus-operator-crds"})
"""Charts whose definitions of custom resources are templates, which belong to one release (the charts' sources)."""
MANAGER, RELEASE_NAME = "app.kubernetes.io/managed-by", "meta.helm.sh/release-name"


def _removed(context: Context) -> Iterator[Violation]:
    kind = kind_of(context.token)
    minor = minor_version(context.cloud) if context.cloud is not None else None
    found = (
        REMOVED.get(f"{kind.api_version} {kind.name}") if kind is not None and not is_custom(context.token) else None
    )
    if kind is not None and found is not None and minor is not None and minor >= found[0]:
        yield Violation(
            "apiVersion",
            f'the cluster runs Kubernetes 1.{minor}: apiVersion "{kind.api_version}/{kind.name}" was removed in '
            f'Kubernetes v1.{found[0]}. Use "{found[1]}" instead',
        )


def _made_by_release(context: Context) -> Iterator[Violation]:
    """A namespace that `createNamespace` of a release made is there already."""
    name = name_of(context.inputs)
    for item in context.cloud.of_type(RELEASE) if context.cloud is not None and name and not context.id else ():
        if flag(item.inputs.get("createNamespace")) and item.inputs.get("namespace") == name:
            yield Violation(
                "metadata.name",
                f'namespaces "{name}" already exists: the release {item.name} made it (createNamespace); leave this '
                "object or createNamespace out, or let the release depend on this object (AlreadyExists)",
            )


def _owned(context: Context) -> Iterator[Violation]:
    """What a chart's templates hold must not be there, unless its own release owns it."""
    cloud, chart = context.cloud, chart_of(context.inputs)
    if cloud is None or chart not in TEMPLATED or context.id:
        return
    says = (
        "cannot be imported into the current release: invalid ownership metadata (Unable to continue with install: "
        "rendered manifests contain a resource that already exists)"
    )
    for item in cloud.of_type(RELEASE):
        if chart_of(item.inputs) == chart:
            yield Violation(
                "chart", f"the release {item.name} has installed the definitions of {chart} already, which {says}"
            )
            return
    groups = CHART_GROUPS.get(chart, ())
    for item in cloud.of_type(DEFINITION):
        spec, metadata = block(item.inputs, "spec"), block(item.inputs, "metadata")
        annotated = block(metadata, "annotations").get(RELEASE_NAME)
        ours = block(metadata, "labels").get(MANAGER) == "Helm" and annotated == context.inputs.get("name")
        if spec.get("group") in groups and not ours:
            yield Violation(
                "chart", f"the CustomResourceDefinition {name_of(item.inputs)} is there already, and {says}"
            )
            return


STATE = (
    Rule("api-removed", "Kubernetes documentation, Deprecated API Migration Guide", ("kubernetes:*",), _removed),
    Rule("namespace-of-release", "Helm documentation, helm install --create-namespace", (NAMESPACE,), _made_by_release),
    Rule("release-ownership", "Helm source, pkg/action/validate.go, checkOwnership", (RELEASE,), _owned),
)
"""What the API server, the provider or Helm refuse because of what is there."""
