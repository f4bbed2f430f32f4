"""What Amazon RDS refuses about engines: their names, versions, logs, and families of parameter groups.

Rules about one engine are no use while the engine itself goes unjudged: with another value they would all fall silent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, text

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = (
    *("aurora-mysql", "aurora-postgresql", "mariadb", "mysql", "postgres", "db2-ae", "db2-se"),
    *("oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb"),
    *("sqlserver-dev-ee", "sqlserver-ee", "sqlserver-ex", "sqlserver-se", "sqlserver-web"),
    *("custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2", "custom-oracle-se2-cdb"),
    *("custom-sqlserver-ee", "custom-sqlserver-se", "custom-sqlserver-web", "custom-sqlserver-dev"),
)
"""Amazon RDS API Reference, CreateDBInstance, Engine; sqlserver-dev-ee from AWS CloudFormation's schema."""
_EXTENDED = r"(?:-rds\.\d{8})?"
"""A minor version under RDS Extended Support carries a date."""
VERSIONS = {
    "postgres": re.compile(rf"(?:\d{{2}}(?:\.\d{{1,2}})?|9(?:\.\d(?:\.\d{{1,2}})?)?){_EXTENDED}"),
    "mysql": re.compile(rf"(?:5\.[5-7]|8\.[04]|9\.\d)(?:\.\d{{1,2}})?{_EXTENDED}"),
    "mariadb": re.compile(rf"1[0-2]\.\d{{1,2}}(?:\.\d{{1,2}})?{_EXTENDED}"),
}
"""Major or minor versions (Amazon RDS User Guide, versions of PostgreSQL, MySQL and MariaDB on Amazon RDS)."""
EXAMPLES = {"postgres": "17, or 17.7", "mysql": "8.4, or 8.4.7", "mariadb": "11.8, or 11.8.3"}
EXPORTS = {
    "postgres": ("iam-db-auth-error", "postgresql", "upgrade"),
    "mysql": ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
    "mariadb": ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
}
"""Logs that can go to CloudWatch (Amazon RDS User Guide, database log files of each engine)."""


_PORTS = {"mysql": 3306, "mariadb": 3306, "aurora-mysql": 3306, "oracle": 1521, "sqlserver": 1433, "db2": 50000}


def port_of(engine: str) -> int:
    """The port where a program names none (Amazon RDS API Reference, CreateDBInstance, Port): PostgreSQL's, else.

    Args:
        engine: the instance's engine, with its edition.
    """
    return _PORTS.get(engine) or _PORTS.get(engine.partition("-")[0]) or 5432


def family_of(engine: str, version: str) -> str | None:
    """The family that an instance's parameter group must have; None for engines whose families this does not know.

    Args:
        engine: the instance's engine.
        version: its version, major or with minor versions.
    """
    numbers = version.split("-", 1)[0].split(".")
    if engine == "postgres":
        old = numbers[0] == "9" and len(numbers) > 1
        return f"postgres{'.'.join(numbers[:2]) if old else numbers[0]}"
    return f"{engine}{'.'.join(numbers[:2])}" if engine in {"mysql", "mariadb"} else None


def _version(context: Context) -> Iterator[Violation]:
    value, engine = text(context.inputs, "engineVersion"), text(context.inputs, "engine")
    pattern = VERSIONS.get(engine)
    if value and pattern is not None and pattern.fullmatch(value) is None:
        yield Violation(
            "engineVersion",
            f"{value!r} is no version of {engine}: a major version such as {EXAMPLES[engine]} "
            f"(InvalidParameterCombination: Cannot find version {value} for {engine})",
        )


def _exports(context: Context) -> Iterator[Violation]:
    found, engine = context.inputs.get("enabledCloudwatchLogsExports"), text(context.inputs, "engine")
    allowed = EXPORTS.get(engine)
    if allowed is None or not isinstance(found, list):
        return
    for index, item in enumerate(found):
        if known(item) and item not in allowed:
            at = f"enabledCloudwatchLogsExports[{index}]"
            yield Violation(at, f"{item!r} is none of the logs of {engine}: {', '.join(allowed)}")


_on = On("rds-engine", source="Amazon RDS API Reference, CreateDBInstance")
VALUES = (
    _on.one_of("engine", ENGINES, "InvalidParameterValue: Invalid DB engine"),
    _on.custom("version", _version, "Amazon RDS User Guide, versions of each engine"),
    _on.custom("exports", _exports, "Amazon RDS User Guide, database log files"),
)
"""What an instance's row takes from here."""
