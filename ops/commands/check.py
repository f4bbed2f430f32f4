"""`check`: is a stack file valid?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, StackArgument
from ops.console import note, out, print_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp check prod --phase microservices")(check)


def check(
    stack: StackArgument, config: ConfigOption = None, phase: PhaseOption = None, json_output: JsonOption = False
) -> None:
    """Check a stack file: every problem at once, with its key, value, what is allowed, and the smallest fix."""
    from ops.answers.check import notices_of
    from ops.inputs.stack_file import check as run
    from ops.views.check import text

    result = run(stack, config, phase)
    if json_output:
        print_json(result.as_json())
    else:
        out.print(text(result), markup=False, soft_wrap=True)
        for notice in notices_of(result.settings):
            note(notice)
    if result.problems:
        raise SystemExit(1)
