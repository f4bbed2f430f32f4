"""Parameter groups, subnet groups and event subscriptions of RDS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, items, number
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Deletion, Returned, Row, by_name
from sandbox.model.sources import Sources
from sandbox.services.aws.ec2.places import ONE_VPC, two_zones
from sandbox.services.aws.ec2.targets import SUBNET
from sandbox.services.aws.rds.targets import INSTANCE, PARAMETER_GROUP, SUBNET_GROUP
from sandbox.services.aws.rds.timing import GROUP_TIMING
from sandbox.services.aws.sns import TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.outputs import Inputs


FAMILY = re.compile(
    r"postgres(9\.\d|[12]\d)|mysql(5\.[5-7]|8\.[04]|9\.\d)|mariadb1[0-2]\.\d{1,2}|aurora-postgresql(9\.6|[12]\d)"
    r"|aurora(5\.6)?|aurora-mysql(5\.7|8\.[04])|(custom-)?(oracle|sqlserver)-[a-z0-9-]+\d[a-z0-9.-]*|db2-[as]e-\d+\.\d+"
)
"""Families of parameter groups (Amazon RDS API Reference, CreateDBParameterGroup)."""
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


def _family(context: Context) -> Iterator[Violation]:
    value = context.inputs.get("family")
    if isinstance(value, str) and FAMILY.fullmatch(value) is None:
        yield Violation(
            "family", f"{value!r} is no parameter group family, for example postgres17 (InvalidParameterValue)"
        )


SERVICE_DEFAULTS = {"rds.force_ssl": "1", "shared_preload_libraries": "pg_stat_statements"}
"""Parameters of `default.postgres15` and later that RDS itself sets (RDS User Guide, "RDS for PostgreSQL parameters").

One that is stated with the same value stays the service's own, and comes back with `pending-reboot` whatever was sent
(SDK documentation of aws.rds.ParameterGroup, "Problematic Plan Changes"; terraform-provider-aws issue 39252).
"""


def _read(inputs: Inputs, _: Inputs) -> Inputs:
    if "parameters" not in inputs:
        return inputs
    return {**inputs, "parameters": [_parameter(item) for item in items(inputs, "parameters")]}


def _parameter(item: dict[str, Any]) -> dict[str, Any]:
    ours = SERVICE_DEFAULTS.get(str(item.get("name"))) == str(item.get("value"))
    return {**item, "applyMethod": "pending-reboot"} if ours else item


def _waited_for(cloud: Cloud, item: CloudObject) -> str | None:
    """A group that an instance is to get in its window is in use; that RDS sees it so is assumed."""
    for instance in cloud.of_type(INSTANCE[0].token):
        if any(one.path == "parameterGroupName" and one.value == item.id for one in instance.waiting):
            return (
                f"{instance.name} is to get it in its maintenance window (InvalidDBParameterGroupState: One or more "
                "database instances are still members of this parameter group, so the group cannot be deleted)"
            )
    return None


_parameters = On("rds-parameters", source="Amazon RDS API Reference")
_subnets = On("rds-subnets", source="Amazon RDS API Reference, CreateDBSubnetGroup")
_events = On("rds-events", source="Amazon RDS API Reference, CreateEventSubscription")

ROWS = (
    Row(
        token="aws:rds/eventSubscription:EventSubscription",
        name=Named(),
        replaced=Replaced(("name", "namePrefix"), kept=("name", "namePrefix")),
        references=(Reference("snsTopic", TOPIC, "SNSTopicArnNotFound"),),
        unique=(Unique(("name",), "SubscriptionAlreadyExist"),),
        values=(_events.longest("name", 255), _events.one_of("sourceType", EVENT_SOURCES)),
        sources=Sources(time="Amazon RDS API Reference, CreateEventSubscription, ModifyEventSubscription: no window"),
    ),
    Row(
        token=PARAMETER_GROUP[0].token,
        name=Named(),
        id=by_name,
        replaced=Replaced(
            ("description", "family", "name", "namePrefix"),
            {"description": "Managed by Pulumi"},
            kept=("name", "namePrefix"),
        ),
        references=(),
        unique=(Unique(("name",), "DBParameterGroupAlreadyExists"),),
        values=(
            _parameters.custom("family", _family, "Amazon RDS API Reference, CreateDBParameterGroup"),
            _parameters.matches(
                "name",
                rf"(?=.{{1,255}}$){_NAME}",
                "lower-case letters, digits, dots and single hyphens, a letter first",
            ),
            _parameters.one_of("parameters[*].applyMethod", ("immediate", "pending-reboot")),
            _parameters.unique("parameters[*].name", "parameter"),
            _parameters.custom("methods", _methods, "Amazon RDS API Reference, ModifyDBParameterGroup"),
            _parameters.custom("ranges", _ranges, "PostgreSQL Documentation, Server Configuration"),
        ),
        returned=Returned(read=_read),
        deletion=Deletion(refuses=_waited_for),
        timing=GROUP_TIMING,
    ),
    Row(
        token=SUBNET_GROUP[0].token,
        name=Named(),
        id=by_name,
        replaced=Replaced(("name", "namePrefix"), kept=("name", "namePrefix")),
        references=(Reference("subnetIds[*]", SUBNET, "InvalidSubnet"),),
        unique=(Unique(("name",), "DBSubnetGroupAlreadyExists"),),
        values=(
            _subnets.matches(
                "name",
                r"(?!default$)[a-z0-9._ -]{1,255}",
                "1 to 255 lower-case letters, digits, dots, underscores, spaces or hyphens, not 'default'",
            ),
        ),
        state=(
            Rule(
                "database-zones",
                "Amazon RDS User Guide, Working with a DB instance in a VPC",
                (),
                two_zones("subnetIds", "DBSubnetGroupDoesNotCoverEnoughAZs"),
            ),
            ONE_VPC,
        ),
        sources=Sources(time="Amazon RDS API Reference, CreateDBSubnetGroup, ModifyDBSubnetGroup: no window"),
    ),
)
