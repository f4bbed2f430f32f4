"""`report`: everything about a plan on one page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.console import fail, print_json
from ops.console import out as results
from ops.exits import UNKNOWN, UNSAFE
from ops.options import ConfigOption, JsonOption, PhaseOption, PrometheusOption, StackArgument, explained, refuse_wrong

if TYPE_CHECKING:
    from ops.answers.measured.month import Source

EPILOG = "Example: ./bbp report prod --phase horizontal --out report"


def report(
    stack: StackArgument,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.", metavar="DIR", file_okay=False)],
    phase: PhaseOption = None,
    config: ConfigOption = None,
    journey: Annotated[
        bool, typer.Option("--journey/--no-journey", help="Rehearse every step from the first phase to this one.")
    ] = True,
    measured: Annotated[
        Path | None,
        typer.Option(
            "--measured",
            help="YAML or JSON of samples of what runs: requests, failed and slow of each interval; response_ms, "
            "cpu_percent, memory_percent.",
            metavar="FILE",
        ),
    ] = None,
    prometheus: PrometheusOption = None,
    window: Annotated[
        str | None, typer.Option("--window", help="How far back to read, such as 2w. Default: 30d.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Write one page: objectives, measurements, architecture, cost, capacity, traffic, availability, drill, limits.

    `index.html` opens without any network; `report.md` is for a comment on a pull request. Both are written in any
    case; then the exit code is 2 when a step of the journey would touch data, 1 when a policy fails, when what was
    measured missed an objective, or in production when it judged one neither way, and 3 when a policy cannot be
    judged, for example a budget where prices are unknown, or production's pods where nobody has drilled them.
    """
    refuse_wrong(stack, config, phase)
    from ops.answers.report import ReportOptions
    from ops.answers.report import report as run
    from ops.document.terminal import show_verdicts
    from ops.views.report import document, report_json, write
    from planner.objectives.measured import MeasuredError

    source = _source(measured, prometheus, window)
    with explained():
        try:
            found = run(ReportOptions(stack, phase, config, journey, source))
        except MeasuredError as error:
            raise typer.BadParameter(str(error), param_hint="--measured") from error
        shown = document(found)
        files = write(shown, out)
    if json_output:
        print_json({"files": files, **report_json(found, shown)})
    else:
        show_verdicts(shown.verdicts)
        written = f"\n{files[0]} (open it in a browser), {files[1]} (for a pull request)"
        results.print(written, markup=False, soft_wrap=True)
    if not found.safe:
        fail("a step of the journey would touch data", code=UNSAFE)
    if found.failed:
        fail(f"these do not hold: {', '.join(check.title for check in found.failed)}")
    if found.measured.missed:
        fail(f"measured and missed: {'; '.join(f'{one.name}: {one.found}' for one in found.measured.missed)}")
    if found.unmeasured:
        fail(f"measured and not judged: {'; '.join(f'{one.name}: {one.found}' for one in found.unmeasured)}")
    if found.unknown:
        names = "; ".join(f"{check.title} ({check.detail})" for check in found.unknown)
        fail(f"these cannot be judged: {names}", code=UNKNOWN)


def _source(file: Path | None, prometheus: str | None, window: str | None) -> Source | None:
    from ops.answers.measured.month import WINDOW, Source
    from ops.inputs.prometheus import window_of

    if file is not None and prometheus is not None:
        raise typer.BadParameter("give one of --measured FILE and --prometheus URL")
    if window is not None and prometheus is None:
        raise typer.BadParameter("belongs to --prometheus", param_hint="--window")
    try:
        window_of(window or WINDOW)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error
    if file is None and prometheus is None:
        return None
    return Source(file=file, prometheus=prometheus, window=window or WINDOW, environment=dict(os.environ))
