"""`stacks`: which stacks there are, and in which order they are deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import JsonOption, a_folder, present

EPILOG = "Example: ./bbp stacks --names"


def stacks(
    folder: Annotated[
        Path | None,
        typer.Option("--in", help="Another folder than the project's own.", metavar="DIR", callback=a_folder),
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Print the names alone, as one line of JSON: a pipeline's matrix.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """List the stacks of this folder in the order in which a merge deploys them, and check every file.

    Exit code 1 where a file is broken or there is none; the names are printed in any case.
    """
    import json

    from ops.answers.stacks import stacks as run
    from ops.views.stacks import section

    found = run(folder)
    if names:
        typer.echo(json.dumps(found.names))
    else:
        present(found, section, as_json=json_output)
    if not found.ok:
        raise SystemExit(1)
