"""One stack's step from base to head, and everything that the tools say of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from ops.answers.journey import Journey, JourneyStep
from ops.answers.policies import NOT_REHEARSED
from ops.answers.review.changes import Changed, changes_of, restarts_of
from ops.answers.review.clock import Moment, moments
from ops.answers.review.gate import GateVerdict, gated
from ops.answers.review.sides import Judged, before, judged
from ops.answers.truth import truth_of
from plan import Plan
from planner.cost.difference import Difference, change, difference
from planner.waiting import Chain, Waiting, longest, waiting
from policies.placement import shards_left, unplaced
from policies.stateful import Loss, losses, shrinkages
from policies.way_back import Stuck, stuck
from sandbox.truth.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ops.answers.gate import Gate
    from ops.answers.limits import LimitUse
    from ops.rehearsal.planned import Planned
    from sandbox.truth.report import Truth

State = Literal["changed", "same", "added", "removed", "untouched", "refused", "unknown"]
RANKS = {"ok": 0, "solved": 0, "near": 1, "note": 1, "full": 1, "raise first": 1, "unknown": 2, "failed": 3, "over": 3}
"""How bad the state of a policy or of a limit is."""


@dataclass(frozen=True)
class Moved:
    """A policy or a limit that says something else of head than of base.

    Attributes:
        title: what must hold, or what is counted.
        base: its state there; `-` where it was not judged.
        head: its state there.
        detail: what was found in head.
    """

    title: str
    base: str
    head: str
    detail: str

    @property
    def worse(self) -> bool:
        """Whether head is worse off."""
        return RANKS.get(self.head, 0) > RANKS.get(self.base, 0)


@dataclass(frozen=True)
class Step:
    """What a change does to one stack.

    Attributes:
        stack: its name.
        state: whether it changes, stays as it is, comes, goes, is not reached by the change, is refused by what
            rehearsed head, or cannot be told because base cannot be rehearsed.
        files: the files of the change that decide about it.
        refused: why head, or base, could not be rehearsed to its end; with what to do.
        base: what the tools say of what stands; None where nothing does, or where it is not known.
        head: what they say of what it becomes; None where there is no plan of it.
        plan: the preview of head on the state of base; empty where there is none.
        changes: what happens to each resource.
        losses: what would be lost, shrink or be out of reach.
        back: what a revert does not take back.
        restarts: what stops and starts again.
        moments: what answers late, and what waits for a window.
        waiting: how long the provider may take, by kind of resource.
        chain: the changes that wait for each other longest.
        differences: what costs something else, by resource.
        policies: policies that say something else of head.
        limits: limits that do.
        truth: how sure all of it is; None where nothing was rehearsed.
        gate: whether it may be merged.
        updated: whether head was deployed in the simulated cloud: only then is it known what waits for a window.
    """

    stack: str
    state: State
    files: tuple[str, ...] = ()
    refused: str = ""
    base: Judged | None = None
    head: Judged | None = None
    plan: Plan = field(default_factory=lambda: Plan(()))
    changes: tuple[Changed, ...] = ()
    losses: tuple[Loss, ...] = ()
    back: tuple[Stuck, ...] = ()
    restarts: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    chain: Chain = field(default_factory=lambda: Chain(0, ()))
    differences: tuple[Difference, ...] = ()
    policies: tuple[Moved, ...] = ()
    limits: tuple[Moved, ...] = ()
    truth: Truth | None = None
    gate: GateVerdict = field(default_factory=lambda: GateVerdict(()))
    updated: bool = False

    def counts(self) -> dict[str, int]:
        """How many resources are created, changed, replaced and deleted; components are left out."""
        return {op: sum(item.op == op for item in self.changes) for op in ("create", "update", "replace", "delete")}

    @property
    def usd(self) -> float | None:
        """What it adds to the monthly cost; None where a part of either side is unknown."""
        sides = [side.cost for side in (self.base, self.head) if side is not None]
        if self.head is None or any(cost is None for cost in sides):
            return None
        then = self.head.cost.cost.total if self.head.cost is not None else None
        now = self.base.cost.cost.total if self.base is not None and self.base.cost is not None else None
        if then is None:
            return None
        return then.usd if now is None else change(now, then)


@dataclass(frozen=True)
class Seen:
    """What was rehearsed of a stack.

    Attributes:
        stack: its name.
        base: base's own plan with its settings; None where base has no such stack.
        head: the plan of head on what base has left, with its settings; None where there is none.
        said: the JSON document of head's rehearsal; None where nothing was updated.
        refused: why it was not.
        files: what reaches the stack.
        preview: the file of the preview.
    """

    stack: str
    base: Planned | None
    head: Planned | None
    said: Mapping[str, Any] | None = None
    refused: str = ""
    files: tuple[str, ...] = ()
    preview: Path | None = None


def step_of(seen: Seen) -> Step:
    """Everything that follows from what was rehearsed of one stack; whether it may be merged, `with_gate` says."""
    if seen.head is None:
        base = judged(seen.base) if seen.base is not None else None
        return Step(seen.stack, "refused", seen.files, seen.refused, base=base, gate=GateVerdict(((seen.refused, ""),)))
    plan = seen.head.plan
    stood = _stood(seen)
    there = judged(stood) if stood is not None else None
    lost = _lost(plan)
    here = judged(seen.head, _journey(seen, plan, lost))
    changes = plan.changes()
    step = Step(
        seen.stack,
        _state(seen, plan),
        seen.files,
        seen.refused,
        base=there,
        head=here,
        plan=plan,
        changes=changes_of(plan),
        losses=lost,
        back=tuple(stuck(changes)),
        restarts=tuple(dict.fromkeys(restarts_of(plan))),
        moments=moments(seen.said or {}),
        waiting=tuple(waiting(changes)),
        chain=longest(plan),
        differences=_differences(there, here),
        policies=_moved_policies(there, here),
        limits=_moved_limits(there, here),
        truth=truth_of(plan, Setting(updated=seen.said is not None)),
        updated=seen.said is not None,
    )
    return with_gate(step, None)


def with_gate(step: Step, gate: Gate | None, objections: tuple[tuple[str, str], ...] = ()) -> Step:
    """A step with the answer whether it may be merged.

    Args:
        step: what was judged.
        gate: the gate's answer about its preview; None where there is none.
        objections: what base's own gate stops of it and head's does not, each with the fix.
    """
    return step if step.head is None else replace(step, gate=gated(step, gate, objections))


def _state(seen: Seen, plan: Plan) -> State:
    if seen.refused:
        return "refused"
    if seen.base is None:
        return "added"
    return "changed" if any(item.custom for item in plan.changes()) else "same"


def _stood(seen: Seen) -> Planned | None:
    if seen.base is None or seen.head is None:
        return None
    return replace(seen.base, plan=before(seen.head.plan, seen.base.plan))


def _lost(plan: Plan) -> tuple[Loss, ...]:
    """What would be lost, shrink, or be out of reach."""
    then = {item.urn: item.old_inputs for item in plan}
    misled = unplaced(plan)
    entered = (Loss("", "update", "clients", (), misled),) if misled else ()
    return (*losses(plan), *shrinkages(plan, then), *shards_left(plan), *entered)


def _journey(seen: Seen, plan: Plan, lost: tuple[Loss, ...]) -> Journey:
    """The step as a journey of one: what its policies ask of a way is asked of this one."""
    refused = (seen.refused,) if seen.refused else ()
    may = seen.head is not None and seen.head.settings is not None and seen.head.settings.allow_shrink
    step = JourneyStep("base", "head", plan.resources, losses=lost, refused=refused)
    return Journey(seen.stack, (replace(step, losses=(), allowed=lost) if may else step,))


def _differences(base: Judged | None, head: Judged) -> tuple[Difference, ...]:
    if base is None or base.cost is None or head.cost is None:
        return ()
    return tuple(difference(base.cost.cost, head.cost.cost))


def _moved_policies(base: Judged | None, head: Judged) -> tuple[Moved, ...]:
    """What stands was led to by no step that is known here: of it the policies about a way say nothing."""
    stood = (base.policies or ()) if base is not None else ()
    old = {check.title: check.state for check in stood if check.detail != NOT_REHEARSED}
    return tuple(_moved(old, [(check.title, check.state, check.detail) for check in head.policies or ()]))


def _moved_limits(base: Judged | None, head: Judged) -> tuple[Moved, ...]:
    old = {use.title: _limit(use) for use in (base.limits or ())} if base is not None else {}
    new = [
        (use.title, _limit(use), f"{use.used:,.0f} of {use.limit:,.0f} {use.unit}")
        for use in head.limits or ()
        if use.area != "names"
    ]
    return tuple(_moved(old, new))


def _limit(use: LimitUse) -> str:
    """The state of a limit; a quota of an account is raised before the update, and stops nothing."""
    return "raise first" if use.area == "account" and use.state == "over" else use.state


def _moved(old: Mapping[str, str], new: Iterable[tuple[str, str, str]]) -> Iterable[Moved]:
    """What changed for the better or the worse; of what base was not asked, what is wrong or unknown."""
    for title, state, detail in new:
        was, rank = old.get(title), RANKS.get(state, 0)
        if (was is None and rank > 1) or (was is not None and RANKS.get(was, 0) != rank):
            yield Moved(title, was or "-", state, detail)
