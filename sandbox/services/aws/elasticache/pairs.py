"""Caches and what they are made beside: users, global datastores, serverless caches, networks, topics, windows.

"API" is the Amazon ElastiCache API Reference, "Guide" the Amazon ElastiCache User Guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, block, given, number, text
from sandbox.model.pairs import PairRule, pair, texts, told, whole
from sandbox.model.references import Reference, Target
from sandbox.model.rows import Alike
from sandbox.model.windows import daily, overlap, weekly
from sandbox.services.aws.cloudwatch import LOG_GROUP
from sandbox.services.aws.ec2.places import GROUP_OF_THE_SAME_VPC, vpcs_of, zones
from sandbox.services.aws.ec2.targets import DEPENDENCY, SECURITY_GROUP, SUBNET
from sandbox.services.aws.elasticache.groups import PARAMETER_GROUP, SUBNET_GROUP
from sandbox.services.aws.elasticache.replication import FIREHOSE
from sandbox.services.aws.kms import KEY_ARN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

GROUP = (Target("aws:elasticache/replicationGroup:ReplicationGroup", ("id", "replicationGroupId")),)
GLOBAL = (Target("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup", ("id", "globalReplicationGroupId")),)
USER = (Target("aws:elasticache/user:User", ("id", "userId")),)
USERS = (Target("aws:elasticache/userGroup:UserGroup", ("id", "userGroupId")),)
BURSTABLE = ("cache.t", "cache.m1.", "cache.m2.", "cache.m3.")
"""How node types begin that no global datastore takes (Guide, Replication across AWS Regions, Prerequisites)."""


def _found(context: Context, target: Target, value: object) -> CloudObject | None:
    return target.find(context.cloud, value) if context.cloud is not None and isinstance(value, str) else None


def _users(context: Context) -> Iterator[Violation]:
    """A group for Redis OSS holds its own users alone, and one that is called `default`."""
    ids, ours = texts(context.inputs, "userIds[*]"), text(context.inputs, "engine").lower()
    found = [(at, identity, _found(context, USER[0], identity)) for at, identity in ids]
    names: dict[str, str] = {}
    for at, _, user in found:
        theirs = str(told(user, "engine") or "").lower() if user is not None else ""
        if user is not None and ours == "redis" and theirs == "valkey":
            yield Violation(at, f"{user.name} is a user for Valkey, the group is for Redis OSS")
        name = str(told(user, "userName") or "") if user is not None else ""
        if name and name in names:
            yield Violation(at, f"{user.name if user else ''} has the user name {name!r}, as {names[name]} has")
        names.setdefault(name, user.name if user is not None else "")
    complete = bool(ids) and len(ids) == len(context.inputs.get("userIds") or ())
    named = all(user is not None and whole(user) for _, _, user in found)
    if ours == "redis" and complete and named and "default" not in names and "default" not in dict(ids).values():
        yield Violation("userIds", "no user has the user name 'default'; add one, switched off if need be")


def _user_groups(context: Context) -> Iterator[Violation]:
    engine = text(context.inputs, "engine", "redis")
    for path in ("userGroupIds[*]", "userGroupId"):
        for at, identity in texts(context.inputs, path):
            group = _found(context, USERS[0], identity)
            theirs = str(told(group, "engine") or "").lower() if group is not None else ""
            if group is not None and engine == "redis" and theirs == "valkey":
                yield Violation(at, f"{group.name} is a group for Valkey, the cache runs Redis OSS")


def _global(context: Context) -> Iterator[Violation]:
    primary = _found(context, GROUP[0], context.inputs.get("primaryReplicationGroupId"))
    node = told(primary, "nodeType") if primary is not None else None
    if primary is not None and isinstance(node, str) and node.startswith(BURSTABLE):
        yield Violation("primaryReplicationGroupId", f"{primary.name} has nodes {node}, m5, r5 or newer are needed")
    if primary is not None and primary.inputs.get("globalReplicationGroupId"):
        yield Violation("primaryReplicationGroupId", f"{primary.name} is a member of a global datastore already")


def _secondary(context: Context) -> Iterator[Violation]:
    store = _found(context, GLOBAL[0], context.inputs.get("globalReplicationGroupId"))
    if store is None or context.old is not None or context.cloud is None:
        return
    wanted = store.inputs.get("primaryReplicationGroupId")
    primary = GROUP[0].find(context.cloud.everywhere(), wanted) if isinstance(wanted, str) else None
    here = context.place.of(context.inputs).region
    if primary is not None and told(primary, "region") == here:
        yield Violation(
            "globalReplicationGroupId", f"{primary.name} lies in {here}, too: a secondary lies in another region"
        )


def _zone(context: Context) -> Iterator[Violation]:
    group = _found(context, SUBNET_GROUP[0], context.inputs.get("subnetGroupName"))
    subnets = group.inputs.get("subnetIds") if group is not None else None
    covered = zones(context.cloud, subnets) if context.cloud is not None and isinstance(subnets, list) else None
    paths = ("preferredCacheClusterAzs[*]", "preferredAvailabilityZones[*]", "availabilityZone")
    for at, zone in texts(context.inputs, *paths) if group is not None and covered else ():
        if covered is not None and group is not None and zone not in covered.values():
            listed = ", ".join(sorted(set(covered.values())))
            yield Violation(at, f"{zone!r} has no subnet in {group.name}, which covers {listed}")


def _windows(context: Context) -> Iterator[Violation]:
    snapshot, maintenance = text(context.inputs, "snapshotWindow"), text(context.inputs, "maintenanceWindow")
    readable = snapshot and maintenance and not daily(snapshot, 60) and not weekly(maintenance, 60)
    if readable and overlap(snapshot, maintenance.lower()):
        yield Violation("maintenanceWindow", f"{maintenance} overlaps the snapshot window {snapshot}")


def _topic(context: Context) -> Iterator[Violation]:
    topic = context.inputs.get("notificationTopicArn")
    if isinstance(topic, str) and topic.endswith(".fifo"):
        yield Violation("notificationTopicArn", f"{topic} is a FIFO topic, events go to standard topics alone")


def _serverless(context: Context) -> Iterator[Violation]:
    inputs, subnets = context.inputs, context.inputs.get("subnetIds")
    if isinstance(subnets, list) and subnets and not 2 <= len(subnets) <= 3:  # noqa: PLR2004 - documented
        yield Violation("subnetIds", f"{len(subnets)} subnets, 2 or 3 in different zones are needed")
    if inputs.get("engine") == "memcached":
        for name in ("userGroupId", "snapshotArnsToRestores", "dailySnapshotTime"):
            if given(inputs, name):
                yield Violation(name, "not for the engine memcached")
    usage = block(inputs, "cacheUsageLimits")
    for name, (low, high), unit in USAGE:
        found = block(usage, name)
        least, most = number(found.get("minimum")), number(found.get("maximum"))
        for bound, value in (("minimum", least), ("maximum", most)):
            if value is not None and not low <= value <= high:
                yield Violation(f"cacheUsageLimits.{name}.{bound}", f"{value:g} is outside {low}..{high:,} {unit}")
        if least is not None and most is not None and least > most:
            yield Violation(f"cacheUsageLimits.{name}.minimum", f"{least:g} is above the maximum {most:g}")


USAGE = (
    ("dataStorage", (1, 5000), "GB"),
    ("ecpuPerSeconds", (1000, 15_000_000), "ECPU a second"),
)
"""Limits of a serverless cache: the property, the range and its unit (API, CacheUsageLimits)."""


def _serverless_network(context: Context) -> Iterator[Violation]:
    subnets = [value for _, value in texts(context.inputs, "subnetIds[*]")]
    if context.cloud is None or not subnets:
        return
    covered = zones(context.cloud, subnets)
    if covered is not None and len(subnets) > 1 and len(set(covered.values())) < len(subnets):
        yield Violation("subnetIds", "two subnets lie in one availability zone; each needs one of its own")
    home = vpcs_of(context.cloud, SUBNET[0].token, subnets)
    if len(home) > 1:
        yield Violation("subnetIds", f"the subnets belong to several VPCs: {', '.join(sorted(home))}")
    for at, identity in texts(context.inputs, "securityGroupIds[*]"):
        away = vpcs_of(context.cloud, SECURITY_GROUP[0].token, [identity]) - home
        if home and away:
            yield Violation(at, f"security group {identity} belongs to {min(away)}, the subnets to {min(home)}")


def _memcached(context: Context) -> Iterator[Violation]:
    inputs, nodes = context.inputs, number(context.inputs.get("numCacheNodes"))
    if inputs.get("engine") == "memcached":
        for name in ("snapshotArns", "snapshotName", "snapshotRetentionLimit", "snapshotWindow"):
            if given(inputs, name) and inputs[name] != 0:
                yield Violation(name, "memcached keeps no snapshots")
    elif inputs.get("engine") in {"redis", "valkey"} and nodes is not None and nodes > 1:
        yield Violation("numCacheNodes", f"{nodes:g}: 1 for {inputs['engine']}; or use a replication group")
    if inputs.get("azMode") == "cross-az" and nodes == 1:
        yield Violation("numCacheNodes", "1: several nodes are needed for azMode cross-az")


_BOOKS = {"API": "Amazon ElastiCache API Reference", "Guide": "Amazon ElastiCache User Guide"}


def _rule(  # noqa: PLR0917 - a row of a table
    identity: str,
    check: Any,  # noqa: ANN401 - any check
    refused: str,
    says: str,
    source: str,
    at_once: bool = False,  # noqa: FBT001, FBT002 - as above
) -> PairRule:
    whole_source = re.sub(r"(^|; )(API|Guide), ", lambda found: f"{found[1]}{_BOOKS[found[2]]}, ", source)
    return pair(identity, check, refused=refused, says=says, source=whole_source, at_once=at_once)


_MIXED = "InvalidParameterCombination"
_ZONE = _rule(
    "cache-zone-covered",
    _zone,
    "a cache in an availability zone in which its subnet group has no subnet",
    "InvalidParameterValue: the Availability Zone is not one of the subnet group",
    "API, CreateReplicationGroup, PreferredCacheClusterAZs; CreateCacheCluster, PreferredAvailabilityZone",
)
_TOPIC = _rule(
    "cache-topic",
    _topic,
    "a cache that tells a FIFO topic",
    "InvalidParameterValue: FIFO topics are not supported",
    "Guide, Amazon SNS monitoring of ElastiCache events",
    at_once=True,
)
_WINDOWS = _rule(
    "cache-window-overlap",
    _windows,
    "a cache whose snapshot window overlaps its maintenance window",
    "The snapshot window and maintenance window must not overlap.",
    "API, CreateReplicationGroup, SnapshotWindow and PreferredMaintenanceWindow; the words: hashicorp/terraform issue "
    "17247",
    at_once=True,
)
_GROUPS = _rule(
    "cache-user-groups",
    _user_groups,
    "a cache of Redis OSS with a group of users for Valkey",
    f"{_MIXED}: the engine of the user group does not fit",
    "Guide, Role-Based Access Control (RBAC)",
)
_DESTINATIONS = (*LOG_GROUP, FIREHOSE)
_users_on = On("cache-user", source="API, CreateUser")
ALIKE = (
    Alike(
        "aws:elasticache/replicationGroup:*",
        references=(
            Reference("userGroupIds[*]", USERS, "UserGroupNotFound", "InvalidUserGroupState"),
            Reference("globalReplicationGroupId", GLOBAL, "GlobalReplicationGroupNotFoundFault"),
        ),
        values=(_WINDOWS, _TOPIC),
        state=(
            _ZONE,
            _GROUPS,
            _rule(
                "cache-secondary",
                _secondary,
                "a secondary cluster of a global datastore in the region of its primary",
                "InvalidParameterValue: the secondary must be in another region",
                "Guide, Replication across AWS Regions using global datastores, Prerequisites and limitations",
            ),
        ),
    ),
    Alike(
        "aws:elasticache/cluster:*",
        references=(
            Reference("subnetGroupName", SUBNET_GROUP, "CacheSubnetGroupNotFoundFault", "CacheSubnetGroupInUse"),
            Reference("parameterGroupName", PARAMETER_GROUP, "CacheParameterGroupNotFound"),
            Reference("securityGroupIds[*]", SECURITY_GROUP, "InvalidParameterValue", DEPENDENCY),
            Reference("replicationGroupId", GROUP, "ReplicationGroupNotFoundFault"),
            Reference("logDeliveryConfigurations[*].destination", _DESTINATIONS, "InvalidParameterValue"),
        ),
        values=(
            _WINDOWS,
            _TOPIC,
            _rule(
                "cache-cluster-engine",
                _memcached,
                "a cluster with what its engine does not have: snapshots of memcached, several nodes of Redis OSS",
                f"{_MIXED}; InvalidParameterValue: NumCacheNodes must be 1",
                "API, CreateCacheCluster, NumCacheNodes, SnapshotRetentionLimit and AZMode",
                at_once=True,
            ),
        ),
        state=(GROUP_OF_THE_SAME_VPC, _ZONE),
    ),
    Alike(
        "aws:elasticache/globalReplicationGroup:*",
        references=(Reference("primaryReplicationGroupId", GROUP, "ReplicationGroupNotFoundFault"),),
        state=(
            _rule(
                "cache-global",
                _global,
                "a global datastore over small or burstable nodes, or over a member of another one",
                "InvalidParameterValue: the node type is not supported; InvalidReplicationGroupState",
                "Guide, Replication across AWS Regions using global datastores, Prerequisites and limitations",
            ),
        ),
    ),
    Alike(
        "aws:elasticache/serverlessCache:*",
        references=(
            Reference("userGroupId", USERS, "UserGroupNotFound", "InvalidUserGroupState"),
            Reference("kmsKeyId", KEY_ARN, "InvalidKMSKeyFault"),
            Reference("subnetIds[*]", SUBNET, "InvalidParameterValue", DEPENDENCY),
            Reference("securityGroupIds[*]", SECURITY_GROUP, "InvalidParameterValue", DEPENDENCY),
        ),
        values=(
            _rule(
                "serverless-limits",
                _serverless,
                "a serverless cache outside its limits, or with what its engine does not have",
                "InvalidParameterValue",
                "API, CreateServerlessCache, CacheUsageLimits, SubnetIds and UserGroupId",
                at_once=True,
            ),
        ),
        state=(
            _GROUPS,
            _rule(
                "serverless-network",
                _serverless_network,
                "a serverless cache with two subnets of a zone, or with subnets and groups of several VPCs",
                "InvalidParameterValue",
                "API, CreateServerlessCache, SubnetIds and SecurityGroupIds",
            ),
        ),
    ),
    Alike(
        "aws:elasticache/user:*",
        values=(_users_on.longest("userName", 120),),
    ),
    Alike(
        "aws:elasticache/userGroup:*",
        references=(Reference("userIds[*]", USER, "UserNotFound"),),
        state=(
            _rule(
                "cache-users",
                _users,
                "a group of users without a default one, with two of a name, or for another engine than its users",
                "DefaultUserRequired; DuplicateUserName; InvalidParameterCombination",
                "API, CreateUserGroup, Errors; Guide, Role-Based Access Control (RBAC)",
            ),
        ),
    ),
    Alike(
        "aws:elasticache/userGroupAssociation:*",
        references=(
            Reference("userGroupId", USERS, "UserGroupNotFound"),
            Reference("userId", USER, "UserNotFound"),
        ),
    ),
)
"""What an ElastiCache object needs beside it, in one pattern for each type."""
