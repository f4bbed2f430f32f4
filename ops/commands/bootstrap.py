"""`bootstrap policies`: what the roles of a stack are granted, and what its token for Cloudflare needs."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.options import ConfigOption, JsonOption, StackArgument, explained, present

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What must exist before the first update, and who may deploy."
)


@group.command("policies", epilog="Example: ./bbp bootstrap policies prod")
def bootstrap_policies(
    stack: StackArgument,
    write: Annotated[
        bool, typer.Option("--write", help="Preview every phase and write what the stack needs into bootstrap/needs.")
    ] = False,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Print the IAM policies of a stack's two roles and its boundary, and the permissions of its Cloudflare token.

    They are generated from the resource types in the plans of every phase, which bootstrap/needs keeps for each stack.
    Exit code 1 where the stack's file and the bootstrap's do not agree.
    """
    from ops.answers.bootstrap.policies import bootstrap_policies as run
    from ops.views.bootstrap import section

    with explained():
        found = run(stack, config, write=write)
    present(found, section, as_json=json_output)
    if found.problems:
        raise SystemExit(1)
