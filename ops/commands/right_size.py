"""`right-size`: what measurements say about the sizes in a stack file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.console import err, fail, note, out, print_json
from ops.options import ConfigOption, JsonOption, PhaseOption, explained

if TYPE_CHECKING:
    from ops.answers.right_size.sizing import RightSizing

WINDOW = "7d"

EPILOG = (
    "Examples: ./bbp right-size prod --metrics examples/metrics.yaml; "
    "./bbp right-size prod --prometheus http://localhost:9090"
)


def right_size(
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    metrics: Annotated[
        Path | None,
        typer.Option(
            "--metrics",
            help="YAML or JSON file of samples: app {cpu_millicores, memory_mib} of one pod, postgres {cpu_percent, "
            "memory_percent, disk_percent}, redis and nodes {cpu_percent, memory_percent}.",
            metavar="FILE",
        ),
    ] = None,
    prometheus: Annotated[
        str | None,
        typer.Option(
            "--prometheus",
            help="Read the same measures from this Prometheus; BBP_PROMETHEUS_TOKEN holds a bearer token where it "
            "wants one.",
            metavar="URL",
        ),
    ] = None,
    window: Annotated[
        str | None, typer.Option("--window", help=f"How far back to read, such as 12h or 2w. Default: {WINDOW}.")
    ] = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Turn measurements into a patch of the stack file, by the scaling guide's thresholds and the VPA's percentiles.

    The patched file is checked: a patch that breaks a limit is shown with what is wrong, and the exit code is 1.
    """
    from infra.problems import render
    from ops.document.terminal import show
    from ops.views.right_size import section

    if (metrics is None) == (prometheus is None):
        raise typer.BadParameter("give one of --metrics FILE and --prometheus URL")
    if window is not None and prometheus is None:
        raise typer.BadParameter("belongs to --prometheus", param_hint="--window")
    with explained():
        if metrics is not None:
            found = _from_file(stack, metrics, phase, config)
        else:
            found = _from_prometheus(stack, str(prometheus), window or WINDOW, phase, config)
    for gap in found.gaps:
        note(gap)
    if json_output:
        print_json(found)
    else:
        show(section(found), err if found.changes else out)  # standard output is the patch, if there is one
        if found.patch:
            out.print(found.as_yaml().rstrip(), markup=False, soft_wrap=True)
    if found.problems:
        fail(f"the patched file would not be valid:\n{render(found.problems, title=f'{stack}, patched', lines={})}")


def _from_file(stack: str, metrics: Path, phase: str | None, config: Path | None) -> RightSizing:
    from ops.answers.right_size.sizing import right_size as run
    from planner.capacity.right_size import MeasurementError

    try:
        return run(stack, metrics, phase, config)
    except MeasurementError as error:
        raise typer.BadParameter(str(error), param_hint="--metrics") from error


def _from_prometheus(stack: str, url: str, window: str, phase: str | None, config: Path | None) -> RightSizing:
    from ops.answers.right_size.prometheus import Prometheus, window_of
    from ops.answers.right_size.sizing import right_size_from_prometheus as run

    try:
        length = window_of(window)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error
    return run(stack, Prometheus.at(url, os.environ), length, phase, config)
