"""What dated measurements say of a platform's growth: rates with their bands, and when a phase ends at the earliest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ops.inputs.measurements import read_measurements
from ops.jsonable import plain
from planner.capacity.growth import CapacityError, Growth, project
from planner.capacity.history import LEVELS, METRICS, Trend, trend
from planner.capacity.platform import PhaseChange, phase_changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.capacity.growth import Baseline
    from planner.capacity.platform import PlatformCapacity

RATES = {"users": "users", "requests_per_day": "requests", "storage_gb": "storage"}
"""The guide's rate for each metric."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """When a phase ends.

    Attributes:
        leaves: the phase.
        soonest: month in which it is outgrown if all grows as fast as the bands allow; None where it holds even then.
        expected: by the fitted rates.
        latest: if all grows as slowly; None where it then holds.
        guide: by the guide's rates from the same start.
    """

    leaves: str
    soonest: int | None
    expected: int | None
    latest: int | None
    guide: int | None


@dataclass(frozen=True, kw_only=True)
class History:
    """A projection's start and growth as they were measured.

    Attributes:
        file: where the measurements are from.
        baseline: the latest measurements.
        growth: the fitted rates.
        trends: each metric that the file holds.
        endings: of every phase.
        left_out: one sentence for each metric that tells no growth, and so keeps the guide's.
    """

    file: str
    baseline: Baseline
    growth: Growth
    trends: tuple[Trend, ...]
    endings: tuple[Ending, ...]
    left_out: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable part of a report."""
        return {
            "trends": [
                {
                    "metric": one.metric,
                    "days": one.days,
                    "first": one.first.isoformat(),
                    "last": one.last.isoformat(),
                    "latest": one.latest,
                    "rate": asdict(one.rate),
                    "weekdays": list(one.weekdays),
                    "months": list(one.months),
                    "in_twelve_months": asdict(one.at(12)),
                }
                for one in self.trends
            ],
            "endings": plain(self.endings),
            "left_out": list(self.left_out),
        }


def read_as_history(  # noqa: PLR0917 - a projection's own arguments, in its order
    file: Path,
    baseline: Baseline,
    growth: Growth,
    months: int,
    platforms: Sequence[PlatformCapacity],
    peak_factor: float,
) -> History:
    """Where measurements start a projection, and how it grows.

    Args:
        file: CSV, YAML or JSON of dated rows.
        baseline: where what is not measured starts.
        growth: how that grows.
        months: how far to look.
        platforms: the phases' capacities, smallest first.
        peak_factor: busiest second against the day's average.

    Raises:
        CapacityError: the file cannot be read, or tells no growth at all.
    """
    rows = read_measurements(file)
    found: dict[str, Trend] = {}
    left_out = []
    for metric in METRICS:
        try:
            found[metric] = trend(metric, rows)
        except CapacityError as error:
            left_out.append(f"{error}; it grows as without measurements")
    if not found:
        raise CapacityError("; ".join(left_out))
    last = {name: row.values[name] for row in rows for name in (*METRICS, *LEVELS) if name in row.values}
    start = replace(baseline, **last)

    def grown(side: str) -> Growth:
        return replace(growth, **{RATES[name]: _bounded(getattr(one.rate, side)) for name, one in found.items()})

    changes = {
        name: {one.leaves: one for one in phase_changes(project(start, rates, months), platforms, peak_factor)}
        for name, rates in (
            ("soonest", grown("high")),
            ("expected", grown("middle")),
            ("latest", grown("low")),
            ("guide", growth),
        )
    }
    endings = tuple(
        Ending(leaves=one.phase, **{name: _month(known.get(one.phase)) for name, known in changes.items()})
        for one in platforms
    )
    return History(
        file=file.name,
        baseline=start,
        growth=grown("middle"),
        trends=tuple(found.values()),
        endings=endings,
        left_out=tuple(left_out),
    )


def _month(change: PhaseChange | None) -> int | None:
    return change.month if change is not None else None


def _bounded(rate: float) -> float:
    """A rate that a projection takes: bands of few days may end outside of all that is possible."""
    return min(max(rate, -0.99), 10.0)
