"""`state`: whether the engine's state of a stack is whole, and the way back where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import ConfigOption, JsonOption, explained, present

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The engine's state of a stack: whether it is whole, and the way back from what can happen to it.",
)


@group.command("check", epilog="Example: pulumi stack export -s prod --file state.json; ./bbp state check state.json")
def state_check(
    file: Annotated[
        Path,
        typer.Argument(
            help="What `pulumi stack export` wrote, or the engine's object out of the bucket.", metavar="FILE"
        ),
    ],
    stack: Annotated[
        str | None, typer.Option("--stack", help="Whose state it is to be; its file says the secrets provider.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", help="`pulumi preview --json --show-sames` with that state: do both agree?", metavar="FILE"
        ),
    ] = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Say what is wrong with a state: cut off, in disorder, half done, unprotected, of something else; with each fix.

    Exit code 0: it is whole; 2: the engine refuses it, or an update would do harm; 3: something could not be judged;
    1: the file is no state.
    """
    from ops.answers.state.check import check
    from ops.inputs.stack_file import ROOT
    from ops.views.state import check_section

    with explained():
        own = ROOT / f"Pulumi.{stack}.yaml" if stack else None
        stack_file = config or (own if own is not None and own.is_file() else None)
        found = check(file, stack, plan, stack_file)
    present(found, check_section, as_json=json_output)
    if found.exit_code:
        raise SystemExit(found.exit_code)


@group.command("plan", epilog="Example: ./bbp state plan corrupted prod")
def state_plan(
    kind: Annotated[str, typer.Argument(help="What happened to it: lost, locked, corrupted or out-of-date.")],
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Print the steps back: commands, what to look at by hand, how long each takes, the point of no return."""
    from ops.answers.state.steps import plan
    from ops.views.state import plan_section

    with explained():
        found = plan(kind, stack, config)
    present(found, plan_section, as_json=json_output)


@group.command(
    "import-file",
    epilog="Example: pulumi preview --import-file import.json -s prod; "
    "./bbp state import-file --from import.json --plan plan.json --out known.json",
)
def state_import_file(
    source: Annotated[Path, typer.Option("--from", help="What `pulumi preview --import-file` wrote.", metavar="FILE")],
    plan: Annotated[
        Path, typer.Option("--plan", help="`pulumi preview --json --show-sames` of the same stack.", metavar="FILE")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Where to write what `pulumi import --file` takes.", metavar="FILE")
    ],
    account: Annotated[
        str | None, typer.Option("--account", help="The account's 12 digits, where the plan allows none or several.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Fill in the ids that follow from names, leave out the rest, and say how to find each of those.

    Exit code 0: every id is known; 3: some have to be looked up; 1: a file is none. What cannot be imported at all,
    such as a random password, is named and changes no exit code.
    """
    import json

    from ops.answers.state.importing import fill, refuse_inputs
    from ops.views.state import import_section

    with explained():
        refuse_inputs(out, source, plan)
        found = fill(source, plan, account)
        out.write_text(json.dumps(found.document, indent=2) + "\n", "utf-8")
    present(found, import_section, as_json=json_output)
    if found.exit_code:
        raise SystemExit(found.exit_code)
