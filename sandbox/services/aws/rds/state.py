"""What RDS refuses because of other instances, or of an instance's own past, and what a deletion leaves behind."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock.moments import written
from sandbox.cloud import Ends
from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.rows import Deletion, Effect
from sandbox.services.aws.ec2.places import GROUP_OF_THE_SAME_VPC, subnets_of_group
from sandbox.services.aws.rds import upgrades
from sandbox.services.aws.rds.storage import gp3_of
from sandbox.services.aws.rds.targets import INSTANCE, SUBNET_GROUP, replicas_of
from sandbox.services.aws.rds.timing import STORAGE, STORAGE_HELD, STORAGE_HOURS
from sandbox.services.aws.rds.upgrades import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

SUBNETS = subnets_of_group("dbSubnetGroupName", SUBNET_GROUP[0].token)
SNAPSHOT = "rds-snapshot"
"""Mark of a final snapshot that exists."""
RETAINED = "rds-retained-backups"
"""Mark of automated backups that outlive their instance."""
REPLICAS_OF_ONE_SOURCE = 15
"""Amazon RDS User Guide, Working with DB instance read replicas: for PostgreSQL up to 15."""


def _without_backups(source: CloudObject) -> bool:
    # A replica takes its own backups only when it says so; nothing set means none, as with the primary's default of 0.
    return not source.inputs.get("backupRetentionPeriod")


def _replica(context: Context) -> Iterator[Violation]:
    source = source_of(context)
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
    siblings = replicas_of(context.cloud, source)
    if len(siblings) >= REPLICAS_OF_ONE_SOURCE:
        yield Violation(
            "replicateSourceDb",
            f"{source.name} has {len(siblings)} replicas; {REPLICAS_OF_ONE_SOURCE} at most (InvalidDBInstanceState)",
        )


def _backups_of_a_source(context: Context) -> Iterator[Violation]:
    if context.old is None or context.cloud is None or context.inputs.get("backupRetentionPeriod") != 0:
        return
    source = context.cloud.get(INSTANCE[0].token, context.id)
    replicas = replicas_of(context.cloud, source) if source is not None else []
    if replicas:
        names = ", ".join(item.name for item in replicas)
        yield Violation(
            "backupRetentionPeriod",
            f"0 would end the backups of a source that has replicas: {names} (InvalidDBInstanceState)",
        )


def _copied_backups(context: Context) -> Iterator[Violation]:
    source = source_of(context, "sourceDbInstanceArn")
    if source is not None and _without_backups(source):
        yield Violation("sourceDbInstanceArn", f"{source.name} keeps no backups to be copied (InvalidDBInstanceState)")


def _storage_held(context: Context) -> Iterator[Violation]:
    if context.old is None or context.cloud is None or not context.cloud.marked(STORAGE_HELD, context.id):
        return
    for path in STORAGE:
        if known(context.inputs.get(path)) and context.inputs.get(path) != context.old.get(path):
            yield Violation(
                path,
                "the storage was changed less than six hours ago on the rehearsal's clock, and takes no other change "
                f"until then; wait, or move the clock: --advance {STORAGE_HOURS}h (InvalidParameterCombination: You "
                "can't currently modify the storage of this DB instance because the previous storage change is being "
                "optimized)",
            )
            return


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
    source = source_of(context)
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


def _final_snapshot(cloud: Cloud, item: CloudObject) -> str | None:
    if item.inputs.get("skipFinalSnapshot"):
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


def _left_behind(cloud: Cloud, item: CloudObject) -> list[Effect]:
    """A final snapshot stays; replicas of a deleted PostgreSQL source become instances of their own.

    Amazon RDS User Guide, Working with DB instance read replicas.
    """
    name = item.inputs.get("finalSnapshotIdentifier")
    kept: list[Effect] = []
    if name and not item.inputs.get("skipFinalSnapshot"):
        kept.append(lambda changed: changed.mark(SNAPSHOT, str(name)))
    days = item.inputs.get("backupRetentionPeriod")
    if item.inputs.get("deleteAutomatedBackups") is False and isinstance(days, (int, float)) and days:
        kept.append(lambda changed: changed.mark(RETAINED, item.id, _retained(changed, item, days)))
    return kept + [_promoted(replica) for replica in replicas_of(cloud, item)]


def _retained(cloud: Cloud, item: CloudObject, days: float) -> Ends:
    return Ends(
        written(cloud.now + timedelta(days=days)),
        item.token,
        item.name,
        "the last of its retained automated backups is deleted",
        "Amazon RDS User Guide, Retaining automated backups",
    )


def _promoted(replica: CloudObject) -> Effect:
    inputs = {key: value for key, value in replica.inputs.items() if key != "replicateSourceDb"}
    outputs = {key: value for key, value in replica.outputs.items() if key != "replicateSourceDb"}
    return lambda cloud: cloud.put(dataclasses.replace(replica, inputs=inputs, outputs=outputs))


COPIED_BACKUPS = Rule(
    "copied-backups", "Amazon RDS User Guide, Replicating automated backups to another AWS Region", (), _copied_backups
)
STATE = (
    GROUP_OF_THE_SAME_VPC,
    Rule(
        "replica-source",
        "Amazon RDS User Guide, Working with DB instance read replicas; Password management with Amazon RDS and AWS "
        "Secrets Manager, Limitations",
        (),
        _replica,
    ),
    Rule("backups-of-a-source", "Amazon RDS User Guide, Working with read replicas", (), _backups_of_a_source),
    *upgrades.RULES,
    Rule(
        "storage-held",
        "Amazon RDS User Guide, Settings for DB instances, Allocated storage: no change within six hours of the last",
        (),
        _storage_held,
    ),
    Rule("storage-grows", "Amazon RDS API Reference, ModifyDBInstance, AllocatedStorage", (), _storage_shrinks),
    Rule(
        "replica-storage",
        "SDK documentation of aws.rds.Instance, allocatedStorage: ignored when a replica is created",
        (),
        _replica_storage,
    ),
)
"""What an instance's row takes from here."""
DELETION = Deletion(
    (
        "deletionProtection",
        "InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection first",
    ),
    refuses=_final_snapshot,
    effects=_left_behind,
)
"""Amazon RDS User Guide, Deleting a DB instance."""
