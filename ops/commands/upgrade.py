"""`upgrade plan`: the steps from one version to another, as edits of the stack file."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.console import fail
from ops.options import ConfigOption, JsonOption, PhaseOption, explained, present

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The way from one version to the next.")


@group.callback()
def upgrade() -> None:
    """The way from one version to the next."""


@group.command("plan", epilog="Example: ./bbp upgrade plan postgres 17 18 prod")
def upgrade_plan(
    kind: Annotated[
        str, typer.Argument(help="postgres, eks, valkey (or redis), or an SDK of the lock file such as pulumi-aws.")
    ],
    before: Annotated[str, typer.Argument(help="The version that runs.", metavar="FROM")],
    after: Annotated[str, typer.Argument(help="The version that is wanted.", metavar="TO")],
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    addon: Annotated[
        list[str] | None,
        typer.Option(
            "--addon",
            help="With eks: a version for an add-on by its key in cluster.addonVersions; repeatable.",
            metavar="NAME=VERSION",
        ),
    ] = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Print the steps of an upgrade: stack-file edits, what restarts, waits, the point of no return, how to check.

    A way that does not exist is refused with all its reasons, and every step's stack file has passed the check.
    """
    from ops.answers.upgrade.plan import plan
    from ops.views.upgrade import section

    if wrong := [text for text in addon or () if "=" not in text]:
        fail(f"--addon {wrong[0]}: must be NAME=VERSION, such as kubeProxy=v1.36.0-eksbuild.2", code=2)
    addons = dict(text.split("=", maxsplit=1) for text in addon or ())
    with explained():
        result = plan(kind, before, after, stack, config, phase, addons)
    present(result, section, as_json=json_output)
