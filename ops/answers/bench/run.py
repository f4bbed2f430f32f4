"""Runs what a bench measures, each in a process of its own, the sides of a pair one after the other in every round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.bench.child import Job
from ops.answers.bench.flat import count
from ops.answers.bench.numbers import Point, Took, middle
from ops.answers.bench.plans import grown
from ops.answers.bench.scope import CODES, COMMANDS, SHARDED, TOOLS, words_of
from ops.console import note
from ops.inputs.stack_file import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.bench.scope import Scope

PROJECT, FLAT, PUBLISHED = "project", "flat", "flat, SDK as published"
"""The sides of a pair: this program, and the flat program with and without our repairs of the SDK."""
SIDES = (PROJECT, FLAT, PUBLISHED)
SECONDS = 1_200
"""After which a measured process hangs."""
LAST_LINES = 8
REPEATED = 10_000
"""Resources above which a tool is measured once: minutes scatter less than seconds."""
MOCKS = "mocks build"


class BenchError(Exception):
    """What was to be measured failed; the message has its last words."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a measurement is of.

    Attributes:
        row: an operation, a command, or a build.
        phase: the growth phase.
        side: one of `SIDES`.
    """

    row: str
    phase: str
    side: str = PROJECT


@dataclass
class Found:
    """All measurements.

    Attributes:
        takes: by what they are of, one for each round.
        resources: of the flat program of each phase.
        sizes: medians by what was measured.
        left_out: sizes that could not be measured, each with the reason.
    """

    takes: defaultdict[Key, list[Took]] = field(default_factory=lambda: defaultdict(list))
    resources: dict[str, int] = field(default_factory=dict)
    sizes: defaultdict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    left_out: list[str] = field(default_factory=list)

    def whole(self, phase: str, side: str) -> list[Took]:
        """All operations of a side together, by round."""
        of_rows = [
            takes
            for key, takes in self.takes.items()
            if key.phase == phase and key.side == side and key.row not in {*COMMANDS, MOCKS}
        ]
        return [reduce(add, takes) for takes in zip(*of_rows, strict=True)]


@dataclass(frozen=True)
class Bench:
    """Runs jobs in a folder of its own, which is also where their simulated clouds are."""

    folder: Path
    seconds: int = SECONDS

    def run(self, job: Job) -> dict[str, Took]:
        """Run one job; what it measured by name.

        Raises:
            BenchError: it failed.
        """
        out = self.folder / "measured.json"
        out.unlink(missing_ok=True)
        command = (sys.executable, "-m", "ops.answers.bench.child", replace(job, out=str(out)).text)
        environment = {**os.environ, "BBP_SANDBOX_DIR": str(self.folder / "sandbox")}
        with (self.folder / "said.txt").open("w+", encoding="utf-8", errors="replace") as said:
            try:
                done = subprocess.run(  # noqa: S603 - our own module, no shell
                    command, cwd=ROOT, env=environment, stdout=said, stderr=said, check=False, timeout=self.seconds
                )
            except subprocess.TimeoutExpired:
                raise BenchError(f"{job} cannot be measured, it took more than {self.seconds:,} seconds") from None
            said.seek(0)
            last = said.read().splitlines()[-LAST_LINES:]
        if done.returncode != 0 or not out.exists():
            raise BenchError("\n".join((f"{job} cannot be measured, it ended with {done.returncode}", *last)))
        return {name: Took(**took) for name, took in json.loads(out.read_text(encoding="utf-8")).items()}


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench whose files go when it is done."""
    with tempfile.TemporaryDirectory(prefix="bbp-bench-") as folder:
        yield Bench(Path(folder))


def measured(scope: Scope, runs: Bench) -> Found:
    """Measure everything of a scope.

    Raises:
        BenchError: something that was to be measured failed.
    """
    found = Found()
    if scope.from_state:
        jobs = [job for phase in scope.phases for job in _of_phase(scope, runs, phase, found)]
        jobs += [
            (Key(row=row, phase=scope.phases[-1]), _command(row, scope, runs)) for row in COMMANDS if row in scope.rows
        ]
        for number in range(scope.rounds):
            note(f"round {number + 1} of {scope.rounds}: {len(jobs)} processes")
            turn = number % len(jobs) if jobs else 0
            for key, job in (*jobs[turn:], *jobs[:turn]):  # none is always the first after a pause
                for name, took in runs.run(job).items():
                    found.takes[replace(key, row=name)].append(took)
    if "tools" in scope.rows:
        _tools(scope, runs, found)
    if "flat" in scope.rows:
        _flats(scope, runs, found)
    return found


def _of_phase(scope: Scope, runs: Bench, phase: str, found: Found) -> list[tuple[Key, Job]]:
    """The jobs of a phase; the state that its flat program is made of comes from an update that is not counted."""
    note(f"{scope.stack}, {phase}: the state that the flat program is made of")
    state = runs.folder / f"{phase}.state.json"
    runs.run(Job(kind="operations", out="", stack=scope.stack, phase=phase, operations=2, keep_state=str(state)))
    found.resources[phase] = count(state)
    sides = {
        PROJECT: Job(kind="operations", out="", stack=scope.stack, phase=phase, operations=scope.operations),
        FLAT: Job(
            kind="operations", out="", stack=scope.stack, phase=phase, operations=scope.operations, state=str(state)
        ),
    }
    sides[PUBLISHED] = replace(sides[FLAT], published=True)
    kinds = [kind for kind, wanted in (("operations", scope.paired), ("mocks", "mocks" in scope.rows)) if wanted]
    return [
        (Key(row="", phase=phase, side=side), replace(job, kind=kind)) for kind in kinds for side, job in sides.items()
    ]


def _command(row: str, scope: Scope, runs: Bench, plan: Path | None = None) -> Job:
    words = words_of(row, scope.stack, str(plan or ""), str(runs.folder))
    return Job(kind="command", out="", row=row, words=words, codes=CODES.get(row, (0,)))


def _tools(scope: Scope, runs: Bench, found: Found) -> None:
    """Every tool on plans of every size, the plan's own first."""
    note("a plan for the tools, made larger")
    own = runs.folder / "plan.json"
    prod = Job(kind="operations", out="", stack="prod", phase=SHARDED, operations=1, keep=str(own))
    runs.run(prod)
    sizes = {len(json.loads(own.read_text(encoding="utf-8"))["steps"]) - 1: own}
    sizes |= {size: grown(own, size, runs.folder / f"plan-{size}.json") for size in scope.plan_sizes}
    takes: defaultdict[tuple[str, int], list[Took]] = defaultdict(list)
    for number in range(scope.repeats):
        for size, plan in sizes.items():
            if number and size > REPEATED:
                continue
            note(f"tools at {size:,} resources")
            for tool in TOOLS:
                job = _command(tool, replace(scope, stack="prod"), runs, plan)
                with _left_out(found, f"{tool} at {size:,} resources"):
                    took = runs.run(job)[tool]
                    takes[tool, size].append(took)
    for (tool, size), all_of_it in takes.items():
        found.sizes[tool].append(_point(size, all_of_it))


def _flats(scope: Scope, runs: Bench, found: Found) -> None:
    """Flat programs of every size, with our repairs."""
    for size in scope.flat_sizes:
        note(f"a flat program of {size:,} resources")
        job = Job(kind="operations", out="", stack="dev", operations=scope.flat_operations, size=size)
        with _left_out(found, f"a flat program of {size:,} resources"):
            for name, took in runs.run(job).items():
                found.sizes[f"flat program, {name}"].append(_point(size, [took]))


@contextmanager
def _left_out(found: Found, what: str) -> Iterator[None]:
    """One size that cannot be measured is said, and does not take all others with it."""
    try:
        yield
    except BenchError as error:
        note(str(error))
        found.left_out.append(f"{what}: {str(error).splitlines()[0]}")


def _point(size: int, takes: list[Took]) -> Point:
    of_all = middle(takes)
    return Point(resources=size, cpu=round(of_all.cpu, 3), mib=max(of_all.program_mib, of_all.engine_mib))
