"""Who may do what: bindings of roles and accounts that are not there, and accounts that take a role of AWS."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block, items
from sandbox.model.references import outside
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.kubernetes.inventory import find
from sandbox.services.kubernetes.kinds import RELEASE, Kind, name_of, namespace_of
from sandbox.services.kubernetes.pairs.cluster import PODS, closed_namespace, own_cluster, pods_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

ACCOUNT = Kind("", "v1", "ServiceAccount")
CLUSTER_ROLE = Kind("rbac.authorization.k8s.io", "v1", "ClusterRole")
ROLE = Kind("rbac.authorization.k8s.io", "v1", "Role")
BUILT_IN = frozenset({"admin", "cluster-admin", "edit", "view", "extension-apiserver-authentication-reader"})
"""Roles that every cluster has, beside those whose names begin with `system:` (Kubernetes documentation, RBAC)."""
_EKS = ("eks:", "system:")
"""How the roles' names begin that Kubernetes and EKS bring along."""
_BINDINGS = (
    "kubernetes:rbac.authorization.k8s.io/*:*RoleBinding",
    "kubernetes:rbac.authorization.k8s.io/*:RoleBinding",
)
_ACCOUNTS = ("kubernetes:core/v1:ServiceAccount",)
_ASSOCIATIONS = ("aws:eks/podIdentityAssociation:PodIdentityAssociation",)
IRSA = "eks.amazonaws.com/role-arn"
"""Annotation by which a service account takes a role (Amazon EKS User Guide, IAM roles for service accounts)."""


def _role(context: Context) -> Iterator[Violation]:
    reference, cloud, namespace = block(context.inputs, "roleRef"), context.cloud, namespace_of(context.inputs)
    name, kind = reference.get("name"), reference.get("kind")
    if cloud is None or namespace is None or not isinstance(name, str):
        return
    if name in BUILT_IN or name.startswith(_EKS):
        return
    says = "the API server accepts the binding, and it would grant nothing; make the role, or name one that exists"
    alone = own_cluster(cloud) is not None and not cloud.of_type(RELEASE)
    if kind == "ClusterRole" and alone and find(cloud, CLUSTER_ROLE, "", name) is None:
        yield Violation("roleRef.name", f'no ClusterRole "{name}" exists; {says}')
    if kind == "Role" and not _released(cloud, namespace) and find(cloud, ROLE, namespace, name) is None:
        yield Violation("roleRef.name", f'no Role "{name}" exists in {namespace}; {says}')


def _released(cloud: Cloud, namespace: str) -> bool:
    return any((item.inputs.get("namespace") or "default") == namespace for item in cloud.of_type(RELEASE))


def _missing_account(cloud: Cloud, namespace: object, name: object) -> bool:
    if not isinstance(namespace, str) or not isinstance(name, str) or name in {"", "default"}:
        return False
    return closed_namespace(cloud, namespace) and find(cloud, ACCOUNT, namespace, name) is None


def _subjects(context: Context) -> Iterator[Violation]:
    for index, subject in enumerate(items(context.inputs, "subjects")):
        name, namespace = subject.get("name"), subject.get("namespace") or namespace_of(context.inputs)
        if subject.get("kind") != "ServiceAccount" or context.cloud is None:
            continue
        if _missing_account(context.cloud, namespace, name):
            yield Violation(
                f"subjects[{index}].name",
                f'no ServiceAccount "{name}" exists in {namespace}: the binding is accepted and grants to nobody',
            )


def _pods(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    if cloud is None or found is None:
        return
    name = found.pod.get("serviceAccountName")
    if _missing_account(cloud, found.namespace, name):
        yield Violation(
            f"{found.at}.serviceAccountName",
            f'no ServiceAccount "{name}" exists in {found.namespace}: no pod is made (FailedCreate: error looking '
            f'up service account {found.namespace}/{name}: serviceaccount "{name}" not found)',
        )


def _annotated_role(context: Context) -> Iterator[Violation]:
    metadata, cloud = block(context.inputs, "metadata"), context.cloud
    arn, at = block(metadata, "annotations").get(IRSA), f'metadata.annotations["{IRSA}"]'
    if cloud is None or not isinstance(arn, str):
        return
    if not arn.startswith("arn:"):
        yield Violation(at, f"{arn!r} is no ARN of an IAM role: pods get credentials of none (ValidationError)")
        return
    role = ROLE_ARN[0].find(cloud, arn)
    if role is None:
        if not outside(arn):
            yield Violation(
                at, f"{arn!r} is no role that exists: pods get no credentials (sts: NoSuchEntity, AccessDenied)"
            )
        return
    subject = f"system:serviceaccount:{namespace_of(context.inputs)}:{name_of(context.inputs)}"
    statements = _statements(role.inputs.get("assumeRolePolicy"))
    if statements is not None and not any(_trusts(statement, subject) for statement in statements):
        yield Violation(
            at,
            f"the trust policy of {role.name} lets {subject} not assume it (AccessDenied: Not authorized to perform "
            "sts:AssumeRoleWithWebIdentity); allow the cluster's OIDC provider with this `sub`",
        )


def _statements(policy: object) -> list[dict[str, Any]] | None:
    """The statements of a policy, or None where it cannot be read."""
    try:
        document = json.loads(policy) if isinstance(policy, str) else None
    except ValueError:
        return None
    found = document.get("Statement") if isinstance(document, dict) else None
    found = [found] if isinstance(found, dict) else found
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else None


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [item for item in value or () if isinstance(item, str)]  # type: ignore[attr-defined]  # a list of a parsed document


def _trusts(statement: dict[str, Any], subject: str) -> bool:
    """Whether a statement may let a service account in: what is not understood counts as yes."""
    actions = _texts(statement.get("Action"))
    if statement.get("Effect") != "Allow" or not any(
        fnmatchcase("sts:assumerolewithwebidentity", action.lower()) for action in actions
    ):
        return False
    for operator, conditions in block(statement, "Condition").items():
        for key, value in conditions.items() if isinstance(conditions, dict) else ():
            if not key.endswith(":sub") or "String" not in operator or "Not" in operator:
                continue
            like = "Like" in operator
            if not any(fnmatchcase(subject, text) if like else subject == text for text in _texts(value)):
                return False
    return True


def _associated(context: Context) -> Iterator[Violation]:
    name, namespace = context.inputs.get("serviceAccount"), context.inputs.get("namespace")
    if context.cloud is not None and _missing_account(context.cloud, namespace, name):
        yield Violation(
            "serviceAccount",
            f'no ServiceAccount "{name}" exists in {namespace}: the association is accepted, and no pod gets the role',
        )


SETTLED = (
    Rule("binding-role", "Kubernetes documentation, Using RBAC Authorization", _BINDINGS, _role),
    Rule(
        "binding-subject",
        "Kubernetes documentation, Using RBAC Authorization, Referring to subjects",
        _BINDINGS,
        _subjects,
    ),
    Rule(
        "pod-service-account",
        "Kubernetes documentation, Configure Service Accounts for Pods; ServiceAccount admission controller",
        PODS,
        _pods,
    ),
    Rule(
        "account-role",
        "Amazon EKS User Guide, Assign IAM roles to Kubernetes service accounts",
        _ACCOUNTS,
        _annotated_role,
    ),
    Rule("association-account", "Amazon EKS User Guide, EKS Pod Identity", _ASSOCIATIONS, _associated),
)
"""What is accepted and does nothing, once everything is there."""
