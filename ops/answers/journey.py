"""Journeys: every step between growth phases on one simulated cloud, and whether any step would touch data."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ops.answers.clock.time_line import left, moved_and_read, standing
from ops.answers.drill.found import CHANGE, change_between, found
from ops.answers.truth import truth_json, truth_of
from ops.console import note
from ops.inputs.stack_file import raw_config, settings_of
from ops.jsonable import picked, plain
from ops.rehearsal.progress import progress
from ops.rehearsal.session import RehearseOptions, open_session
from plan import Plan
from plan.placement import empty_shards, placement_said, shard_servers, shards_in_use, stated
from plan.preview import read_preview
from planner.availability.drilled import NOT_DRILLED
from planner.waiting import Chain, Waiting, longest, waiting
from policies.gate.judge import judge
from policies.placement import shards_left, unplaced
from policies.reboots import Reboot, reboots
from policies.stateful import Loss, is_stateful, losses, one_way_changes, shrinkages
from policies.turns import locked_out
from sandbox.session import EngineError
from sandbox.truth.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ops.answers.clock.time_line import TimeLine
    from ops.answers.drill.found import FoundDrill
    from plan import PlannedResource
    from plan.drills import Outcome
    from planner.availability.drilled import PodsDrilled
    from policies.gate.model import Finding
    from sandbox.session import Session
    from sandbox.truth.report import Truth

STEP = timedelta(days=8)
"""How far two steps lie apart on the simulated clock: every weekly maintenance window opens in between."""
PHASES = ("optimization", "horizontal", "microservices")


@dataclass(frozen=True)
class JourneyStep:
    """One step: what the engine did on the way from one phase to the next.

    Attributes:
        start: the phase it began in; None for the empty cloud.
        end: the phase it leads to.
        plan: what the preview said; empty when the preview itself was refused.
        losses: stateful resources that would be replaced, deleted or shrunk without the configuration's leave.
        allowed: the same, where `allowShrink` in the configuration gives leave.
        refused: the engine's own messages when it refused or failed the step.
        second_preview: what a preview would still change although nothing of it waits: after the update, and once the
            windows have passed.
        time: what happened at once, what waits for a window, and what happened in it.
        no_return: the first change that cannot be taken back, with its reason.
        waiting: how long the provider may take, by kind of resource.
        chain: the changes that wait for each other longest.
        drill: what a drill decided about the pods of the phase that it leads to; None where no plan was made.
        way: what a drill decided about the pods on the way; None where it was not drilled, or nothing stood before.
        gate: what `./bbp gate` would stop of it, for somebody to answer for; nothing of the first step.
    """

    start: str | None
    end: str
    plan: tuple[PlannedResource, ...]
    losses: tuple[Loss, ...] = ()
    allowed: tuple[Loss, ...] = ()
    refused: tuple[str, ...] = ()
    second_preview: tuple[PlannedResource, ...] = ()
    time: TimeLine | None = None
    no_return: tuple[PlannedResource, str] | None = None
    waiting: tuple[Waiting, ...] = field(default=())
    chain: Chain = field(default=Chain(0, ()))
    drill: FoundDrill | None = None
    way: Outcome | None = None
    gate: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """No data touched, nothing refused, nothing left to do, and an order of reboots that works."""
        unsafe = any(item.refused for item in self.reboots)
        return not (self.losses or self.refused or self.second_preview or unsafe)

    @property
    def pods(self) -> PodsDrilled:
        """What is known of the pods: of the phase that it leads to, and of the way where it was drilled."""
        there = self.drill.pods if self.drill is not None else NOT_DRILLED
        return there if self.way is None else replace(there, outcomes=(*there.outcomes, self.way))

    @property
    def placement(self) -> str:
        """What this step does with clients' rows, and which shards stand empty after it; empty without shards."""
        plan = Plan(self.plan)
        at = stated(plan)
        empty = empty_shards(len(shard_servers(plan)), max(shards_in_use(plan), (at.moving_to if at else 0) or 0))
        moving = placement_said(at) if at is not None and (at.moving_to is not None or at.count) else ""
        return "; ".join(filter(None, (moving, empty)))

    @property
    def reboots(self) -> list[Reboot]:
        """Which database servers must restart for what this step changes, and in which order."""
        return reboots(Plan(self.plan))

    def with_op(self, op: str) -> list[PlannedResource]:
        """The resources of one operation, stateful ones first."""
        return sorted((item for item in self.plan if item.op == op), key=lambda item: not is_stateful(item))

    def as_json(self) -> dict[str, Any]:
        """The machine-readable step."""
        counts = {op: len(self.with_op(op)) for op in ("create", "update", "replace", "delete")}
        changed = [item for item in self.plan if is_stateful(item) and item.op not in {"same", "create"}]
        return {
            "from": self.start,
            "to": self.end,
            **counts,
            "stateful": [
                {"urn": item.urn, "op": item.op, "properties": [path for path, _ in item.changed]} for item in changed
            ],
            "second_preview_changes": len(self.second_preview),
            "time": self.time.as_json() if self.time is not None else None,
            "placement": self.placement or None,
            "pods": plain(self.pods),
            "way_of_pods": plain(None if self.way is None else picked(self.way, "passed", "problems", "skipped")),
            "gate": [picked(one, "rule", "urn", "says") for one in self.gate],
            "losses": [picked(loss, "urn", "op", "reason") for loss in self.losses],
            **picked(self, "refused", "reboots"),
            "waiting": [picked(item, "type", "op", "count", "at_most_minutes") for item in self.waiting],
            "longest_chain": picked(self.chain, "minutes", "resources=names"),
            "point_of_no_return": {"urn": self.no_return[0].urn, "reason": self.no_return[1]}
            if self.no_return
            else None,
        }


@dataclass(frozen=True)
class Journey:
    """All steps of a path through the growth phases."""

    stack: str
    steps: tuple[JourneyStep, ...]

    @property
    def ok(self) -> bool:
        """Whether every step is safe and complete."""
        return all(step.ok for step in self.steps)

    @property
    def truth(self) -> Truth:
        """How sure it is about everything that stands, or stood, in any of its steps."""
        seen = {item.urn: item for step in self.steps for item in step.plan}
        return truth_of(seen.values(), Setting())

    def as_json(self) -> dict[str, Any]:
        """The machine-readable journey."""
        return {**picked(self, "steps", "ok"), "truth": truth_json(self.truth)}


def journey(
    stack: str,
    path: Sequence[str] = PHASES,
    config: Path | None = None,
    program: Callable[[], None] | None = None,
) -> Journey:
    """Rehearse every step of a path on one simulated cloud, from an empty one on; stops at the first unsafe step.

    The stack's own rehearsal is not touched: a journey has a cloud of its own.

    Args:
        stack: the stack name.
        path: growth phases in order.
        config: another stack file.
        program: another program than the project's.

    Raises:
        ConfigError: the configuration of a step has problems; nothing ran.
    """
    for phase in path:
        settings_of(stack, config, phase)
    steps: list[JourneyStep] = []
    options = RehearseOptions(stack, path[0], fresh=True, config=config)
    with open_session(options, purpose="journey", program=program) as (settings, _, session):
        before: dict[str, dict[str, Any]] = {}
        start: str | None = None
        for phase in path:
            note(f"step {start or 'nothing'} -> {phase}")
            session.workspace.prepare(raw_config(stack, config, phase))
            step = _step(session, start, phase, before, may_shrink=settings.allow_shrink)
            steps.append(_drilled(step, stack, config, steps[-1] if steps else None))
            if not steps[-1].ok:
                break
            before = {item.urn: item.inputs for item in steps[-1].plan}
            start = phase
    return Journey(stack, tuple(steps))


def _drilled(step: JourneyStep, stack: str, config: Path | None, before: JourneyStep | None) -> JourneyStep:
    """The step with what was decided about its pods by an earlier drill."""
    words = shlex.join([stack, "--phase", step.end, *(["--config", str(config)] if config else [])])
    there = found(Plan(step.plan), f"{stack}, phase {step.end}", step.end, words) if step.plan else None
    change = change_between(before.drill, there) if there and before and before.drill else None
    return replace(step, drill=there, way=change.outcome(CHANGE) if change else None)


def _step(
    session: Session, start: str | None, end: str, before: dict[str, dict[str, Any]], *, may_shrink: bool
) -> JourneyStep:
    plan: Plan | None = None
    try:
        with progress("preview") as bar:
            plan, document = session.preview(bar)
        if misled := tuple(filter(None, (unplaced(plan), *(reason for _, reason in locked_out(plan))))):
            return JourneyStep(start, end, plan.resources, refused=misled)
        lost = (*losses(plan), *shrinkages(plan, before), *shards_left(plan))
        if lost and not may_shrink:
            return JourneyStep(start, end, plan.resources, losses=lost)
        with progress("update", total=len(plan)) as bar:
            session.up(bar)
        with progress("second preview", total=len(plan)) as bar:
            second, _ = session.preview(bar)
        line = standing(session.cloud)
        seen = left(second, line.waiting)
        if line.waiting and not seen.defects:
            line = moved_and_read(session, line, session.cloud.now + STEP)
    except EngineError as error:
        return JourneyStep(start, end, plan.resources if plan else (), refused=error.diagnostics or (str(error),))
    changes = plan.changes()
    no_return = one_way_changes(changes) if start is not None else []
    return JourneyStep(
        start,
        end,
        plan.resources,
        allowed=lost,
        second_preview=(*seen.defects, *line.defects),
        time=line,
        no_return=no_return[0] if no_return else None,
        waiting=tuple(waiting(changes)),
        chain=longest(plan),
        gate=tuple(one for one in judge(read_preview(document)).findings if one.stops) if start is not None else (),
    )
