"""`check` and `schema`: is a stack file valid?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, StackArgument
from ops.console import note, out, print_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: ./bbp check prod --phase microservices")(check)
    app.command(epilog="Example: ./bbp schema > bailbondpro.schema.json")(schema)


def check(
    stack: StackArgument, config: ConfigOption = None, phase: PhaseOption = None, json_output: JsonOption = False
) -> None:
    """Check a stack file: every problem at once, with its key, value, what is allowed, and the smallest fix."""
    from ops.check import check as run

    result = run(stack, config, phase)
    if json_output:
        print_json(result.as_json())
    else:
        out.print(result.as_text(), markup=False, soft_wrap=True)
        for notice in result.notices():
            note(notice)
    if result.problems:
        raise SystemExit(1)


def schema() -> None:
    """Print a JSON Schema of the stack file, for editors."""
    from infra.settings import json_schema

    print_json(json_schema())
