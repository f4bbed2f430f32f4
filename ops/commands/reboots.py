"""`reboots`: in which order database servers must restart for what a plan changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.exits import UNSAFE
from ops.options import JsonOption, explained, present

EPILOG = "Example: ./bbp reboots --plan plan.json"


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
    from ops.answers.reboots import reboots as run
    from ops.views.reboots import section

    with explained():
        found = run(plan)
    present(found, section, as_json=json_output)
    if found.refused:
        raise SystemExit(UNSAFE)
