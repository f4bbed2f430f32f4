"""`simulate`: the autoscaler's control loop, replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.commands.groups import StackGroup
from ops.commands.options import JsonOption, explained
from ops.console import out, print_json


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(cls=StackGroup, no_args_is_help=True, help="Simulate the autoscaler before it scales anything.")
    group.command("hpa", epilog="Example: ./bbp simulate hpa --traces tests/data/hpa_controller_traces.json")(hpa)
    app.add_typer(group, name="simulate")


def hpa(
    traces: Annotated[
        Path, typer.Option("--traces", help="Recorded runs of a HorizontalPodAutoscaler controller.", metavar="FILE")
    ],
    json_output: JsonOption = False,
) -> None:
    """Replay recorded runs of a real controller; exit code 1 when the simulator decides otherwise anywhere.

    FILE is a JSON list of scenarios: name, min, max, current, behavior (as in autoscaling/v2), and three lists: dt
    (seconds before each look), rec (replicas that the metrics proposed) and out (replicas after the look).
    """
    from ops.simulate_hpa import replay

    with explained():
        result = replay(traces)
    if json_output:
        print_json(result.as_json())
    else:
        out.print(f"{result.equal} of {result.scenarios} scenarios repeated exactly")
        for item in result.mismatches:
            text = f"  {item.name}: look {item.sync} after {item.seconds:g} s: {item.found} instead of {item.expected}"
            out.print(text, markup=False)
    if result.mismatches:
        raise SystemExit(1)
