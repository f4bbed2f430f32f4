"""Scenarios: how many requests arrive, second by second."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from planner.capacity.growth import GUIDE_TABLE_TODAY, Growth
from planner.capacity.platform import PEAK_FACTOR, PHASE_TOP, peak_requests_per_second
from planner.simulation.events.event import EventError, parse_event

if TYPE_CHECKING:
    from planner.simulation.events.event import Event

HOUR = 3600.0
ScenarioName = Literal["steady", "double", "spike", "daily", "guide-growth"]
SCENARIOS: tuple[ScenarioName, ...] = get_args(ScenarioName)
MAX_HOURS = 24.0 * 31
"""Longest run: a month (our bound)."""
MAX_RPS = 1e6
"""Highest rate that a scenario may have (our bound)."""
MAX_MONTHS = 120
SPIKE_FACTOR = 10
"""The guide's Scaling Objectives: 10x user growth without architecture changes; here at once."""
SPIKE_SECONDS = 900.0
RAMP_SECONDS = 60.0
"""Within how long a load doubles or a spike rises: an assumption."""
NIGHT_SHARE = 0.1
"""A day's quietest hour against its busiest: an assumption."""
DAY_POINTS = 96
DEFAULT_HOURS: dict[ScenarioName, float] = {"steady": 1, "double": 1, "spike": 1, "daily": 24, "guide-growth": 24}
KEYS = ("name", "points", "routes", "events")
POINT_KEYS = ("at", "rps")
WHOLE = 100.0
GROWTH_MONTHS = 24
"""The guide's table of growth ends after two years."""


class ScenarioError(ValueError):
    """A scenario that cannot be; the message has one problem a line, each with its path."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Requests at the edge over time: straight lines between points.

    Attributes:
        name: what to call it.
        points: seconds from the start and requests a second, in order of time; the last one ends the run.
        note: how it came about.
        routes: percent of the requests that pass the gateway, by the Deployment that answers them; those that are not
            named share the rest as they would. Nothing leaves it to the assumptions.
        events: what happens to the platform in the meantime.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    note: str = ""
    routes: tuple[tuple[str, float], ...] = ()
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        problems = [*_problems(self.points), *_route_problems(dict(self.routes))]
        problems += [
            f"{event.title} at {event.at:g} s is after the end, {self.seconds:g} s"
            for event in self.events
            if self.points and event.at >= self.seconds
        ]
        if problems:
            raise ScenarioError("\n".join(f"{self.name}: {problem}" for problem in problems))

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.points[-1][0]

    @property
    def peak_rps(self) -> float:
        """The highest rate."""
        return max(rate for _, rate in self.points)

    def rps(self, at: float) -> float:
        """Requests a second at a time; before the first point and after the last as there."""
        index = bisect_right(self.points, (at, math.inf))
        if index == 0:
            return self.points[0][1]
        if index == len(self.points):
            return self.points[-1][1]
        (start, low), (end, high) = self.points[index - 1], self.points[index]
        return low + (high - low) * (at - start) / (end - start)

    def scaled(self, factor: float) -> Scenario:
        """The same with every rate multiplied."""
        return replace(self, points=tuple((at, rps * factor) for at, rps in self.points))


def _problems(points: Sequence[tuple[float, float] | None]) -> list[str]:
    """What is wrong with points; those that could not be read are None and have been reported."""
    found = [] if len(points) > 1 else ["points: a scenario needs at least two"]
    before: float | None = None
    for index, point in enumerate(points):
        if point is None:
            continue
        at, rps = point
        if not 0 <= at <= MAX_HOURS * HOUR:
            found.append(f"points[{index}].at is {at:g}; give seconds from 0 to {MAX_HOURS * HOUR:g}")
        if not 0 <= rps <= MAX_RPS:
            found.append(f"points[{index}].rps is {rps:g}; give 0 to {MAX_RPS:g} requests a second")
        if before is not None and at <= before:
            found.append(f"points[{index}].at is {at:g}, not after the point before, {before:g}")
        before = at
    return found


def _route_problems(routes: Mapping[str, float]) -> list[str]:
    found = [
        f"routes.{name} is {percent:g}; give 0 to 100 percent of the requests that pass the gateway"
        for name, percent in routes.items()
        if not 0 <= percent <= WHOLE
    ]
    total = sum(routes.values())
    return [*found, *([f"routes add up to {total:g}; give at most 100 percent"] if total > WHOLE + 1e-9 else [])]


def phase_peak(phase: str | None) -> float:
    """Requests in the busiest second at the top of a phase (scaling guide, Growth Projections; the peak is assumed)."""
    return peak_requests_per_second(PHASE_TOP[phase or "horizontal"][1])


def scenario(
    name: str,
    *,
    phase: str | None = None,
    peak_rps: float | None = None,
    hours: float | None = None,
    months: int = GROWTH_MONTHS,
) -> Scenario:
    """A scenario by name.

    Args:
        name: steady; double (twice the load from the middle on); spike (ten times the load for a quarter of an hour);
            daily (a sine between a tenth at four in the morning and the peak); guide-growth (the guide's growth of
            requests, 20 % a month, each month compressed to an equal part of the run).
        phase: growth phase at whose top the load lies; "horizontal" where it is not known.
        peak_rps: requests a second instead: of the load before it doubles or spikes, at a day's peak, or at the start
            of the growth. guide-growth starts at the guide's table of today, 50,000 requests a day, by default.
        hours: how long it lasts; 24 for daily and guide-growth, otherwise 1.
        months: of growth.

    Raises:
        ScenarioError: there is no such scenario, or a value is out of range.
    """
    known: tuple[str, ...] = SCENARIOS
    if name not in known:
        raise ScenarioError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    chosen = SCENARIOS[known.index(name)]
    length = DEFAULT_HOURS[chosen] if hours is None else hours
    if not 0 < length <= MAX_HOURS:
        raise ScenarioError(f"hours is {length:g}; give more than 0 and at most {MAX_HOURS:g}")
    if not 1 <= months <= MAX_MONTHS:
        raise ScenarioError(f"months is {months}; give 1 to {MAX_MONTHS}")
    seconds = length * HOUR
    if chosen == "guide-growth":
        start = peak_requests_per_second(GUIDE_TABLE_TODAY.requests_per_day) if peak_rps is None else peak_rps
        return _growth(start, seconds, months)
    base = phase_peak(phase) if peak_rps is None else peak_rps
    if chosen == "daily":
        return _daily(base, seconds)
    return _steps(chosen, base, seconds)


def _steps(name: ScenarioName, base: float, seconds: float) -> Scenario:
    if name == "steady":
        return Scenario(name=name, points=((0, base), (seconds, base)), note=f"{base:.1f} requests a second")
    ramp = min(RAMP_SECONDS, seconds / 8)
    if name == "double":
        middle = seconds / 2
        twice = ((0, base), (middle, base), (middle + ramp, 2 * base), (seconds, 2 * base))
        return Scenario(name=name, points=twice, note=f"{base:.1f} requests a second, then twice as many")
    start, length = seconds / 4, min(SPIKE_SECONDS, seconds / 2)
    high = SPIKE_FACTOR * base
    points = (
        *((0, base), (start, base), (start + ramp, high)),
        *((start + length, high), (start + length + ramp, base), (seconds, base)),
    )
    return Scenario(
        name=name, points=points, note=f"{base:.1f} requests a second, {SPIKE_FACTOR} times as many at once"
    )


def _daily(peak: float, seconds: float) -> Scenario:
    day = 24 * HOUR
    count = max(math.ceil(seconds / day * DAY_POINTS), 2)
    middle, swing = peak * (1 + NIGHT_SHARE) / 2, peak * (1 - NIGHT_SHARE) / 2
    points = tuple(
        (at, middle - swing * math.cos(2 * math.pi * (at / day - 4 / 24)))
        for at in (seconds * index / count for index in range(count + 1))
    )
    return Scenario(name="daily", points=points, note=f"a day's peak of {peak:.1f} requests a second at 16:00")


def _growth(start: float, seconds: float, months: int) -> Scenario:
    rate = Growth().requests
    points = tuple((seconds * month / months, start * (1 + rate) ** month) for month in range(months + 1))
    note = (
        f"{start:.1f} requests a second growing by {rate:.0%} a month for {months} months, "
        f"a month in {seconds / months:g} s; a day's average times {PEAK_FACTOR:g} unless given"
    )
    return Scenario(name="guide-growth", points=points, note=note)


def parse_scenario(document: object, name: str) -> Scenario:
    """The scenario in a parsed YAML or JSON document.

    Args:
        document: a list of points `{at: seconds, rps: number}`, or a mapping with `points` and optionally `name` and
            `routes` (percent by the name of a Deployment) and `events` (texts such as `zone-a@12:00`).
        name: what to call it where the document does not say.

    Raises:
        ScenarioError: every problem, each with its path.
    """
    problems: list[str] = []
    title, rows = name, document
    routes: dict[str, float] = {}
    events: list[Event] = []
    if isinstance(document, Mapping):
        events = _events(document.get("events", []), problems)
        routes = _routes(document.get("routes", {}), problems)
        rows = document.get("points")
        problems += [f"{key}: unknown key; there are {', '.join(KEYS)}" for key in document if key not in KEYS]
        title = document.get("name", name)
        if not isinstance(title, str) or not title:
            problems.append(f"name: must be a text, not {title!r}")
    if not isinstance(rows, list):
        problems.append("points: must be a list of {at: seconds, rps: number}")
        rows = []
    points = [_point(index, row, problems) for index, row in enumerate(rows)]
    if rows or not problems:
        problems += _problems(points)
    if problems:
        raise ScenarioError("\n".join(f"{name}: {problem}" for problem in problems))
    return Scenario(
        name=str(title),
        points=tuple(point for point in points if point is not None),
        routes=tuple(sorted(routes.items())),
        events=tuple(events),
    )


def _events(value: object, problems: list[str]) -> list[Event]:
    if not isinstance(value, list):
        problems.append(f"events: must be a list of texts such as zone-a@12:00, not {value!r}")
        return []
    found = []
    for index, entry in enumerate(value):
        try:
            found.append(parse_event(str(entry)))
        except EventError as error:
            problems.append(f"events[{index}]: {error}")
    return found


def _routes(value: object, problems: list[str]) -> dict[str, float]:
    if not isinstance(value, Mapping):
        problems.append(f"routes: must be names of Deployments with percent, not {value!r}")
        return {}
    found: dict[str, float] = {}
    for name, percent in value.items():
        if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not math.isfinite(percent):
            problems.append(f"routes.{name}: must be a number of percent, not {percent!r}")
        else:
            found[str(name)] = float(percent)
    problems += _route_problems(found)
    return found


def _point(index: int, row: object, problems: list[str]) -> tuple[float, float] | None:
    path = f"points[{index}]"
    if not isinstance(row, Mapping):
        problems.append(f"{path}: must be {{at: seconds, rps: number}}, not {row!r}")
        return None
    problems += [f"{path}.{key}: unknown key; there are at and rps" for key in row if key not in POINT_KEYS]
    values = []
    for key in POINT_KEYS:
        value = row.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            problems.append(f"{path}.{key}: " + (f"must be a number, not {value!r}" if key in row else "missing"))
        else:
            values.append(float(value))
    return (values[0], values[1]) if len(values) == len(POINT_KEYS) else None
