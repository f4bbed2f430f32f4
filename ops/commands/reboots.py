"""`reboots`: in which order database servers must restart for what a plan changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.commands.options import JsonOption, explained
from ops.console import out, print_json
from ops.exits import UNSAFE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp reboots --plan plan.json")(reboots)


def reboots(
    plan: Annotated[
        Path,
        typer.Option(
            "--plan", help="A plan from `pulumi preview --json --show-sames` or `rehearse --plan-out`.", metavar="FILE"
        ),
    ],
    json_output: JsonOption = False,
) -> None:
    """Say which database servers a plan's static parameters wait for, and in which order to reboot them.

    A replica does not start with fewer connections than its primary: raised numbers reach replicas first, lowered ones
    the primary. Exit code 2 where one update raises and lowers such numbers, because then no order is safe.
    """
    from planner.evidence import EvidenceError, read_plan, seen
    from policies.reboots import PARAMETER_GROUP
    from policies.reboots import reboots as find

    with explained():
        whole = read_plan(plan)
        found = find(whole)
        groups = len(whole.of_type(PARAMETER_GROUP))
        if not groups:
            raise EvidenceError(f"the plan in {plan} has no parameter group of a database, so no restart can be judged")
    if json_output:
        print_json({"evidence": seen(whole, groups, "parameter groups"), "reboots": [item.as_json() for item in found]})
    else:
        lines = [item.sentence() for item in found] or [
            f"no server has to reboot for this plan: none of {groups} parameter groups asks for it"
        ]
        out.print("\n".join(lines), markup=False, soft_wrap=True)
    if any(item.refused for item in found):
        raise SystemExit(UNSAFE)
