"""Everything that is known about a stack's plan, on one page and in one comment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from infra.phases import PHASES
from infra.problems import ConfigError
from ops.answers.availability import AvailabilityReport, judged
from ops.answers.capacity import MONTHS, START, STARTS, CapacityReport, capacity
from ops.answers.cost import CostReport, priced
from ops.answers.diagram import title_of
from ops.answers.journey import Journey, journey
from ops.answers.limits import LimitUse, limits_used
from ops.answers.policies import PolicyCheck, policy_checks
from ops.console import note
from ops.document.blocks import Document
from ops.document.html import page
from ops.document.markdown import comment
from ops.rehearsal.planned import Planned, planned
from ops.views.diagram import architecture_section
from ops.views.money import capacity_section, capacity_verdict, cost_section, cost_verdict
from ops.views.safety import (
    availability_section,
    availability_verdict,
    journey_section,
    journey_verdict,
    limits_section,
    limits_verdict,
    policies_section,
    policies_verdict,
)
from ops.views.traffic import traffic_section, traffic_verdict
from planner.capacity import Growth
from planner.diagram import scene_of
from planner.simulation import Simulation, scenario, simulate
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings

SCENARIOS = ("daily", "double", "spike", "guide-growth")
"""What the traffic chapter simulates; the first one decides whether the platform carries its phase."""
MODE = 0o644
"""Reports are for everybody who may read the folder."""
PAGE, COMMENT = "index.html", "report.md"


@dataclass(frozen=True)
class ReportOptions:
    """What to report on.

    Attributes:
        stack: stack name.
        phase: growth phase to use instead of the file's.
        config: another stack file.
        journey: whether the way from the first phase to this one is rehearsed.
    """

    stack: str
    phase: str | None = None
    config: Path | None = None
    journey: bool = True


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
        limits: how much of every limit it takes.
        policies: what must hold.
        journey: the way from nothing to this phase; None where it was not rehearsed.
        why_no_journey: why it was not.
    """

    planned: Planned
    settings: Settings
    cost: CostReport
    capacity: CapacityReport
    traffic: tuple[Simulation, ...]
    availability: AvailabilityReport
    limits: tuple[LimitUse, ...]
    policies: tuple[PolicyCheck, ...]
    journey: Journey | None
    why_no_journey: str

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

    def document(self) -> Document:
        """The report as chapters, the same each time for the same findings."""
        settings = self.settings
        phase = settings.phase.value
        scene = scene_of(self.planned.plan, f"Architecture of {title_of(self.planned)}")
        return Document(
            title=f"BailBondPro platform: {self.planned.origin}",
            subtitle=f"Environment {settings.environment.value}, region {settings.region}, domain {settings.domain}. "
            f"Made from a preview of {scene.resources:,} resources in an empty simulated cloud.",
            verdicts=(
                cost_verdict(self.cost),
                capacity_verdict(self.capacity, phase),
                traffic_verdict(self.traffic),
                availability_verdict(self.availability),
                journey_verdict(self.journey, self.why_no_journey),
                limits_verdict(self.limits),
                policies_verdict(self.policies),
            ),
            sections=(
                architecture_section(self.planned.plan, scene),
                cost_section(self.cost),
                capacity_section(self.capacity),
                traffic_section(self.traffic),
                availability_section(self.availability),
                journey_section(self.journey, self.why_no_journey),
                limits_section(self.limits),
                policies_section(self.policies),
            ),
        )

    def as_json(self) -> dict[str, Any]:
        """The answers; the commands of the chapters have everything."""
        return {
            "origin": self.planned.origin,
            "ok": not self.failed and not self.unknown and self.safe,
            "verdicts": [
                {"question": item.question, "answer": item.answer, "detail": item.detail, "state": item.state}
                for item in self.document().verdicts
            ],
            "total_usd": self.cost.cost.total.usd,
            "known_usd": self.cost.cost.total.known_usd,
            "budget_usd": self.cost.budget.limit_usd if self.cost.budget else None,
            "budget_verdict": self.cost.budget.state if self.cost.budget else None,
            "not_simulated": [asdict(gap) for gap in self.traffic[0].gaps],
            "traffic": {run.scenario.name: run.summary.as_json() for run in self.traffic},
            "single_points": [point.title for point in self.availability.found.single_points],
            "limits": [
                {"area": use.area, "title": use.title, "used": use.used, "limit": use.limit, "state": use.state}
                for use in self.limits
            ],
            "policies": [
                {"title": check.title, "state": check.state, "detail": check.detail} for check in self.policies
            ],
            "journey": self.journey.as_json() if self.journey else None,
        }


def report(options: ReportOptions) -> Report:
    """Find out everything: one preview, the journey, and then what follows from the plan.

    Raises:
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
        CdnError: the plan's CDN rules are not understood.
        SimulationError: the plan has no application.
    """
    subject = planned(options.stack, options.phase, options.config)
    return gathered(subject, options, *rehearsed(options, settings_in(subject)))


def settings_in(subject: Planned) -> Settings:
    """The settings of a plan that was previewed, and so has some."""
    if subject.settings is None:
        raise AssertionError("a previewed plan has settings")
    return subject.settings


def gathered(subject: Planned, options: ReportOptions, found: Journey | None, why_not: str) -> Report:
    """Everything that follows from a plan that is already there.

    Args:
        subject: the plan and its settings.
        options: what to report on.
        found: the journey; None where it was not rehearsed.
        why_not: why it was not.
    """
    settings = settings_in(subject)
    note("pricing the plan, simulating its traffic, removing its parts, counting its limits")
    cost, availability = priced(subject), judged(subject)
    return Report(
        planned=subject,
        settings=settings,
        cost=cost,
        capacity=capacity(options.stack, STARTS[START], Growth(), MONTHS, options.config, phase=settings.phase.value),
        traffic=tuple(simulate(subject.plan, scenario(name, phase=subject.phase)) for name in SCENARIOS),
        availability=availability,
        limits=limits_used(settings, subject.plan),
        policies=policy_checks(settings, subject.plan, cost, availability, found),
        journey=found,
        why_no_journey=why_not,
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


def write(found: Report, folder: Path) -> tuple[Path, ...]:
    """Write the page and the comment, each in one step.

    Raises:
        OSError: the folder cannot be written; what was there is untouched.
    """
    document = found.document()
    files = (folder / PAGE, folder / COMMENT)
    for path, text in zip(files, (page(document), comment(document)), strict=True):
        write_atomically(path, text, mode=MODE)
    return files
