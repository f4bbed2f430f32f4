"""`capacity`: will the platform hold, until when, and for how much by the guide's formula?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import ConfigOption, JsonOption, explained, present

if TYPE_CHECKING:
    from planner.capacity.growth import Baseline

EPILOG = (
    "Examples: ./bbp capacity --users 400 --requests-per-day 200000 --storage-gb 40 --months 24; "
    "./bbp capacity prod --history examples/history.csv"
)


def capacity(
    stack: Annotated[str, typer.Argument(help="Stack whose platform is shown beside the projection.")] = "prod",
    users: Annotated[float | None, typer.Option("--users", help="Active users today.")] = None,
    requests_per_day: Annotated[float | None, typer.Option("--requests-per-day", help="Requests a day today.")] = None,
    storage_gb: Annotated[float | None, typer.Option("--storage-gb", help="Stored data today, in GB.")] = None,
    cpu_cores: Annotated[float | None, typer.Option("--cpu-cores", help="Cores in use today.")] = None,
    memory_gb: Annotated[float | None, typer.Option("--memory-gb", help="Memory in use today, in GB.")] = None,
    start: Annotated[
        str,
        typer.Option("--from", help="What is not given: `table`, the guide's table; `guide`, its planner's baseline."),
    ] = "table",
    growth: Annotated[
        str, typer.Option("--growth", help="Monthly rates, such as users=0.15,requests=0.20,storage=0.25.")
    ] = "",
    months: Annotated[int, typer.Option("--months", help="Months to project, 1 to 120.")] = 24,
    peak_factor: Annotated[
        float, typer.Option("--peak-factor", help="Busiest second against the day's average; an assumption.")
    ] = 5.0,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            help="CSV, YAML or JSON of dated rows: date, users, requests_per_day, storage_gb, cpu_cores, memory_gb. "
            "They say where the projection starts and how it grows; the guide's rates then stand beside.",
            metavar="FILE",
        ),
    ] = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Project growth with the scaling guide's formulas, beside what the configured platform really carries."""
    from ops.answers.capacity.projection import capacity as run
    from ops.answers.capacity.projection import parse_growth
    from ops.views.capacity import section
    from planner.capacity.growth import CapacityError

    numbers = (users, requests_per_day, storage_gb, cpu_cores, memory_gb)
    if history is not None and (growth or any(number is not None for number in numbers)):
        raise typer.BadParameter(
            "says itself where it starts and how it grows; leave out --growth and today's numbers",
            param_hint="--history",
        )
    with explained():
        try:
            baseline = _baseline(
                start,
                {
                    "users": users,
                    "requests_per_day": requests_per_day,
                    "storage_gb": storage_gb,
                    "cpu_cores": cpu_cores,
                    "memory_gb": memory_gb,
                },
            )
            report = run(stack, baseline, parse_growth(growth), months, config, peak_factor, history=history)
        except CapacityError as error:
            raise typer.BadParameter(str(error)) from error
    present(report, section, as_json=json_output)


def _baseline(start: str, given: dict[str, float | None]) -> Baseline:
    from dataclasses import asdict

    from ops.answers.capacity.projection import STARTS
    from planner.capacity.growth import Baseline, CapacityError

    if start not in STARTS:
        raise CapacityError(f"--from is {start!r}; give {' or '.join(STARTS)}")
    return Baseline(**{**asdict(STARTS[start]), **{key: value for key, value in given.items() if value is not None}})
