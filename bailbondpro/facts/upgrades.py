"""What services do by themselves while a version is raised: which versions follow which, and in which order.

Where a document lists single versions, only its range is here: minor versions appear and retire every quarter, and an
account alone knows which of them its region has (`aws rds describe-db-engine-versions`, `aws eks
describe-cluster-versions`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

POSTGRES_MAJORS = ("17", "18")
"""Major versions of PostgreSQL that the platform runs on. The next major version is a target of every one (Amazon RDS
User Guide, "Choosing a major version for an RDS for PostgreSQL upgrade"; read 2026-11-29); which minors of 17 lead to
which of 18 is unverified."""
POSTGRES_VERSION = re.compile(r"(\d{2})(?:\.(\d{1,2}))?")
"""A major version of PostgreSQL from 10 on, or a minor one of it (PostgreSQL, "Versioning Policy"; unverified
2026-11-29)."""

EKS_MINORS = ("1.34", "1.35", "1.36")
"""Kubernetes minors in standard support (Amazon EKS User Guide, release calendar: 1.34 until 2026-12-02, 1.35 until
2027-03-27; unverified 2026-11-29: public copies of the calendar were read, and none has the end of 1.36)."""
KUBELET_BEHIND = 3
"""Minors that a kubelet may be older than its control plane, never newer; kube-proxy the same (Kubernetes
documentation, "Version Skew Policy"; read 2026-11-29)."""
EKS_FREE_ADDRESSES = 5
"""Free addresses in the control plane's subnets that an upgrade of it needs (AWS re:Post, "How do I plan an upgrade
strategy for an Amazon EKS cluster"; read 2026-11-29)."""

VALKEY_VERSIONS = ("8.0", "8.1", "8.2", "9.0", "9.1")
"""Versions of Valkey that the platform runs on, of the parameter families `valkey8` and `valkey9` (Amazon ElastiCache
User Guide, "Engine versions and upgrading", "Engine specific parameters"; read 2026-11-30). That the three parameters
that the platform sets are in `valkey9`, too, is unverified."""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What a service does by itself in an upgrade.

    Attributes:
        says: the fact, as a sentence.
        source: the document by name, with the day it was read, or "unverified".
    """

    says: str
    source: str

    @property
    def sure(self) -> bool:
        """Whether somebody read it in a document."""
        return not self.source.startswith("unverified")


_UPGRADES = "Amazon RDS User Guide, Upgrades of the RDS for PostgreSQL DB engine; read 2026-11-29"
_PROCESS = "Amazon RDS User Guide, How to perform a major version upgrade for RDS for PostgreSQL; read 2026-11-29"
_REPLICAS = (
    "AWS Database Blog, Best practices for Amazon RDS for PostgreSQL major upgrades and replicas; read 2026-11-29"
)

RDS_MAJOR = {
    "replicas": Behaviour(
        says="read replicas of the region are upgraded along with their source; none by itself, none stays behind",
        source=_UPGRADES,
    ),
    "standby": Behaviour(
        says="a Multi-AZ standby is upgraded at the same time as its primary and takes nothing over",
        source="unverified: a public summary of AWS Knowledge Center, Best practices for upgrading Amazon RDS",
    ),
    "groups": Behaviour(
        says="a parameter group is of one family; one of the target's must be there before the upgrade",
        source=_PROCESS,
    ),
    "replica groups": Behaviour(
        says="a replica in a parameter group of the old family is put into the default group of the new one",
        source="unverified: no document says it; the simulated cloud assumes it",
    ),
    "snapshot": Behaviour(
        says="RDS takes a snapshot before and one after, where backups are kept",
        source="unverified: a public copy of an older page of the Amazon RDS User Guide",
    ),
    "blockers": Behaviour(
        says="open prepared transactions and columns of reg* types other than regclass and regtype stop it",
        source=_PROCESS,
    ),
    "extensions": Behaviour(
        says="most extensions are not upgraded with the engine: each is by itself, in every database",
        source="Amazon RDS User Guide, Choosing a major version for an RDS for PostgreSQL upgrade; read 2026-11-29",
    ),
    "slots": Behaviour(
        says="logical replication slots may stay with a source of version 17 or later, and stop an older one",
        source="Amazon RDS User Guide, Managing logical replication slots for RDS for PostgreSQL; read 2026-11-29",
    ),
}
"""A major upgrade of RDS for PostgreSQL (Amazon RDS User Guide and others, each named beside what it says; read
2026-11-29 but where it says unverified)."""
RDS_MINOR = {
    "order": Behaviour(
        says="every read replica is upgraded before its source; RDS refuses the source until then "
        "(DBUpgradeDependencyFailure)",
        source=f"{_UPGRADES}; terraform-provider-aws issue 22107, aws-cdk issue 26755",
    ),
    "automatic": Behaviour(
        says="with automatic minor upgrades RDS chooses the version and keeps the order itself, in the windows",
        source=_UPGRADES,
    ),
}
"""A minor upgrade of RDS for PostgreSQL (Amazon RDS User Guide, "Upgrades of the RDS for PostgreSQL DB engine"; read
2026-11-29)."""
EKS = {
    "order": Behaviour(
        says="managed node groups must have the control plane's version before it goes on to the next one",
        source="Amazon EKS API Reference, UpdateClusterVersion; terraform-provider-aws issue 19478; read 2026-11-29",
    ),
    "control plane": Behaviour(
        says="the cluster keeps answering while its control plane is upgraded, which takes some minutes",
        source="Amazon EKS API Reference, UpdateClusterVersion; read 2026-11-29",
    ),
    "add-ons": Behaviour(
        says="no add-on is upgraded with the control plane: each keeps its version until one is set",
        source="unverified: Amazon EKS User Guide, Update an Amazon EKS add-on",
    ),
    "images": Behaviour(
        says="patches of the nodes' operating system come with a release of their image, and none comes by itself",
        source="Amazon EKS User Guide, Update a managed node group for your cluster; read 2026-11-30",
    ),
    "images back": Behaviour(
        says="a node group never goes back to an earlier release of its image",
        source="Amazon EKS API Reference, UpdateNodegroupVersion; read 2026-11-30",
    ),
    "kube-proxy": Behaviour(
        says="kube-proxy is not newer than the API server and at most three minors older",
        source="Kubernetes documentation, Version Skew Policy; read 2026-11-29",
    ),
}
"""A minor upgrade of a cluster of EKS (Amazon EKS API Reference and others, each named beside what it says; read
2026-11-29 but where it says unverified)."""
ELASTICACHE = {
    "order": Behaviour(
        says="in each shard the replicas are upgraded before the primary, then one of them takes over",
        source="unverified: Amazon ElastiCache User Guide, Upgrade considerations; a public summary of it",
    ),
    "answers": Behaviour(
        says="reads are answered throughout, writes but for a failover of some seconds for each shard",
        source="Amazon ElastiCache User Guide, Upgrade considerations when working with self-designed clusters; read "
        "2026-11-29",
    ),
    "family": Behaviour(
        says="a group of the later version's family must be in the very request that asks for another major version "
        "(InvalidParameterCombination: expected a parameter group of family ...)",
        source="AWS Knowledge Center, How do I upgrade my Amazon ElastiCache for Redis engine version; "
        "aws-samples/dify-self-hosted-on-aws issue 24; read 2026-11-30",
    ),
    "in use": Behaviour(
        says="no parameter group can be deleted while a cache is in it (InvalidCacheParameterGroupState)",
        source="Amazon ElastiCache API Reference, DeleteCacheParameterGroup; read 2026-11-30",
    ),
    "alone": Behaviour(
        says="a shard without a replica answers nothing while its only node is upgraded",
        source="unverified: a public summary of the Amazon ElastiCache User Guide, Upgrade considerations",
    ),
    "way": Behaviour(
        says="there is no way to an older version but a cache that is made anew",
        source="Amazon ElastiCache User Guide, Version Management for ElastiCache; read 2026-11-29",
    ),
}
"""An upgrade of a Valkey replication group (Amazon ElastiCache User Guide, each page named beside what it says; read
2026-11-29 but where it says unverified)."""


def postgres_parts(version: str) -> tuple[int, int | None] | None:
    """Major and minor number of a version of PostgreSQL; no minor for a major version alone, None for another text.

    >>> [postgres_parts(text) for text in ("17", "17.7", "9.6", "latest")]
    [(17, None), (17, 7), None, None]
    """
    found = POSTGRES_VERSION.fullmatch(version)
    if found is None:
        return None
    return int(found[1]), int(found[2]) if found[2] else None


def node_release(version: str) -> tuple[int, ...] | None:
    """The numbers of a release of EKS's node images, which rise: minor, patch, day; None for another text.

    >>> [node_release(text) for text in ("1.35.2-20261118", "1.35")]
    [(35, 2, 20261118), None]
    """
    found = re.fullmatch(r"1\.(\d{2})\.(\d{1,2})-(\d{8})", version)
    return tuple(map(int, found.groups())) if found else None


def kubernetes_minor(version: str) -> int | None:
    """The minor number of a version of Kubernetes 1, or None for another text.

    >>> [kubernetes_minor(text) for text in ("1.35", "1.35.2", "2.0")]
    [35, None, None]
    """
    found = re.fullmatch(r"1\.(\d{2})", version)
    return int(found[1]) if found else None


def proxy_fits(addon: str, control_plane: str) -> bool:
    """Whether a version of the add-on kube-proxy fits a control plane; True where either has another form.

    >>> [proxy_fits(f"v1.{minor}.0-eksbuild.1", "1.36") for minor in (32, 33, 36, 37)]
    [False, True, True, False]
    """
    found, plane = re.match(r"v1\.(\d{2})\.", addon), kubernetes_minor(control_plane)
    if found is None or plane is None:
        return True
    return plane - KUBELET_BEHIND <= int(found[1]) <= plane
