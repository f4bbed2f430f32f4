"""Which resources hold what cannot be made again: data, keys, and what everything else hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import PlannedResource

STATEFUL: dict[str, str] = {
    "aws:rds/instance:Instance": "database",
    "aws:elasticache/replicationGroup:ReplicationGroup": "cache",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:ecr/repository:Repository": "container images",
    "aws:kms/key:Key": "encryption key",
    "aws:secretsmanager/secret:Secret": "secret",
    "random:index/randomPassword:RandomPassword": "password",
    "aws:ec2/vpc:Vpc": "network",
    "aws:ec2/subnet:Subnet": "network",
    "aws:eks/cluster:Cluster": "cluster",
    "aws:lb/loadBalancer:LoadBalancer": "load balancer",
    "cloudflare:index/dnsRecord:DnsRecord": "zone record",
    "kubernetes:core/v1:Namespace": "namespace",
    "tls:index/privateKey:PrivateKey": "private key",
}
"""Types whose replacement or deletion loses data or takes the platform down, and what they hold."""

_IDENTITY = {
    "aws:rds/instance:Instance": ("identifier",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("replicationGroupId",),
    "aws:s3/bucket:Bucket": ("bucket",),
    "aws:secretsmanager/secret:Secret": ("name",),
    "aws:eks/cluster:Cluster": ("name",),
}
"""Names that clients and other systems hold. RDS renames in place, but the endpoint's DNS name changes with it."""

_ONLY_GROWS = {
    "aws:rds/instance:Instance": ("allocatedStorage",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("numNodeGroups", "replicasPerNodeGroup"),
}
"""Numbers that hold data: storage, cache shards and cache replicas."""

_ONE_WAY = {
    "aws:rds/instance:Instance": {
        "allocatedStorage": "RDS storage never shrinks",
        "engineVersion": "an engine upgrade has no way back but a snapshot",
        "storageEncrypted": "encryption is decided at creation",
    },
    "aws:eks/cluster:Cluster": {
        "version": "a control plane is never downgraded",
        "encryptionConfig": "an encryption key is never removed",
        "accessConfig.authenticationMode": "the API authentication mode is one-way",
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {"engineVersion": "a downgrade replaces the cache"},
}
"""Changes in place that cannot be taken back, with the reason (AWS documentation of each service)."""


@dataclass(frozen=True)
class Loss:
    """A planned change that would lose data or break what others depend on."""

    urn: str
    op: str
    holds: str
    properties: tuple[str, ...]
    reason: str


def is_stateful(resource: PlannedResource) -> bool:
    """Whether a resource holds what cannot be made again."""
    return resource.type in STATEFUL


def losses(changes: Iterable[PlannedResource]) -> list[Loss]:
    """Stateful resources that a plan would replace, delete or rename."""
    found = []
    for item in changes:
        if item.op == "update":
            found += _renamed(item)
        if not is_stateful(item) or item.op not in {"replace", "delete"}:
            continue
        forcing = tuple(path for path, kind in item.changed if kind.endswith("replace"))
        why = (
            f"{', '.join(forcing)} cannot change in place"
            if forcing
            else f"the program no longer contains it ({item.op})"
        )
        found.append(Loss(item.urn, item.op, STATEFUL[item.type], forcing or tuple(p for p, _ in item.changed), why))
    return found


def _renamed(item: PlannedResource) -> list[Loss]:
    """The loss of a name: everybody who holds it is cut off, although the data stays."""
    names = tuple(path for path, _ in item.changed if path in _IDENTITY.get(item.type, ()))
    if not names:
        return []
    why = f"{', '.join(names)} would change, and with it the name that clients connect to"
    return [Loss(item.urn, "rename", STATEFUL[item.type], names, why)]


def shrinkages(changes: Iterable[PlannedResource], before: dict[str, dict[str, Any]]) -> list[Loss]:
    """Stateful resources whose storage, shards or replicas would become fewer.

    Args:
        changes: the planned changes.
        before: inputs by URN as they were before the change.
    """
    found = []
    for item in changes:
        for name in _ONLY_GROWS.get(item.type, ()):
            old, new = before.get(item.urn, {}).get(name), item.inputs.get(name)
            if isinstance(old, (int, float)) and isinstance(new, (int, float)) and new < old:
                found.append(
                    Loss(item.urn, item.op, STATEFUL[item.type], (name,), f"{name} would go from {old} to {new}")
                )
    return found


def one_way_changes(changes: Iterable[PlannedResource]) -> list[tuple[PlannedResource, str]]:
    """Changes that cannot be taken back, in the plan's order: the first is the point of no return."""
    found = []
    for item in changes:
        reasons = _ONE_WAY.get(item.type, {})
        for path, reason in reasons.items():
            if any(changed == path or changed.startswith((f"{path}.", f"{path}[")) for changed, _ in item.changed):
                found.append((item, reason))
        is_server = item.type == "aws:rds/instance:Instance" and not item.inputs.get("replicateSourceDb")
        if item.op == "create" and is_server and item.system == "shards":
            found.append(
                (
                    item,
                    "the number of shards never shrinks; clients on one would have to be moved",
                )
            )
    return found
