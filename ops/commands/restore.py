"""`restore plan`: the way back from a loss, as edits of the stack file and commands."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.options import ConfigOption, JsonOption, PhaseOption, explained, present

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The way back from a loss.")


@group.callback()
def restore() -> None:
    """The way back from a loss."""


@group.command("plan", epilog="Example: ./bbp restore plan point prod --at 2026-12-01T10:30:00Z")
def restore_plan(
    kind: Annotated[
        str, typer.Argument(help="What was lost: point (rows, at some moment), bucket (the documents) or region.")
    ],
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    at: Annotated[
        str | None,
        typer.Option("--at", help="With point: the moment in UTC, YYYY-MM-DDThh:mm:ssZ; the latest without it."),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", help="With point: whose rows: primary, shard-0 and so on.", metavar="SERVER")
    ] = "primary",
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Print the steps back: commands, stack-file edits, how long each takes, what it costs, the point of no return.

    A loss that nothing of the stack leads back from is refused with what would have to be on before it.
    """
    from ops.answers.restore.plan import plan
    from ops.views.restore import section

    with explained():
        result = plan(kind, stack, source, at, config, phase)
    present(result, section, as_json=json_output)
