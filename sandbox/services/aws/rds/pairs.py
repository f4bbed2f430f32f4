"""Databases and what they are made beside: clusters, proxies, groups of options, snapshots, networks, topics.

"API" is the Amazon RDS API Reference, "Guide" the Amazon RDS or Aurora User Guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import block, flag, given, text
from sandbox.model.pairs import PairRule, pair, texts, told, whole
from sandbox.model.references import Reference, Target, outside
from sandbox.model.rows import Alike
from sandbox.services.aws.ec2.places import vpcs_of, zones
from sandbox.services.aws.ec2.targets import INTERNET_GATEWAY, SUBNET
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.kms import KEY, KEY_ARN
from sandbox.services.aws.rds.state import SNAPSHOT
from sandbox.services.aws.rds.targets import INSTANCE, SUBNET_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

OPTIONS = (Target("aws:rds/optionGroup:OptionGroup", ("id", "name")),)
STORED = (
    ("aws:rds/snapshot:Snapshot", "dbSnapshotIdentifier"),
    ("aws:rds/snapshotCopy:SnapshotCopy", "targetDbSnapshotIdentifier"),
)
"""Types of snapshots of instances, and the property with their name."""
VPC, TOPIC = "aws:ec2/vpc:Vpc", "aws:sns/topic:Topic"
_ATTACHMENT = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"


def _default(value: str) -> bool:
    """Groups that RDS brings along are called `default.` or, for options, `default:` and the engine."""
    return outside(value) or value.startswith("default:")


def found_by(context: Context, target: Target, value: object) -> CloudObject | None:
    """The object that a value names, seen from where the rule looks."""
    return target.find(context.cloud, value) if context.cloud is not None and isinstance(value, str) else None


def _options(context: Context) -> Iterator[Violation]:
    group = found_by(context, OPTIONS[0], context.inputs.get("optionGroupName"))
    engine, version = context.inputs.get("engine"), context.inputs.get("engineVersion")
    if group is None:
        return
    theirs, major = told(group, "engineName"), told(group, "majorEngineVersion")
    if known(engine) and known(theirs) and engine != theirs:
        yield Violation("optionGroupName", f"{group.name} has options of {theirs}, the instance is {engine}")
    elif known(version) and known(major) and not f"{version}.".startswith(f"{major}."):
        yield Violation("optionGroupName", f"{group.name} has options of {theirs} {major}, the instance is {version}")


def _snapshot(context: Context) -> Iterator[Violation]:
    name, cloud = context.inputs.get("snapshotIdentifier"), context.cloud
    if cloud is None or not isinstance(name, str) or not name or context.old is not None:
        return
    if name.startswith("arn:") and f"{name}::::".split(":")[3] != (here := context.place.of(context.inputs).region):
        yield Violation("snapshotIdentifier", f"{name} does not lie in {here}, and is the name of no snapshot there")
        return
    if name.startswith(("arn:", "rds:")) or cloud.marked(SNAPSHOT, name):
        return  # of another account or of the service itself, or left behind by an instance that is gone
    made = {told(item, path) for token, path in STORED for item in cloud.of_type(token)}
    if name not in made:
        yield Violation("snapshotIdentifier", f"{name!r} is the name of no snapshot that exists")


def _source_region(context: Context) -> Iterator[Violation]:
    """A replica in another region needs a key of that region where its source is encrypted."""
    source = context.inputs.get("replicateSourceDb")
    item = found_by(context, INSTANCE[0], source)
    if item is None or context.old is not None or not isinstance(source, str) or not source.startswith("arn:"):
        return
    here, there = context.place.of(context.inputs).region, f"{source}::::".split(":")[3]
    if here != there and flag(told(item, "storageEncrypted")) and not given(context.inputs, "kmsKeyId"):
        yield Violation("kmsKeyId", f"{item.name} in {there} is encrypted: a replica in {here} needs a key of {here}")


def _copied_region(context: Context) -> Iterator[Violation]:
    source = context.inputs.get("sourceDbInstanceArn")
    item = found_by(context, INSTANCE[0], source)
    here, there = context.place.of(context.inputs).region, f"{source}::::".split(":")[3]
    if not isinstance(source, str) or not source.startswith("arn:") or not there:
        return
    if here == there:
        yield Violation("sourceDbInstanceArn", f"the source lies in {here}, where its backups are already")
    elif item is not None and flag(told(item, "storageEncrypted")) and not given(context.inputs, "kmsKeyId"):
        yield Violation("kmsKeyId", f"{item.name} is encrypted: its backups in {here} need a key of {here}")


def _zone(context: Context) -> Iterator[Violation]:
    zone = context.inputs.get("availabilityZone")
    group = found_by(context, SUBNET_GROUP[0], context.inputs.get("dbSubnetGroupName"))
    subnets = group.inputs.get("subnetIds") if group is not None else None
    covered = zones(context.cloud, subnets) if context.cloud is not None and isinstance(subnets, list) else None
    if group is not None and covered and isinstance(zone, str) and zone not in covered.values():
        listed = ", ".join(sorted(set(covered.values())))
        yield Violation("availabilityZone", f"{zone!r} has no subnet in {group.name}, which covers {listed}")


def _public(context: Context) -> Iterator[Violation]:
    group = found_by(context, SUBNET_GROUP[0], context.inputs.get("dbSubnetGroupName"))
    cloud = context.cloud
    if cloud is None or group is None or flag(context.inputs.get("publiclyAccessible")) is not True:
        return
    for identity in vpcs_of(cloud, SUBNET[0].token, group.inputs.get("subnetIds") or []):
        vpc = cloud.get(VPC, identity)
        if vpc is None or not whole(vpc):
            continue
        joined = {
            item.inputs.get("vpcId")
            for token in (INTERNET_GATEWAY[0].token, _ATTACHMENT)
            for item in cloud.of_type(token)
        }
        if identity not in joined:
            yield Violation("publiclyAccessible", f"{vpc.name} has no internet gateway; make this depend on it")
        elif flag(told(vpc, "enableDnsHostnames", default=False)) is False:
            yield Violation("publiclyAccessible", f"{vpc.name} has no DNS hostnames: set enableDnsHostnames")


def _moment(context: Context) -> Iterator[Violation]:
    moment = block(context.inputs, "restoreToPointInTime")
    sources = ("sourceDbInstanceAutomatedBackupsArn", "sourceDbInstanceIdentifier", "sourceDbiResourceId")
    for names in (sources, ("restoreTime", "useLatestRestorableTime")):
        found = [name for name in names if given(moment, name)]
        if moment and len(found) != 1:
            had = "not together" if found else "one of them is required"
            yield Violation("restoreToPointInTime", f"{', '.join(found or names)}: {had}")


def _copied_past(context: Context) -> Iterator[Violation]:
    value = block(context.inputs, "restoreToPointInTime").get("sourceDbInstanceAutomatedBackupsArn")
    here = context.place.of(context.inputs).region
    if isinstance(value, str) and value.startswith("arn:") and f"{value}::::".split(":")[3] != here:
        at = "restoreToPointInTime.sourceDbInstanceAutomatedBackupsArn"
        yield Violation(at, f"{value} does not lie in {here}, where the server would be made")


def _past(context: Context) -> Iterator[Violation]:
    name = block(context.inputs, "restoreToPointInTime").get("sourceDbInstanceIdentifier")
    item = found_by(context, INSTANCE[0], name)
    if item is not None and context.old is None and told(item, "backupRetentionPeriod", 0) == 0:
        at = "restoreToPointInTime.sourceDbInstanceIdentifier"
        yield Violation(at, f"{item.name} keeps no backups: its backupRetentionPeriod is 0")


SOURCES: dict[str, tuple[tuple[str, str], ...]] = {
    "db-cluster": (("aws:rds/cluster:Cluster", "clusterIdentifier"),),
    "db-instance": (
        ("aws:rds/instance:Instance", "identifier"),
        ("aws:rds/clusterInstance:ClusterInstance", "identifier"),
    ),
    "db-parameter-group": (("aws:rds/parameterGroup:ParameterGroup", "name"),),
}
"""Type of an event's source -> what it names."""


def _events(context: Context) -> Iterator[Violation]:
    kind, cloud, topic = text(context.inputs, "sourceType"), context.cloud, context.inputs.get("snsTopic")
    ids = texts(context.inputs, "sourceIds[*]")
    if ids and not given(context.inputs, "sourceType"):
        yield Violation("sourceType", "required with sourceIds")
    if isinstance(topic, str) and topic.endswith(".fifo"):
        yield Violation("snsTopic", f"{topic} is a FIFO topic, events go to standard topics alone")
    for at, identity in ids if cloud is not None and kind in SOURCES else ():
        names = {told(item, path) for token, path in SOURCES[kind] for item in cloud.of_type(token)} if cloud else set()
        if identity not in names:
            yield Violation(at, f"{identity!r} is the name of no {kind} that exists")


_BOOKS = {"API": "Amazon RDS API Reference", "Guide": "Amazon RDS User Guide"}


def rule(identity: str, check: Any, refused: str, says: str, source: str) -> PairRule:  # noqa: ANN401 - any check
    """A pair rule of RDS that the service refuses."""
    whole_source = re.sub(r"(^|; )(API|Guide), ", lambda found: f"{found[1]}{_BOOKS[found[2]]}, ", source)
    return pair(identity, check, refused=refused, says=says, source=whole_source)


_INSTANCE_PAIRS = (
    rule(
        "option-group-engine",
        _options,
        "an instance with a group of options for another engine or major version",
        "InvalidParameterCombination: the option group is for another engine or major version",
        "API, CreateOptionGroup, EngineName and MajorEngineVersion; Guide, Working with option groups",
    ),
    rule(
        "snapshot-exists",
        _snapshot,
        "an instance that is restored from a snapshot that does not exist",
        "DBSnapshotNotFound",
        "API, RestoreDBInstanceFromDBSnapshot, Errors",
    ),
    rule(
        "replica-region-key",
        _source_region,
        "a replica in another region of an encrypted source, without a key of its own region",
        "InvalidParameterCombination: KmsKeyId is required for an encrypted replica in another region",
        "API, CreateDBInstanceReadReplica, KmsKeyId; Guide, Creating a read replica in a different AWS Region",
    ),
    rule(
        "database-zone-covered",
        _zone,
        "a database in an availability zone in which its subnet group has no subnet",
        "InvalidVPCNetworkStateFault: DB Subnet Group doesn't meet availability zone coverage",
        "API, CreateDBInstance, AvailabilityZone; Guide, Working with a DB instance in a VPC",
    ),
    rule(
        "public-database",
        _public,
        "a public database in a VPC without an internet gateway or DNS hostnames",
        "InvalidVPCNetworkStateFault: Cannot create a publicly accessible DBInstance. The specified VPC has no "
        "internet gateway attached, or does not support DNS resolution, DNS hostnames, or both",
        "Guide, Working with a DB instance in a VPC; Troubleshooting for Amazon RDS",
    ),
    pair(
        "restore-moment",
        _moment,
        refused="a restore with no source or two, or with no moment or two",
        says="InvalidParameterCombination",
        source="Amazon RDS API Reference, RestoreDBInstanceToPointInTime, RestoreTime and UseLatestRestorableTime",
        at_once=True,
    ),
    rule(
        "restore-region",
        _copied_past,
        "a restore from automated backups that lie in another region",
        "DBInstanceAutomatedBackupNotFound",
        "Guide, Restoring to a specified time from a replicated backup; API, RestoreDBInstanceToPointInTime, Errors",
    ),
    rule(
        "restore-without-backups",
        _past,
        "a restore to a point in time of an instance without backups",
        "PointInTimeRestoreNotEnabled",
        "API, RestoreDBInstanceToPointInTime, Errors",
    ),
)
_COPIED = rule(
    "backups-region",
    _copied_region,
    "backups that are copied within their own region, or copies of encrypted ones without a key of the other region",
    "InvalidParameterValue: the source and the destination region must differ; KmsKeyId is required",
    "API, StartDBInstanceAutomatedBackupsReplication, KmsKeyId and SourceRegion",
)
_EVENTS = rule(
    "event-sources",
    _events,
    "a subscription to events of sources that do not exist or have no type, or one that tells a FIFO topic",
    "SourceNotFound; InvalidParameterValue: SourceType is required with SourceIds; FIFO topics are not supported",
    "API, CreateEventSubscription; Guide, Amazon RDS event notification overview",
)
_KEY = "KMSKeyNotAccessibleFault"
ALIKE = (
    Alike(
        "aws:rds/instance:*",
        references=(
            Reference("optionGroupName", OPTIONS, "OptionGroupNotFoundFault", "InvalidOptionGroupStateFault", _default),
            Reference("masterUserSecretKmsKeyId", KEY, _KEY),
            Reference("restoreToPointInTime.sourceDbInstanceIdentifier", INSTANCE, "DBInstanceNotFound"),
        ),
        state=_INSTANCE_PAIRS,
    ),
    Alike(
        "aws:rds/roleAssociation:*",
        references=(
            Reference("dbInstanceIdentifier", INSTANCE, "DBInstanceNotFound"),
            Reference("roleArn", ROLE_ARN, "InvalidParameterValue"),
        ),
    ),
    Alike("aws:rds/snapshot:*", references=(Reference("dbInstanceIdentifier", INSTANCE, "DBInstanceNotFound"),)),
    Alike(
        "aws:rds/instanceAutomatedBackupsReplication:*",
        references=(Reference("kmsKeyId", KEY_ARN, _KEY),),
        state=(_COPIED,),
    ),
    Alike("aws:rds/eventSubscription:*", state=(_EVENTS,)),
)
"""What an RDS object needs beside it, in one pattern for each type."""
