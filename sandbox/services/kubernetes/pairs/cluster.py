"""What a cluster holds besides what is asked about: its pods, and whether anything unseen may live in it.

A cluster and a namespace that the program makes itself are empty before it: there, whatever nothing brings is missing.
Anything may live in a cluster or a namespace that was there before, and what a Helm release or an operator makes is not
simulated: nothing is said to be missing beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, known
from sandbox.model.checks import block, number
from sandbox.model.outputs import short_hash
from sandbox.services.aws.eks.cluster import CLUSTER, minor_of
from sandbox.services.kubernetes.inventory import ADDON_NAMESPACES, CHART_GROUPS, INITIAL_NAMESPACES, chart_of
from sandbox.services.kubernetes.kinds import NAMESPACE, RELEASE, is_custom, kind_of, name_of, namespace_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

QUIET_CHARTS = frozenset(
    {
        *CHART_GROUPS,
        *("cluster-autoscaler", "external-dns", "metrics-server", "prometheus-adapter", "kube-state-metrics"),
    }
)
"""Charts that bring no class of priority, storage or runtime, and no binding for others (their own documentation)."""
QUIET_GROUPS = frozenset(
    {"autoscaling.k8s.io", "elbv2.k8s.aws", "keda.sh", "monitoring.coreos.com", "karpenter.sh", "karpenter.k8s.aws"}
)
"""API groups whose objects make no Secret, ConfigMap, Service, Role or ServiceAccount in their namespace."""
MAKERS = frozenset({"Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"})
"""Kinds of these groups that do (Prometheus Operator documentation, API reference)."""


def own_cluster(cloud: Cloud) -> CloudObject | None:
    """The cluster that is looked at, if the program makes it; else None.

    A provider that names no cluster is taken for one that works in the only cluster of its program.
    """
    found = [item for item in cloud.everywhere().of_type(CLUSTER[0].token) if not item.was_there]
    if cloud.scope:
        return next((item for item in found if cloud.scope in _scopes(item)), None)
    return found[0] if len(found) == 1 else None


def _scopes(cluster: CloudObject) -> set[str]:
    """How a provider that works in a cluster of EKS may call it."""
    names = (cluster.outputs.get("endpoint"), cluster.outputs.get("arn"), cluster.inputs.get("name"), cluster.id)
    return {short_hash(str(name), length=12) for name in names if name}


def minor_version(cloud: Cloud) -> int | None:
    """The minor version of the program's cluster, or None where it is not known."""
    cluster = own_cluster(cloud)
    return minor_of(cluster.inputs.get("version")) if cluster is not None else None


def quiet(cloud: Cloud) -> bool:
    """Whether no release of unknown contents is there."""
    return all(chart_of(item.inputs) in QUIET_CHARTS for item in cloud.of_type(RELEASE))


def closed(cloud: Cloud) -> bool:
    """Whether whatever nothing in the program brings is missing in its cluster."""
    return own_cluster(cloud) is not None and quiet(cloud)


def closed_namespace(cloud: Cloud, namespace: str) -> bool:
    """Whether whatever nothing in the program brings is missing in a namespace."""
    if namespace in (INITIAL_NAMESPACES - {"default"}) | set(ADDON_NAMESPACES.values()):
        return False
    mine = any(name_of(item.inputs) == namespace and not item.was_there for item in cloud.of_type(NAMESPACE))
    if not mine and own_cluster(cloud) is None:
        return False
    if any((item.inputs.get("namespace") or "default") == namespace for item in cloud.of_type(RELEASE)):
        return False
    return not any(_makes_others(item, namespace) for item in cloud.all())


def _makes_others(item: CloudObject, namespace: str) -> bool:
    """Whether a custom resource may make other objects: an operator is not simulated."""
    kind = kind_of(item.token)
    quiet_kind = kind is not None and kind.group in QUIET_GROUPS and kind.name not in MAKERS
    custom = kind is not None and is_custom(item.token) and not quiet_kind
    return custom and kind is not None and (not kind.namespaced or namespace_of(item.inputs) == namespace)


@dataclass(frozen=True)
class Workload:
    """Pods as one object describes them.

    Attributes:
        item: the object.
        kind: its kind.
        namespace: where the pods are.
        labels: of the pods, as far as they are known.
        pod: the pod's specification.
        at: its path in the object.
        replicas: how many pods, or None where it is not known or changes.
    """

    item: CloudObject
    kind: str
    namespace: str
    labels: dict[str, Any]
    pod: dict[str, Any]
    at: str
    replicas: float | None

    @property
    def containers(self) -> list[tuple[str, dict[str, Any]]]:
        """All containers with their paths, the initial ones last."""
        return [
            (f"{self.at}.{kind}[{index}]", container)
            for kind in ("containers", "initContainers")
            for index, container in enumerate(self.pod.get(kind) or ())
            if isinstance(container, dict)
        ]


PODS = (
    *(f"kubernetes:apps/v1:{kind}" for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
    *("kubernetes:batch/v1:CronJob", "kubernetes:batch/v1:Job"),
    *("kubernetes:core/v1:Pod", "kubernetes:core/v1:ReplicationController"),
)
"""Kinds that describe pods, in the versions that are served."""
_COUNTED = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"})
_TEMPLATED = _COUNTED | {"DaemonSet", "Job"}


def workload_of(item: CloudObject) -> Workload | None:
    """The pods that an object describes, or None where it describes none."""
    kind, namespace = kind_of(item.token), namespace_of(item.inputs)
    if kind is None or is_custom(item.token) or namespace is None:
        return None
    spec = block(item.inputs, "spec")
    replicas: float | None = None
    if kind.name == "Pod":
        holder, at, replicas = item.inputs, "spec", 1
    elif kind.name == "CronJob":
        holder, at = block(block(block(spec, "jobTemplate"), "spec"), "template"), "spec.jobTemplate.spec.template.spec"
    elif kind.name in _TEMPLATED:
        holder, at = block(spec, "template"), "spec.template.spec"
        replicas = number(spec.get("replicas", 1)) if kind.name in _COUNTED else None
    else:
        return None
    labels = block(block(holder, "metadata"), "labels")
    return Workload(item, kind.name, namespace, labels, block(holder, "spec"), at, replicas)


def pods_of(context: Context) -> Workload | None:
    """The pods that the object of a context describes."""
    item = context.cloud.get(context.token, context.id) if context.cloud is not None else None
    return workload_of(item) if item is not None else None


def workloads(cloud: Cloud, namespace: str | None = None) -> Iterator[Workload]:
    """Everything that describes pods, in one namespace or in all."""
    for item in cloud.all():
        found = workload_of(item) if item.token.startswith("kubernetes:") else None
        if found is not None and namespace in {None, found.namespace}:
            yield found


def selects(selector: object, labels: dict[str, Any]) -> bool:
    """Whether a selector (`matchLabels`, `matchExpressions`) chooses pods; an empty one chooses all."""
    if not isinstance(selector, dict):
        return False
    for key, value in block(selector, "matchLabels").items():
        if not known(value) or labels.get(key) != value:
            return False
    return all(_holds(item, labels) for item in selector.get("matchExpressions") or () if isinstance(item, dict))


def _holds(requirement: dict[str, Any], labels: dict[str, Any]) -> bool:
    key, values = requirement.get("key"), requirement.get("values") or []
    there = key in labels
    return {
        "In": there and labels.get(str(key)) in values,
        "NotIn": not there or labels.get(str(key)) not in values,
        "Exists": there,
        "DoesNotExist": not there,
    }.get(str(requirement.get("operator")), False)
