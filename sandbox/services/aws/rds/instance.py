"""Instances of RDS, and copies of their backups.

"Provider" is terraform-provider-aws; "API" the Amazon RDS API Reference; "Guide" the Amazon RDS User Guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, changed, flag, given, number, off, text
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash, uuid
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import NONE, Returned, Row, by_name
from sandbox.model.sources import Sources
from sandbox.model.windows import daily, overlap, weekly
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.targets import DEPENDENCY, SECURITY_GROUP
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.kms import KEY_ARN
from sandbox.services.aws.rds import classes, engines, storage
from sandbox.services.aws.rds.state import COPIED_BACKUPS, DELETION, STATE, SUBNETS
from sandbox.services.aws.rds.targets import INSTANCE, PARAMETER_GROUP, SUBNET_GROUP
from sandbox.services.aws.rds.timing import INSTANCE_TIMING, follows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


IDENTIFIER = r"[a-z](?:-?[a-z0-9]){0,62}"
"""The provider takes no capitals, neither given nor automatic ones (DefangLabs/pulumi-defang pull request 534)."""
ADVANCED_RETENTION = 465
INSIGHTS_RETENTION = (7, *(31 * months for months in range(1, 24)), 731)
MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
RESERVED_NAMES = frozenset({"admin", "rdsadmin"})


def _replica(inputs: dict[str, object]) -> bool:
    return given(inputs, "replicateSourceDb")


def _restored(inputs: dict[str, object]) -> bool:
    return any(given(inputs, name) for name in ("snapshotIdentifier", "restoreToPointInTime", "s3Import"))


def _requirements(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if _replica(inputs) or _restored(inputs):
        return
    for name in ("allocatedStorage", "engine", "username"):
        if not given(inputs, name):
            yield Violation(name, "required for a new DB instance that is no replica and is not restored")
    if not any(given(inputs, name) for name in ("password", "passwordWo", "manageMasterUserPassword")):
        yield Violation("passwordWo", "one of password, passwordWo, manageMasterUserPassword is required")


_NOT_FOR_REPLICAS = (
    "backupTarget",
    "blueGreenUpdate",
    "characterSetName",
    "dbName",
    "manageMasterUserPassword",
    "password",
    "passwordWo",
    "restoreToPointInTime",
    "s3Import",
    "username",
)


def _replica_takes_no_credentials(context: Context) -> Iterator[Violation]:
    if _replica(context.inputs):
        for name in _NOT_FOR_REPLICAS:
            if given(context.inputs, name):
                yield Violation(name, "not together with replicateSourceDb: a read replica has its source's value")


def _zones(context: Context) -> Iterator[Violation]:
    if flag(context.inputs.get("multiAz")) and given(context.inputs, "availabilityZone"):
        yield Violation(
            "availabilityZone",
            "not together with multiAz (InvalidParameterCombination: Requesting a specific availability zone is not "
            "valid for Multi-AZ instances)",
        )


def _postgres(context: Context) -> bool:
    return context.inputs.get("engine") == "postgres"


def _names(context: Context) -> Iterator[Violation]:
    if not _postgres(context):
        return
    name, user = text(context.inputs, "dbName"), text(context.inputs, "username")
    if name and re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,62}", name) is None:
        yield Violation(
            "dbName",
            f"{name!r} is not allowed: 1 to 63 letters, digits or underscores, a letter first (InvalidParameterValue: "
            "DBName must begin with a letter and contain only alphanumeric characters)",
        )
    if user and re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,62}", user) is None:
        yield Violation("username", f"{user!r} is not allowed: 1 to 63 letters, digits or underscores, a letter first")
    if user.lower() in RESERVED_NAMES:
        yield Violation(
            "username",
            f"{user!r} is reserved (InvalidParameterValue: MasterUsername {user} cannot be used as it is a reserved "
            "word used by the engine)",
        )


def _insights(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    disabled, kept = off(inputs, "performanceInsightsEnabled"), number(inputs.get("performanceInsightsRetentionPeriod"))
    if kept and disabled:
        yield Violation("performanceInsightsRetentionPeriod", "needs performanceInsightsEnabled")
    if inputs.get("databaseInsightsMode") == "advanced":
        if disabled:
            yield Violation("databaseInsightsMode", "'advanced' needs performanceInsightsEnabled")
        if kept is not None and kept < ADVANCED_RETENTION:
            yield Violation(
                "performanceInsightsRetentionPeriod",
                f"{kept:g} days: Database Insights 'advanced' keeps at least {ADVANCED_RETENTION} days "
                "(InvalidParameterCombination)",
            )


def _monitoring(context: Context) -> Iterator[Violation]:
    interval = number(context.inputs.get("monitoringInterval"))
    if interval and not given(context.inputs, "monitoringRoleArn"):
        yield Violation(
            "monitoringRoleArn",
            "required with a monitoringInterval other than 0 (InvalidParameterCombination: A MonitoringRoleARN value "
            "is required if you specify a MonitoringInterval value other than 0)",
        )
    absent = not given(context.inputs, "monitoringInterval") or interval == 0
    if absent and given(context.inputs, "monitoringRoleArn"):
        yield Violation("monitoringInterval", "must be other than 0 when monitoringRoleArn is given")


def _windows(context: Context) -> Iterator[Violation]:
    backup, maintenance = text(context.inputs, "backupWindow"), text(context.inputs, "maintenanceWindow")
    if backup and (reason := daily(backup, 30)):
        yield Violation("backupWindow", reason)
    if maintenance and (reason := weekly(maintenance, 30)):
        yield Violation("maintenanceWindow", reason)
    if backup and maintenance and overlap(backup, maintenance.lower()):
        yield Violation(
            "maintenanceWindow",
            f"{maintenance} overlaps the backup window {backup} (InvalidParameterValue: The backup window and "
            "maintenance window must not overlap)",
        )


def _encryption(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if _replica(inputs) or _restored(inputs) or not given(inputs, "kmsKeyId"):
        return
    if off(inputs, "storageEncrypted"):
        yield Violation("storageEncrypted", "must be true when kmsKeyId is given")


def _updates(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    source = changed(context, "replicateSourceDb")
    if source:
        yield Violation(
            "replicateSourceDb",
            f"a replica cannot follow another source, here {source[1]!r} after {source[0]!r}: replace it (provider: "
            "cannot elect new source database for replication)",
        )
    version = changed(context, "engineVersion")
    if version and not _replica(inputs) and not flag(inputs.get("allowMajorVersionUpgrade")):
        before, after = (str(item).split(".")[0] for item in version)
        if before != after:
            yield Violation(
                "allowMajorVersionUpgrade",
                f"must be true to go from version {version[0]} to {version[1]} (InvalidParameterCombination: The "
                "AllowMajorVersionUpgrade flag must be present when upgrading to a new major version)",
            )


_REPLICA = "Amazon RDS API Reference, CreateDBInstanceReadReplica; terraform-provider-aws, aws_db_instance"
_HYPHENS = "letters, digits and single hyphens, a letter first, no hyphen last"
_PASSWORD = r"[!#-.0-?A-~]{8,128}"
_PRINTABLE = '8 to 128 printable characters other than / " @ and space'
_SUPPORT = ("open-source-rds-extended-support", "open-source-rds-extended-support-disabled")


def _created(inputs: Inputs) -> Inputs:
    """CreateDBInstanceReadReplica ignores deletion protection: only a later change switches it on.

    terraform-provider-aws issue 13666, and the provider's acceptance tests of 2026 still say so.
    """
    if given(inputs, "replicateSourceDb") and flag(inputs.get("deletionProtection")):
        return {**inputs, "deletionProtection": False}
    return inputs


def _read(inputs: Inputs, outputs: Inputs) -> Inputs:
    if outputs.get("deletionProtection") is False and "deletionProtection" in inputs:
        return {**inputs, "deletionProtection": False}
    return inputs


def _master_secrets(inputs: Inputs, identifier: str, place: Place) -> list[dict[str, Any]]:
    """The secret that RDS makes and rotates (Amazon RDS User Guide, Password management with Secrets Manager)."""
    if not flag(inputs.get("manageMasterUserPassword")):
        return []
    secret = f"rds!db-{uuid(identifier, 'master')}-{short_hash(identifier, length=6)}"
    key = arn("kms", f"key/{uuid('aws/secretsmanager', place.region)}", place)
    return [
        {
            "kmsKeyId": inputs.get("masterUserSecretKmsKeyId") or key,
            "secretArn": arn("secretsmanager", f"secret:{secret}", place),
            "secretStatus": "active",
        }
    ]


def _zone_of(place: Place) -> str:
    """The hosted zone of the addresses: that of us-east-1 is known by examples, others are made up in its form."""
    return "Z2R2ITUGPM61AM" if place.region == "us-east-1" else f"Z{short_hash('rds', place.region, length=13).upper()}"


def _outputs(name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    identifier = str(inputs.get("identifier") or identity)
    host = f"{identifier}.{short_hash('rds', length=12)}.{place.region}.rds.{place.dns_suffix}"
    port = inputs.get("port") or engines.port_of(str(inputs.get("engine") or "postgres"))
    return {
        "arn": arn("rds", f"db:{identifier}", place),
        "address": host,
        "endpoint": f"{host}:{port}",
        "port": port,
        "hostedZoneId": _zone_of(place),
        "resourceId": f"db-{short_hash(name, identifier, length=26).upper()}",
        "status": "available",
        "masterUserSecrets": _master_secrets(inputs, identifier, place),
        **follows({**inputs, "replicateSourceDb": None}),
    }


_INSTANCE_ARN = (Target(INSTANCE[0].token, ("arn",)),)
_on = On("rds", source="Amazon RDS API Reference, CreateDBInstance")
_copies = On("rds-copies", source="Amazon RDS API Reference, StartDBInstanceAutomatedBackupsReplication")

ROWS = (
    Row(
        token=INSTANCE[0].token,
        name=Named("identifier"),
        id=by_name,
        outputs=_outputs,
        replaced=Replaced(
            words(
                "availabilityZone backupTarget characterSetName customIamInstanceProfile dbName "
                "engine kmsKeyId ncharCharacterSetName restoreToPointInTime s3Import.bucketName "
                "s3Import.bucketPrefix s3Import.ingestionRole s3Import.sourceEngine "
                "s3Import.sourceEngineVersion snapshotIdentifier storageEncrypted timezone username"
            ),
            kept=words(
                "availabilityZone characterSetName dbName engine kmsKeyId ncharCharacterSetName "
                "snapshotIdentifier timezone username"
            ),
        ),
        references=(
            Reference(
                "dbSubnetGroupName",
                SUBNET_GROUP,
                "DBSubnetGroupNotFoundFault",
                "InvalidDBSubnetGroupStateFault: the group is used by a DB instance",
            ),
            Reference(
                "parameterGroupName",
                PARAMETER_GROUP,
                "DBParameterGroupNotFound",
                "InvalidDBParameterGroupState: the group is used by a DB instance",
            ),
            Reference(
                "vpcSecurityGroupIds[*]", SECURITY_GROUP, "InvalidParameterValue: Invalid security group", DEPENDENCY
            ),
            Reference("kmsKeyId", KEY_ARN, "KMSKeyNotAccessibleFault"),
            Reference("performanceInsightsKmsKeyId", KEY_ARN, "KMSKeyNotAccessibleFault"),
            Reference("monitoringRoleArn", ROLE_ARN, "InvalidParameterValue"),
            Reference("replicateSourceDb", INSTANCE, "DBInstanceNotFound"),
        ),
        unique=(Unique(("identifier",), "DBInstanceAlreadyExists: DB instance already exists"),),
        values=(
            _on.custom("class", classes.check, "Amazon RDS User Guide, DB instance class types"),
            _on.matches("identifier", IDENTIFIER, f"lower-case {_HYPHENS}, at most 63", "InvalidParameterValue"),
            _on.exclusive("identifier", "identifierPrefix", source="terraform-provider-aws 5.5.0 schema"),
            _on.custom("required", _requirements, "terraform-provider-aws, aws_db_instance, create"),
            _on.custom("replica", _replica_takes_no_credentials, _REPLICA),
            _on.exclusive("snapshotIdentifier", "s3Import", "restoreToPointInTime", source=_REPLICA),
            _on.exclusive("password", "passwordWo", "manageMasterUserPassword"),
            _on.matches("password", _PASSWORD, _PRINTABLE, secret=True),
            _on.matches("passwordWo", _PASSWORD, _PRINTABLE, secret=True),
            _on.custom("zone", _zones),
            _on.custom("names", _names),
            _on.between(
                "backupRetentionPeriod", 0, 35, "days", "InvalidParameterValue: Invalid backup retention period"
            ),
            _on.one_of("performanceInsightsRetentionPeriod", INSIGHTS_RETENTION, "InvalidParameterValue"),
            _on.one_of("databaseInsightsMode", ("advanced", "standard")),
            _on.custom("insights", _insights, "Amazon RDS User Guide, Database Insights"),
            _on.one_of("monitoringInterval", MONITORING_INTERVALS, "InvalidParameterValue"),
            _on.custom("monitoring", _monitoring),
            _on.custom("windows", _windows),
            _on.between("port", 1150, 65535),
            _on.custom("encryption", _encryption, "SDK documentation: with kmsKeyId, storageEncrypted must be true"),
            _on.matches("finalSnapshotIdentifier", r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,254}", f"{_HYPHENS}, at most 255"),
            _on.one_of("networkType", ("IPV4", "DUAL")),
            _on.one_of("engineLifecycleSupport", _SUPPORT),
            _on.custom("update", _updates, "Amazon RDS API Reference, ModifyDBInstance"),
            *engines.VALUES,
            *storage.VALUES,
        ),
        state=STATE,
        deletion=DELETION,
        through=SUBNETS,
        returned=Returned(_created, _read),
        sources=Sources(
            outputs="Amazon RDS User Guide, Finding the connection information; Amazon RDS API Reference, DBInstance",
            doubts={
                "outputs": "which minor version RDS takes for a major one: its default changes, and differs by region",
                "time": "how long a restart or an upgrade lasts without a standby: AWS gives no time (AWS re:Post, "
                "downtime of a major version upgrade)",
            },
        ),
        timing=INSTANCE_TIMING,
    ),
    Row(
        token="aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        name=NONE,
        replaced=Replaced(
            ("kmsKeyId", "preSignedUrl", "retentionPeriod", "sourceDbInstanceArn"),
            {"retentionPeriod": 7},
            kept=("kmsKeyId",),
        ),
        references=(Reference("sourceDbInstanceArn", _INSTANCE_ARN, "DBInstanceNotFound"),),
        unique=(),
        values=(_copies.between("retentionPeriod", 1, 35, "days"),),
        state=(COPIED_BACKUPS,),
    ),
)
