"""What Kubernetes objects need before they can exist: a namespace, a definition, a target, a free name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known, values_at
from sandbox.model.references import Reference, ReferenceTable
from sandbox.rules.kubernetes_objects import (
    RELEASE,
    Kind,
    find,
    is_custom,
    kind_of,
    name_of,
    namespace_of,
    namespaces,
    objects,
    served,
)
from sandbox.services.aws.lb.targets import TARGET_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
AUTOSCALER = Kind("autoscaling", "v2", "HorizontalPodAutoscaler")
SCALED_OBJECT = Kind("keda.sh", "v1alpha1", "ScaledObject")
_TRANSFER = "scaledobject.keda.sh/transfer-hpa-ownership"

KUBERNETES = ReferenceTable(
    "references-kubernetes",
    "AWS Load Balancer Controller documentation, TargetGroupBinding",
    (Reference("spec.targetGroupARN", TARGET_GROUP, "TargetGroupNotFound", source=BINDING),),
)


def _namespace(context: Context) -> Iterator[Violation]:
    kind = kind_of(context.token)
    if context.cloud is None or kind is None or not kind.namespaced:
        return
    wanted = namespace_of(context.inputs)
    if wanted is not None and wanted not in namespaces(context.cloud):
        yield Violation(
            "metadata.namespace", f'namespaces "{wanted}" not found; make the object depend on its namespace'
        )


def _release_namespace(context: Context) -> Iterator[Violation]:
    wanted = context.inputs.get("namespace")
    if context.cloud is None or not isinstance(wanted, str) or context.inputs.get("createNamespace"):
        return
    if wanted not in namespaces(context.cloud):
        yield Violation("namespace", f'namespaces "{wanted}" not found; set createNamespace or depend on the namespace')


def _definition(context: Context) -> Iterator[Violation]:
    kind = kind_of(context.token)
    if context.cloud is None or kind is None or not is_custom(context.token):
        return
    if not served(context.cloud, kind):
        yield Violation(
            "kind",
            f'no matches for kind "{kind.name}" in version "{kind.api_version}": nothing in the cluster brings its '
            "definition; make the object depend on the release or the CustomResourceDefinition that does",
        )


def _taken(context: Context) -> Iterator[Violation]:
    kind, name, namespace = kind_of(context.token), name_of(context.inputs), namespace_of(context.inputs)
    if context.cloud is None or kind is None or name is None or namespace is None or context.id:
        return
    bearer = find(context.cloud, kind, namespace, name)
    if bearer is not None:
        where = f" in {namespace}" if kind.namespaced else ""
        yield Violation(
            "metadata.name", f'{kind.name} "{name}" already exists{where}: it is {bearer.name} (AlreadyExists)'
        )


def _release_taken(context: Context) -> Iterator[Violation]:
    if context.cloud is None or context.id:
        return
    name, namespace = context.inputs.get("name"), context.inputs.get("namespace") or "default"
    for item in context.cloud.of_type(RELEASE):
        if known(name) and item.inputs.get("name") == name and (item.inputs.get("namespace") or "default") == namespace:
            yield Violation("name", f"{name!r} is the release {item.name}: cannot re-use a name that is still in use")


def _target(context: Context, path: str, kind: Kind, name: Any, says: str) -> Iterator[Violation]:  # noqa: ANN401 - any value
    namespace = namespace_of(context.inputs)
    if context.cloud is None or namespace is None or not isinstance(name, str):
        return
    if find(context.cloud, kind, namespace, name) is None and not _from_release(context.cloud, namespace):
        yield Violation(path, f'no {kind.name} "{name}" exists in {namespace}; {says}')


def _from_release(cloud: Cloud, namespace: str) -> bool:
    """Whether a release lives in the namespace: what it contains is not simulated."""
    return any((item.inputs.get("namespace") or "default") == namespace for item in cloud.of_type(RELEASE))


def _kind_from(reference: dict[str, Any], api_version: str = "apps/v1", name: str = "Deployment") -> Kind:
    given = str(reference.get("apiVersion") or api_version)
    group, _, version = given.rpartition("/")
    return Kind(group, version, str(reference.get("kind") or name))


def _scaled(path: str, says: str) -> Any:  # noqa: ANN401 - a rule's check
    def check(context: Context) -> Iterator[Violation]:
        for at, reference in values_at(context.inputs, path):
            if isinstance(reference, dict):
                yield from _target(context, f"{at}.name", _kind_from(reference), reference.get("name"), says)

    return check


def _scaled_twice(context: Context) -> Iterator[Violation]:
    """KEDA's webhook admits one autoscaler for a workload."""
    spec, metadata = context.inputs.get("spec") or {}, context.inputs.get("metadata") or {}
    mine, namespace = spec.get("scaleTargetRef"), namespace_of(context.inputs)
    if context.cloud is None or not isinstance(mine, dict) or namespace is None:
        return
    name = (((spec.get("advanced") or {}).get("horizontalPodAutoscalerConfig")) or {}).get("name")
    handed_over = (metadata.get("annotations") or {}).get(_TRANSFER) == "true"
    for kind in (AUTOSCALER, SCALED_OBJECT):
        for item in objects(context.cloud, kind):
            other = (item.inputs.get("spec") or {}).get("scaleTargetRef") or {}
            same = other.get("name") == mine.get("name") and _kind_from(other).same(_kind_from(mine))
            taken_over = kind is AUTOSCALER and handed_over and name == name_of(item.inputs)
            if same and item.id != context.id and namespace_of(item.inputs) == namespace and not taken_over:
                yield Violation(
                    "spec.scaleTargetRef",
                    f"the workload {mine.get('name')!r} is already managed by the {kind.name} {name_of(item.inputs)!r} "
                    "(KEDA admission webhook)",
                )


def _service(context: Context) -> Iterator[Violation]:
    for at, name in values_at(context.inputs, "spec.serviceRef.name"):
        says = "the controller would have nothing to register"
        yield from _target(context, at, Kind("", "v1", "Service"), name, says)


def _role(context: Context) -> Iterator[Violation]:
    reference = context.inputs.get("roleRef")
    if isinstance(reference, dict) and reference.get("kind") == "Role":
        kind = Kind("rbac.authorization.k8s.io", "v1", "Role")
        says = "the API server accepts the binding, and it would grant nothing"
        yield from _target(context, "roleRef.name", kind, reference.get("name"), says)


RULES = (
    Rule(
        "namespace-exists",
        "Kubernetes API server, NamespaceLifecycle admission: a missing namespace answers NotFound",
        ("kubernetes:*",),
        _namespace,
    ),
    Rule("release-namespace", "Helm documentation, helm install --create-namespace", (RELEASE,), _release_namespace),
    Rule(
        "definition-exists",
        "Kubernetes documentation, Custom Resources; client-go RESTMapper, NoKindMatchError",
        ("kubernetes:*",),
        _definition,
    ),
    Rule(
        "object-name-taken",
        "Kubernetes API conventions, AlreadyExists; pulumi-kubernetes pull request 4278: creation no longer upserts",
        ("kubernetes:*",),
        _taken,
    ),
    Rule("release-name-taken", "Helm documentation, helm install", (RELEASE,), _release_taken),
    Rule(
        "autoscaler-target",
        "Kubernetes documentation, Horizontal Pod Autoscaling, condition AbleToScale: FailedGetScale",
        ("kubernetes:autoscaling/*:HorizontalPodAutoscaler",),
        _scaled("spec.scaleTargetRef", "the autoscaler would be accepted and never scale (FailedGetScale)"),
    ),
    Rule(
        "scaled-object-target",
        "KEDA documentation, ScaledObject specification, scaleTargetRef",
        ("kubernetes:keda.sh/*:ScaledObject",),
        _scaled("spec.scaleTargetRef", "KEDA would report ScaledObjectCheckFailed and never scale"),
    ),
    Rule(
        "vertical-autoscaler-target",
        "Kubernetes Autoscaler documentation, Vertical Pod Autoscaler, status ConfigUnsupported",
        ("kubernetes:autoscaling.k8s.io/*:VerticalPodAutoscaler",),
        _scaled("spec.targetRef", "the autoscaler would be accepted and recommend nothing"),
    ),
    Rule(
        "scaled-twice",
        "KEDA documentation, Admission Webhooks; Transfer ownership of an existing HPA",
        ("kubernetes:keda.sh/*:ScaledObject",),
        _scaled_twice,
    ),
    Rule("binding-service", "AWS Load Balancer Controller documentation, TargetGroupBinding", (BINDING,), _service),
    Rule(
        "binding-role",
        "Kubernetes documentation, Using RBAC Authorization",
        ("kubernetes:rbac.authorization.k8s.io/*:RoleBinding",),
        _role,
    ),
)
