"""What stands and what it becomes, as two plans of the same form: both read from the one preview of head on base."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from infra.phases import PHASES
from ops.answers.availability import AvailabilityReport
from ops.answers.availability import judged as removed
from ops.answers.cdn.error import CdnError
from ops.answers.cost import CostReport, priced
from ops.answers.drill.found import FoundDrill, drill_of
from ops.answers.limits import LimitUse, limits_used
from ops.answers.objectives import ObjectivesReport
from ops.answers.objectives import judged as objectives_judged
from ops.answers.policies import PolicyCheck, policy_checks
from plan import Plan, PlanError
from planner.simulation import Simulation, SimulationError, scenario, simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.answers.journey import Journey
    from ops.rehearsal.planned import Planned

DAY = "daily"
"""The traffic by which both sides are compared: a day at the top of the phase."""


@dataclass(frozen=True)
class Judged:
    """What the tools say of one side.

    Attributes:
        planned: the side.
        drill: what was decided about its pods, or why nothing was.
        cost: what it costs; None where it was not judged.
        availability: what may fail; None where it was not judged.
        traffic: a day; None where it was not simulated.
        objectives: whether it reaches what it is to reach; None where it was not judged.
        limits: how much of every limit it takes; None where it was not judged.
        policies: what must hold; None where it was not judged.
        why_not: why something was not judged, by its name.
    """

    planned: Planned
    drill: FoundDrill
    cost: CostReport | None = None
    availability: AvailabilityReport | None = None
    traffic: Simulation | None = None
    objectives: ObjectivesReport | None = None
    limits: tuple[LimitUse, ...] | None = None
    policies: tuple[PolicyCheck, ...] | None = None
    why_not: Mapping[str, str] | None = None

    def reason(self, name: str) -> str:
        """Why something was not judged."""
        return (self.why_not or {}).get(name, "")


def before(plan: Plan, base: Plan | None = None) -> Plan:
    """What stands before a plan: what the engine's state holds, everything that the plan leaves as it is included.

    Args:
        plan: the preview of head on the state of base.
        base: base's own preview, for what a plan does not say of the past: its configuration, and on what something
            depended that is changed.
    """
    known = {item.urn: item for item in base} if base is not None else {}
    stood = []
    for item in plan:
        if item.op == "create":
            continue
        then = known.get(item.urn, item)
        inputs = item.inputs if item.op in {"same", "delete"} else item.old_inputs
        stood.append(
            replace(
                item,
                op="same",
                inputs=inputs,
                old_inputs=inputs,
                changed=(),
                dependencies=then.dependencies,
                protect=then.protect,
            )
        )
    return Plan(tuple(stood), base.config if base is not None else plan.config)


def judged(side: Planned, journey: Journey | None = None) -> Judged:
    """Everything that the tools say of a side; what one of them cannot judge is named with its reason.

    Args:
        side: the plan and its settings.
        journey: the step that leads to it; None for what stands.
    """
    found = Judged(side, drill_of(side))
    why: dict[str, str] = {}
    judges = (("cost", _cost), ("availability", _availability), ("traffic", _traffic), ("objectives", _objectives))
    for name, judge in judges:
        try:
            found = judge(found)
        except (PlanError, SimulationError) as error:
            why[name] = _said(error)
    if side.settings is None:
        lacking = "its stack file is none that the tools of this checkout can read"
        return replace(found, why_not={**why, "limits": lacking, "policies": lacking})
    found = replace(found, limits=limits_used(side.settings, side.plan))
    if found.cost is None or found.availability is None:
        why["policies"] = why.get("cost") or why["availability"]
    else:
        try:
            checks = policy_checks(side.settings, side.plan, found.cost, found.availability, journey)
            found = replace(found, policies=checks)
        except (CdnError, PlanError) as error:
            why["policies"] = _said(error)
    return replace(found, why_not=why)


def _cost(found: Judged) -> Judged:
    return replace(found, cost=priced(found.planned))


def _availability(found: Judged) -> Judged:
    return replace(found, availability=removed(found.planned, found.drill))


def _traffic(found: Judged) -> Judged:
    phase = found.planned.phase or PHASES[-1]
    return replace(found, traffic=simulate(found.planned.plan, scenario(DAY, phase=phase)))


def _objectives(found: Judged) -> Judged:
    return replace(found, objectives=objectives_judged(found.planned, found.drill, available=found.availability))


def _said(error: Exception) -> str:
    return "; ".join(str(error).splitlines())
