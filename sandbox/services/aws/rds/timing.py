"""When Amazon RDS makes a change real, what it costs, and what else it moves.

The API reference and the provider's source (terraform-provider-aws, internal/service/rds/instance.go and
engine_version.go) were read on 2026-11-29; rows of the user guide's table are quoted by their setting.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock.moments import written
from sandbox.cloud import Ends
from sandbox.model.checks import flag, items
from sandbox.model.outputs import short_hash
from sandbox.model.timing import Also, Outage, Setting, Timing, When
from sandbox.model.windows import DAYS, week_text
from sandbox.services.aws.rds.engines import family_of
from sandbox.services.aws.rds.regular import recurring
from sandbox.services.aws.rds.targets import INSTANCE, PARAMETER_GROUP, replicas_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.outputs import Inputs

_API = "Amazon RDS API Reference, ModifyDBInstance"
_GUIDE = "Amazon RDS User Guide, Settings for DB instances"
UPGRADES = "Amazon RDS User Guide, Upgrades of the RDS for PostgreSQL DB engine"
STORAGE_HELD = "rds-storage"
"""Mark of an instance whose storage was changed less than `STORAGE_HOURS` ago."""
STORAGE_HOURS = 6
"""Storage takes no further change for six hours (Guide, Allocated storage)."""
STORAGE = ("allocatedStorage", "iops", "storageThroughput", "storageType")
_FAILOVER = Outage(
    60, 120, "Amazon RDS User Guide, Failing over a Multi-AZ DB instance: typically 60 to 120 seconds", why="failover"
)
_ALONE = Outage(
    300,
    1200,
    "no document gives it; a public report of 2022 saw such a change take 20 minutes altogether",
    assumed=True,
)
_MINOR = Outage(
    300, 900, "no document gives it; with Multi-AZ both instances are upgraded together, so it is as long", assumed=True
)
_BIG = Outage(
    480,
    1800,
    "no document gives it; a public report (1.5 TB with one replica, 13 to 15) measured about 8 minutes",
    assumed=True,
    why="major upgrade",
)
_REBOOT = Outage(
    60, 300, "no document gives it; recovery takes the longer, the older the last checkpoint is", assumed=True
)
_PAUSE = Outage(1, 180, f"{_API}, BackupRetentionPeriod: a few seconds to a few minutes", why="suspended I/O")


def default_window(identifier: str) -> str:
    """The window of an instance without one: half an hour in a block of eight, on a day that RDS picks.

    The block is that of us-east-1 (Amazon RDS User Guide, The Amazon RDS maintenance window: 03:00 to 11:00 UTC); day
    and half hour are picked by the name here, at random there.
    """
    picked = int(short_hash("maintenance window", identifier), 16)
    start = (picked % len(DAYS)) * 24 * 60 + 3 * 60 + (picked // len(DAYS)) % 16 * 30
    return f"{week_text(start)}-{week_text(start + 30)}"


def _restart(inputs: Inputs, _: Any) -> Outage:  # noqa: ANN401 - any value
    return _FAILOVER if flag(inputs.get("multiAz")) else _ALONE


def _reboot(_inputs: Inputs, _: Any) -> Outage:  # noqa: ANN401 - any value
    return _REBOOT


def _upgrade(inputs: Inputs, version: Any) -> Outage | None:  # noqa: ANN401 - any value
    return _BIG if major(inputs.get("engineVersion")) != major(version) else _MINOR


def _suspends(inputs: Inputs, days: Any) -> Outage | None:  # noqa: ANN401 - any value
    return _PAUSE if bool(inputs.get("backupRetentionPeriod")) != bool(days) else None


def _on_or_off(before: Inputs, new: Inputs) -> bool:
    return bool(before.get("backupRetentionPeriod")) != bool(new.get("backupRetentionPeriod"))


def major(version: Any) -> str:  # noqa: ANN401 - any value
    """The major version of PostgreSQL 10 and later."""
    return str(version).split(".", maxsplit=1)[0]


def _another_family(before: Inputs, new: Inputs) -> bool:
    engine = str(new.get("engine") or before.get("engine") or "postgres")
    old, asked = before.get("engineVersion"), new.get("engineVersion")
    return bool(old and asked) and family_of(engine, str(old)) != family_of(engine, str(asked))


def follows(inputs: Inputs) -> dict[str, Any]:
    """The version that runs: the one that is pinned, or the newest minor version as far as this sandbox goes.

    Nothing for a replica without a version: its source's, which it got when it was made or taken along.
    """
    if inputs.get("replicateSourceDb") and not inputs.get("engineVersion"):
        return {}
    version = str(inputs.get("engineVersion") or "17")
    exact = re.fullmatch(r"\d{2}\.\d{1,2}", version) is not None
    return {"engineVersionActual": version if exact else f"{version}.6"}


def _shown(item: CloudObject, path: str, wanted: Any) -> Any:  # noqa: ANN401 - any value
    """The provider reads what is real, but a version: it keeps the sent one if that is to the letter what waits."""
    if path == "engineVersion":
        exact = follows({path: wanted})["engineVersionActual"] == wanted
        return wanted if exact else item.outputs.get("engineVersionActual")
    return item.outputs.get(path)


def _along(cloud: Cloud, item: CloudObject, real: Inputs) -> Iterator[Also]:
    """A major upgrade takes the replicas of its region along: none stays behind, and none goes ahead."""
    version, before = real.get("engineVersion"), item.inputs.get("engineVersion")
    if version is None or major(version) == major(before) or item.inputs.get("engine", "postgres") != "postgres":
        return
    for replica in replicas_of(cloud, item):
        changes: Inputs = {"engineVersion": version} if "engineVersion" in replica.inputs else {}
        group = replica.inputs.get("parameterGroupName")
        family = family_of("postgres", str(version))
        if isinstance(group, str) and _family(cloud, group) not in {None, family}:
            changes["parameterGroupName"] = f"default.{family}"
        yield Also(
            replica,
            changes,
            f"upgraded to {version} with its source {item.name}; its parameter group of the old family cannot stay "
            f"(that RDS takes default.{family} then is assumed)",
            UPGRADES,
            _BIG,
            assumed="parameterGroupName" in changes,
            outputs=follows({"engineVersion": version}),
        )


def _family(cloud: Cloud, group: str) -> str | None:
    found = cloud.get(PARAMETER_GROUP[0].token, group)
    return str(found.inputs.get("family")) if found is not None else None


def _held(cloud: Cloud, item: CloudObject, real: Inputs) -> Iterator[tuple[str, str, Ends]]:
    if any(path in real for path in STORAGE):
        free = written(cloud.now + timedelta(hours=STORAGE_HOURS))
        what = "its storage can be changed again"
        yield STORAGE_HELD, item.id, Ends(free, item.token, item.name, what, f"{_GUIDE}, Allocated storage")


INSTANCE_TIMING = Timing(
    settings=(
        Setting("allocatedStorage", When.WINDOW, f"{_GUIDE}: no outage, performance may degrade"),
        Setting("storageThroughput", When.WINDOW, f"{_GUIDE}: no outage; with the storage"),
        Setting("iops", When.WINDOW, f"{_API}, Iops: next window, no outage"),
        Setting("storageType", When.WINDOW, f"{_GUIDE}; a change from or to magnetic storage restarts"),
        Setting("instanceClass", When.WINDOW, f"{_API}, DBInstanceClass: outage, next window", _restart),
        Setting("engineVersion", When.WINDOW, f"{_API}, EngineVersion: outage, next window", _upgrade),
        Setting("multiAz", When.WINDOW, f"{_API}, MultiAZ: next window, no outage"),
        Setting("dbSubnetGroupName", When.WINDOW, f"{_API}, DBSubnetGroupName: outage, next window", _restart),
        Setting("identifier", When.WINDOW, f"{_API}, NewDBInstanceIdentifier: reboot, next window", _reboot),
        Setting(
            "caCertIdentifier",
            When.WINDOW,
            "Amazon RDS API Reference, PendingModifiedValues; PostgreSQL takes the certificate without a restart (User "
            "Guide, Rotating your SSL/TLS certificate)",
        ),
        Setting(
            "iamDatabaseAuthenticationEnabled",
            When.WINDOW,
            "Amazon RDS User Guide, Enabling and disabling IAM database authentication; Amazon RDS API Reference, "
            "PendingModifiedValues",
        ),
        Setting(
            "backupRetentionPeriod",
            When.WINDOW,
            f"{_API}, BackupRetentionPeriod: to or from 0 in the next window, any other change at once",
            _suspends,
            only=_on_or_off,
        ),
        Setting(
            "parameterGroupName",
            When.RESTART,
            f"{_API}, DBParameterGroupName: the name at once, its static parameters at the next reboot, not in a "
            "window; EngineVersion: with a major upgrade it is of the new family, so it comes with the version",
            only=_another_family,
        ),
        Setting("port", When.AT_ONCE, f"{_API}, DBPortNumber: restarts whatever ApplyImmediately says", _reboot),
        Setting("password", When.AT_ONCE, f"{_API}, MasterUserPassword: as soon as possible, no outage"),
        Setting("passwordWoVersion", When.AT_ONCE, f"{_API}, MasterUserPassword: as soon as possible, no outage"),
        Setting("enabledCloudwatchLogsExports", When.AT_ONCE, f"{_API}, CloudwatchLogsExportConfiguration"),
        Setting("autoMinorVersionUpgrade", When.AT_ONCE, f"{_API}, AutoMinorVersionUpgrade"),
        Setting("backupWindow", When.AT_ONCE, f"{_API}, PreferredBackupWindow"),
        Setting("maintenanceWindow", When.AT_ONCE, f"{_GUIDE}, Maintenance window"),
        Setting("maxAllocatedStorage", When.AT_ONCE, f"{_GUIDE}, Maximum storage threshold"),
        Setting("deletionProtection", When.AT_ONCE, f"{_GUIDE}, Deletion protection"),
        Setting("copyTagsToSnapshot", When.AT_ONCE, f"{_GUIDE}, Copy tags to snapshots"),
        Setting("monitoringInterval", When.AT_ONCE, f"{_GUIDE}, Enhanced monitoring"),
        Setting("performanceInsightsEnabled", When.AT_ONCE, f"{_GUIDE}, Performance Insights"),
        Setting("vpcSecurityGroupIds", When.AT_ONCE, f"{_GUIDE}, VPC security group"),
    ),
    window="maintenanceWindow",
    default_window=default_window,
    at_once="applyImmediately",
    silent=(
        *("allowMajorVersionUpgrade", "applyImmediately", "blueGreenUpdate", "deleteAutomatedBackups"),
        *("finalSnapshotIdentifier", "replicateSourceDb", "skipFinalSnapshot", "tags"),
    ),
    follows=follows,
    lasting=("engineVersionActual",),
    shown=_shown,
    reaches=_along,
    remembers=_held,
    recurring=recurring(default_window),
)
"""The table of the user guide, as far as PostgreSQL is concerned.

`applyImmediately` by itself sends no request that names a change; that RDS would then refuse it as one without
modifications is read from terraform-provider-aws issue 11050.
"""


def _static(cloud: Cloud, item: CloudObject, real: Inputs) -> Iterator[Also]:
    """Parameters that are read at start only wait for the restart of every instance of the group."""
    before = {one.get("name"): one.get("value") for one in items(item.inputs, "parameters")}
    after = {one.get("name"): one for one in items(real, "parameters")}
    changed = {
        f"parameters.{name}": one.get("value")
        for name, one in sorted(after.items(), key=lambda pair: str(pair[0]))
        if one.get("applyMethod") == "pending-reboot" and before.get(name) != one.get("value")
    }
    if changed:
        for instance in cloud.of_type(INSTANCE[0].token):
            if instance.inputs.get("parameterGroupName") == item.id:
                yield Also(instance, changed, "", _PARAMETERS, when=When.RESTART)


_PARAMETERS = "Amazon RDS User Guide, Working with DB parameter groups: static parameters after a manual reboot"
GROUP_TIMING = Timing(
    settings=(Setting("parameters", When.AT_ONCE, _PARAMETERS, reaches=True),),
    reaches=_static,
)
