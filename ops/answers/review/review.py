"""The review: both sides rehearsed, head on the state that base leaves, for every stack that the change reaches."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from infra.problems import ConfigError
from infra.settings import load
from infra.settings.reading.stack_file import read_config_map
from ops.answers.gate import GateOptions, gate_file, usable_waivers
from ops.answers.review.before import objections
from ops.answers.review.commits import Compared, Repository
from ops.answers.review.content import Reached, reached
from ops.answers.review.error import ReviewError
from ops.answers.review.gate import knowing
from ops.answers.review.removed import removed
from ops.answers.review.runs import Ran, Runner
from ops.answers.review.step import Seen, Step, step_of, with_gate
from ops.console import note
from ops.exits import UNKNOWN, UNSAFE
from ops.inputs.stack_file import ROOT
from ops.rehearsal.planned import Planned
from plan import Plan, load_plan
from sandbox.engine import find_or_build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from ops.answers.review.commits import Commit
    from ops.answers.review.kept import Kept

ALL = "all"


@dataclass(frozen=True)
class ReviewOptions:
    """What to review.

    Attributes:
        base: what the change is to be merged into, as git knows it.
        head: the change; None for the working tree.
        stack: one stack, or `all`.
        root: a checkout of the project.
        waivers: a file of waivers for the gate.
        allowed: what the gate allows.
    """

    base: str
    head: str | None = None
    stack: str = ALL
    root: Path = ROOT
    waivers: Path | None = None
    allowed: GateOptions = field(default_factory=GateOptions)


@dataclass(frozen=True)
class Review:
    """What a change does.

    Attributes:
        base: how base is called.
        head: how head is called.
        way_back: why the change goes back to what stood before; empty where it does not.
        notes: what a reader has to know of how both were chosen.
        steps: every stack that was asked for, those that are not reached included.
        how: what it rests on.
    """

    base: str
    head: str
    way_back: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    how: str = "Rehearsed on the real engine in a simulated cloud, head on what base leaves."

    @property
    def reached(self) -> tuple[Step, ...]:
        """The stacks that the change reaches."""
        return tuple(step for step in self.steps if step.state != "untouched")

    @property
    def code(self) -> int:
        """The exit code: 1 where a side cannot be rehearsed, 2 where the gate stops, 3 where it cannot judge."""
        if any(step.state in {"refused", "unknown"} for step in self.steps):
            return 1
        codes = {step.gate.code for step in self.steps}
        return UNSAFE if UNSAFE in codes else UNKNOWN if UNKNOWN in codes else 0


@contextmanager
def compared(options: ReviewOptions) -> Iterator[tuple[Repository, Compared, list[Reached]]]:
    """Both sides and the stacks that were asked for, with folders that are removed afterwards.

    Raises:
        ReviewError: both cannot be compared, or nobody has such a stack.
    """
    with tempfile.TemporaryDirectory(prefix="bbp-review-") as scratch:
        repository = Repository(options.root, Path(scratch))
        both = repository.compared(options.base, options.head)
        yield repository, both, _asked(options.stack, reached(both.base, both.head))


def review(options: ReviewOptions) -> Review:
    """Rehearse what a change does to every stack that it reaches.

    Raises:
        GateError: the waivers cannot be read, or are to be corrected.
        ReviewError: both sides cannot be compared.
        EngineNotFoundError: there is no engine and none could be built.
    """
    usable_waivers(options.waivers, datetime.now(UTC).date())  # before anything is rehearsed
    with compared(options) as (repository, both, stacks):
        note(f"base is {both.base.name}, head is {both.head.name}")
        _notes(both, stacks)
        runner = Runner(repository, find_or_build(note).version) if any(item.reached for item in stacks) else None
        steps = tuple(step_of_stack(runner, options, both, item) for item in stacks)
    return Review(both.base.name, both.head.name, both.way_back, both.notes, steps)


def _notes(both: Compared, stacks: list[Reached]) -> None:
    for line in both.notes:
        note(line)
    named = ", ".join(item.stack for item in stacks if item.reached)
    note(f"the change reaches {named}" if named else "the change reaches no stack: nothing is rehearsed")


def _asked(wanted: str, stacks: list[Reached]) -> list[Reached]:
    found = [item for item in stacks if wanted in {ALL, item.stack}]
    if not found:
        known = ", ".join(item.stack for item in stacks) or "none"
        raise ReviewError(f"--stack {wanted}: neither base nor head has Pulumi.{wanted}.yaml\n  known: {known}, {ALL}")
    return found


def step_of_stack(runner: Runner | None, options: ReviewOptions, both: Compared, item: Reached) -> Step:
    """What the change does to one stack."""
    if runner is None or not item.reached:
        return Step(item.stack, "untouched")
    if not item.in_head:
        return removed(item, both, options.waivers)
    if wrong := runner.checked(both.head, item.stack):
        return step_of(Seen(item.stack, None, None, refused=wrong, files=item.files))
    there: Kept | None = None
    if item.in_base:
        ran = runner.rehearsed(both.base, item.stack)
        if ran.refused is not None:
            return Step(item.stack, "unknown", item.files, ran.refused.why)
        there = ran.kept
    seen = seen_of(item, (both.base, there), both.head, runner.rehearsed(both.head, item.stack, there))
    path = seen.preview
    step = step_of(seen)
    if path is None:
        return step
    gate = gate_file(path, options.waivers, knowing(step, options.allowed))
    return with_gate(step, gate, objections(runner, both, path, gate, options))


def seen_of(item: Reached, stood: tuple[Commit, Kept | None], becomes: Commit, ran: Ran) -> Seen:
    """What was rehearsed of one stack, as it is judged.

    Args:
        item: the stack.
        stood: the side that stands, and its rehearsal; None where it has no such stack.
        becomes: the side that it becomes.
        ran: its rehearsal on what the other one left.
    """
    commit, there = stood
    refused = ran.refused
    path = ran.kept.plan if ran.kept is not None else refused.plan if refused is not None else None
    said = ran.kept.said() if ran.kept is not None else refused.said if refused is not None else None
    return Seen(
        item.stack,
        side(load_plan(there.plan), item.stack, f"{item.stack} of {commit.name}") if there is not None else None,
        side(load_plan(path), item.stack, f"{item.stack} of {becomes.name}") if path is not None else None,
        said,
        refused.why if refused is not None else "",
        item.files,
        preview=path,
    )


def side(plan: Plan, stack: str, origin: str) -> Planned:
    """A plan with the settings that it carries, where this checkout's tools can read them."""
    return Planned(plan, _settings(plan, stack), origin)


def _settings(plan: Plan, stack: str) -> Settings | None:
    try:
        return load(read_config_map(plan.config), stack)
    except ConfigError:
        return None
