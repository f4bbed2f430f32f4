"""`report`: everything about a plan on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail, print_json
from ops.console import out as results
from ops.exits import UNKNOWN, UNSAFE
from ops.options import ConfigOption, JsonOption, PhaseOption, StackArgument, explained

EPILOG = "Example: ./bbp report prod --phase horizontal --out report"


def report(
    stack: StackArgument,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.", metavar="DIR", file_okay=False)],
    phase: PhaseOption = None,
    config: ConfigOption = None,
    journey: Annotated[
        bool, typer.Option("--journey/--no-journey", help="Rehearse every step from the first phase to this one.")
    ] = True,
    json_output: JsonOption = False,
) -> None:
    """Write one page: objectives, architecture, cost, capacity, traffic, availability, drill, journey, limits, rules.

    `index.html` opens without any network; `report.md` is for a comment on a pull request. Both are written in any
    case; then the exit code is 2 when a step would touch data, 1 when a policy fails, and 3 when one cannot be judged,
    for example a budget where prices are unknown, or production's pods where nobody has drilled them.
    """
    from ops.answers.report import ReportOptions
    from ops.answers.report import report as run
    from ops.document.terminal import show_verdicts
    from ops.views.report import document, report_json, write

    with explained():
        found = run(ReportOptions(stack, phase, config, journey))
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
    if found.unknown:
        names = "; ".join(f"{check.title} ({check.detail})" for check in found.unknown)
        fail(f"these cannot be judged: {names}", code=UNKNOWN)
