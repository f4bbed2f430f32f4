"""Amazon RDS for PostgreSQL: bounds that its API enforces, names that it keeps, and our times of day."""

MIN_WINDOW_MINUTES = 30
"""Least length of a backup or maintenance window (Amazon RDS API reference, CreateDBInstance; read 2026-11-29)."""
MAX_WINDOW_MINUTES = 24 * 60
"""Most length of a maintenance window: a longer one touches the daily backup window whenever that is, which RDS refuses
(Amazon RDS API reference, CreateDBInstance, PreferredBackupWindow; unverified 2026-11-29)."""
BACKUP_WINDOW = "07:00-08:00"
"""When backups start, UTC (our choice of 2026-11-29: the small hours in the United States)."""
MAINTENANCE_WINDOW = "tue:09:00-tue:11:00"
"""When RDS may patch, UTC (our choice of 2026-11-29: a weekday, before offices open in the United States)."""

MAX_BACKUP_DAYS = 35
"""Days of automated backups; 0 is none (Amazon RDS API reference, CreateDBInstance, BackupRetentionPeriod; read
2026-11-29)."""
MAX_REPLICAS = 15
"""Read replicas of one PostgreSQL source (Amazon RDS API reference, CreateDBInstanceReadReplica; read 2026-11-29)."""
MAX_INSTANCES = 40
"""DB instances of a region, adjustable (Amazon RDS User Guide, "Quotas"; unverified 2026-11-23)."""

MIN_STORAGE_GIB, MAX_STORAGE_GIB = 20, 65_536
"""gp3 storage in GiB (Amazon RDS API reference, CreateDBInstance, AllocatedStorage; read 2026-11-29)."""
STRIPED_GIB = 400
"""From this size on a volume is striped, and IOPS and throughput can be set; below, RDS fixes them and refuses any
number (Amazon RDS User Guide, "gp3 storage"; unverified 2026-11-23)."""
SMALL_IOPS, SMALL_MIBPS = 3_000, 125
"""What a volume below that has (Amazon RDS User Guide, "gp3 storage"; unverified 2026-11-23)."""
LEAST_IOPS, MOST_IOPS = 12_000, 64_000
"""IOPS of a striped volume; the least are in the price of the storage (Amazon RDS User Guide, "gp3 storage"; unverified
2026-11-23)."""
LEAST_MIBPS, MOST_MIBPS = 500, 4_000
"""MiB/s of a striped volume; the least are in the price of the storage (Amazon RDS User Guide, "gp3 storage";
unverified 2026-11-23)."""
IOPS_PER_MIBPS = 4
"""IOPS that each MiB/s needs (Amazon RDS API reference, ValidStorageOptions, StorageThroughputToIopsRatio; unverified
2026-11-23)."""

WEEK_DAYS, MONTH_DAYS, TWO_YEARS_DAYS = 7, 31, 731
"""Retention of Performance Insights: a week, 1 to 23 of such months, or two years (Amazon RDS API reference,
CreateDBInstance, PerformanceInsightsRetentionPeriod; read 2026-11-29)."""
ADVANCED_INSIGHTS_DAYS = 465
"""Retention that Database Insights' advanced mode needs (Amazon RDS API reference, ModifyDBCluster,
DatabaseInsightsMode; read 2026-11-29)."""
MONITORING_INTERVALS = frozenset({0, 1, 5, 10, 15, 30, 60})
"""Seconds that Enhanced Monitoring accepts; 0 is off (Amazon RDS API reference, CreateDBInstance; read 2026-11-29)."""
MAX_CONNECTIONS = 5_000
"""The cap in RDS's own default formula (Amazon RDS User Guide, "Maximum number of database connections"; unverified
2026-11-23)."""

DATABASE_NAME = "[a-z][a-z0-9_]{0,62}"
"""Pattern of a database's name; lower case, as PostgreSQL folds names (Amazon RDS API reference, CreateDBInstance,
DBName; read 2026-11-29)."""
USERNAME = "[a-z][a-z0-9_]{0,15}"
"""Pattern of the master user (Amazon RDS API reference, CreateDBInstance, MasterUsername; read 2026-11-29)."""
RESERVED_USERNAMES = frozenset(
    {"admin", "postgres", "public", "rdsadmin", "rds_superuser", "rdsrepladmin", "root", "user"}
)
"""Users that PostgreSQL or RDS keep, and those that attackers try first (Amazon RDS API reference, CreateDBInstance,
MasterUsername, names no list; unverified 2026-11-23)."""


AUTOSCALING_FREE_PERCENT, AUTOSCALING_MINUTES, AUTOSCALING_HOURS = 10, 5, 6
"""Storage grows by itself when no more than so much is free, for so long, and so long after its last change or once
that is optimized, whichever is longer (Amazon RDS User Guide, "Managing capacity automatically with Amazon RDS storage
autoscaling"; read 2026-11-30)."""
AUTOSCALING_LEAST_GIB, AUTOSCALING_PERCENT = 10, 10
"""It grows by the larger of the two, or by what the last hours let expect of the next seven (Amazon RDS
User Guide, "Managing capacity automatically with Amazon RDS storage autoscaling"; read 2026-11-30)."""


def least_ceiling_gib(size_gib: int) -> int:
    """The least ceiling of storage autoscaling in GiB, a tenth above the storage.

    Amazon RDS User Guide, "Managing capacity automatically with Amazon RDS storage autoscaling".

    >>> [least_ceiling_gib(size) for size in (20, 25, 100, 101)]
    [22, 28, 110, 112]
    """
    return -(-11 * size_gib // 10)


FAILOVER_SECONDS = (60, 120)
"""How long a Multi-AZ instance takes to fail over, typically (Amazon RDS User Guide, "Failing over a Multi-AZ DB
instance"; unverified 2026-11-30)."""


def grows_by_itself(size_gib: int) -> bool:
    """Whether there is room for a ceiling above a size: from 59,579 GiB on a tenth more is more than RDS has.

    >>> [grows_by_itself(size) for size in (20, 59_578, 59_579, 65_536)]
    [True, True, False, False]
    """
    return least_ceiling_gib(size_gib) <= MAX_STORAGE_GIB


def insights_days_allowed(days: int) -> bool:
    """Whether Performance Insights takes a retention; 0 switches it off."""
    return days in {0, WEEK_DAYS, TWO_YEARS_DAYS} or (days % MONTH_DAYS == 0 and 0 < days < TWO_YEARS_DAYS)
