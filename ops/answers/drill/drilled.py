"""Drills: what the real control plane decides about a stack's pods, kept for whoever asks the same again."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from infra.phases import PHASES
from ops.answers.drill.report import DrillReport
from ops.answers.drill.subject import subject
from ops.console import note
from ops.rehearsal.planned import planned
from plan.drills import Outcome
from plan.drills.record import Drill
from sandbox.drill.assumed import assumptions
from sandbox.drill.kept import keep, kept
from sandbox.drill.objects.helm import renderer
from sandbox.drill.run import run
from sandbox.drill.scenarios import named
from sandbox.drill.scenarios.changes import CHANGE, NO_NEIGHBOUR
from sandbox.drill.scenarios.sizes import FIRST_START
from sandbox.kubernetes.tools import VERSION

if TYPE_CHECKING:
    from sandbox.drill.objects.helm import Renderer
    from sandbox.drill.subject import Subject


def drilled(  # the arguments are those of the command
    stack: str,
    phase: str | None,
    config: Path | None,
    plan_file: Path | None,
    scenarios: tuple[str, ...],
    *,
    charts: Path | None = None,
    pace: float | None = None,
    again: bool = False,
) -> DrillReport:
    """Run scenarios of a stack, or take what the same objects and nodes came to before.

    Raises:
        ScenarioError: there is no scenario of a name.
        PlanError: the file is no plan.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
        ChartError: a chart cannot be rendered.
        NodeGroupError: the size of a node is not known.
        GoError: the control plane cannot be built here.
    """
    wanted = named(scenarios)
    render = renderer(charts, VERSION, note) if charts is not None else None
    made = planned(stack, phase, config, plan_file)
    now = made.phase or ""
    here = subject(made.plan, now, render)
    changes = CHANGE in {item.name for item in wanted}
    neighbour = _neighbour(stack, now, config, render) if changes and plan_file is None else None
    before = _known(here, neighbour)
    done = set() if again else {item.scenario for item in before.outcomes}
    left = tuple(item for item in wanted if item.name not in done)
    found = before
    if left:
        with tempfile.TemporaryDirectory(prefix="bbp-drill-", ignore_cleanup_errors=True) as folder:
            newer = run(here, left, Path(folder) / "cluster", note, neighbour=neighbour, pace=pace)
        found = before.merged(newer)
        _keep(found, neighbour)
    else:
        note("the same objects on the same nodes were drilled before; --again drills anew")
    names = {FIRST_START.name, *(item.name for item in wanted)}
    chosen = tuple(item for item in found.outcomes if item.scenario in names)
    drill = replace(found, outcomes=chosen)
    return DrillReport(origin=made.origin, phase=now, drill=drill, assumed=assumptions())


def _known(here: Subject, neighbour: Subject | None) -> Drill:
    """What was decided before. The change to another growth phase is kept by both of their keys."""
    before = kept(here.key) or Drill(key=here.key, version=VERSION, outcomes=())
    found = replace(before, stand_ins=here.stand_ins)
    if neighbour is None:
        skipped = Outcome(scenario=CHANGE, passed=False, seconds=0.0, skipped=NO_NEIGHBOUR)
        return replace(found, outcomes=(*found.outcomes, skipped))
    change = kept(f"{here.key}-{neighbour.key}")
    return found if change is None else found.merged(replace(change, key=found.key))


def _keep(found: Drill, neighbour: Subject | None) -> None:
    keep(found.without(CHANGE))
    if neighbour is not None:
        change = tuple(item for item in found.outcomes if item.scenario == CHANGE)
        keep(replace(found, key=f"{found.key}-{neighbour.key}", outcomes=change))


def _neighbour(stack: str, phase: str, config: Path | None, render: Renderer | None) -> Subject | None:
    """The same stack in its next growth phase."""
    if phase not in PHASES or phase == PHASES[-1]:
        return None
    following = PHASES[PHASES.index(phase) + 1]
    return subject(planned(stack, following, config).plan, following, render)
