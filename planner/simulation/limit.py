"""How far a load may grow before the targets no longer hold, and what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from planner.simulation.assumptions import Assumptions
from planner.simulation.engine import Run
from planner.simulation.read_plan import platform_of
from planner.simulation.scenarios import MAX_RPS

if TYPE_CHECKING:
    from plan import Plan
    from planner.simulation.model import Platform
    from planner.simulation.result import Break, Summary
    from planner.simulation.scenarios import Scenario

PRECISION = 0.01
"""Relative width to which the limit is found."""
MOST = 2.0**16
"""Factor at which the search ends without a limit."""
KEPT = 2
"""Limits that are kept: those of the base and of the head of a review, each a dozen runs."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The largest multiple of a scenario that a platform carries.

    Attributes:
        factor: all rates times this hold both targets; 0 where not even a small share of them does.
        peak_rps: the scenario's highest rate at this factor.
        then: what is too small just above it; None where nothing was found up to 65,536 times the load.
    """

    factor: float
    peak_rps: float
    then: Break | None


def limit_of(plan: Plan, scenario: Scenario, assumptions: Assumptions | None = None, seed: int = 1) -> Limit:
    """How many times a scenario's load a plan carries with both targets kept, found by bisection.

    Args:
        plan: the plan.
        scenario: the requests; its shape is kept.
        assumptions: what no plan can say.
        seed: of arrivals and of nodes' start times.

    Raises:
        SimulationError: the plan has no application, or a size in it is not known.
    """
    taken = assumptions or Assumptions()
    return limit_on(platform_of(plan, taken), scenario, taken, seed)


@lru_cache(maxsize=KEPT)
def limit_on(platform: Platform, scenario: Scenario, assumptions: Assumptions, seed: int) -> Limit:
    """The same on a platform that has been read from its plan already; one that serves alike is not searched again."""

    def tried(factor: float) -> Summary:
        return Run(platform, scenario.scaled(factor), assumptions, seed).run().summary

    low, high, then = 0.0, 1.0, None
    if scenario.peak_rps == 0:
        return Limit(factor=MOST, peak_rps=0.0, then=None)
    while high * scenario.peak_rps <= MAX_RPS and high <= MOST:
        summary = tried(high)
        if not _holds(summary):
            then = summary.first_break
            break
        low, high = high, high * 2
    else:
        return Limit(factor=low, peak_rps=low * scenario.peak_rps, then=None)
    while high - low > PRECISION * high and high > 1 / MOST:
        middle = (low + high) / 2
        summary = tried(middle)
        if _holds(summary):
            low = middle
        else:
            high, then = middle, summary.first_break
    return Limit(factor=low, peak_rps=low * scenario.peak_rps, then=then)


def _holds(summary: Summary) -> bool:
    return summary.latency_target_met and summary.availability_target_met
