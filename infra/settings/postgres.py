"""Settings of PostgreSQL on RDS: primary, read replicas, shards and the PgBouncer tier.

Sources: scaling guide, Performance Tuning and Database Scaling; RDS documentation for ranges.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from bailbondpro.facts import rds
from bailbondpro.facts.shards import MAX_SHARDS
from bailbondpro.facts.upgrades import POSTGRES_MAJORS
from infra.settings.base import Area, DailyWindow, Image, Matching, RdsClass, Region, WeeklyWindow
from infra.settings.pooler import Generation, PoolerSettings

StorageGib = Annotated[int, Field(ge=rds.MIN_STORAGE_GIB, le=rds.MAX_STORAGE_GIB)]
DatabaseName = Annotated[
    str,
    Matching(rds.DATABASE_NAME, "a lower-case letter, then a-z, 0-9, _, at most 63", "bailbondpro"),
]
EngineVersion = Annotated[
    str,
    Matching(
        rf"(?:{'|'.join(POSTGRES_MAJORS)})(?:\.\d{{1,2}})?",
        f"{' or '.join(POSTGRES_MAJORS)} in quotes, or one of its minor versions",
        '"17"',
    ),
]
MinorVersion = Annotated[
    str,
    Matching(
        rf"(?:{'|'.join(POSTGRES_MAJORS)})\.\d{{1,2}}",
        f"a minor version of {' or '.join(POSTGRES_MAJORS)} in quotes",
        '"17.7"',
    ),
]
BackupsArn = Annotated[
    str,
    Matching(
        r"arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:auto-backup:ab-[A-Za-z0-9]+",
        "the ARN of automated backups",
        "arn:aws:rds:us-west-2:123456789012:auto-backup:ab-example",
    ),
]
SnapshotId = Annotated[
    str,
    Matching(
        r"arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:snapshot:[A-Za-z0-9:-]+|[A-Za-z][A-Za-z0-9-]{0,254}",
        "the name or the ARN of a snapshot of RDS",
        "bailbondpro-prod-primary-final",
    ),
]
UserName = Annotated[
    str,
    Matching(rds.USERNAME, "a lower-case letter, then a-z, 0-9, _, at most 16", "bbp_admin"),
]

ByShard = Annotated[tuple[Generation, ...], Field(max_length=MAX_SHARDS)]


class DataPlacement(StrEnum):
    """Where clients' rows lie, and so where every pod reads and writes them."""

    PRIMARY = "primary"
    MOVING = "moving"
    SHARDS = "shards"


class ClientPools(Area):
    """Connections each pod opens per endpoint (scaling guide, Database Scaling)."""

    primary: int = Field(default=20, ge=1, le=500, description="Connections per pod to the primary (guide: max 20).")
    replica: int = Field(default=15, ge=1, le=500, description="Connections per pod to each replica (guide: max 15).")
    shard: int = Field(default=10, ge=1, le=500, description="Connections per pod to each shard (guide: max 10).")


class ShardsSettings(Area):
    """The shards: separate primaries chosen by a hash of the client id (scaling guide, Database Sharding)."""

    count: int = Field(
        ge=0,
        le=MAX_SHARDS,
        description="Number of shards that exist, empty until clients are moved to them (postgres.placement). A lower "
        "number deletes servers: in a deployment of its own, after clients have left them. Default by phase: 0, 0, 4 "
        "(guide: 4).",
    )
    placed_on: int | None = Field(
        default=None,
        ge=2,
        le=MAX_SHARDS,
        description="Acknowledges a finished move: how many shards, from the first on, hold all their clients, "
        "copied and verified (./bbp shard plan). It is the count and version of the shard map, and pods are told of "
        "no other shards. Required while postgres.placement is shards; beside moving it is where the move comes "
        "from. Refused beside primary. Default: none.",
    )
    moving_to: int | None = Field(
        default=None,
        ge=0,
        le=MAX_SHARDS,
        description="Over how many shards clients lie once the move has ended, more or fewer than placedOn, 0: on the "
        "primary. Pods are given the addresses of the shards that it adds, and go on reading and writing where "
        "placedOn says. Required while postgres.placement is moving, refused otherwise. Default: none.",
    )
    map_version: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Version of the shard map: raise it with every change of postgres.placement, shards.placedOn or "
        "shards.movingTo, so that pods and people can tell which map they hold. Required while moving. Default: the "
        "value of placedOn, 0 without it.",
    )
    returned_from: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Acknowledges a finished way back, to fewer shards or to the primary: the version of the shard map "
        "that the move had, whose rows all lie there (./bbp shard move back, or cut-over). Needed in the change from "
        "moving that leaves shards, refused while moving. Default: none.",
    )
    instance_class: RdsClass = Field(
        description="RDS class of each shard. Default: dev db.t4g.medium, prod db.m7g.large."
    )
    allocated_storage_gib: StorageGib = Field(description="Storage of each shard in GiB; only grows. Default by phase.")
    max_allocated_storage_gib: StorageGib = Field(
        description="Up to where each shard's storage grows by itself, in GiB. Default by phase."
    )
    multi_az: bool = Field(description="Whether each shard has a standby in another zone. Default: prod yes, dev no.")
    replicas: int = Field(
        default=0, ge=0, le=rds.MAX_REPLICAS, description="Read replicas per shard, 0 to 15 (RDS). Default: 0."
    )
    user_generations: ByShard = Field(
        default=(),
        description="As postgres.userGeneration, for each shard by its index: [1, 2] rotates the users of shard 1 "
        "alone. Shards beyond the list are at 1. Default: none.",
    )
    users_retired_before: ByShard = Field(
        default=(),
        description="As postgres.usersRetiredBefore, for each shard by its index. Default: none.",
    )


class RestoredSettings(Area):
    """A server that stands beside another one as that was at some moment, for as long as rows are taken from it."""

    source: str = Field(
        default="primary",
        pattern=r"^(primary|shard-\d+)$",
        description="Which server's past: primary, or shard-0 and so on. With backupsArn or snapshot: whose class and "
        "network it has.",
    )
    backups_arn: BackupsArn | None = Field(
        default=None,
        description="Automated backups that another region copied into this one, instead of those of the source: "
        "aws rds describe-db-instance-automated-backups. Default: none.",
    )
    snapshot: SnapshotId | None = Field(
        default=None,
        description="A snapshot of this region instead: the name of a final one, or the ARN of a recovery point. "
        "Default: none.",
    )
    at: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
        description="The moment in UTC, such as 2026-12-01T10:30:00Z; null: the latest that can be restored. Another "
        "moment makes another server.",
    )


class PostgresSettings(Area):
    """The primary and its read replicas, and what shards and pooler share with them."""

    engine_version: EngineVersion = Field(
        default="17",
        description="PostgreSQL version on RDS: a major one, whose minors RDS applies in the maintenance windows, or a "
        "pinned minor one, which needs autoMinorVersionUpgrade: false. It only rises (./bbp upgrade plan postgres).",
    )
    replica_engine_version: MinorVersion | None = Field(
        default=None,
        description="Minor version of the read replicas while they are ahead of their source in a minor upgrade, and "
        "until the next one: RDS upgrades no source before its replicas. Default: what RDS gives them.",
    )
    upgrading_from: Literal["17"] | None = Field(
        default=None,
        description="The major version before, in the update that brings another engineVersion and until RDS has done "
        "it (docs/upgrades.md): allows it, and keeps that version's parameter group for the replicas. Default: none.",
    )
    instance_class: RdsClass = Field(
        description="RDS class of the primary. Default by phase: dev db.t4g.medium, prod db.m7g.large, then "
        "db.m7g.xlarge."
    )
    allocated_storage_gib: StorageGib = Field(
        description="Storage of the primary and each replica in GiB, gp3; only grows (RDS). Default: dev 20, prod 100, "
        "150, 300."
    )
    max_allocated_storage_gib: StorageGib = Field(
        description="Up to where storage grows by itself, in GiB, at least 10 % above allocatedStorageGib; from 59,579 "
        "GiB on it does not. Default by phase: dev 100, prod 200, 300, 600."
    )
    iops: int | None = Field(
        default=None,
        ge=rds.LEAST_IOPS,
        le=rds.MOST_IOPS,
        description="Provisioned IOPS of primary and replicas; from 400 GiB on (RDS gp3). Default: what gp3 includes, "
        "12,000 from 400 GiB on.",
    )
    storage_throughput_mibps: int | None = Field(
        default=None,
        ge=rds.LEAST_MIBPS,
        le=rds.MOST_MIBPS,
        description="Provisioned throughput of primary and replicas in MiB/s, at most a quarter of iops; from 400 GiB "
        "on (RDS gp3). Default: what gp3 includes, 500 from 400 GiB on.",
    )
    multi_az: bool = Field(
        description="Whether the primary has a synchronous standby in another zone. Default: prod yes, dev no."
    )
    replicas: int = Field(
        ge=0,
        le=rds.MAX_REPLICAS,
        description="Read replicas in distinct zones, 0 to 15 (RDS). Default by phase: prod 0, 3, 3, dev 0, 1, 1.",
    )
    protect_replicas: bool = Field(
        default=False,
        description="Whether RDS itself refuses to delete replicas. RDS ignores it while it makes one: set it in a "
        "deployment of its own, once they exist. Pulumi's protection (protect) does not depend on it. Default: no.",
    )
    replica_instance_class: RdsClass = Field(description="RDS class of the replicas. Default: the primary's.")
    database_name: DatabaseName = Field(default="bailbondpro", description="Name of the database; never changes (RDS).")
    username: UserName = Field(default="bbp_admin", description="Master user; never changes (RDS), at most 16 letters.")
    password_generation: Generation = Field(
        default=1,
        description="Raise by one to rotate the passwords of all servers' master users; nothing that serves has them.",
    )
    user_generation: Generation = Field(
        default=1,
        description="Raise by one to hand over to the other user of each role on the primary and its replicas, with a "
        "password of its own; the user before stays valid until usersRetiredBefore.",
    )
    users_retired_before: Generation = Field(
        default=1,
        description="Users of the primary of generations before this one log in no more: userGeneration, or one less "
        "while both are valid.",
    )
    users_image: Image = Field(
        default="docker.io/library/postgres:17.7-alpine3.22",
        description="Has psql of PostgreSQL 16 or newer, for the Job that makes the users.",
    )
    profile: Literal["guide", "scaled"] = Field(
        description="Memory parameters: guide is the guide's exact numbers (an 8 GiB machine); scaled is by the "
        "class's memory. Default: scaled in dev, guide in prod."
    )
    max_connections: int = Field(
        ge=50,
        le=rds.MAX_CONNECTIONS,
        description="max_connections of every instance. Default: prod 200 (scaling guide, Performance Tuning), dev "
        "100: what 4 GiB hold.",
    )
    reserved_connections: int = Field(
        default=15,
        ge=3,
        le=200,
        description="Connections kept free for superusers, replication and monitoring (PostgreSQL keeps 3, RDS some).",
    )
    client_pools: ClientPools = Field(default=ClientPools(), description="Connections each pod opens.")
    log_min_duration_ms: int = Field(
        default=1000,
        ge=-1,
        le=600_000,
        description="Slower statements are logged, in ms; -1: none (guide alert: 1000).",
    )
    backup_retention_days: int = Field(
        ge=0,
        le=rds.MAX_BACKUP_DAYS,
        description="Days of point-in-time recovery, 0 to 35 (RDS). Default by phase: dev 3, prod 14, 14, 35.",
    )
    backup_window: DailyWindow = Field(
        default=rds.BACKUP_WINDOW, description="When backups start, UTC. Default: the small hours in the United States."
    )
    maintenance_window: WeeklyWindow = Field(
        default=rds.MAINTENANCE_WINDOW,
        description="When RDS may patch, UTC. It is cut into half hours, one database after the other: replicas, the "
        "primary, each shard; it goes on at the same hours of the next days. Default: a weekday, 09:00 to 11:00, "
        "before offices open in the United States; nights of the weekend are the busiest hours of the business.",
    )
    backup_region: Region | None = Field(
        default=None,
        description="Second region that keeps copies of the automated backups of primary and shards, under a key of "
        "its own. Default: none.",
    )
    performance_insights_retention_days: int = Field(
        ge=0,
        le=rds.TWO_YEARS_DAYS,
        description="Performance Insights retention: 0 (off), 7, a multiple of 31, or 731 days (RDS). Default: dev 7, "
        "prod 7, then 465.",
    )
    database_insights_mode: Literal["standard", "advanced"] = Field(
        description="CloudWatch Database Insights; advanced needs 465 days of retention (RDS). Default: prod advanced "
        "from the second phase on."
    )
    monitoring_interval_seconds: Literal[0, 1, 5, 10, 15, 30, 60] = Field(
        default=60, description="Enhanced monitoring interval; 0: off (RDS; scaling guide, Performance Monitoring: 60)."
    )
    apply_immediately: bool = Field(
        description="Whether changes restart a database at once instead of in the window. Default: dev yes, prod no."
    )
    auto_minor_version_upgrade: bool = Field(default=True, description="Whether RDS applies minor versions by itself.")
    placement: DataPlacement = Field(
        default=DataPlacement.PRIMARY,
        description="Where clients' rows lie: primary (all on the primary, whatever shards exist), moving (where "
        "they were, while copies are made on the shards of shards.movingTo) or shards (on the shards that "
        "shards.placedOn says are filled). Pods are pointed at shards by nothing else.",
    )
    restored: RestoredSettings | None = Field(
        default=None, description="A server as it was at a moment, beside the one that it was made from. Default: none."
    )
    shards: ShardsSettings = Field(description="The shards, each a database of its own.")
    pooler: PoolerSettings = Field(description="The PgBouncer tier.")

    @property
    def shards_in_use(self) -> int:
        """How many shards pods read and write: those that are filled, once clients' rows lie on shards at all."""
        return 0 if self.placement is DataPlacement.PRIMARY else self.shards.placed_on or 0

    @property
    def shards_reached(self) -> int:
        """How many shards pods can reach: those in use, and while a move goes on those that it fills."""
        aim = self.shards.moving_to or 0 if self.placement is DataPlacement.MOVING else 0
        return max(self.shards_in_use, aim)

    @property
    def shard_map_version(self) -> int:
        """The version of the published map."""
        return self.shards.map_version if self.shards.map_version is not None else self.shards_in_use
