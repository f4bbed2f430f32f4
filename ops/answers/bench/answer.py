"""The answer of a bench: pairs as ratios, growth as exponents, and the machine that it ran on."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.bench.child import OPERATIONS
from ops.answers.bench.numbers import Point, Spread, Took, exponent, middle, ratios
from ops.answers.bench.run import FLAT, PROJECT, PUBLISHED, SIDES, bench, measured
from ops.answers.bench.scope import COMMANDS, LEAST_ROUNDS
from ops.console import note
from sandbox.engine import find_or_build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.answers.bench.run import Found, Key
    from ops.answers.bench.scope import Scope

ALL = "all operations"
"""Preview, update and empty preview together, as far as they were measured."""
FITTED_FROM = 2_000
"""Resources from which on growth of a tool is fitted: below, starting Python is most of it."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A row beside the flat program of the same resources.

    Attributes:
        row: what was measured.
        phase: the growth phase.
        resources: how many the flat program declares.
        beside: what of the flat program it is compared with.
        project: medians of this program.
        flat: medians of the flat program, with our repairs of the SDK.
        published: medians of the flat program on the SDK as published.
        to_flat: ratios of processor seconds, by round.
        to_published: ratios of processor seconds, by round.
    """

    row: str
    phase: str
    resources: int
    beside: str
    project: Took
    flat: Took
    published: Took
    to_flat: Spread
    to_published: Spread


@dataclass(frozen=True, kw_only=True)
class Grown:
    """How something grows.

    Attributes:
        what: a tool, or an operation on a flat program.
        points: what each size took.
        exponent: of the growth; 1 is a straight line. None where there are fewer than two sizes.
    """

    what: str
    points: tuple[Point, ...]
    exponent: float | None


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The class of machine, and what ran on it; nothing that names one machine."""

    processor: str
    cores: int
    memory_gib: int
    python: str
    engine: str
    sdk: str


@dataclass(frozen=True, kw_only=True)
class Benched:
    """What a bench found.

    Attributes:
        day: when, UTC.
        version: of this project.
        quick: whether it was the short form.
        rounds: pairs of each row.
        machine: what it ran on.
        compared: the rows.
        growth: what grows with resources.
        left_out: sizes that could not be measured, each with the reason.
    """

    day: str
    version: str
    quick: bool
    rounds: int
    machine: Machine
    compared: tuple[Compared, ...]
    growth: tuple[Grown, ...]
    left_out: tuple[str, ...] = ()

    @property
    def few(self) -> bool:
        """Whether there are fewer pairs than a median needs."""
        return self.rounds < LEAST_ROUNDS


def benched(scope: Scope, *, quick: bool) -> Benched:
    """Measure and compare.

    Raises:
        EngineNotFoundError: there is no engine and none could be built.
        BenchError: something that was to be measured failed.
    """
    engine = find_or_build(note)
    with bench() as runs:
        found = measured(scope, runs)
    return Benched(
        day=datetime.now(UTC).date().isoformat(),
        version=version("bailbondpro-platform"),
        quick=quick,
        rounds=scope.rounds,
        machine=machine(engine.version),
        compared=compared(found),
        growth=growth(found),
        left_out=tuple(found.left_out),
    )


def compared(found: Found) -> tuple[Compared, ...]:
    """Each row of this program beside the flat one, and all operations of a phase together."""
    rows: list[Compared] = []
    for key in [key for key in found.takes if key.side == PROJECT]:
        beside = [found.takes[replace(key, side=side)] for side in (FLAT, PUBLISHED)]
        if key.row in COMMANDS:
            beside = [found.whole(key.phase, side) for side in (FLAT, PUBLISHED)]
        rows.append(_compared(found, key, [found.takes[key], *beside]))
        last = key.row == OPERATIONS[-1]  # the others were measured before it
        if last:
            sides = [found.whole(key.phase, side) for side in SIDES]
            rows.append(_compared(found, replace(key, row=ALL), sides))
    return tuple(rows)


def _compared(found: Found, key: Key, sides: Sequence[Sequence[Took]]) -> Compared:
    project, flat, published = ([took.cpu for took in side] for side in sides)
    medians = [middle(side) for side in sides]
    return Compared(
        row=key.row,
        phase=key.phase,
        resources=found.resources[key.phase],
        beside=ALL if key.row in COMMANDS else key.row,
        project=medians[0],
        flat=medians[1],
        published=medians[2],
        to_flat=ratios(project, flat),
        to_published=ratios(project, published),
    )


def growth(found: Found) -> tuple[Grown, ...]:
    """How each tool and the flat programs grow."""
    return tuple(
        Grown(
            what=what,
            points=tuple(points),
            exponent=exponent(points, 0 if what.startswith("flat") else FITTED_FROM),
        )
        for what, points in found.sizes.items()
    )


def machine(engine: str) -> Machine:
    """The class of this machine."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        python=platform.python_version(),
        engine=engine,
        sdk=version("pulumi"),
    )


def _processor() -> str:
    """The processor's model as Linux says it; elsewhere its architecture."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return model[1].strip() if model else platform.machine()
