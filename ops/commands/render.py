"""`render`: what the stack ships, as files that people can read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail, note
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

SecretsOption = Annotated[
    Path | None,
    typer.Option(
        "--with-secrets",
        help="Write the configuration with new random passwords to FILE (mode 0600), and userlist.txt beside it.",
        metavar="FILE",
    ),
]


group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the stack ships, as readable files.")


@group.command(epilog="Example: ./bbp render nginx prod --phase microservices")
def nginx(stack: StackArgument, config: ConfigOption = None, phase: PhaseOption = None) -> None:
    """Print the gateway's nginx.conf, with the reason beside every line that needs one."""
    from ops.answers.render.configs import nginx_conf
    from ops.inputs.stack_file import check

    with explained():
        sys.stdout.write(nginx_conf(check(stack, config, phase).settings_or_raise()))


@group.command(epilog="Example: ./bbp render pgbouncer prod")
def pgbouncer(
    stack: StackArgument, config: ConfigOption = None, phase: PhaseOption = None, with_secrets: SecretsOption = None
) -> None:
    """Print the pooler's configuration; passwords are left out unless they are asked for, and then never printed."""
    from ops.answers.render.configs import RenderError, pooler_config, pooler_files, with_passwords, write_secret
    from ops.inputs.stack_file import check

    with explained():
        settings = check(stack, config, phase).settings_or_raise()
        try:
            rendered = pooler_config(settings)
            if with_secrets is None:
                sys.stdout.write(pooler_files(rendered).text)
                return
            written = write_secret(with_secrets, pooler_files(with_passwords(rendered)))
        except RenderError as error:
            fail(str(error))
    note(f"wrote {' and '.join(map(str, written))}, readable by you alone; hosts are known after the first deployment")


@group.command(epilog="Example: ./bbp render kubernetes prod --out manifests")
def kubernetes(
    stack: StackArgument,
    folder: Annotated[Path, typer.Option("--out", help="A new or empty folder for the files.", metavar="DIR")],
    config: ConfigOption = None,
    phase: PhaseOption = None,
    plan: PlanOption = None,
    json_output: JsonOption = False,
) -> None:
    """Write every Kubernetes object of a stack as a YAML file, secrets without their values, for other tools.

    The stack is built in a simulated cloud first, so that every value is known; a plan of --plan is taken as it is.
    """
    from ops.answers.render.kubernetes import RenderError, stack_plan, write
    from ops.views.render import section

    with explained():
        try:
            result = write(stack_plan(stack, phase, config, plan), folder)
        except RenderError as error:
            fail(str(error))
    present(result, lambda rendered: section(rendered, folder), as_json=json_output)
