"""Traffic simulation of a stack: its plan, a scenario by name or from a file, and assumptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.answers.drill.found import drill_of
from ops.inputs.documents import DocumentError, read_document
from ops.inputs.pairs import pairs
from ops.jsonable import plain
from ops.rehearsal.planned import Planned, planned
from planner.capacity.platform import peak_requests_per_second
from planner.cost.usage import Usage
from planner.simulation import (
    SCENARIOS,
    AssumptionError,
    Assumptions,
    Gap,
    Limit,
    Scenario,
    ScenarioError,
    Simulation,
    limit_of,
    override,
    parse_event,
    parse_scenario,
    scenario,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from planner.availability.drilled import PodsDrilled

READY_PODS = "ready pods"
"""What a gate calls the assumption that pods become ready, which only a drill can show."""
REQUESTS_PER_USER_DAY = Usage().requests_per_user_day
"""The guide's Growth Projections: 50,000 requests a day for 100 users."""


@dataclass(frozen=True, kw_only=True)
class SimulateOptions:
    """What to simulate.

    Attributes:
        stack: stack name.
        phase: growth phase to use instead of the file's.
        config: another stack file.
        plan_file: a plan instead of a preview of the stack.
        scenario: name of a scenario, or a file with one.
        peak_rps: requests a second that a named scenario starts from.
        users: active users instead.
        requests_per_day: requests a day instead.
        hours: length of a named scenario.
        months: months of growth.
        seed: of arrivals and of nodes' start times.
        assumptions: single assumptions, `name=value`.
        routes: shares of the requests, `name=percent`, for a named scenario.
        events: what happens in the meantime, `zone-a@12:00`, for a named scenario.
        limit: whether to look for the largest multiple of the load that holds.
    """

    stack: str
    phase: str | None = None
    config: Path | None = None
    plan_file: Path | None = None
    scenario: str = "daily"
    peak_rps: float | None = None
    users: float | None = None
    requests_per_day: float | None = None
    hours: float | None = None
    months: int | None = None
    seed: int = 1
    assumptions: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    limit: bool = False


@dataclass(frozen=True)
class SimulationReport:
    """A simulation, and what it is one of.

    Attributes:
        stack: stack name.
        planned: the plan and where it comes from.
        simulation: the run.
        pods: what a drill said of the pods that are simulated as ready.
        limit: the largest multiple of the load that holds; None where nobody asked.
    """

    stack: str
    planned: Planned
    simulation: Simulation
    pods: PodsDrilled
    limit: Limit | None = None

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        return {
            "stack": self.stack,
            "phase": self.planned.phase,
            "origin": self.planned.origin,
            "limit": plain(self.limit),
            "ready_pods": {"verdict": self.pods.ready, **self.pods.as_json()},
            **self.simulation.as_json(),
            "not_simulated": plain(self.gaps),
        }

    @property
    def holds(self) -> bool:
        """Whether the guide's response time and availability hold, with pods that start as far as is known."""
        return self.simulation.holds and self.pods.ready != "fail"

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is not simulated, and that pods become ready where nobody drilled it."""
        assumed = Gap(name=READY_PODS, kind="assumed", why=f"they are assumed to become ready: {self.pods.undecided}")
        return (*self.simulation.gaps, *([assumed] if self.pods.ready == "not drilled" else []))

    def open_gaps(self, left_out: Collection[str]) -> list[Gap]:
        """What is not simulated and was not left out by its name.

        Raises:
            ScenarioError: a name is none of what is not simulated.
        """
        names = {gap.name for gap in self.gaps}
        if wrong := sorted(set(left_out) - names):
            known = "; ".join(sorted(names)) or "nothing: all of this plan is simulated"
            raise ScenarioError(f"--leave-out {wrong[0]}: not simulated are {known}")
        return [gap for gap in self.gaps if gap.name not in left_out]


def run(options: SimulateOptions) -> SimulationReport:
    """Simulate a stack's traffic.

    Raises:
        ScenarioError: there is no such scenario, or its file is wrong.
        AssumptionError: an assumption does not exist or is out of range.
        SimulationError: the plan has no application, or a size in it is not known.
        RouteError: a share is of a Deployment that requests do not reach.
        EventError: an event is none, or is of something that the plan does not have.
        PlanError: the file is no plan.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    assumptions = override(Assumptions(), pairs(options.assumptions, AssumptionError, "database_ms=20"))
    chosen_scenario(options, None)  # a wrong scenario is refused before the engine runs
    subject = planned(options.stack, options.phase, options.config, options.plan_file)
    load = chosen_scenario(options, subject.phase)
    result = simulate(subject.plan, load, assumptions, options.seed)
    limit = limit_of(subject.plan, load, assumptions, options.seed) if options.limit else None
    return SimulationReport(options.stack, subject, result, drill_of(subject).pods, limit)


def chosen_scenario(options: SimulateOptions, phase: str | None) -> Scenario:
    """The scenario of the options.

    Raises:
        ScenarioError: there is none of this name, its file is wrong, or options contradict each other.
        EventError: an event is none.
    """
    loads = {"peak-rps": options.peak_rps, "users": options.users, "requests-per-day": options.requests_per_day}
    given = [name for name, value in loads.items() if value is not None]
    if len(given) > 1:
        raise ScenarioError(f"give one of {', '.join(f'--{name}' for name in given)}")
    if options.scenario in SCENARIOS:
        named = scenario(
            options.scenario,
            phase=phase,
            peak_rps=_peak(options),
            hours=options.hours,
            **({} if options.months is None else {"months": options.months}),
        )
        routes = tuple(sorted(_percents(options.routes).items()))
        return replace(named, routes=routes, events=tuple(map(parse_event, options.events)))
    extra = [*given, *(name for name in ("hours", "months") if getattr(options, name) is not None)]
    extra += [*(["route"] if options.routes else []), *(["event"] if options.events else [])]
    if extra:
        raise ScenarioError(f"--{extra[0]} belongs to a named scenario; a file says everything itself")
    return read_scenario(Path(options.scenario))


def _percents(given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for name, value in pairs(given, ScenarioError, "bailbondpro-web=30").items():
        try:
            found[name] = float(str(value))
        except ValueError as error:
            raise ScenarioError(f"--route {name} is no number of percent: {value!r}") from error
    return found


def _peak(options: SimulateOptions) -> float | None:
    daily = options.requests_per_day
    if options.users is not None:
        daily = options.users * REQUESTS_PER_USER_DAY
    return options.peak_rps if daily is None else peak_requests_per_second(daily)


def read_scenario(path: Path) -> Scenario:
    """The scenario in a YAML or JSON file.

    Raises:
        ScenarioError: there is no such file, or every problem of it.
    """
    try:
        document = read_document(path)
    except OSError as error:
        names = ", ".join(SCENARIOS)
        raise ScenarioError(f"{path} is neither a scenario ({names}) nor a file that can be read") from error
    except DocumentError as error:
        raise ScenarioError(str(error)) from error
    return parse_scenario(document, str(path))
