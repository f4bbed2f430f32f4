"""Arguments of a PostgreSQL server on RDS, with the rules that the RDS API checks only at apply time."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from bailbondpro.facts import rds
from bailbondpro.facts.windows import daily_length, overlap, weekly_length

from ..naming import NameKind, physical_name
from ..tuning.storage import Performance, gp3_performance
from ..validation import require, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from ..security.secrets import Credential
    from ..tuning.postgres import Parameter

_ENGINE_VERSION = re.compile(r"\d{2}(\.\d{1,2})?")


def _older(major: str, than: str) -> bool:
    return bool(re.fullmatch(r"\d{2}", major)) and than.isdecimal() and int(major) < int(than)


@dataclass(frozen=True, kw_only=True)
class BackupReplication:
    """A copy of the primary's automated backups and logs in a second region.

    Attributes:
        region: destination region; changing it makes a new copy.
        key_arn: KMS key in that region.
        retention_days: 1 to 35 days that the copies are kept.
    """

    region: str
    key_arn: pulumi.Input[str]
    retention_days: int

    def __post_init__(self) -> None:
        require(
            f"backup replication to {self.region!r}",
            (
                within(self.retention_days, 1, rds.MAX_BACKUP_DAYS),
                f"retention_days is 1..{rds.MAX_BACKUP_DAYS}, not {self.retention_days}",
            ),
        )


@dataclass(frozen=True, kw_only=True)
class PostgresTemplate:
    """All of a server but its identity, so that equal servers (shards) share one.

    Attributes:
        engine_version: major version ("17"), which follows minor releases, or a pinned minor ("17.7").
        replica_engine_version: pinned minor of the replicas while they lead the primary in a minor upgrade, else None.
        upgrading_from: major version that the replicas still have while the primary goes to another one: both versions'
            parameter groups exist, major upgrades are allowed, and replicas keep what Amazon RDS makes of them.
        family: parameter group family; None takes that of the major version ("postgres17").
        instance_class: class of the primary, for example "db.m7g.large".
        replica_instance_class: class of the replicas; None takes the primary's.
        allocated_storage_gib: gp3 storage, 20 to 65,536 GiB. It can only grow, at most once in six hours.
        max_allocated_storage_gib: ceiling of storage autoscaling, at least 10 % above; None switches it off.
        iops: provisioned IOPS, 12,000 to 64,000, from 400 GiB on only; None takes what gp3 includes.
        storage_throughput_mibps: 500 to 4,000 MiB/s and at most a quarter of the IOPS, from 400 GiB on only; None takes
            what gp3 includes.
        multi_az: True keeps a synchronous standby in a second zone.
        replicas: asynchronous read replicas, 0 to 15.
        availability_zones: zones that replicas are spread over, in a stable order.
        vpc_id: VPC of the security group.
        subnet_ids: data subnets, in at least two zones.
        client_security_group_ids: security groups whose members may connect. Rules are named by position: append only.
        key_arn: KMS key for storage, Performance Insights and logs; changing it would replace the database.
        parameters: parameter group of the primary and all replicas (see `components.tuning.postgres`).
        backup_retention_days: automated backups, 0 to 35 days; replicas need at least 1.
        backup_window: daily, UTC, "hh:mm-hh:mm", at least 30 minutes.
        maintenance_window: weekly, UTC, "ddd:hh:mm-ddd:hh:mm", at least 30 minutes, apart from the backup window.
        replica_maintenance_windows: those of the replicas, in turn; empty takes the primary's for all.
        performance_insights_retention_days: 7, a multiple of 31 up to 713, or 731; 0 switches Performance Insights off.
        database_insights_mode: "advanced" needs a retention of at least 465 days and is billed per vCPU.
        monitoring_interval_seconds: Enhanced Monitoring: 0 (off), 1, 5, 10, 15, 30 or 60.
        log_retention_days: days that exported logs are kept in CloudWatch, a value CloudWatch Logs accepts.
        deletion_protection: True makes RDS itself refuse deletion of the primary.
        replica_deletion_protection: True makes RDS refuse deletion of the replicas too. RDS ignores it while it makes a
            replica, so that it is a step of its own once they exist.
        final_snapshot: True takes a snapshot of the primary before deletion and keeps its automated backups.
        apply_immediately: False waits for the maintenance window where a change interrupts service.
        auto_minor_version_upgrade: True lets RDS apply minor releases in the maintenance window.
        allow_major_version_upgrade: True for the one update that changes the major version, as `upgrading_from` says.
        backup_replication: copies of the backups in another region, or None.
        protect: True makes Pulumi refuse to delete or replace the instances.
    """

    engine_version: str = "17"
    replica_engine_version: str | None = None
    upgrading_from: str | None = None
    family: str | None = None
    instance_class: str
    replica_instance_class: str | None = None
    allocated_storage_gib: int
    max_allocated_storage_gib: int | None = None
    iops: int | None = None
    storage_throughput_mibps: int | None = None
    multi_az: bool = True
    replicas: int = 0
    availability_zones: tuple[str, ...] = ()
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    client_security_group_ids: Sequence[pulumi.Input[str]]
    key_arn: pulumi.Input[str]
    parameters: tuple[Parameter, ...]
    backup_retention_days: int = 14
    backup_window: str = rds.BACKUP_WINDOW
    maintenance_window: str = rds.MAINTENANCE_WINDOW
    replica_maintenance_windows: tuple[str, ...] = ()
    performance_insights_retention_days: int = 7
    database_insights_mode: Literal["standard", "advanced"] = "standard"
    monitoring_interval_seconds: int = 60
    log_retention_days: int = 30
    deletion_protection: bool = True
    replica_deletion_protection: bool = False
    final_snapshot: bool = True
    apply_immediately: bool = False
    auto_minor_version_upgrade: bool = True
    allow_major_version_upgrade: bool = False
    backup_replication: BackupReplication | None = None
    protect: bool = False

    @property
    def label(self) -> str:
        """How messages name it."""
        return "PostgreSQL server"

    @property
    def major_version(self) -> str:
        """Major version of the engine."""
        return self.engine_version.split(".")[0]

    @property
    def parameter_family(self) -> str:
        """Parameter group family in use."""
        return self.family or f"postgres{self.major_version}"

    @property
    def previous_family(self) -> str | None:
        """Parameter group family of the version that is being left."""
        return f"postgres{self.upgrading_from}" if self.upgrading_from is not None else None

    @property
    def maintenance_windows(self) -> tuple[str, ...]:
        """Every window that an instance may have, the primary's first."""
        return (self.maintenance_window, *self.replica_maintenance_windows)

    @property
    def performance(self) -> Performance | None:
        """IOPS and throughput that every instance states; None below the size from which RDS takes them."""
        return gp3_performance(self.allocated_storage_gib, self.iops, self.storage_throughput_mibps)

    def __post_init__(self) -> None:
        require(
            self.label,
            *self._version_rules(),
            *self._storage_rules(),
            *self._replica_rules(),
            *self._schedule_rules(),
            *self._insight_rules(),
        )

    def _version_rules(self) -> tuple[tuple[bool, str], ...]:
        major, leading = self.major_version, self.replica_engine_version
        return (
            (
                bool(_ENGINE_VERSION.fullmatch(self.engine_version)),
                f"engine_version is a major ('17') or a minor ('17.7'), not {self.engine_version!r}",
            ),
            (
                self.parameter_family == f"postgres{major}",
                f"family of version {major} is 'postgres{major}'",
            ),
            (
                leading is None or leading.startswith(f"{major}."),
                f"replica_engine_version {leading!r} must be a minor of {major}",
            ),
            (
                self.upgrading_from is None or _older(self.upgrading_from, major),
                f"upgrading_from is a major version before {major}, not {self.upgrading_from!r}",
            ),
        )

    def _storage_rules(self) -> tuple[tuple[bool, str], ...]:
        size, ceiling = self.allocated_storage_gib, self.max_allocated_storage_gib
        return (
            (
                within(size, rds.MIN_STORAGE_GIB, rds.MAX_STORAGE_GIB),
                f"allocated_storage_gib is {rds.MIN_STORAGE_GIB}..{rds.MAX_STORAGE_GIB}, not {size}",
            ),
            (
                ceiling is None or within(ceiling, rds.least_ceiling_gib(size), rds.MAX_STORAGE_GIB),
                f"max_allocated_storage_gib {ceiling} must exceed allocated_storage_gib {size} by 10 % or be None",
            ),
            (
                size >= rds.STRIPED_GIB or (self.iops is None and self.storage_throughput_mibps is None),
                f"iops and storage_throughput_mibps need allocated_storage_gib of at least {rds.STRIPED_GIB}",
            ),
            *self._performance_rules(),
        )

    def _performance_rules(self) -> tuple[tuple[bool, str], ...]:
        wanted = self.performance
        if wanted is None:
            return ()
        return (
            (
                within(wanted.iops, rds.LEAST_IOPS, rds.MOST_IOPS),
                f"iops is {rds.LEAST_IOPS}..{rds.MOST_IOPS}, not {wanted.iops}",
            ),
            (
                within(wanted.throughput_mibps, rds.LEAST_MIBPS, rds.MOST_MIBPS),
                f"storage_throughput_mibps is {rds.LEAST_MIBPS}..{rds.MOST_MIBPS}, not {wanted.throughput_mibps}",
            ),
            (
                wanted.throughput_mibps <= wanted.most_mibps,
                f"storage_throughput_mibps {wanted.throughput_mibps} is above one MiB/s for four IOPS ({wanted.iops})",
            ),
        )

    def _replica_rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (within(self.replicas, 0, rds.MAX_REPLICAS), f"replicas is 0..{rds.MAX_REPLICAS}, not {self.replicas}"),
            (
                self.replicas == 0 or self.backup_retention_days >= 1,
                "replicas need backup_retention_days >= 1",
            ),
            (self.replicas == 0 or bool(self.availability_zones), "replicas need availability_zones to be spread over"),
            (bool(self.subnet_ids), "subnet_ids must not be empty"),
        )

    def _schedule_rules(self) -> tuple[tuple[bool, str], ...]:
        shortest, longest = rds.MIN_WINDOW_MINUTES, rds.MAX_WINDOW_MINUTES
        return (
            (
                within(self.backup_retention_days, 0, rds.MAX_BACKUP_DAYS),
                f"backup_retention_days is 0..{rds.MAX_BACKUP_DAYS}, not {self.backup_retention_days}",
            ),
            (
                daily_length(self.backup_window) >= shortest,
                f"backup_window is 'hh:mm-hh:mm' of at least {shortest} minutes, not {self.backup_window!r}",
            ),
            *(
                (
                    within(weekly_length(window), shortest, longest),
                    f"maintenance_window is 'ddd:hh:mm-ddd:hh:mm' of at least {shortest} minutes, not {window!r}",
                )
                for window in self.maintenance_windows
            ),
            *(
                (
                    not overlap(self.backup_window, window),
                    f"backup_window {self.backup_window} overlaps maintenance_window {window}",
                )
                for window in self.maintenance_windows
            ),
            (
                self.backup_replication is None or self.backup_retention_days >= 1,
                "backup_replication needs backup_retention_days of at least 1",
            ),
        )

    def _insight_rules(self) -> tuple[tuple[bool, str], ...]:
        days = self.performance_insights_retention_days
        return (
            (
                rds.insights_days_allowed(days),
                f"performance_insights_retention_days is 0 (off), 7, n x 31 up to 713, or 731, not {days}",
            ),
            (
                self.database_insights_mode == "standard" or days >= rds.ADVANCED_INSIGHTS_DAYS,
                f"database_insights_mode 'advanced' needs a retention of at least {rds.ADVANCED_INSIGHTS_DAYS} days",
            ),
            (
                self.monitoring_interval_seconds in rds.MONITORING_INTERVALS,
                f"monitoring_interval_seconds is one of {sorted(rds.MONITORING_INTERVALS)}",
            ),
        )


@dataclass(frozen=True, kw_only=True)
class PostgresArgs(PostgresTemplate):
    """A server: what it is called, who logs in, and everything of its template.

    Attributes:
        identifier: RDS identifier of the primary, at most 63 characters; replicas append "-replica-<n>".
        database_name: the first database. PostgreSQL folds names, so lower case only. Changing it replaces the server.
        credential: the master user. Its username cannot change in place.
    """

    identifier: str
    database_name: str
    credential: Credential

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"PostgreSQL server {self.identifier!r}"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.label,
            (
                physical_name(NameKind.RDS_IDENTIFIER, self.identifier) == self.identifier,
                "identifier has at most 63 lower-case characters",
            ),
            (
                bool(re.fullmatch(rds.DATABASE_NAME, self.database_name)),
                f"database_name {self.database_name!r} is not usable",
            ),
            (self.credential.username is not None, "credential needs a username"),
        )

    @classmethod
    def from_template(
        cls, template: PostgresTemplate, *, identifier: str, database_name: str, credential: Credential
    ) -> PostgresArgs:
        """A server like the template, under an identity of its own."""
        shared = {field.name: getattr(template, field.name) for field in fields(PostgresTemplate)}
        return cls(identifier=identifier, database_name=database_name, credential=credential, **shared)

    def replica_identifier(self, number: int) -> str:
        """RDS identifier of a replica, counted from 1."""
        return physical_name(NameKind.RDS_IDENTIFIER, self.identifier, "replica", str(number))
