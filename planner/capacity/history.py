"""What dated measurements say about growth: a rate with its uncertainty, and what repeats by weekday and month.

Values are fitted as growing by the same share every month: least squares of their logarithms over time. Bands are of
90 %, by Student's distribution. Measurements of neighbouring days resemble each other, which makes a rate look surer
than it is: the error is widened by what the residuals of neighbours have in common (their lag-1 autocorrelation, as for
the mean of an autoregressive series of order one).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import fmean, linear_regression
from typing import TYPE_CHECKING

from planner.capacity.growth import CapacityError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

METRICS = ("users", "requests_per_day", "storage_gb")
"""What grows; the guide has a rate for each (Capacity Planning)."""
LEVELS = ("cpu_cores", "memory_gb")
"""What else a row may hold: in use today, for the guide's bottlenecks."""
KEPT_DAYS = 366
"""Growth is taken from the last twelve months, which are what the guide keeps (addHistoricalData)."""
FEWEST_DAYS, SHORTEST_DAYS = 3, 28
"""Fewer dates, or a shorter time, give no monthly rate (our choice: two points always fit a line)."""
DAYS_PER_MONTH = 365.25 / 12
WEEKS, YEARS = 8, 3
"""So many of each weekday, and so many years, tell a shape (our choice): the first and last half of a cycle have no
mean around them, and each month is to be seen twice."""
STUDENT = (
    *(6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753),
    *(1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697),
)
"""95 % points of Student's distribution for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook of Statistical
Methods, 1.3.6.7.2; unverified 2026-11-30, common tables agree)."""
NORMAL = 1.645
"""And for very many."""


@dataclass(frozen=True, kw_only=True)
class _Cycle:
    """What repeats.

    Attributes:
        places: how many parts it has.
        place: in which of them a day stands.
        turn: in which repetition.
        half: days of half of it.
        fewest: in how many repetitions each part must be known.
    """

    places: int
    place: Callable[[date], int]
    turn: Callable[[date], int]
    half: int
    fewest: int


WEEK = _Cycle(places=7, place=lambda day: day.weekday(), turn=lambda day: day.toordinal() // 7, half=3, fewest=WEEKS)
YEAR = _Cycle(places=12, place=lambda day: day.month - 1, turn=lambda day: day.year, half=182, fewest=YEARS - 1)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One dated row.

    Attributes:
        day: when.
        values: by metric, each above 0.
    """

    day: date
    values: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Band:
    """A number with the two between which it lies with 90 % certainty."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Trend:
    """How one metric grew.

    Attributes:
        metric: one of `METRICS`.
        days: on how many days it was measured, of the last twelve months.
        first: the first of them.
        last: the last of them.
        latest: what was measured on the last.
        rate: growth a month as a fraction.
        weekdays: share of each weekday against the week's mean, Monday first; empty where there are too few weeks.
        months: share of each month against the year's mean, January first; empty where there are too few years.
        fitted: logarithm of the trend on the last day, without any shape.
        slope: of the logarithm, a month.
        spread: standard error of one measurement's logarithm.
        centre: the mean of all times, in months before the last day.
        width: sum of squared distances from it.
        points: how many independent measurements the days are worth.
    """

    metric: str
    days: int
    first: date
    last: date
    latest: float
    rate: Band
    weekdays: tuple[float, ...]
    months: tuple[float, ...]
    fitted: float
    slope: float
    spread: float
    centre: float
    width: float
    points: float

    def at(self, months: float) -> Band:
        """What is expected so many months after the last measurement; a single day lies in it with 90 %."""
        middle = self.fitted + self.slope * months
        distance = months - self.centre
        error = self.spread * math.sqrt(1 + 1 / self.points + distance**2 / self.width * (self.days / self.points))
        half = _student(self.points - 2) * error
        return Band(low=_exp(middle - half), middle=_exp(middle), high=_exp(middle + half))


def trend(metric: str, history: Sequence[Measurement]) -> Trend:
    """How a metric grew over the last twelve months.

    Args:
        metric: one of `METRICS`.
        history: rows in any order; those without the metric count for nothing.

    Raises:
        CapacityError: there are fewer than three days, or they lie within less than four weeks.
    """
    every = sorted(((row.day, row.values[metric]) for row in history if metric in row.values), key=lambda pair: pair[0])
    last = every[-1][0] if every else None
    recent = [pair for pair in every if last is not None and (last - pair[0]).days <= KEPT_DAYS]
    if last is None or len(recent) < FEWEST_DAYS or (last - recent[0][0]).days < SHORTEST_DAYS:
        raise CapacityError(
            f"{metric} is known of {len(recent)} days; a monthly rate wants {FEWEST_DAYS} days or more, from "
            f"{SHORTEST_DAYS} days apart on"
        )
    weekdays, months = _shape(recent, WEEK), _shape(every, YEAR)
    times = [-(last - day).days / DAYS_PER_MONTH for day, _ in recent]
    logs = [
        math.log(value) - (weekdays[day.weekday()] if weekdays else 0.0) - (months[day.month - 1] if months else 0.0)
        for day, value in recent
    ]
    slope, fitted = linear_regression(times, logs)
    residuals = [log - fitted - slope * time for time, log in zip(times, logs, strict=True)]
    points = _independent(residuals)
    centre = fmean(times)
    width = math.fsum((time - centre) ** 2 for time in times)
    spread = math.sqrt(math.fsum(residual**2 for residual in residuals) / max(len(recent) - 2, 1))
    half = _student(points - 2) * spread / math.sqrt(width) * math.sqrt(len(recent) / points)
    return Trend(
        metric=metric,
        days=len(recent),
        first=recent[0][0],
        last=last,
        latest=recent[-1][1],
        rate=Band(low=_exp(slope - half) - 1, middle=_exp(slope) - 1, high=_exp(slope + half) - 1),
        weekdays=tuple(map(math.exp, weekdays)),
        months=tuple(map(math.exp, months)),
        fitted=fitted,
        slope=slope,
        spread=spread,
        centre=centre,
        width=width,
        points=points,
    )


def _shape(pairs: Sequence[tuple[date, float]], cycle: _Cycle) -> list[float]:
    """Logarithms of what each weekday or month is against the mean around it; empty where too little is known of one.

    A mean over a whole cycle around each day follows every trend, also one that breaks.
    """
    ordinals = [day.toordinal() for day, _ in pairs]
    sums = [0.0, *accumulate(math.log(value) for _, value in pairs)]
    found: list[list[float]] = [[] for _ in range(cycle.places)]
    turns: list[set[int]] = [set() for _ in range(cycle.places)]
    for (day, value), now in zip(pairs, ordinals, strict=True):
        if now - cycle.half < ordinals[0] or now + cycle.half > ordinals[-1]:
            continue
        low, high = bisect_left(ordinals, now - cycle.half), bisect_right(ordinals, now + cycle.half)
        turns[cycle.place(day)].add(cycle.turn(day))
        found[cycle.place(day)].append(math.log(value) - (sums[high] - sums[low]) / (high - low))
    if min(map(len, turns)) < cycle.fewest:
        return []
    shape = [fmean(values) for values in found]
    return [value - fmean(shape) for value in shape]


def _independent(residuals: Sequence[float]) -> float:
    """How many independent measurements these are worth, never fewer than three."""
    whole = math.fsum(residual**2 for residual in residuals)
    if whole <= 0:
        return float(len(residuals))
    neighbours = math.fsum(one * other for one, other in pairwise(residuals))
    common = min(max(neighbours / whole, 0.0), 0.99)
    return max(len(residuals) * (1 - common) / (1 + common), float(FEWEST_DAYS))


def _student(freedom: float) -> float:
    """The 95 % point for so many degrees of freedom, at least one."""
    whole = max(math.floor(freedom), 1)
    return STUDENT[whole - 1] if whole <= len(STUDENT) else NORMAL + (STUDENT[-1] - NORMAL) * len(STUDENT) / whole


def _exp(value: float) -> float:
    """`math.exp`, and infinity where a band has no end worth a number."""
    return math.exp(value) if value < 700 else math.inf  # noqa: PLR2004 - where doubles end
