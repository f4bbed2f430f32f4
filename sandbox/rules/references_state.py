"""What depends on the state of another resource, or on a resource's own past: replicas, families, versions, storage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.rules.references_aws import CLUSTER, INSTANCE
from sandbox.rules.values_aws_rds_engines import family_of
from sandbox.rules.values_aws_rds_storage import gp3_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

INSTANCE_TOKEN = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
REPLICAS_OF_ONE_SOURCE = 15
"""Amazon RDS User Guide, Working with DB instance read replicas: for PostgreSQL up to 15."""
FIRST_REDIS_WITHOUT_MINOR = 7
"""From here on a family carries the major version alone (Amazon ElastiCache API, CreateCacheParameterGroup)."""
CONTROL_PLANE_AHEAD_OF_NODES = 3
"""Kubernetes documentation, Version skew policy: kubelets may be up to three minor versions older."""


def _source_of(context: Context, property_name: str = "replicateSourceDb") -> CloudObject | None:
    value = context.inputs.get(property_name)
    if context.cloud is None or not isinstance(value, str):
        return None
    return next((found for target in INSTANCE if (found := target.find(context.cloud, value)) is not None), None)


def _without_backups(source: CloudObject) -> bool:
    # A replica takes its own backups only when it says so; nothing set means none, as with the primary's default of 0.
    return not source.inputs.get("backupRetentionPeriod")


def _replica(context: Context) -> Iterator[Violation]:
    source = _source_of(context)
    if source is None or context.cloud is None or context.old is not None:
        return
    if _without_backups(source):
        yield Violation(
            "replicateSourceDb",
            f"{source.name} keeps no backups: its backupRetentionPeriod must be 1 or more before it can have replicas "
            "(InvalidDBInstanceState: Automated backups are not enabled for this database instance)",
        )
    if source.inputs.get("manageMasterUserPassword"):
        yield Violation(
            "replicateSourceDb",
            f"{source.name} has its password managed by RDS (manageMasterUserPassword), which forbids replicas of "
            "PostgreSQL (InvalidDBInstanceState: source instances where ManageMasterUserPassword is enabled)",
        )
    siblings = [item for item in context.cloud.of_type(INSTANCE_TOKEN) if _names(item, source)]
    if len(siblings) >= REPLICAS_OF_ONE_SOURCE:
        yield Violation(
            "replicateSourceDb",
            f"{source.name} has {len(siblings)} replicas; {REPLICAS_OF_ONE_SOURCE} at most (InvalidDBInstanceState)",
        )


def _names(replica: CloudObject, source: CloudObject) -> bool:
    value = replica.inputs.get("replicateSourceDb")
    return value is not None and any(value in target.handles(source) for target in INSTANCE)


def replicas_of(context: Context, source: CloudObject) -> list[CloudObject]:
    """The living replicas of an instance."""
    items = context.cloud.of_type(INSTANCE_TOKEN) if context.cloud is not None else []
    return [item for item in items if _names(item, source)]


def _backups_of_a_source(context: Context) -> Iterator[Violation]:
    if context.old is None or context.cloud is None or context.inputs.get("backupRetentionPeriod") != 0:
        return
    source = context.cloud.get(INSTANCE_TOKEN, context.id)
    replicas = replicas_of(context, source) if source is not None else []
    if replicas:
        names = ", ".join(item.name for item in replicas)
        yield Violation(
            "backupRetentionPeriod",
            f"0 would end the backups of a source that has replicas: {names} (InvalidDBInstanceState)",
        )


def _copied_backups(context: Context) -> Iterator[Violation]:
    source = _source_of(context, "sourceDbInstanceArn")
    if source is not None and _without_backups(source):
        yield Violation("sourceDbInstanceArn", f"{source.name} keeps no backups to be copied (InvalidDBInstanceState)")


def _database_family(context: Context) -> Iterator[Violation]:
    name, version = context.inputs.get("parameterGroupName"), context.inputs.get("engineVersion")
    if context.cloud is None or not isinstance(name, str):
        return
    source = _source_of(context)
    version = version if known(version) or source is None else source.inputs.get("engineVersion")
    engine = context.inputs.get("engine") or (source.inputs.get("engine") if source is not None else None)
    group = context.cloud.get("aws:rds/parameterGroup:ParameterGroup", name)
    if group is None or not known(version) or not known(engine):
        return
    wanted = family_of(str(engine), str(version))
    family = group.inputs.get("family")
    if wanted is not None and known(family) and family != wanted:
        yield Violation(
            "parameterGroupName",
            f"{name} is of family {family}, an instance of {engine} {version} needs {wanted} "
            "(InvalidParameterCombination)",
        )


def _cache_family(context: Context) -> Iterator[Violation]:
    name, version = context.inputs.get("parameterGroupName"), context.inputs.get("engineVersion")
    engine = context.inputs.get("engine", "redis")
    if context.cloud is None or not isinstance(name, str) or not known(version):
        return
    group = context.cloud.get("aws:elasticache/parameterGroup:ParameterGroup", name)
    family = group.inputs.get("family") if group is not None else None
    wanted = _cache_family_of(str(engine), str(version))
    if known(family) and family != wanted:
        yield Violation(
            "parameterGroupName",
            f"{name} is of family {family}, a group of {engine} {version} needs {wanted} (InvalidParameterCombination)",
        )


def _cache_family_of(engine: str, version: str) -> str:
    """The parameter group family of a version: whole majors from Redis OSS 7 and for Valkey, 6.x, or two numbers."""
    major, _, minor = version.partition(".")
    if engine != "redis" or not major.isdecimal() or int(major) >= FIRST_REDIS_WITHOUT_MINOR:
        return f"{engine}{major}"
    return "redis6.x" if major == "6" else f"redis{major}.{minor.split('.', 1)[0]}"


def _cluster_mode(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("parameterGroupName")
    if context.cloud is None or context.inputs.get("clusterMode") != "enabled" or not isinstance(name, str):
        return
    group = context.cloud.get("aws:elasticache/parameterGroup:ParameterGroup", name)
    if group is None:
        return
    values = {item.get("name"): item.get("value") for item in group.inputs.get("parameters") or []}
    if values.get("cluster-enabled") != "yes":
        yield Violation(
            "parameterGroupName",
            f"{name} does not set cluster-enabled to yes, which cluster mode needs (InvalidParameterCombination)",
        )


def _storage_shrinks(context: Context) -> Iterator[Violation]:
    before, after = (
        _number((context.old or {}).get("allocatedStorage")),
        _number(context.inputs.get("allocatedStorage")),
    )
    if before is not None and after is not None and after < before:
        yield Violation(
            "allocatedStorage",
            f"{after:g} GiB is less than the {before:g} GiB that exist; storage only grows "
            "(InvalidParameterCombination: Requested storage size cannot be less than the current storage size)",
        )


def _replica_storage(context: Context) -> Iterator[Violation]:
    source = _source_of(context)
    if source is None or context.old is not None or context.inputs.get("storageType") != "gp3":
        return
    inherited, least = _number(source.inputs.get("allocatedStorage")), gp3_of(_engine(source)).threshold
    for name in ("iops", "storageThroughput"):
        if inherited is not None and inherited < least and known(context.inputs.get(name)):
            yield Violation(
                name,
                f"a new replica has its source's {inherited:g} GiB, whatever allocatedStorage says, and gp3 storage "
                f"takes none below {least} GiB (InvalidParameterCombination: You can't specify IOPS or storage "
                f"throughput for a storage size less than {least})",
            )


def _engine(item: CloudObject) -> str:
    return str(item.inputs.get("engine") or "postgres")


def _number(value: Any) -> float | None:  # noqa: ANN401 - any property value
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _major_goes_back(context: Context) -> Iterator[Violation]:
    before, after = _parts((context.old or {}).get("engineVersion")), _parts(context.inputs.get("engineVersion"))
    if not before or not after:
        return
    if after[0] < before[0]:
        yield Violation(
            "engineVersion",
            f"{context.inputs['engineVersion']} is older than {(context.old or {})['engineVersion']}; it never goes "
            "back (InvalidParameterCombination: Cannot upgrade postgres to an older version)",
        )
    elif after[0] > before[0] and not context.inputs.get("allowMajorVersionUpgrade"):
        yield Violation(
            "engineVersion",
            f"{context.inputs['engineVersion']} is a major upgrade, which needs allowMajorVersionUpgrade "
            "(InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present)",
        )


def _parts(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - any property value
    return tuple(map(int, re.findall(r"\d+", value)))[:2] if isinstance(value, str) else ()


def _cluster_version(context: Context) -> Iterator[Violation]:
    old = context.old or {}
    before, after = _parts(old.get("version")), _parts(context.inputs.get("version"))
    if before and after and before != after and after != (before[0], before[1] + 1):
        yield Violation(
            "version",
            f"{context.inputs['version']} does not follow {old['version']}; a cluster is upgraded by one minor version "
            f"at a time, here to {before[0]}.{before[1] + 1} (InvalidParameterException: Unsupported Kubernetes minor "
            "version update)",
        )


def _node_version(context: Context) -> Iterator[Violation]:
    name, nodes = context.inputs.get("clusterName"), _parts(context.inputs.get("version"))
    if context.cloud is None or not isinstance(name, str) or not nodes:
        return
    cluster = CLUSTER[0].find(context.cloud, name)
    plane = _parts(cluster.inputs.get("version")) if cluster is not None else ()
    if plane and not plane[1] - CONTROL_PLANE_AHEAD_OF_NODES <= nodes[1] <= plane[1]:
        yield Violation(
            "version",
            f"nodes of {context.inputs['version']} do not fit a control plane of {plane[0]}.{plane[1]}: not newer, at "
            f"most {CONTROL_PLANE_AHEAD_OF_NODES} minor versions older (InvalidParameterException)",
        )


def _policy_needs_entry(context: Context) -> Iterator[Violation]:
    name, principal = context.inputs.get("clusterName"), context.inputs.get("principalArn")
    if context.cloud is None or not known(name) or not known(principal):
        return
    for item in context.cloud.of_type("aws:eks/accessEntry:AccessEntry"):
        if item.inputs.get("clusterName") == name and item.inputs.get("principalArn") == principal:
            return
    yield Violation(
        "principalArn",
        f"{principal} has no access entry in {name} (ResourceNotFoundException: The specified principalArn could not "
        "be found)",
    )


RULES = (
    Rule(
        "replica-source",
        "Amazon RDS User Guide, Working with DB instance read replicas; Password management with Amazon RDS and AWS "
        "Secrets Manager, Limitations",
        (INSTANCE_TOKEN,),
        _replica,
    ),
    Rule(
        "backups-of-a-source",
        "Amazon RDS User Guide, Working with read replicas",
        (INSTANCE_TOKEN,),
        _backups_of_a_source,
    ),
    Rule(
        "copied-backups",
        "Amazon RDS User Guide, Replicating automated backups to another AWS Region",
        ("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",),
        _copied_backups,
    ),
    Rule(
        "database-family",
        "Amazon RDS API Reference, CreateDBParameterGroup, DBParameterGroupFamily",
        (INSTANCE_TOKEN,),
        _database_family,
    ),
    Rule("cache-family", "Amazon ElastiCache API Reference, CreateCacheParameterGroup", (CACHE,), _cache_family),
    Rule(
        "cache-cluster-mode",
        "Amazon ElastiCache User Guide, Valkey and Redis OSS configuration and limits: cluster-enabled",
        (CACHE,),
        _cluster_mode,
    ),
    Rule(
        "storage-grows",
        "Amazon RDS API Reference, ModifyDBInstance, AllocatedStorage",
        (INSTANCE_TOKEN,),
        _storage_shrinks,
    ),
    Rule(
        "replica-storage",
        "SDK documentation of aws.rds.Instance, allocatedStorage: ignored when a replica is created",
        (INSTANCE_TOKEN,),
        _replica_storage,
    ),
    Rule(
        "major-version",
        "Amazon RDS User Guide, Upgrading the RDS for PostgreSQL DB engine",
        (INSTANCE_TOKEN,),
        _major_goes_back,
    ),
    Rule(
        "cluster-version-step",
        "Amazon EKS User Guide, Update existing cluster to new Kubernetes version",
        ("aws:eks/cluster:Cluster",),
        _cluster_version,
    ),
    Rule(
        "node-version",
        "Kubernetes documentation, Version skew policy; Amazon EKS User Guide, Update a managed node group",
        ("aws:eks/nodeGroup:NodeGroup",),
        _node_version,
    ),
    Rule(
        "policy-needs-entry",
        "Amazon EKS API Reference, AssociateAccessPolicy, Errors",
        ("aws:eks/accessPolicyAssociation:AccessPolicyAssociation",),
        _policy_needs_entry,
    ),
)
