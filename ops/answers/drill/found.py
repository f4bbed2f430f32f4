"""Finds what a drill decided about the pods of a plan, kept from an earlier `./bbp drill`; never starts anything."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ops.answers.drill.report import DrillReport
from ops.answers.drill.subject import subject, tellable
from planner.availability.drilled import PodsDrilled
from planner.capacity.node_groups import NodeGroupError
from sandbox.drill.assumed import assumptions
from sandbox.drill.kept import drills_directory, kept
from sandbox.drill.nodes.flags import FlagError

if TYPE_CHECKING:
    from ops.rehearsal.planned import Planned
    from plan import Plan
    from plan.drills.record import Drill
CHANGE = "phase-change"
"""The scenario that is about two phases, and kept by the keys of both."""


@dataclass(frozen=True)
class FoundDrill:
    """The kept drill of a plan.

    Attributes:
        report: what was decided; None where the same objects on the same nodes were not drilled.
        why_not: why there is none, or why it is not all, with what to do; empty where nothing is missing.
        key: of the objects and nodes; empty where it cannot be told.
    """

    report: DrillReport | None
    why_not: str = ""
    key: str = ""

    @property
    def lacks(self) -> str:
        """What was not drilled, with what to do; empty where everything was."""
        return self.why_not if self.report is None else self.pods.undecided

    @property
    def pods(self) -> PodsDrilled:
        """What it says of the pods."""
        if self.report is None:
            return PodsDrilled(why_not=self.why_not)
        drill = self.report.drill
        return PodsDrilled(outcomes=drill.outcomes, version=drill.version, why_not=self.why_not)


def drill_of(made: Planned) -> FoundDrill:
    """What was decided about the pods of a plan."""
    return found(made.plan, made.origin, made.phase or "", made.asked)


def found(plan: Plan, origin: str, phase: str, asked: str = "") -> FoundDrill:
    """What was decided about the pods of a plan by a drill of the same objects on the same nodes.

    Args:
        plan: the plan.
        origin: how to call it.
        phase: its growth phase; empty for one that names none.
        asked: the words after `./bbp drill` that lead to this plan; empty for those of its stack and phase.
    """
    how = f"run `./bbp drill {asked or _words(plan, phase)}`"
    any_kept = _any_kept()
    try:
        if not any_kept:  # what would be drilled need not be told: it costs more than many a tool that asks for it
            tellable(plan)
            return FoundDrill(None, how)
        here = subject(plan, phase)
    except (NodeGroupError, FlagError) as error:
        said = "; ".join(str(error).splitlines())
        return FoundDrill(None, f"what would be drilled cannot be told from the plan: {said}")
    drill, key = kept(here.key), here.key
    if drill is None or not drill.outcomes:
        return FoundDrill(None, f"{how}; what was drilled before has other objects or nodes", key)
    report = DrillReport(origin, phase, replace(drill, stand_ins=here.stand_ins), assumptions())
    whole = FoundDrill(report, "", key)
    return FoundDrill(report, how, key) if whole.pods.missing else whole


def change_between(first: FoundDrill, second: FoundDrill) -> Drill | None:
    """What was decided about the way from the pods of one plan to those of another, and back; None if nothing was."""
    return kept(f"{first.key}-{second.key}") if first.key and second.key else None


def _any_kept() -> bool:
    return any(drills_directory().glob("*.json"))


def _words(plan: Plan, phase: str) -> str:
    first = next(iter(plan), None)
    stack = first.urn.split(":")[2] if first is not None else "STACK"
    return shlex.join([stack, *(["--phase", phase] if phase else [])])
