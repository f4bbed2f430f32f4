"""Everything that is known about a stack's plan, gathered from the answers of the other commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.phases import PHASES
from infra.problems import ConfigError
from ops.answers.availability import AvailabilityReport, judged
from ops.answers.capacity.projection import MONTHS, START, STARTS, CapacityReport, capacity
from ops.answers.cost import CostReport, priced
from ops.answers.drill.found import FoundDrill, drill_of
from ops.answers.journey import Journey, journey
from ops.answers.limits import LimitUse, limits_used
from ops.answers.measured.month import NOTHING, MeasuredReport, measured
from ops.answers.objectives import ObjectivesReport
from ops.answers.objectives import judged as objectives_judged
from ops.answers.policies import PolicyCheck, policy_checks
from ops.answers.truth import truth_of
from ops.console import note
from ops.inputs.stack_file import settings_of
from ops.rehearsal.planned import Planned, planned
from planner.capacity.growth import Growth
from planner.simulation import Simulation, scenario, simulate
from sandbox.truth.setting import Setting

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings
    from ops.answers.measured.month import Source
    from planner.objectives.measured import MeasuredObjective
    from sandbox.truth.report import Truth

SCENARIOS = ("daily", "double", "spike", "guide-growth")
"""What the traffic chapter simulates; the first one decides whether the platform carries its phase."""


@dataclass(frozen=True)
class ReportOptions:
    """What to report on.

    Attributes:
        stack: stack name.
        phase: growth phase to use instead of the file's.
        config: another stack file.
        journey: whether the way from the first phase to this one is rehearsed.
        measured: where what runs was measured; nowhere by default.
    """

    stack: str
    phase: str | None = None
    config: Path | None = None
    journey: bool = True
    measured: Source | None = None


@dataclass(frozen=True)
class Report:
    """Everything that was found out about a plan.

    Attributes:
        planned: the plan.
        settings: the configuration that it was made from.
        cost: what it costs.
        capacity: how long it holds.
        traffic: what it does under load.
        availability: what may fail.
        objectives: whether it reaches what it is to reach.
        drill: what was decided about its pods, or why nothing was.
        limits: how much of every limit it takes.
        policies: what must hold.
        truth: how sure the rehearsal is.
        journey: the way from nothing to this phase; None where it was not rehearsed.
        why_no_journey: why it was not.
        measured: what was measured of a stack that runs.
    """

    planned: Planned
    settings: Settings
    cost: CostReport
    capacity: CapacityReport
    traffic: tuple[Simulation, ...]
    availability: AvailabilityReport
    objectives: ObjectivesReport
    drill: FoundDrill
    limits: tuple[LimitUse, ...]
    policies: tuple[PolicyCheck, ...]
    truth: Truth
    journey: Journey | None
    why_no_journey: str
    measured: MeasuredReport = NOTHING

    @property
    def failed(self) -> list[PolicyCheck]:
        """The policies that do not hold."""
        return [check for check in self.policies if check.state == "failed"]

    @property
    def unknown(self) -> list[PolicyCheck]:
        """The policies that could not be judged."""
        return [check for check in self.policies if check.state == "unknown"]

    @property
    def safe(self) -> bool:
        """Whether no rehearsed step touches data."""
        return self.journey is None or self.journey.ok

    @property
    def unmeasured(self) -> tuple[MeasuredObjective, ...]:
        """In production the objectives of which what was measured says neither: nobody knows that they are reached."""
        return self.measured.unjudged if self.settings.environment.production else ()

    @property
    def ok(self) -> bool:
        """Whether everything was judged and holds, and what was measured reached its objectives."""
        running = not self.measured.missed and not self.unmeasured
        return not self.failed and not self.unknown and self.safe and running


def report(options: ReportOptions) -> Report:
    """Find out everything: one preview, the journey, and then what follows from the plan.

    Raises:
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
        CdnError: the plan's CDN rules are not understood.
        SimulationError: the plan has no application.
        MeasuredError: the file of measurements holds something else.
        PrometheusError: the server of measurements cannot be read.
    """
    running = measured_in(options)
    subject = planned(options.stack, options.phase, options.config)
    return gathered(subject, options, *rehearsed(options, settings_in(subject)), running)


def measured_in(options: ReportOptions) -> MeasuredReport:
    """What the options' source says, by the stack file alone: a wrong file is told before anything is rehearsed."""
    if options.measured is None:
        return NOTHING
    return measured(settings_of(options.stack, options.config, options.phase), options.measured)


def settings_in(subject: Planned) -> Settings:
    """The settings of a plan that was previewed, and so has some."""
    if subject.settings is None:
        raise AssertionError("a previewed plan has settings")
    return subject.settings


def gathered(
    subject: Planned, options: ReportOptions, found: Journey | None, why_not: str, running: MeasuredReport = NOTHING
) -> Report:
    """Everything that follows from a plan that is already there.

    Args:
        subject: the plan and its settings.
        options: what to report on.
        found: the journey; None where it was not rehearsed.
        why_not: why it was not.
        running: what was measured of the stack.
    """
    settings = settings_in(subject)
    note("pricing the plan, simulating its traffic, removing its parts, counting its limits")
    drill = drill_of(subject)
    cost, availability = priced(subject), judged(subject, drill)
    return Report(
        planned=subject,
        settings=settings,
        cost=cost,
        capacity=capacity(options.stack, STARTS[START], Growth(), MONTHS, options.config, phase=settings.phase.value),
        traffic=tuple(simulate(subject.plan, scenario(name, phase=subject.phase)) for name in SCENARIOS),
        availability=availability,
        objectives=objectives_judged(subject, drill, available=availability),
        drill=drill,
        limits=limits_used(settings, subject.plan),
        policies=policy_checks(settings, subject.plan, cost, availability, found),
        truth=truth_of(subject.plan, Setting(updated=found is not None and found.ok)),
        journey=found,
        why_no_journey=why_not,
        measured=running,
    )


def rehearsed(options: ReportOptions, settings: Settings) -> tuple[Journey | None, str]:
    """From the first phase to this one; a file that is not valid in an earlier phase has no such way."""
    if not options.journey:
        return None, "it was left out by --no-journey"
    path = PHASES[: PHASES.index(settings.phase.value) + 1]
    note(f"rehearsing the journey {' -> '.join(path)}")
    try:
        return journey(options.stack, path, options.config), ""
    except ConfigError as error:
        names = ", ".join(sorted({problem.path for problem in error.problems}))
        return None, f"the configuration is not valid in an earlier phase: {names}"
