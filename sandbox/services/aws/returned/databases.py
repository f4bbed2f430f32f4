"""RDS and ElastiCache: what their rows simulate themselves, and what was read of the others."""

from __future__ import annotations

from sandbox.model.returned import Kind, Shows, Value, any_order, hidden, same_text
from sandbox.model.rows import Alike, Returned
from sandbox.services.aws.equivalence import lower
from sandbox.services.aws.returned import code, issue

_PENDING = issue(8768)
_INSTANCE = code("rds/instance.go")
PARAMETER_GROUP = (
    Value(
        "parameters[*].applyMethod",
        Kind.FORM,
        "`immediate`, for a parameter that RDS itself sets to the same value (`rds.force_ssl` 1 from PostgreSQL 15 on)",
        "`pending-reboot`",
        f"{issue(39252)}, 18035; SDK documentation, Problematic Plan Changes",
        Shows.EVERY_PREVIEW,
        elsewhere=True,
    ),
    *any_order(f"{issue(39252)}; SDK documentation of aws.rds.ParameterGroup", "parameters"),
)
INSTANCE = (
    Value(
        "deletionProtection",
        Kind.DROPPED,
        "`true`, when a replica is created",
        "`false` until it is sent again",
        issue(13666),
        Shows.EVERY_PREVIEW,
        elsewhere=True,
    ),
    Value(
        "allocatedStorage",
        Kind.DROPPED,
        "a size, when a replica is created",
        "the source's size",
        "SDK documentation of aws.rds.Instance",
    ),
    Value(
        "allocatedStorage",
        Kind.FORM,
        "a size, beside `maxAllocatedStorage`",
        "the larger size that RDS grew it to",
        "SDK documentation of aws.rds.Instance, Storage Autoscaling",
    ),
    Value(
        "engineVersion",
        Kind.FORM,
        "`17`, with automatic minor versions",
        "the minor version in use",
        "SDK documentation of aws.rds.Instance: a prefix is no difference",
    ),
    Value(
        "instanceClass",
        Kind.LATE,
        "another class, size or version with `applyImmediately: false`",
        "the old one until the maintenance window, so that previews show the change again",
        _PENDING,
        Shows.EVERY_PREVIEW,
        elsewhere=True,
    ),
    Value(
        "allocatedStorage",
        Kind.FORM,
        "growth of less than a tenth",
        "a tenth more than before; not shown while `maxAllocatedStorage` is above what was sent",
        "Amazon RDS API Reference, ModifyDBInstance, AllocatedStorage",
        Shows.AFTER_REFRESH,
    ),
    same_text("maintenanceWindow", "`Sun:04:30-Sun:05:30`", "small letters", f"{_INSTANCE}, StateFunc", lower),
    same_text("engine", "`Postgres`", "`postgres`", f"{_INSTANCE}, StateFunc", lower),
    *any_order(_INSTANCE, "vpcSecurityGroupIds", "enabledCloudwatchLogsExports"),
    hidden("password", "SDK documentation of aws.rds.Instance"),
    hidden("passwordWo", "SDK documentation of aws.rds.Instance"),
    hidden("skipFinalSnapshot", "SDK documentation of aws.rds.Instance"),
    hidden("finalSnapshotIdentifier", "SDK documentation of aws.rds.Instance"),
    hidden("applyImmediately", "SDK documentation of aws.rds.Instance"),
)
SUBNET_GROUP = any_order(code("rds/subnet_group.go"), "subnetIds")
EVENT_SUBSCRIPTION = any_order(code("rds/event_subscription.go"), "eventCategories", "sourceIds")

_CACHE, _GROUP = code("elasticache/parameter_group.go"), code("elasticache/replication_group.go")

CACHE_PARAMETER_GROUP = (
    same_text("name", "capital letters", "small letters", f"{_CACHE}, StateFunc", lower),
    *any_order(_CACHE, "parameters"),
    Value(
        "parameters[*].name",
        Kind.FORM,
        "capital letters",
        "small letters",
        f"{_CACHE}, flattenParameters",
        Shows.EVERY_PREVIEW,
        lower,
    ),
    Value(
        "parameters[*].value",
        Kind.DROPPED,
        "a value that equals the default",
        "unverified: ElastiCache may not count it as the user's, so that it is missing",
        f"{_CACHE}: only parameters with Source user are read",
        Shows.EVERY_PREVIEW,
    ),
)
REPLICATION_GROUP = (
    Value(
        "nodeType",
        Kind.LATE,
        "another type with `applyImmediately: false`",
        "the old one until the maintenance window, so that previews show the change again",
        _PENDING,
        Shows.EVERY_PREVIEW,
        elsewhere=True,
    ),
    Value(
        "engine",
        Kind.FORM,
        "`Redis`, `Valkey`",
        "small letters",
        f"{_GROUP}: 'a persistent diff will be present'",
        Shows.EVERY_PREVIEW,
        lower,
    ),
    same_text("replicationGroupId", "capital letters", "small letters", f"{_GROUP}, StateFunc", lower),
    same_text("maintenanceWindow", "`Sun:04:30-Sun:05:30`", "small letters", f"{_GROUP}, StateFunc", lower),
    *any_order(_GROUP, "securityGroupIds", "userGroupIds", "logDeliveryConfigurations"),
    hidden("authToken", _GROUP),
    hidden("authTokenUpdateStrategy", _GROUP),
    hidden("finalSnapshotIdentifier", _GROUP),
)
CACHE_SUBNET_GROUP = (
    same_text("name", "capital letters", "small letters", f"{code('elasticache/subnet_group.go')}, StateFunc", lower),
    *any_order(code("elasticache/subnet_group.go"), "subnetIds"),
)
ALIKE = (
    Alike("aws:rds/parameterGroup:ParameterGroup", returned=Returned(values=PARAMETER_GROUP)),
    Alike("aws:rds/instance:Instance", returned=Returned(values=INSTANCE)),
    Alike("aws:rds/subnetGroup:SubnetGroup", returned=Returned(values=SUBNET_GROUP)),
    Alike("aws:rds/eventSubscription:EventSubscription", returned=Returned(values=EVENT_SUBSCRIPTION)),
    Alike("aws:elasticache/parameterGroup:ParameterGroup", returned=Returned(values=CACHE_PARAMETER_GROUP)),
    Alike("aws:elasticache/replicationGroup:ReplicationGroup", returned=Returned(values=REPLICATION_GROUP)),
    Alike("aws:elasticache/subnetGroup:SubnetGroup", returned=Returned(values=CACHE_SUBNET_GROUP)),
)
"""Beside what the types' own rows simulate."""
