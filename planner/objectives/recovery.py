"""What a plan keeps of its databases: how many minutes of writes are lost with one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.tokens import DATABASE
from planner.plan_values import at

if TYPE_CHECKING:
    from plan import Plan

POINT_MINUTES = 5.0
"""How far behind the latest restorable time of an RDS server is (RDS User Guide, Restoring a DB instance to a specified
time: transaction logs are uploaded every five minutes)."""


@dataclass(frozen=True, kw_only=True)
class DatabaseRecovery:
    """What is kept of a server that takes writes.

    Attributes:
        name: its name in the plan.
        backed_up: whether automated backups are on; None where the plan does not know it.
        point_minutes: writes that are lost with it; None where nothing is kept or known.
    """

    name: str
    backed_up: bool | None
    point_minutes: float | None


def databases_of(plan: Plan) -> list[DatabaseRecovery]:
    """Every server that takes writes: replicas have nothing of their own to lose."""
    return [
        _recovery(item.name, at(item.inputs, "backupRetentionPeriod"))
        for item in plan.of_type(DATABASE)
        if not at(item.inputs, "replicateSourceDb")
    ]


def _recovery(name: str, days: object) -> DatabaseRecovery:
    """By the days that automated backups are kept; AWS keeps none of a server that asks for none (0)."""
    if isinstance(days, bool) or not isinstance(days, (int, float)):
        return DatabaseRecovery(name=name, backed_up=None, point_minutes=None)
    kept = days >= 1
    return DatabaseRecovery(name=name, backed_up=kept, point_minutes=POINT_MINUTES if kept else None)
