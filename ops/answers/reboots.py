"""In which order database servers must restart for what a plan changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.jsonable import plain
from plan.tokens import PARAMETER_GROUP
from planner.evidence import EvidenceError, read_plan, seen
from policies.reboots import Reboot
from policies.reboots import reboots as find

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan


@dataclass(frozen=True)
class Reboots:
    """The restarts that a plan asks for, and how many parameter groups were looked at."""

    plan: Plan
    groups: int
    found: tuple[Reboot, ...]

    @property
    def refused(self) -> bool:
        """Whether no order is safe."""
        return any(item.refused for item in self.found)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        evidence = seen(self.plan, self.groups, "parameter groups")
        return {"evidence": evidence, "reboots": plain(self.found)}


def reboots(file: Path) -> Reboots:
    """The restarts that the plan in a file asks for.

    Raises:
        PlanError: the file is no plan.
        EvidenceError: the plan has nothing that could be judged.
    """
    plan = read_plan(file)
    found = tuple(find(plan))
    groups = len(plan.of_type(PARAMETER_GROUP))
    if not groups:
        raise EvidenceError(f"the plan in {file} has no parameter group of a database, so no restart can be judged")
    return Reboots(plan, groups, found)
