"""`availability`: what stops when something fails?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained
from ops.console import fail, print_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp availability prod --phase microservices")(availability)


def availability(
    stack: StackArgument,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Remove every zone, node, gateway, database, cache node and pod, and say what stops.

    From the second phase on, production may have no single point of failure: exit code 1 otherwise. Development and the
    first phase say which ones they accept, and why.
    """
    from ops.availability import availability as run
    from ops.printing.availability import render

    with explained():
        report = run(stack, phase, config, plan)
    if json_output:
        print_json(report.as_json())
    else:
        render(report)
    if not report.found.ok:
        titles = (point.title for point in report.found.single_points if not point.accepted)
        names = ", ".join(dict.fromkeys(titles))
        fail(f"single points of failure: {names}")
