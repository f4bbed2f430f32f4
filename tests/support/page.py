"""The report of a checked-in stack without an engine, and how it reads in a browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from ops.answers.drill.found import FoundDrill
from ops.answers.drill.report import DrillReport
from ops.answers.journey import Journey, JourneyStep
from ops.answers.report import Report, ReportOptions, gathered
from ops.rehearsal.planned import Planned
from plan.drills.record import Drill
from sandbox.drill.kept import FOLDER
from sandbox.kubernetes.tools import VERSION
from tests.support.kept_drills import ALL_PASSED, keep_in
from tests.support.plans import stack_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Sequence


@cache
def stack_report(environment: str, phase: str) -> Report:
    """The report of a stack in a phase, with a journey of one step, and pods that survived a drill.

    Made once, so do not change what it holds.
    """
    plan = stack_plan(environment, phase)
    subject = Planned(plan, settings(environment, phase), f"{environment}, phase {phase}")
    drilled = FoundDrill(DrillReport("", phase, Drill(key="", version=VERSION, outcomes=ALL_PASSED)))
    journey = Journey(environment, (JourneyStep(None, phase, plan.resources, drill=drilled),))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, folder)
        keep_in(Path(folder), plan)
        return gathered(subject, ReportOptions(environment, phase), journey, "")


def contrast(first: Sequence[float], second: Sequence[float]) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Sequence[float]) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
