"""Why the real services refuse to delete an object, and what else goes or changes when they do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.rules.kubernetes_objects import INITIAL_NAMESPACES, NAMESPACE, kind_of, name_of, namespace_of, served
from sandbox.rules.references_aws import COMMON, EC2
from sandbox.rules.references_cloudflare import CLOUDFLARE
from sandbox.rules.references_managed import DATA, EKS
from sandbox.rules.references_names import SECRET, SECRET_RESERVED
from sandbox.rules.references_network import SUBNET, SUBNET_GROUPS
from sandbox.rules.references_state import INSTANCE_TOKEN, replicas_of
from sandbox.services import REFERENCE_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.base import Context

SNAPSHOT = "rds-snapshot"
"""Mark of a final snapshot that exists."""

_RDS = "InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection first"
_EKS = "InvalidRequestException: deletion protection is enabled for the cluster"
_ELB = "OperationNotPermitted: the load balancer cannot be deleted because deletion protection is enabled"
PROTECTED = {
    INSTANCE_TOKEN: ("deletionProtection", _RDS),
    "aws:eks/cluster:Cluster": ("deletionProtection", _EKS),
    "aws:lb/loadBalancer:LoadBalancer": ("enableDeletionProtection", _ELB),
}
"""Type -> (the switch that must be off in an update before, what the service answers).

Sources: Amazon RDS User Guide, Deleting a DB instance; Amazon EKS User Guide, Protect EKS clusters from accidental
deletion; Elastic Load Balancing User Guide, Deletion protection.
"""

FINALIZED = {
    "kubernetes:keda.sh/v1alpha1:ScaledJob": "finalizer.keda.sh",
    "kubernetes:keda.sh/v1alpha1:ScaledObject": "finalizer.keda.sh",
    "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding": "elbv2.k8s.aws/resources",
}
"""Custom resources whose controller must still run to let them go (KEDA and AWS Load Balancer Controller sources)."""


def refusal(context: Context) -> str | None:
    """Why the object cannot be deleted now, or None."""
    cloud = context.cloud
    item = cloud.get(context.token, context.id) if cloud is not None else None
    if cloud is None or item is None:
        return None  # deleting what is gone succeeds, as with the real services' idempotent deletes
    for check in (_protection, _final_snapshot, _initial_namespace, _finalizer, _interfaces, _referred_to):
        if (reason := check(cloud, item)) is not None:
            return reason
    return None


def _protection(_: Cloud, item: CloudObject) -> str | None:
    switch, answer = PROTECTED.get(item.token, ("", ""))
    return f"{switch} is on: {answer}" if switch and item.inputs.get(switch) is True else None


def _final_snapshot(cloud: Cloud, item: CloudObject) -> str | None:
    if item.token != INSTANCE_TOKEN or item.inputs.get("skipFinalSnapshot"):
        return None
    name = item.inputs.get("finalSnapshotIdentifier")
    if item.inputs.get("replicateSourceDb") and name:
        return (
            "finalSnapshotIdentifier: a replica has no final snapshot; set skipFinalSnapshot "
            "(InvalidParameterCombination: FinalDBSnapshotIdentifier cannot be specified when deleting a replica)"
        )
    if not name:
        return (
            "finalSnapshotIdentifier is required when skipFinalSnapshot is false (terraform-provider-aws, deletion of "
            "aws_db_instance)"
        )
    if cloud.marked(SNAPSHOT, str(name)):
        return f"finalSnapshotIdentifier: {name!r} is a snapshot already (DBSnapshotAlreadyExists)"
    return None


def _initial_namespace(_: Cloud, item: CloudObject) -> str | None:
    name = name_of(item.inputs)
    if item.token == NAMESPACE and name in INITIAL_NAMESPACES:
        return f'namespaces "{name}" is forbidden: this namespace may not be deleted (NamespaceLifecycle admission)'
    return None


def _finalizer(cloud: Cloud, item: CloudObject) -> str | None:
    finalizer, kind = FINALIZED.get(item.token), kind_of(item.token)
    if finalizer is None or kind is None or served(cloud, kind):
        return None
    return (
        f"the controller of {kind.group} is gone, and nobody removes the finalizer {finalizer}: the deletion would "
        "hang; make the object depend on the release that brings its controller"
    )


def _interfaces(cloud: Cloud, item: CloudObject) -> str | None:
    """Databases and caches keep network interfaces in the subnets of their group."""
    if item.token != SUBNET:
        return None
    for token, (group_property, group_token, _) in SUBNET_GROUPS.items():
        groups = {group.id for group in cloud.of_type(group_token) if item.id in (group.inputs.get("subnetIds") or [])}
        for user in cloud.of_type(token):
            if user.inputs.get(group_property) in groups:
                return f"{user.token} {user.name} may have a network interface here (DependencyViolation)"
    return None


def _referred_to(cloud: Cloud, item: CloudObject) -> str | None:
    package = item.token.split(":", 1)[0]
    for table in {"aws": (*REFERENCE_TABLES, EC2, DATA, EKS, COMMON), "cloudflare": (CLOUDFLARE,)}.get(package, ()):
        found = table.blocking(cloud, item)
        if found is not None:
            user, row = found
            return f"{user.token} {user.name} refers to it by {row.path} ({row.blocks})"
    return None


def effects(context: Context) -> list[Callable[[Cloud], None]]:
    """What else happens when an object is deleted, to be done after it is gone.

    A namespace takes its contents along (Kubernetes documentation, Namespaces). Replicas of a deleted PostgreSQL source
    become instances of their own (Amazon RDS User Guide, Working with DB instance read replicas). A final snapshot
    stays, and so does a secret's name until its recovery window ends (AWS Secrets Manager User Guide, Delete a secret).
    """
    cloud = context.cloud
    item = cloud.get(context.token, context.id) if cloud is not None else None
    if cloud is None or item is None:
        return []
    if item.token == NAMESPACE:
        return [_forget(other) for other in _contents(cloud, name_of(item.inputs))]
    if item.token == INSTANCE_TOKEN:
        name = item.inputs.get("finalSnapshotIdentifier")
        kept = [_mark(SNAPSHOT, str(name))] if name and not item.inputs.get("skipFinalSnapshot") else []
        return kept + [_promote(replica) for replica in replicas_of(context, item)]
    if item.token == SECRET and item.inputs.get("recoveryWindowInDays") != 0:
        return [_mark(SECRET_RESERVED, str(item.inputs.get("name")))]
    return []


def _contents(cloud: Cloud, namespace: str | None) -> list[CloudObject]:
    found = []
    for item in cloud.all():
        kind = kind_of(item.token)
        if kind is not None and kind.namespaced and namespace_of(item.inputs) == namespace:
            found.append(item)
    return found


def _forget(item: CloudObject) -> Callable[[Cloud], None]:
    return lambda cloud: cloud.delete(item.token, item.id)


def _mark(kind: str, key: str) -> Callable[[Cloud], None]:
    return lambda cloud: cloud.mark(kind, key)


def _promote(replica: CloudObject) -> Callable[[Cloud], None]:
    inputs = {key: value for key, value in replica.inputs.items() if key != "replicateSourceDb"}
    outputs = {key: value for key, value in replica.outputs.items() if key != "replicateSourceDb"}
    return lambda cloud: cloud.put(replace(replica, inputs=inputs, outputs=outputs))
