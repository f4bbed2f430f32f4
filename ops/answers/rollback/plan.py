"""The way back: base stands, head is deployed on it, and then base again, as a revert would do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.answers.gate import GateOptions, gate_file
from ops.answers.review.gate import knowing
from ops.answers.review.review import compared, seen_of
from ops.answers.review.runs import Runner
from ops.answers.review.step import Seen, Step, step_of, with_gate
from ops.console import note
from ops.exits import UNSAFE
from plan import load_plan
from plan.types.way_back import Back
from policies.way_back import Stuck, stuck
from sandbox.engine import find_or_build

if TYPE_CHECKING:
    from ops.answers.review.commits import Commit
    from ops.answers.review.content import Reached
    from ops.answers.review.review import ReviewOptions
    from ops.answers.review.runs import Ran

LASTING = (Back.REFUSED, Back.LOST)
"""What a revert does not bring back at all."""


@dataclass(frozen=True)
class WayBack:
    """What a revert does to one stack.

    Attributes:
        stack: its name.
        stuck: the steps of the way there that it does not take back.
        step: what it does, rehearsed on what head has left; None where nothing was rehearsed.
        why_not: why nothing was.
        refused: whether that is because a side cannot be rehearsed.
    """

    stack: str
    stuck: tuple[Stuck, ...] = ()
    step: Step | None = None
    why_not: str = ""
    refused: bool = False

    @property
    def complete(self) -> bool:
        """Whether the revert is taken, loses nothing, and leaves nothing behind that was not there."""
        lasting = any(one.row.back in LASTING for one in self.stuck)
        return not (lasting or (self.step is not None and (self.step.losses or self.step.refused)))


@dataclass(frozen=True)
class Rollback:
    """The way back from head to base.

    Attributes:
        base: where to.
        head: where from.
        ways: every stack that was asked for.
        notes: what a reader has to know of how both were chosen.
    """

    base: str
    head: str
    ways: tuple[WayBack, ...]
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code: 1 where a side cannot be rehearsed, 2 where a revert does not take all of it back."""
        if any(way.refused for way in self.ways):
            return 1
        return 0 if all(way.complete for way in self.ways) else UNSAFE


def rollback(options: ReviewOptions) -> Rollback:
    """Rehearse base, head on it, and base again on that: what a revert of the change does to every stack.

    Raises:
        ReviewError: both sides cannot be compared.
        EngineNotFoundError: there is no engine and none could be built.
    """
    with compared(options) as (repository, both, stacks):
        note(f"the way back from {both.head.name} to {both.base.name}")
        for line in both.notes:
            note(line)
        runner = Runner(repository, find_or_build(note).version) if any(item.reached for item in stacks) else None
        ways = tuple(_way(runner, both.base, both.head, item) for item in stacks)
    return Rollback(both.base.name, both.head.name, ways, both.notes)


def _way(runner: Runner | None, base: Commit, head: Commit, item: Reached) -> WayBack:
    if runner is None or not item.reached:
        return WayBack(item.stack, why_not="the change does not reach it: there is nothing to take back")
    if not item.in_head:
        return WayBack(item.stack, why_not="head has no file of it: nothing was deployed that could be taken back")
    if not item.in_base:
        return WayBack(
            item.stack,
            why_not=f"base has no file of it: a revert deletes the file and nothing else; `pulumi destroy --stack "
            f"{item.stack}` takes away what stands (docs/runbooks and `./bbp destroy {item.stack}` rehearse it)",
        )
    there = runner.rehearsed(base, item.stack)
    if there.kept is None:
        return _cannot(item.stack, there)
    becomes = runner.rehearsed(head, item.stack, there.kept)
    if becomes.kept is None:
        return _cannot(item.stack, becomes)
    back = runner.rehearsed(base, item.stack, becomes.kept)
    found = tuple(stuck(load_plan(becomes.kept.plan).changes()))
    return WayBack(item.stack, found, _gated(seen_of(item, (head, becomes.kept), base, back)))


def _gated(seen: Seen) -> Step:
    step = step_of(seen)
    return (
        step if seen.preview is None else with_gate(step, gate_file(seen.preview, None, knowing(step, GateOptions())))
    )


def _cannot(stack: str, ran: Ran) -> WayBack:
    return WayBack(stack, why_not=ran.refused.why if ran.refused is not None else "", refused=True)
