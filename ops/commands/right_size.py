"""`right-size`: what measurements say about the sizes in a stack file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.console import err, fail, note, out, print_json
from ops.options import ConfigOption, JsonOption, PhaseOption, PrometheusOption, explained

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
            help="YAML or JSON file of samples: app, gateway, pooler and each of services {cpu_millicores, memory_mib} "
            "of one pod; postgres and shards {cpu_percent, memory_percent, disk_percent}; replicas, redis and nodes "
            "{cpu_percent, memory_percent}.",
            metavar="FILE",
        ),
    ] = None,
    prometheus: PrometheusOption = None,
    window: Annotated[
        str | None, typer.Option("--window", help=f"How far back to read, such as 12h or 2w. Default: {WINDOW}.")
    ] = None,
    cloudwatch: Annotated[
        Path | None,
        typer.Option(
            "--cloudwatch",
            help="What `aws cloudwatch get-metric-data` printed for the queries of --cloudwatch-queries.",
            metavar="FILE",
        ),
    ] = None,
    cloudwatch_queries: Annotated[
        bool,
        typer.Option(
            "--cloudwatch-queries", help="Print those queries: of every database and cache node. Nothing else."
        ),
    ] = False,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Turn measurements into a patch of the stack file, by the scaling guide's thresholds and the VPA's percentiles.

    The patched file is checked: what would become too small for the stack's limits stays as it is, and a patch that
    breaks one all the same is shown with what is wrong, and the exit code is 1.
    """
    from infra.problems import render
    from ops.document.terminal import show
    from ops.views.right_size import section

    if [metrics, prometheus, cloudwatch, cloudwatch_queries or None].count(None) != 3:  # noqa: PLR2004 - one of four
        raise typer.BadParameter("give one of --metrics FILE, --prometheus URL and --cloudwatch FILE")
    if window is not None and prometheus is None:
        raise typer.BadParameter("belongs to --prometheus", param_hint="--window")
    with explained():
        if cloudwatch_queries:
            _print_queries(stack, phase, config)
            return
        if metrics is not None:
            found = _from_file(stack, metrics, phase, config)
        elif cloudwatch is not None:
            found = _from_cloudwatch(stack, cloudwatch, phase, config)
        else:
            found = _from_prometheus(stack, str(prometheus), window or WINDOW, phase, config)
    for gap in (*found.gaps, *found.kept):
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


def _from_cloudwatch(stack: str, answer: Path, phase: str | None, config: Path | None) -> RightSizing:
    from ops.answers.right_size.sizing import right_size_from_cloudwatch as run
    from planner.capacity.right_size import MeasurementError

    try:
        return run(stack, answer, phase, config)
    except MeasurementError as error:
        raise typer.BadParameter(str(error), param_hint="--cloudwatch") from error


def _print_queries(stack: str, phase: str | None, config: Path | None) -> None:
    from ops.answers.right_size.cloudwatch import queries
    from ops.inputs.stack_file import settings_of

    print_json(queries(settings_of(stack, config, phase)))


def _from_prometheus(stack: str, url: str, window: str, phase: str | None, config: Path | None) -> RightSizing:
    from ops.answers.right_size.sizing import right_size_from_prometheus as run
    from ops.inputs.prometheus import Prometheus, window_of

    try:
        length = window_of(window)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error
    return run(stack, Prometheus.at(url, os.environ), length, phase, config)
