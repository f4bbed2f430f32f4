"""Limits of PostgreSQL on RDS: memory, storage, replicas, backups, windows, quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import instance_class
from bailbondpro.facts.rds import (
    ADVANCED_INSIGHTS_DAYS,
    IOPS_PER_MIBPS,
    MAX_INSTANCES,
    MIN_WINDOW_MINUTES,
    MONTH_DAYS,
    RESERVED_USERNAMES,
    STRIPED_GIB,
    WEEK_DAYS,
    grows_by_itself,
    insights_days_allowed,
    least_ceiling_gib,
)
from bailbondpro.facts.regions import COMMERCIAL, partition_of
from bailbondpro.facts.windows import weekly_length
from components.postgres.rds_authorities import rds_authorities
from components.tuning.postgres import Profile, fits
from components.tuning.storage import gp3_performance
from infra.limits.maintenance import SLOT_MINUTES, slots, slots_needed, window_findings
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_RESERVED_DATABASES = frozenset({"postgres", "rdsadmin", "template0", "template1"})


def _classes(settings: Settings) -> Iterator[tuple[str, str]]:
    """Key and class of every kind of instance that exists."""
    postgres = settings.postgres
    yield "postgres.instanceClass", postgres.instance_class
    if postgres.replicas and postgres.replica_instance_class != postgres.instance_class:
        yield "postgres.replicaInstanceClass", postgres.replica_instance_class
    if postgres.shards.count:
        yield "postgres.shards.instanceClass", postgres.shards.instance_class


@rule("postgres-memory", source="scaling guide, Performance Tuning; PostgreSQL documentation", areas=("postgres",))
def parameters_fit_memory(settings: Settings) -> Iterator[Finding]:
    """A profile's buffers, connections and a handful of work_mem must fit the memory of every class."""
    postgres = settings.postgres
    for path, name in _classes(settings):
        problem = fits(Profile(postgres.profile), instance_class("rds", name).memory_gib, postgres.max_connections)
        if problem is not None:
            yield Finding(path=path, value=name, allowed=f"a class that fits: {problem.message}", fix=problem.fix)


@rule(
    "replica-class",
    source="PostgreSQL documentation, hot standby: parameters not below the primary's",
    areas=("postgres",),
)
def replicas_are_not_smaller(settings: Settings) -> Iterator[Finding]:
    """Replicas share the primary's parameters and replay all of its writes."""
    postgres = settings.postgres
    primary = instance_class("rds", postgres.instance_class)
    replica = instance_class("rds", postgres.replica_instance_class)
    if postgres.replicas and replica.memory_gib < primary.memory_gib:
        yield Finding(
            path="postgres.replicaInstanceClass",
            value=replica.name,
            allowed=f"at least the primary's memory ({primary.memory_gib:g} GiB)",
            fix=f"use `{primary.name}`, or remove the key",
        )


@rule("replicas-need-backups", source="RDS documentation, read replicas", areas=("postgres",))
def replicas_need_backups(settings: Settings) -> Iterator[Finding]:
    """RDS creates replicas from the automated backups of their source."""
    postgres = settings.postgres
    replicas = postgres.replicas + postgres.shards.count * postgres.shards.replicas
    if replicas and postgres.backup_retention_days == 0:
        yield Finding(
            path="postgres.backupRetentionDays",
            value=0,
            allowed="at least 1 while there are read replicas",
            fix="set it to 1 or more",
        )


@rule("prod-backups", source="scaling guide, Scaling Objectives: reliability", areas=("postgres", "environment"))
def prod_keeps_backups(settings: Settings) -> Iterator[Finding]:
    """Production without point-in-time recovery loses data with the first mistake."""
    days = settings.postgres.backup_retention_days
    if settings.environment.production and days < WEEK_DAYS:
        yield Finding(
            path="postgres.backupRetentionDays",
            value=days,
            allowed=f"at least {WEEK_DAYS} in production",
            fix="set it to 14",
        )


@rule("storage-growth", source="RDS documentation, storage autoscaling: 10 % above", areas=("postgres",))
def storage_may_grow(settings: Settings) -> Iterator[Finding]:
    """The ceiling of storage autoscaling lies at least a tenth above the storage itself, where RDS has that much."""
    postgres = settings.postgres
    for path, area in (("postgres", postgres), ("postgres.shards", postgres.shards)):
        least = least_ceiling_gib(area.allocated_storage_gib)
        if area.max_allocated_storage_gib < least and grows_by_itself(area.allocated_storage_gib):
            yield Finding(
                path=f"{path}.maxAllocatedStorageGib",
                value=area.max_allocated_storage_gib,
                allowed=f"at least {least}: a tenth above allocatedStorageGib ({area.allocated_storage_gib})",
                fix=f"set it to {least}",
            )


@rule("gp3-iops", source="RDS documentation, gp3 storage", areas=("postgres",))
def small_gp3_has_fixed_iops(settings: Settings) -> Iterator[Finding]:
    """Below 400 GiB gp3 always has 3,000 IOPS and 125 MiB/s, and RDS refuses other numbers."""
    postgres = settings.postgres
    if postgres.allocated_storage_gib >= STRIPED_GIB:
        return
    for key, value in (("iops", postgres.iops), ("storageThroughputMibps", postgres.storage_throughput_mibps)):
        if value is not None:
            yield Finding(
                path=f"postgres.{key}",
                value=value,
                allowed=f"nothing below {STRIPED_GIB} GiB: RDS fixes it there",
                fix=f"remove it, or set postgres.allocatedStorageGib to {STRIPED_GIB}",
            )


@rule("gp3-throughput", source="RDS API reference, ValidStorageOptions: 0.25 MiB/s for each IOPS", areas=("postgres",))
def throughput_has_the_iops_for_it(settings: Settings) -> Iterator[Finding]:
    """A volume passes no more than 256 KiB with each operation."""
    postgres = settings.postgres
    wanted = gp3_performance(postgres.allocated_storage_gib, postgres.iops, postgres.storage_throughput_mibps)
    if wanted is not None and wanted.throughput_mibps > wanted.most_mibps:
        yield Finding(
            path="postgres.storageThroughputMibps",
            value=wanted.throughput_mibps,
            allowed=f"at most a quarter of postgres.iops ({wanted.iops})",
            fix=f"set it to {wanted.most_mibps}, or postgres.iops to {wanted.throughput_mibps * IOPS_PER_MIBPS}",
        )


@rule("insights-retention", source="RDS documentation, Performance Insights; Database Insights", areas=("postgres",))
def insights_retention_is_valid(settings: Settings) -> Iterator[Finding]:
    """RDS takes few retention periods, and the advanced mode only long ones."""
    postgres = settings.postgres
    days = postgres.performance_insights_retention_days
    if not insights_days_allowed(days):
        yield Finding(
            path="postgres.performanceInsightsRetentionDays",
            value=days,
            allowed="0 (off), 7, a multiple of 31 up to 713, or 731",
            fix=f"set it to {WEEK_DAYS if days < MONTH_DAYS else days - days % MONTH_DAYS}",
        )
    if postgres.database_insights_mode == "advanced" and days < ADVANCED_INSIGHTS_DAYS:
        yield Finding(
            path="postgres.performanceInsightsRetentionDays",
            value=days,
            allowed=f"at least {ADVANCED_INSIGHTS_DAYS} while databaseInsightsMode is advanced",
            fix=f"set it to {ADVANCED_INSIGHTS_DAYS}, or postgres.databaseInsightsMode to standard",
        )


@rule("postgres-windows", source="RDS API reference, CreateDBInstance", areas=("postgres",))
def windows_are_apart(settings: Settings) -> Iterator[Finding]:
    """Backup and maintenance windows last half an hour at least and a day at most, and do not touch."""
    postgres = settings.postgres
    windows = (postgres.backup_window, postgres.maintenance_window)
    yield from window_findings("postgres", "backup", *windows, least=MIN_WINDOW_MINUTES)


@rule("maintenance-slots", source="RDS API reference, CreateDBInstance: half an hour at least", areas=("postgres",))
def databases_are_patched_one_after_the_other(settings: Settings) -> Iterator[Finding]:
    """Every shard has half an hour of its own, or two would restart at once."""
    window = settings.postgres.maintenance_window
    needed, there = slots_needed(settings), slots(window)
    if needed > there:
        longer = -(-needed // (there // max(weekly_length(window) // SLOT_MINUTES, 1))) * SLOT_MINUTES
        yield Finding(
            path="postgres.maintenanceWindow",
            value=window,
            allowed=f"room for {needed} windows of {SLOT_MINUTES} minutes over its days ({there} fit): replicas, the "
            "primary and each shard in turn",
            fix=f"make it {longer} minutes long",
        )


@rule("postgres-names", source="RDS documentation, reserved names", areas=("postgres",))
def names_are_not_reserved(settings: Settings) -> Iterator[Finding]:
    """RDS and PostgreSQL keep some names for themselves."""
    if settings.postgres.username in RESERVED_USERNAMES:
        yield Finding(
            path="postgres.username",
            value=settings.postgres.username,
            allowed="a name that neither PostgreSQL nor RDS reserves",
            fix="use `bbp_admin`",
        )
    if settings.postgres.database_name in _RESERVED_DATABASES:
        yield Finding(
            path="postgres.databaseName",
            value=settings.postgres.database_name,
            allowed="a name that neither PostgreSQL nor RDS reserves",
            fix="use `bailbondpro`",
        )


@rule("rds-quota", source="RDS documentation, quotas", areas=("postgres",))
def instances_fit_the_quota(settings: Settings) -> Iterator[Finding]:
    """Primary, replicas and shards together stay below the account's quota."""
    postgres = settings.postgres
    total = 1 + postgres.replicas + postgres.shards.count * (1 + postgres.shards.replicas)
    if total > MAX_INSTANCES:
        yield Finding(
            path="postgres.shards.count" if postgres.shards.count else "postgres.replicas",
            value=postgres.shards.count or postgres.replicas,
            allowed=f"at most {MAX_INSTANCES} instances in all (there would be {total})",
            fix="lower postgres.shards.count or postgres.shards.replicas",
        )


@rule("backup-region", source="RDS documentation, cross-Region automated backups", areas=("postgres", "region"))
def backups_go_elsewhere(settings: Settings) -> Iterator[Finding]:
    """Copies in the region itself do not survive it."""
    if settings.postgres.backup_region == settings.region:
        yield Finding(
            path="postgres.backupRegion",
            value=settings.region,
            allowed=f"another region than {settings.region}",
            fix="name a second region, or remove the key",
        )


@rule("database-authority", source="RDS documentation, SSL/TLS: certificate authorities by region", areas=("region",))
def authority_of_the_region_is_known(settings: Settings) -> Iterator[Finding]:
    """Pods and pooler check who answers them, so they need the region's authority."""
    known = rds_authorities()
    if settings.region not in known.by_region and partition_of(settings.region) == COMMERCIAL:
        yield Finding(
            path="region",
            value=settings.region,
            allowed=f"a region whose RDS authority is on record: {', '.join(known.by_region)}",
            fix=f"choose one of them, or add the region's roots from {known.source} to "
            "components/postgres/data/rds_authorities.json",
        )


RULES = (
    authority_of_the_region_is_known,
    parameters_fit_memory,
    replicas_are_not_smaller,
    replicas_need_backups,
    prod_keeps_backups,
    storage_may_grow,
    small_gp3_has_fixed_iops,
    throughput_has_the_iops_for_it,
    insights_retention_is_valid,
    windows_are_apart,
    databases_are_patched_one_after_the_other,
    names_are_not_reserved,
    instances_fit_the_quota,
    backups_go_elsewhere,
)
