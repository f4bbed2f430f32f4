"""`journey`: every step between growth phases, rehearsed."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.exits import UNSAFE
from ops.options import ConfigOption, JsonOption, StackArgument, explained, present, refuse_wrong

EPILOG = "Example: ./bbp journey prod --path optimization,horizontal"


def journey(
    stack: StackArgument,
    path: Annotated[
        str, typer.Option("--path", help="Growth phases in order.")
    ] = "optimization,horizontal,microservices",
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Rehearse every step between growth phases and prove that none touches data; exit code 2 when one would."""
    phases = tuple(part.strip() for part in path.split(","))
    refuse_wrong(stack, config, *phases)
    from ops.answers.journey import journey as run
    from ops.views.journey import section

    with explained():
        result = run(stack, phases, config)
    present(result, section, as_json=json_output)
    if not result.ok:
        raise SystemExit(UNSAFE)
