"""Shows everything that is known about a plan: one page, one comment, and the answers in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.answers.diagram import title_of
from ops.answers.truth import truth_json
from ops.document.blocks import Document
from ops.document.html import page
from ops.document.markdown import comment
from ops.jsonable import picked
from ops.views import availability, capacity, cost, diagram, drill, journey, objectives, simulate, truth
from ops.views.chapters import limits, measured, policies
from planner.diagram import scene_of
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.report import Report

MODE = 0o644
"""Reports are for everybody who may read the folder."""
PAGE, COMMENT = "index.html", "report.md"


def document(found: Report) -> Document:
    """The report as chapters, the same each time for the same findings."""
    settings = found.settings
    scene = scene_of(found.planned.plan, f"Architecture of {title_of(found.planned)}")
    return Document(
        title=f"BailBondPro platform: {found.planned.origin}",
        subtitle=f"Environment {settings.environment.value}, region {settings.region}, domain {settings.domain}. "
        f"Made from a preview of {scene.resources:,} resources in an empty simulated cloud.",
        verdicts=(
            objectives.verdict(found.objectives),
            measured.verdict(found.measured),
            cost.verdict(found.cost),
            capacity.verdict(found.capacity),
            simulate.verdict(found.traffic),
            availability.verdict(found.availability),
            drill.verdict(found.drill.report, found.drill.lacks),
            journey.verdict(found.journey, found.why_no_journey),
            limits.verdict(found.limits),
            policies.verdict(found.policies),
            truth.verdict(found.truth),
        ),
        sections=(
            objectives.section(found.objectives),
            measured.section(found.measured),
            diagram.section(found.planned.plan, scene),
            cost.section(found.cost),
            capacity.section(found.capacity),
            simulate.section(found.traffic, origin=found.planned.origin, pods=found.drill.pods),
            availability.section(found.availability),
            drill.section(found.drill.report, found.drill.lacks, lines=False),
            journey.section(found.journey, found.why_no_journey),
            limits.section(found.limits),
            policies.section(found.policies),
            truth.section(found.truth),
        ),
    )


def report_json(found: Report, shown: Document) -> dict[str, Any]:
    """The answers; the commands of the chapters have everything."""
    budget = found.cost.budget
    return {
        **picked(found, "origin=planned.origin", "ok"),
        "verdicts": [picked(item, "question", "answer", "detail", "state") for item in shown.verdicts],
        **picked(found, "total_usd=cost.cost.total.usd", "known_usd=cost.cost.total.known_usd"),
        "budget_usd": budget.limit_usd if budget else None,
        "budget_verdict": budget.state if budget else None,
        "not_simulated": found.traffic[0].gaps,
        "objectives": found.objectives,
        "measured": found.measured,
        "traffic": {run.scenario.name: run.summary for run in found.traffic},
        "single_points": [point.title for point in found.availability.found.single_points],
        "drill": found.drill.pods,
        "limits": [picked(use, "area", "title", "used", "limit", "state") for use in found.limits],
        **picked(found, "policies", "journey"),
        "truth": truth_json(found.truth),
    }


def write(shown: Document, folder: Path) -> tuple[Path, ...]:
    """Write the page and the comment, each in one step.

    Raises:
        OSError: the folder cannot be written; what was there is untouched.
    """
    files = (folder / PAGE, folder / COMMENT)
    for path, text in zip(files, (page(shown), comment(shown)), strict=True):
        write_atomically(path, text, mode=MODE)
    return files
