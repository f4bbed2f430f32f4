"""`cost trend`: where the bills of a running platform go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import JsonOption, explained, present

EPILOG = "Example: ./bbp cost trend --bills report.csv.gz --history examples/history.csv"


def cost_trend(
    bills: Annotated[
        list[Path],
        typer.Option(
            "--bills",
            help="An export: the answer of aws ce get-cost-and-usage (JSON), a Cost and Usage Report or FOCUS (CSV, "
            "also gzipped); repeatable.",
            metavar="FILE",
            exists=True,
            dir_okay=False,
        ),
    ],
    history: Annotated[
        Path | None,
        typer.Option("--history", help="Dated rows with users, as ./bbp capacity reads them.", metavar="FILE"),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Read exports of bills: each service's trend by the guide's rule, months that stand out, USD for a user.

    A month that is not over is left out. Only USD is summed.
    """
    from ops.answers.cost_trend.trends import cost_trend as run
    from ops.answers.costs.bills import BillsError
    from ops.views.cost_trend import section

    with explained():
        try:
            found = run(bills, history)
        except BillsError as error:
            raise typer.BadParameter(str(error), param_hint="--bills") from error
    present(found, section, as_json=json_output)
