"""Charges of what keeps data: databases, caches, buckets, images, logs, alarms, keys and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import find_class
from bailbondpro.facts.rds import LEAST_IOPS, LEAST_MIBPS, SMALL_IOPS, SMALL_MIBPS, STRIPED_GIB
from plan.tokens import BACKUP_PLAN, BUCKET, DATABASE, KEY, SECRET
from planner.cost.charges_model import Bill, Charge
from planner.plan_values import at, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plan import PlannedResource

HIGH_RESOLUTION_SECONDS = 60
"""A CloudWatch alarm on shorter periods costs more (CloudWatch pricing)."""
FREE_INSIGHTS_DAYS = 7
"""Retention of Performance Insights without charge (RDS documentation)."""
KMS_FREE_REQUESTS = 20_000
"""Requests a month without charge (KMS pricing)."""
DAYS_PER_MONTH = 365 / 12
GP3_INCLUDED_SMALL, GP3_INCLUDED_LARGE = (SMALL_IOPS, SMALL_MIBPS), (LEAST_IOPS, LEAST_MIBPS)
"""IOPS and MiB/s in the price of a gp3 volume, below and from `STRIPED_GIB` (Amazon RDS User Guide, gp3 storage)."""


def _database(item: PlannedResource, context: Bill) -> list[Charge]:
    kind = text(item.inputs, "instanceClass")
    copies = 2 if at(item.inputs, "multiAz") else 1
    gib = _storage(item, context)
    place = "Multi-AZ bills two" if copies == 2 else "one zone"  # noqa: PLR2004 - primary and standby
    charges = [
        Charge(sku=f"rds/postgres/{kind}", quantity=copies, unit="hour", why=place),
        Charge(sku="rds/gp3", quantity=gib * copies, unit="GB-month", why=f"{gib:g} GiB, {place}"),
    ]
    if not text(item.inputs, "replicateSourceDb"):
        beyond = max(context.usage.backup_ratio - 1, 0) * gib
        charges.append(
            Charge(sku="rds/backup", quantity=beyond, unit="GB-month", why="backups beyond the storage", assumed=True)
        )
    if text(item.inputs, "databaseInsightsMode") == "advanced":
        known = find_class(kind)
        size = known.vcpu if known else 0
        # A class without known processors has no known price either: its SKU says so.
        sku = "rds/database-insights-advanced" if size else f"rds/database-insights-advanced of {kind}"
        charges.append(Charge(sku=sku, quantity=size, unit="vCPU-hour", why=f"{size} vCPU, advanced mode"))
    elif number(item.inputs, "performanceInsightsRetentionPeriod", default=0) > FREE_INSIGHTS_DAYS:
        charges.append(Charge(sku="rds/performance-insights", quantity=1, unit="month", why="more than 7 days"))
    return charges + _performance(item, gib, copies)


def _performance(item: PlannedResource, gib: float, copies: int) -> list[Charge]:
    """IOPS and throughput beyond what the storage includes (Amazon RDS User Guide, gp3 storage)."""
    iops, mibps = (number(item.inputs, name, default=0) for name in ("iops", "storageThroughput"))
    kind = text(item.inputs, "storageType")
    if kind in {"io1", "io2"}:
        return [Charge(sku=f"rds/{kind}-iops", quantity=iops * copies, unit="IOPS-month", why=f"{iops:g} IOPS")]
    free_iops, free_mibps = GP3_INCLUDED_LARGE if gib >= STRIPED_GIB else GP3_INCLUDED_SMALL
    beyond = (
        ("rds/gp3-iops", "IOPS-month", "IOPS", iops - free_iops),
        ("rds/gp3-throughput", "MiBps-month", "MiB/s", mibps - free_mibps),
    )
    return [
        Charge(sku=sku, quantity=more * copies, unit=unit, why=f"{more:g} {word} beyond what gp3 includes")
        for sku, unit, word, more in beyond
        if more > 0
    ]


def _storage(item: PlannedResource, context: Bill) -> float:
    """A database's storage in GiB; a replica that states none has its source's."""
    own = number(item.inputs, "allocatedStorage", default=0)
    if own:
        return own
    named = context.identified(item.type, text(item.inputs, "replicateSourceDb"))
    sources = [*context.plan.dependencies(item, item.type), *([named] if named else [])]
    first = min(sources, key=lambda other: context.plan.place(other.urn), default=None)
    return number(first.inputs, "allocatedStorage", default=0) if first else 0


def _cache(item: PlannedResource, context: Bill) -> list[Charge]:
    shards = number(item.inputs, "numNodeGroups", default=1)
    each = 1 + number(item.inputs, "replicasPerNodeGroup", default=0)
    kind = text(item.inputs, "nodeType")
    engine = text(item.inputs, "engine") or "redis"
    charges = [
        Charge(
            sku=f"elasticache/{engine}/{kind}",
            quantity=shards * each,
            unit="hour",
            why=f"{shards:g} shards of {each:g} nodes",
        )
    ]
    if number(item.inputs, "snapshotRetentionLimit", default=0) > 1:
        beyond = max(context.usage.backup_ratio - 1, 0)
        charges.append(
            Charge(
                sku="elasticache/backup",
                quantity=beyond,
                unit="GB-month",
                why="snapshots beyond the first",
                assumed=True,
            )
        )
    return charges


def _bucket(_: PlannedResource, context: Bill) -> list[Charge]:
    usage = context.usage
    buckets = max(context.count(BUCKET), 1)
    reads = usage.million_requests * 1000 * (100 - usage.cache_hit_percent) / 100 / buckets / 100
    return [
        Charge(
            sku="s3/standard", quantity=usage.object_storage_gb, unit="GB-month", why="object_storage_gb", assumed=True
        ),
        Charge(sku="s3/get", quantity=reads, unit="1k requests", why="one for 100 origin requests", assumed=True),
        Charge(sku="s3/put", quantity=reads / 10, unit="1k requests", why="a tenth of the reads", assumed=True),
    ]


def _recovery_points(item: PlannedResource, context: Bill) -> list[Charge]:
    """One full copy of everything in each vault; what changes from day to day comes on top (assumed: nothing)."""
    chosen = [other for urn in item.dependencies if (other := context.plan.get(urn)) is not None]
    plans = [other for other in chosen if other.type == BACKUP_PLAN]
    copies = sum(len(rule.get("copyActions") or ()) for one in plans for rule in one.inputs.get("rules") or ())
    gib = sum(number(other.inputs, "allocatedStorage", default=0) for other in chosen if other.type == DATABASE)
    why = f"full copies in {1 + copies} vaults"
    documents = context.usage.object_storage_gb if any(other.type == BUCKET for other in chosen) else 0
    return [
        Charge(sku="rds/backup", quantity=gib * (1 + copies), unit="GB-month", why=why, assumed=True),
        Charge(sku="backup/s3", quantity=documents * (1 + copies), unit="GB-month", why=why, assumed=True),
    ]


def _copied_backups(item: PlannedResource, context: Bill) -> list[Charge]:
    """One full copy of a server's storage; what changes from day to day comes on top (assumed: nothing)."""
    sources = [other for urn in item.dependencies if (other := context.plan.get(urn)) is not None]
    gib = sum(number(other.inputs, "allocatedStorage", default=0) for other in sources if other.type == DATABASE)
    why = "a full copy, in the price of the stack's own region"
    return [Charge(sku="rds/backup", quantity=gib, unit="GB-month", why=why, assumed=True)]


def _images(_: PlannedResource, context: Bill) -> list[Charge]:
    return [
        Charge(sku="ecr/storage", quantity=context.usage.image_gb, unit="GB-month", why="image_gb", assumed=True),
    ]


def _log_group(item: PlannedResource, context: Bill) -> list[Charge]:
    usage = context.usage
    name = f"{text(item.inputs, 'name')} {item.name}"
    if "/eks/" in name:
        gigabytes, why = usage.control_plane_log_gb, "control_plane_log_gb"
    elif "flow-logs" in name:
        gigabytes = usage.million_requests * usage.log_gb_per_million_requests
        why = "log_gb_per_million_requests"
    else:
        gigabytes, why = usage.database_log_gb / max(context.beside(item), 1), "its share of database_log_gb"
    months = number(item.inputs, "retentionInDays", default=DAYS_PER_MONTH) / DAYS_PER_MONTH
    return [
        Charge(sku="cloudwatch/logs-ingested", quantity=gigabytes, unit="GB", why=why, assumed=True),
        Charge(
            sku="cloudwatch/logs-stored",
            quantity=gigabytes * months,
            unit="GB-month",
            why=f"kept for {months:.1f} months",
            assumed=True,
        ),
    ]


def _flow_log(item: PlannedResource, context: Bill) -> list[Charge]:
    """Delivered to a bucket; in CloudWatch it is billed with its log group."""
    if text(item.inputs, "logDestinationType") != "s3":
        return []
    usage = context.usage
    gigabytes, why = usage.million_requests * usage.log_gb_per_million_requests, "log_gb_per_million_requests"
    days = [number(rule, "expiration", "days", default=0) for rule in context.expiring]
    months = max(days, default=DAYS_PER_MONTH) / DAYS_PER_MONTH
    return [
        Charge(sku="cloudwatch/logs-delivered-s3", quantity=gigabytes, unit="GB", why=why, assumed=True),
        Charge(
            sku="s3/standard",
            quantity=gigabytes * months,
            unit="GB-month",
            why=f"kept for {months:.1f} months",
            assumed=True,
        ),
    ]


def _alarm(item: PlannedResource, _: Bill) -> list[Charge]:
    fine = number(item.inputs, "period", default=HIGH_RESOLUTION_SECONDS) < HIGH_RESOLUTION_SECONDS
    metrics = sum(1 for query in item.inputs.get("metricQueries") or [{"metric": {}}] if "metric" in query)
    sku = "cloudwatch/alarm-high-resolution" if fine else "cloudwatch/alarm"
    return [Charge(sku=sku, quantity=metrics, unit="month", why=f"{metrics} metrics")]


def _key(_: PlannedResource, context: Bill) -> list[Charge]:
    keys = max(context.count(KEY), 1)
    billed = max(context.usage.kms_requests - KMS_FREE_REQUESTS, 0) / keys / 10_000
    return [
        Charge(sku="kms/key", quantity=1, unit="month", why="one key"),
        Charge(sku="kms/requests", quantity=billed, unit="10k requests", why="kms_requests, 20,000 free", assumed=True),
    ]


def _secret(_: PlannedResource, context: Bill) -> list[Charge]:
    secrets = max(context.count(SECRET), 1)
    calls = context.usage.secret_calls / secrets / 10_000
    return [
        Charge(sku="secretsmanager/secret", quantity=1, unit="month", why="one secret"),
        Charge(sku="secretsmanager/calls", quantity=calls, unit="10k calls", why="share of secret_calls", assumed=True),
    ]


DATA_RULES: Mapping[str, Callable[[PlannedResource, Bill], list[Charge]]] = {
    "database": _database,
    "cache": _cache,
    "bucket": _bucket,
    "images": _images,
    "recovery points": _recovery_points,
    "copied backups": _copied_backups,
    "log group": _log_group,
    "flow log": _flow_log,
    "alarm": _alarm,
    "key": _key,
    "secret": _secret,
}
"""Rules by the name that the rows of `plan.types` know them by."""
