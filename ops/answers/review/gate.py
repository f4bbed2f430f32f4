"""What stops a step: the gate's findings, and policies of the report that it newly breaks and the gate does not ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ops.answers.gate.goals import goals_of, missed
from ops.answers.policies import PROTECTED
from ops.exits import UNKNOWN, UNSAFE
from ops.jsonable import picked

if TYPE_CHECKING:
    from ops.answers.gate import Gate, GateOptions
    from ops.answers.review.step import Step

ASKED_BY_THE_GATE = frozenset(
    {
        "Nothing that holds data is replaced, deleted, renamed or made smaller",
        "Pods read and write clients where their rows lie",
        PROTECTED,
        "No database, cache or search engine is reachable from the internet",
        "No pod that serves has the login of a database's master user",
        "What keeps data is encrypted at rest",
        "Each control of Security Hub's standards is met, or accepted with a reason",
        "No single point of failure",
    }
)
"""Policies of the report that are rules of the gate, too: there they name a resource, and can be waived."""


@dataclass(frozen=True)
class GateVerdict:
    """Whether a step may be merged.

    Attributes:
        stops: what must not happen, each with its fix where there is one.
        unknown: what nobody could judge.
        gate: the gate's own answer; None where there was no preview.
    """

    stops: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...] = ()
    gate: Gate | None = None

    @property
    def code(self) -> int:
        """The exit code: 2 where something stops, 3 where something is unknown."""
        return UNSAFE if self.stops else UNKNOWN if self.unknown else 0

    def as_json(self) -> dict[str, Any]:
        """The machine-readable verdict."""
        stops = [{"says": says, "fix": fix or None} for says, fix in self.stops]
        return {**picked(self, "code"), "stops": stops, **picked(self, "unknown"), "gate": self.gate}


def knowing(step: Step, allowed: GateOptions) -> GateOptions:
    """What the gate is to judge, with the goals of both sides as they were judged already.

    Args:
        step: what head does to what base has left, judged on both sides.
        allowed: what the gate allows.
    """
    sides = [side.objectives.answers if side is not None and side.objectives else () for side in (step.base, step.head)]
    judge = partial(missed, before=sides[0], after=sides[1])
    return replace(allowed, objectives=tuple(judge if one is goals_of else one for one in allowed.objectives))


def gated(step: Step, gate: Gate | None, objections: tuple[tuple[str, str], ...] = ()) -> GateVerdict:
    """What a step does that must not happen without somebody's leave.

    Args:
        step: what head does to what base has left.
        gate: the gate's answer about its preview, waivers counted.
        objections: what base's own gate stops and this one does not.
    """
    stops = [] if gate is None else [(f"{one.rule}, {one.name}: {one.says}", one.fix) for one in gate.stopping]
    if gate is not None and not gate.stopping and gate.exit_code:
        stops += [(f"the file of waivers: {one.says}", "") for one in gate.waiver_problems if one.refuses]
    stops += objections
    moved = [one for one in step.policies if one.worse and one.title not in ASKED_BY_THE_GATE]
    stops += [(f"{one.title}: {one.detail}", "") for one in moved if one.head == "failed"]
    unknown = [f"{one.title}: {one.detail}" for one in moved if one.head == "unknown"]
    if step.refused:
        stops.insert(0, (step.refused, ""))
    if step.head is not None:
        unknown += [f"{name}: {why}" for name, why in (step.head.why_not or {}).items()]
    if gate is None:
        unknown.append("the gate: there is no preview")
    return GateVerdict(tuple(stops), tuple(unknown), gate)
