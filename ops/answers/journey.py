"""Journeys: every step between growth phases on one simulated cloud, and whether any step would touch data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ops.answers.clock.time_line import left, moved_and_read, standing
from ops.answers.truth import truth_json, truth_of
from ops.console import note
from ops.inputs.stack_file import raw_config, settings_of
from ops.jsonable import picked
from ops.rehearsal.progress import progress
from ops.rehearsal.session import RehearseOptions, open_session
from plan import Plan
from plan.placement import empty_shards, shard_servers, shards_in_use
from planner.waiting import Chain, Waiting, longest, waiting
from policies.placement import shards_entered_empty, shards_left
from policies.reboots import Reboot, reboots
from policies.stateful import Loss, is_stateful, losses, one_way_changes, shrinkages
from sandbox.session import EngineError
from sandbox.truth.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ops.answers.clock.time_line import TimeLine
    from plan import PlannedResource
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

    @property
    def ok(self) -> bool:
        """No data touched, nothing refused, nothing left to do, and an order of reboots that works."""
        unsafe = any(item.refused for item in self.reboots)
        return not (self.losses or self.refused or self.second_preview or unsafe)

    @property
    def placement(self) -> str:
        """Which shards stand empty after this step, and where pods go instead; empty where all that exist are used."""
        plan = Plan(self.plan)
        return empty_shards(len(shard_servers(plan)), shards_in_use(plan))

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
            steps.append(_step(session, start, phase, before, may_shrink=settings.allow_shrink))
            if not steps[-1].ok:
                break
            before = {item.urn: item.inputs for item in steps[-1].plan}
            start = phase
    return Journey(stack, tuple(steps))


def _step(
    session: Session, start: str | None, end: str, before: dict[str, dict[str, Any]], *, may_shrink: bool
) -> JourneyStep:
    plan: Plan | None = None
    try:
        with progress("preview") as bar:
            plan, _ = session.preview(bar)
        if misled := shards_entered_empty(plan):
            return JourneyStep(start, end, plan.resources, refused=(misled,))
        found = (*losses(plan), *shrinkages(plan, before), *shards_left(plan))
        if found and not may_shrink:
            return JourneyStep(start, end, plan.resources, losses=found)
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
        allowed=found,
        second_preview=(*seen.defects, *line.defects),
        time=line,
        no_return=no_return[0] if no_return else None,
        waiting=tuple(waiting(changes)),
        chain=longest(plan),
    )
