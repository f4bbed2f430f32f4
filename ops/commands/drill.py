"""`drill`: do the pods survive it? Asked of the real control plane."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

EPILOG = "Example: ./bbp drill prod --phase horizontal --scenario zone-lost-maximum"


def drill(
    stack: StackArgument,
    phase: PhaseOption = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="One scenario by name, or `all`, the default; repeatable.", metavar="NAME"),
    ] = None,
    config: ConfigOption = None,
    plan: PlanOption = None,
    charts: Annotated[
        Path | None,
        typer.Option("--charts", help="Charts to render for real with Helm, as folders or .tgz files.", metavar="DIR"),
    ] = None,
    pace: Annotated[
        float | None,
        typer.Option("--pace", help="Simulated seconds in a real one; fewer on a slow machine.", min=1, max=200),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Drill even if the same objects were drilled before.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Run a stack's pods on a real Kubernetes control plane, and let nodes, zones and versions go.

    kube-apiserver, scheduler and controllers are the real ones; nodes are played, and the clock runs faster. What was
    decided is kept, and `availability` and the report speak by it. Exit code 1 if a scenario fails.
    """
    from ops.answers.drill.drilled import drilled as run
    from ops.views.drill import section

    with explained():
        report = run(stack, phase, config, plan, tuple(scenario or ()), charts=charts, pace=pace, again=again)
    present(report, section, as_json=json_output)
    if not report.ok:
        fail(f"scenarios that failed: {', '.join(item.scenario for item in report.failed)}")
