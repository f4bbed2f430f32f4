"""Runs the scenarios of one stack, one after another, on one control plane."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from plan.drills import Outcome
from plan.drills.record import Drill
from sandbox.drill.cluster import Cluster
from sandbox.drill.control_plane import ControlPlane
from sandbox.drill.nodes.autoscaler import NodeAutoscaler
from sandbox.drill.nodes.fleet import Fleet
from sandbox.drill.readiness import Readiness
from sandbox.drill.recorder import Recorder
from sandbox.drill.scenarios.base import Findings
from sandbox.drill.scenarios.sizes import FIRST_START
from sandbox.drill.stage import Stage
from sandbox.kubernetes.api_server import ApiServerError
from sandbox.kubernetes.tools import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sandbox.drill.scenarios.base import Scenario
    from sandbox.drill.subject import Subject

FIRST = 40.0
"""The pace that is tried first: with nothing else to do, two cores keep up with it."""
SLOWEST = 2.0
"""The slowest pace that a drill is tried with; it takes twenty times as long then."""


def run(
    subject: Subject,
    scenarios: Sequence[Scenario],
    folder: Path,
    progress: Callable[[str], None],
    *,
    neighbour: Subject | None = None,
    pace: float | None = None,
) -> Drill:
    """Start a control plane, apply everything, and let the scenarios happen.

    Args:
        subject: what is drilled.
        scenarios: in their order.
        folder: for the control plane's data; it is removed.
        progress: receives a line for each scenario.
        neighbour: the same stack in its next growth phase; None for the last.
        pace: simulated seconds in a real one.

    A machine that cannot keep up makes nodes fall silent that nobody stopped; what is seen then says nothing of the
    stack. The drill is begun anew at half the pace.

    Raises:
        GoError: the control plane cannot be built here.
        ApiServerError: it does not start, ends by itself, or the machine is too slow for any pace.
    """
    factor = pace or FIRST
    while True:
        try:
            return _run(subject, scenarios, folder, progress, neighbour=neighbour, pace=factor)
        except _DisturbedError as error:
            if factor / 2 < SLOWEST:
                raise ApiServerError(f"{error}; there is no slower pace: drill on a machine with less to do") from error
            factor = factor / 2
            progress(f"{error}; the drill begins anew at a pace of {factor:g}")


class _DisturbedError(Exception):
    """The machine could not keep up."""


def _run(
    subject: Subject,
    scenarios: Sequence[Scenario],
    folder: Path,
    progress: Callable[[str], None],
    *,
    neighbour: Subject | None,
    pace: float,
) -> Drill:
    with ExitStack() as stack:
        plane = stack.enter_context(ControlPlane(folder, progress, pace))
        recorder = stack.enter_context(Recorder(plane.api, plane.clock))
        readiness = stack.enter_context(Readiness(plane.api, plane.clock))
        fleet = Fleet(Cluster(plane.api, plane.clock), plane.clock, subject.groups)
        autoscaler = NodeAutoscaler(plane.api, plane.clock, fleet, subject.flags)
        stage = Stage(
            plane.api,
            fleet,
            autoscaler,
            readiness,
            recorder,
            subject,
            plane.certificates,
            plane.restart_scheduler,
            neighbour,
        )
        outcomes = []
        for outcome in _outcomes(stage, scenarios):
            plane.check()
            if silent := recorder.disturbed():
                names = ", ".join(sorted({event.name for event in silent}))
                raise _DisturbedError(
                    f"this machine cannot keep up with a pace of {pace:g}: {names} fell silent by itself"
                )
            outcomes.append(outcome)
            progress(_line(outcome))
    return Drill(key=subject.key, version=VERSION, outcomes=tuple(outcomes), stand_ins=subject.stand_ins)


def _outcomes(stage: Stage, scenarios: Sequence[Scenario]) -> Iterator[Outcome]:
    for scenario in (FIRST_START, *(item for item in scenarios if item is not FIRST_START)):
        left = [] if scenario is FIRST_START else stage.restore(scenario.size)
        began = stage.clock.seconds
        found = Findings()
        if left:
            found.problems += [
                f"not drilled, because the stack does not run as it should before: {item}" for item in left
            ]
        else:
            scenario.run(stage, found)
        yield _outcome(stage, scenario.name, began, found)


def _outcome(stage: Stage, name: str, began: float, found: Findings) -> Outcome:
    now = stage.clock.seconds
    line = stage.recorder.time_line().between(began, now)
    mine = {workload.name for workload in stage.workloads}
    worst = {} if name == FIRST_START.name else stage.readiness.worst(began)
    return Outcome(
        scenario=name,
        passed=not found.problems and not found.skipped,
        seconds=now - began,
        problems=tuple(found.problems),
        pending=line.pending(),
        worst_ready=tuple(sorted((workload, level.share) for workload, level in worst.items() if workload in mine)),
        notes=tuple(found.notes),
        time_line=line,
        skipped=found.skipped,
    )


def _line(outcome: Outcome) -> str:
    word = "says nothing of this stack" if outcome.skipped else "passed" if outcome.passed else "FAILED"
    return f"{outcome.scenario}: {word} after {outcome.seconds:.0f} simulated seconds"
