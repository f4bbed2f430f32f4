"""What a bench computes of its measurements: medians, spreads, ratios of pairs, and how something grows."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

POINTS = 2
"""Sizes that a line through them needs."""


@dataclass(frozen=True, kw_only=True)
class Took:
    """What something took, once or as medians.

    Attributes:
        program: processor seconds of the process, without those of the simulated cloud.
        engine: of the engine and of what else the process started.
        sandbox: of the simulated cloud, which is served by threads of the same process.
        wall: seconds by the wall.
        program_mib: the most that the process held, the simulated cloud included.
        engine_mib: the most that one of its engines held; 0 without one.
    """

    program: float
    engine: float = 0
    sandbox: float = 0
    wall: float = 0
    program_mib: int = 0
    engine_mib: int = 0

    @property
    def cpu(self) -> float:
        """Processor seconds of all."""
        return self.program + self.engine + self.sandbox

    def __add__(self, other: Took) -> Took:
        """One after the other."""
        return Took(
            program=self.program + other.program,
            engine=self.engine + other.engine,
            sandbox=self.sandbox + other.sandbox,
            wall=self.wall + other.wall,
            program_mib=max(self.program_mib, other.program_mib),
            engine_mib=max(self.engine_mib, other.engine_mib),
        )


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Ratios of pairs: their median, and the lowest and highest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Point:
    """What a size took: medians."""

    resources: int
    cpu: float
    mib: int


def middle(takes: Sequence[Took]) -> Took:
    """The median of each number."""
    return Took(
        program=statistics.median(item.program for item in takes),
        engine=statistics.median(item.engine for item in takes),
        sandbox=statistics.median(item.sandbox for item in takes),
        wall=statistics.median(item.wall for item in takes),
        program_mib=round(statistics.median(item.program_mib for item in takes)),
        engine_mib=round(statistics.median(item.engine_mib for item in takes)),
    )


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """How the numbers of the same rounds compare: what else the machine did then met both.

    Raises:
        ValueError: a round has no partner.
    """
    pairs = sorted(one / other for one, other in zip(ours, theirs, strict=True))
    return Spread(median=statistics.median(pairs), low=pairs[0], high=pairs[-1])


def exponent(points: Sequence[Point], least: int = 0) -> float | None:
    """The exponent by which processor seconds grow with resources: least squares through the logarithms.

    Args:
        points: sizes and what they took.
        least: sizes below are left out, as long as two others are there: their start outweighs their work.

    Returns:
        None where fewer than two sizes took any time.
    """
    measured = [point for point in points if point.cpu > 0 and point.resources > 0]
    large = [point for point in measured if point.resources >= least]
    chosen = large if len({point.resources for point in large}) >= POINTS else measured
    xs = [math.log(point.resources) for point in chosen]
    if len(set(xs)) < POINTS:
        return None
    return statistics.linear_regression(xs, [math.log(point.cpu) for point in chosen]).slope
