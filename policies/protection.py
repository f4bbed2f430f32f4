"""Whether what holds data is protected twice: Pulumi refuses to delete it, and so does the service itself.

Pulumi's `protect` ends where somebody deletes in the console, or takes the resource out of the state first. The
services' own protection does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.stateful import STATEFUL, is_stateful

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plan import PlannedResource

RECOVERABLE = frozenset({"password"})
"""Stateful kinds that need no protection of their own: Secrets Manager holds their value, which is protected."""


@dataclass(frozen=True)
class Guard:
    """One protection of a service's own.

    Attributes:
        property: the input that decides it.
        holds: whether a value (None where it is absent) protects.
        wanted: what protects, for people.
    """

    property: str
    holds: Callable[[Any], bool]
    wanted: str


def _on(name: str) -> Guard:
    return Guard(name, lambda value: value is True, f"{name}: true")


def _not_on(name: str) -> Guard:
    return Guard(name, lambda value: value is not True, f"{name}: false")


def _some(name: str) -> Guard:
    return Guard(name, lambda value: value not in {None, 0, ""}, f"{name} above 0")


GUARDS: dict[str, tuple[Guard, ...]] = {
    "aws:rds/instance:Instance": (
        _on("deletionProtection"),
        _not_on("skipFinalSnapshot"),
        Guard("deleteAutomatedBackups", lambda value: value is False, "deleteAutomatedBackups: false"),
        _some("backupRetentionPeriod"),
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        Guard("finalSnapshotIdentifier", lambda value: value is not None, "a finalSnapshotIdentifier"),
        _some("snapshotRetentionLimit"),
    ),
    "aws:s3/bucket:Bucket": (_not_on("forceDestroy"),),
    "aws:ecr/repository:Repository": (_not_on("forceDelete"),),
    "aws:secretsmanager/secret:Secret": (
        Guard("recoveryWindowInDays", lambda value: value != 0, "recoveryWindowInDays other than 0"),
    ),
    "aws:eks/cluster:Cluster": (_on("deletionProtection"),),
    "aws:lb/loadBalancer:LoadBalancer": (_on("enableDeletionProtection"),),
}
"""What each service can do itself (API references of Amazon RDS, ElastiCache, S3, ECR, Secrets Manager, EKS and Elastic
Load Balancing). Other stateful types have no such protection: a key waits out its deletion window in any case, a VPC
and a namespace can only be protected by Pulumi."""


def bare(resources: Iterable[PlannedResource]) -> list[str]:
    """Names of stateful resources that Pulumi may delete, without those whose value is kept elsewhere."""
    return sorted(item.name for item in _wanted(resources) if not item.protect)


def unguarded(resources: Iterable[PlannedResource]) -> list[str]:
    """Protections of the services that are off: `<name> (<what protects>)`, by name.

    A read replica holds nothing that its source does not hold: it needs none.
    """
    found = []
    for item in _wanted(resources):
        if item.inputs.get("replicateSourceDb") is not None:
            continue
        off = [guard.wanted for guard in GUARDS.get(item.type, ()) if not guard.holds(item.inputs.get(guard.property))]
        found += [f"{item.name} ({wanted})" for wanted in off]
    return sorted(found)


def protectable(resources: Iterable[PlannedResource]) -> int:
    """How many resources are to be protected."""
    return len(_wanted(resources))


def _wanted(resources: Iterable[PlannedResource]) -> list[PlannedResource]:
    return [
        item
        for item in resources
        if is_stateful(item) and STATEFUL[item.type] not in RECOVERABLE and item.op != "delete"
    ]
