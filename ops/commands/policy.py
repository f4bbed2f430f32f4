"""`policy`: what every rule says of everything that a plan keeps or makes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import JsonOption, explained, present

EPILOG = "Example: ./bbp policy --plan plan.json"


def policy(
    plan: Annotated[
        Path,
        typer.Option(
            "--plan", help="What `pulumi preview --json --show-sames` or `rehearse --plan-out` wrote.", metavar="FILE"
        ),
    ],
    json_output: JsonOption = False,
) -> None:
    """Hold everything that will stand against every rule, whether it changes or not: the same rules as in the gate.

    Exit code 1 where a rule that stops a change is broken, 3 where none is and something could not be judged: a value
    that only an update makes known, a type without a row, an unchanged resource without a name. The rules are also a
    policy pack: `pulumi preview --policy-pack policies/pack` (docs/gate.md).
    """
    from ops.answers.policy import policy as run
    from ops.views.policy import section

    with explained():
        answer = run(plan)
    present(answer, section, as_json=json_output)
    if answer.exit_code:
        raise SystemExit(answer.exit_code)
