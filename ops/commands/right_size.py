"""`right-size`: what measurements say about the sizes in a stack file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, explained
from ops.console import fail, note, out, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="right-size", epilog="Example: ./bbp right-size prod --metrics metrics.yaml")(right_size)


def right_size(
    metrics: Annotated[
        Path,
        typer.Option(
            "--metrics",
            help="YAML or JSON file of samples: app {cpu_millicores, memory_mib} of one pod, postgres {cpu_percent, "
            "memory_percent, disk_percent}, redis and nodes {cpu_percent, memory_percent}.",
            metavar="FILE",
        ),
    ],
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Turn measurements into a patch of the stack file, by the scaling guide's thresholds and the VPA's percentiles.

    The patched file is checked: a patch that breaks a limit is shown with what is wrong, and the exit code is 1.
    """
    from infra.problems import render
    from ops.right_size import right_size as run
    from planner.right_size import MeasurementError

    with explained():
        try:
            found = run(stack, metrics, phase, config)
        except MeasurementError as error:
            raise typer.BadParameter(str(error), param_hint="--metrics") from error
    if json_output:
        print_json(found.as_json())
    elif not found.changes:
        out.print(f"Every measured part of {stack} fits.", markup=False)
    else:
        for change in found.changes:
            note(f"{change.path}: {change.current} -> {change.recommended} ({change.reason})")
        if found.patch:
            out.print(found.as_yaml().rstrip(), markup=False, soft_wrap=True)
    if found.problems:
        fail(f"the patched file would not be valid:\n{render(found.problems, title=f'{stack}, patched', lines={})}")
