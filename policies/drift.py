"""Drift: what the cloud has otherwise than the last update left it, apart from what others are there to change.

A refresh says what differs; who changed it follows from the property. Autoscalers and services own some properties
while they run, and the next update leaves those as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plan.steps import Change, Preview


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Properties of a type that something else than the program changes.

    Attributes:
        type: regular expression for the whole type token.
        path: regular expression for the whole property path.
        who: what changes it.
        source: where that is documented.
    """

    type: str
    path: str
    who: str
    source: str


_READING = "it is a reading, no setting"
_KUBERNETES = r"kubernetes:(?!helm\.sh).*"
OWNERS: tuple[Owner, ...] = (
    Owner(
        type=r"aws:eks/nodeGroup:NodeGroup",
        path=r"scalingConfig\.desiredSize",
        who="cluster-autoscaler",
        source="Cluster Autoscaler on AWS: it sets the desired capacity of the groups that carry its tags; unverified",
    ),
    Owner(
        type=r"kubernetes:apps/v1:Deployment",
        path=r"spec\.replicas",
        who="the autoscaler of its pods",
        source="Kubernetes documentation, Horizontal Pod Autoscaling; unverified",
    ),
    Owner(
        type=r"aws:rds/instance:Instance",
        path=r"allocatedStorage",
        who="storage autoscaling of RDS, up to maxAllocatedStorage",
        source="Amazon RDS User Guide, Managing capacity automatically with storage autoscaling; unverified",
    ),
    Owner(
        type=r"aws:rds/instance:Instance",
        path=r"(latestRestorableTime|status|replicas(\[\d+\])?|engineVersionActual)",
        who="RDS itself: it is a reading, no setting",
        source="Amazon RDS API reference, DBInstance; unverified",
    ),
    Owner(
        type=r"aws:eks/(cluster:Cluster|nodeGroup:NodeGroup|fargateProfile:FargateProfile)",
        path=r"(status|platformVersion)",
        who=f"EKS itself, which upgrades platform versions: {_READING}",
        source="Amazon EKS User Guide, Platform versions; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:eks/(addon:Addon|accessEntry:AccessEntry|accessPolicyAssociation:AccessPolicyAssociation)",
        path=r"modifiedAt",
        who=f"EKS itself: {_READING}",
        source="Amazon EKS API reference, Addon, AccessEntry and AssociatedAccessPolicy; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:elasticache/(replicationGroup:ReplicationGroup|cluster:Cluster)",
        path=r"engineVersionActual",
        who=f"ElastiCache itself, in a maintenance window: {_READING}",
        source="Amazon ElastiCache User Guide, Version management for ElastiCache; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:rds/(cluster:Cluster|clusterInstance:ClusterInstance)",
        path=r"(engineVersionActual|caCertificateValidTill|writer)",
        who=f"RDS itself, in a maintenance window or a failover: {_READING}",
        source="Amazon RDS API reference, DBCluster and DBInstance; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:autoscaling/group:Group",
        path=r"(desiredCapacity|predictedCapacity|warmPoolSize)",
        who="cluster-autoscaler, or the group's own scaling policies",
        source="Amazon EC2 Auto Scaling User Guide, Scaling methods; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:acm/certificate:Certificate",
        path=r"(notAfter|notBefore|pendingRenewal|renewalEligibility|renewalSummaries(\[.*)?)",
        who=f"ACM, which renews certificates: {_READING}",
        source="AWS Certificate Manager User Guide, Managed certificate renewal; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:backup/vault:Vault",
        path=r"recoveryPoints",
        who=f"AWS Backup, at every backup: {_READING}",
        source="AWS Backup API reference, DescribeBackupVault; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:efs/fileSystem:FileSystem",
        path=r"sizeInBytes(\[.*)?",
        who=f"whoever writes files: {_READING}",
        source="Amazon EFS API reference, FileSystemSize; unverified 2026-12-01",
    ),
    Owner(
        type=r"aws:ec2/vpcEndpoint:VpcEndpoint",
        path=r"cidrBlocks(\[\d+\])?",
        who=f"AWS, whose service's addresses these are: {_READING}",
        source="Amazon VPC User Guide, AWS-managed prefix lists; unverified 2026-12-01",
    ),
    Owner(
        type=r"kubernetes:keda\.sh/v1alpha1:Scaled(Object|Job)",
        path=r"metadata\.(finalizers(\[\d+\])?|labels\[\"scaledobject\.keda\.sh/name\"\])",
        who="KEDA's operator",
        source="KEDA source, controllers/keda/scaledobject_controller.go and _finalizer.go; unverified 2026-12-01",
    ),
    Owner(
        type=r"kubernetes:elbv2\.k8s\.aws/v1beta1:TargetGroupBinding",
        path=r"metadata\.finalizers(\[\d+\])?",
        who="the AWS Load Balancer Controller",
        source="AWS Load Balancer Controller source, pkg/k8s/finalizer.go; unverified 2026-12-01",
    ),
    Owner(
        type=r"kubernetes:core/v1:PersistentVolumeClaim",
        path=r"spec\.volumeName"
        r"|metadata\.annotations\[\"(pv|volume|volume\.beta)\.kubernetes\.io/[a-z-]+\"\]|metadata\.finalizers(\[\d+\])?",
        who="the controllers that bind a claim to its volume",
        source="Kubernetes documentation, Well-Known Labels, Annotations and Taints, and Persistent Volumes; "
        "unverified 2026-12-01",
    ),
    Owner(
        type=_KUBERNETES,
        path=r"status(\..*)?",
        who="the controllers of the cluster: it is a reading, no setting",
        source="Kubernetes API conventions, Spec and Status; unverified",
    ),
    Owner(
        type=_KUBERNETES,
        path=r"metadata\.(resourceVersion|generation|managedFields(\[.*)?|uid|creationTimestamp)",
        who="the API server, at every write",
        source="Kubernetes API conventions, Metadata; unverified",
    ),
    Owner(
        type=r"kubernetes:apps/v1:Deployment",
        path=r"metadata\.annotations\[\"deployment\.kubernetes\.io/revision\"\]",
        who="the Deployment controller, at every rollout",
        source="Kubernetes documentation, Deployments; unverified",
    ),
    Owner(
        type=r"kubernetes:apiextensions\.k8s\.io.*|kubernetes:admissionregistration\.k8s\.io.*",
        path=r"(webhooks\[\d+\]|spec\.conversion\.webhook)\.clientConfig\.caBundle",
        who="the operator that renews the certificate of its webhook",
        source="Kubernetes documentation, Dynamic Admission Control; unverified",
    ),
)
"""Whatever is not here is drift. A row too many hides somebody's hand; one too few only wakes somebody up."""


@dataclass(frozen=True, kw_only=True)
class Owned:
    """A property that something else is there to change.

    Attributes:
        path: the property.
        owner: who changes it.
    """

    path: str
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """One resource that is otherwise than the last update left it.

    Attributes:
        urn: its URN.
        type: its type token.
        name: its logical name.
        gone: whether it is not there any more.
        paths: properties that differ and that nobody else owns; empty for one that is gone.
        owned: those that something else owns.
    """

    urn: str
    type: str
    name: str
    gone: bool
    paths: tuple[str, ...]
    owned: tuple[Owned, ...]

    @property
    def drift(self) -> bool:
        """Whether something changed that only the program may change."""
        return self.gone or bool(self.paths)


def owner_of(token: str, path: str) -> Owner | None:
    """Who changes a property of a type beside the program; None for nobody."""
    return next((one for one in OWNERS if re.fullmatch(one.type, token) and re.fullmatch(one.path, path)), None)


def drifted(preview: Preview) -> tuple[Drifted, ...]:
    """Every resource that a refresh would change, in the order of the document.

    Args:
        preview: what `pulumi refresh --preview-only --json` printed.
    """
    return tuple(found for change in preview.changes if (found := _drifted(change)) is not None)


def _drifted(change: Change) -> Drifted | None:
    gone = change.kind in {"delete", "forget"}
    if not gone and change.kind != "update":
        return None
    owners = {path: owner_of(change.type, path) for path in change.changed}
    # An update without a path says that something differs and not what: that is nobody's, and drift.
    differing = () if gone else tuple(path for path, owner in owners.items() if owner is None)
    unnamed = ("(the engine does not say what)",) if not gone and not owners else ()
    return Drifted(
        urn=change.urn,
        type=change.type,
        name=change.name,
        gone=gone,
        paths=(*differing, *unnamed),
        owned=tuple(Owned(path=path, owner=owner) for path, owner in owners.items() if owner is not None and not gone),
    )
