"""What Amazon RDS refuses in parameter groups, subnet groups, event subscriptions and copies of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, items, number

if TYPE_CHECKING:
    from collections.abc import Iterator

STATIC = frozenset(
    {
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "huge_pages",
        "jit_provider",
        "logging_collector",
        "max_connections",
        "max_files_per_process",
        "max_locks_per_transaction",
        "max_logical_replication_workers",
        "max_pred_locks_per_transaction",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "max_worker_processes",
        "pg_stat_statements.max",
        "rds.logical_replication",
        "shared_buffers",
        "shared_preload_libraries",
        "superuser_reserved_connections",
        "track_activity_query_size",
        "track_commit_timestamp",
        "wal_buffers",
    }
)
"""Parameters that PostgreSQL reads at start only (context "postmaster"), PostgreSQL Documentation, pg_settings.

`autovacuum_max_workers` may be changed without a restart from version 18 on; Amazon RDS then accepts both methods.
"""

RANGES = {
    "autovacuum_max_workers": (1, 262143),
    "deadlock_timeout": (1, 2147483647),
    "effective_cache_size": (1, 2147483647),
    "idle_in_transaction_session_timeout": (0, 2147483647),
    "log_lock_waits": (0, 1),
    "log_min_duration_statement": (-1, 2147483647),
    "maintenance_work_mem": (64, 2147483647),
    "max_connections": (6, 262143),
    "max_locks_per_transaction": (10, 2147483647),
    "max_parallel_workers": (0, 1024),
    "max_parallel_workers_per_gather": (0, 1024),
    "max_worker_processes": (0, 262143),
    "random_page_cost": (0, 1e308),
    "rds.force_ssl": (0, 1),
    "rds.logical_replication": (0, 1),
    "shared_buffers": (16, 1073741823),
    "statement_timeout": (0, 2147483647),
    "work_mem": (64, 2147483647),
}
"""Allowed numbers in the units of Amazon RDS (8 kB pages, kB, ms), PostgreSQL Documentation, pg_settings.

The lower end of `max_connections` is Amazon RDS's own.
"""

_BOOLEANS = {"on": "1", "true": "1", "yes": "1", "off": "0", "false": "0", "no": "0"}


def _methods(context: Context) -> Iterator[Violation]:
    family = context.inputs.get("family")
    if not isinstance(family, str) or not family.startswith("postgres"):
        return
    dynamic = {"autovacuum_max_workers"} if family >= "postgres18" else set[str]()
    for index, item in enumerate(items(context.inputs, "parameters")):
        name, method = item.get("name"), item.get("applyMethod")
        if name in STATIC - dynamic and (method in (None, "immediate")) and "applyMethod" not in _unknown(item):
            yield Violation(
                f"parameters[{index}].applyMethod",
                f"{name} is read at start only and takes 'pending-reboot', here {method or 'the default immediate'} "
                "(InvalidParameterCombination: cannot use immediate apply method for static parameter)",
            )


def _unknown(item: dict[str, object]) -> set[str]:
    return {key for key, value in item.items() if not known(value)}


def _ranges(context: Context) -> Iterator[Violation]:
    for index, item in enumerate(items(context.inputs, "parameters")):
        name, value = item.get("name"), item.get("value")
        if not isinstance(name, str) or not isinstance(value, (str, int, float)) or name not in RANGES:
            continue
        low, high = RANGES[name]
        found = number(_BOOLEANS.get(str(value).lower(), value))
        at = f"parameters[{index}].value"
        if found is None and "{" not in str(value):
            yield Violation(at, f"{value!r} of {name} is neither a number nor a formula (InvalidParameterValue)")
        elif found is not None and not low <= found <= high:
            yield Violation(at, f"{value} of {name} is outside {low}..{high:.10g} (InvalidParameterValue)")


_PARAMETERS = On("rds-parameters", "aws:rds/parameterGroup:ParameterGroup", "Amazon RDS API Reference")
_SUBNETS = On("rds-subnets", "aws:rds/subnetGroup:SubnetGroup", "Amazon RDS API Reference, CreateDBSubnetGroup")
_EVENTS = On(
    "rds-events", "aws:rds/eventSubscription:EventSubscription", "Amazon RDS API Reference, CreateEventSubscription"
)
_COPIES = On(
    "rds-copies",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "Amazon RDS API Reference, StartDBInstanceAutomatedBackupsReplication",
)
EVENT_SOURCES = (
    "db-instance",
    "db-cluster",
    "db-parameter-group",
    "db-security-group",
    "db-snapshot",
    "db-cluster-snapshot",
    "db-proxy",
    "db-shard-group",
    "custom-engine-version",
    "blue-green-deployment",
    "zero-etl",
)
_NAME = r"[a-z](?:-?[a-z0-9.])*"


RULES: tuple[Rule, ...] = (
    _PARAMETERS.matches(
        "name", rf"(?=.{{1,255}}$){_NAME}", "lower-case letters, digits, dots and single hyphens, a letter first"
    ),
    _PARAMETERS.one_of("parameters[*].applyMethod", ("immediate", "pending-reboot")),
    _PARAMETERS.unique("parameters[*].name", "parameter"),
    _PARAMETERS.custom("methods", _methods, "Amazon RDS API Reference, ModifyDBParameterGroup"),
    _PARAMETERS.custom("ranges", _ranges, "PostgreSQL Documentation, Server Configuration"),
    _SUBNETS.matches(
        "name",
        r"(?!default$)[a-z0-9._ -]{1,255}",
        "1 to 255 lower-case letters, digits, dots, underscores, spaces or hyphens, not 'default'",
    ),
    _EVENTS.longest("name", 255),
    _EVENTS.one_of("sourceType", EVENT_SOURCES),
    _COPIES.between("retentionPeriod", 1, 35, "days"),
)
