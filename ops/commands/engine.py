"""`engine`: which Pulumi engine is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.commands.options import JsonOption, explained
from ops.console import note, out, print_json

if TYPE_CHECKING:
    import typer

    from sandbox.engine import Engine


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp engine")(engine)


def engine(json_output: JsonOption = False) -> None:
    """Say which Pulumi engine is used, where it comes from, and what else was tried; get one if there is none."""
    from sandbox.engine import find_or_build

    with explained():
        found = find_or_build(note)
    if json_output:
        print_json(_document(found))
        return
    out.print(f"Pulumi {found.version} from {found.source}: {found.command}", markup=False, soft_wrap=True)
    host = (
        "yes: the plain CLI runs the program, too"
        if found.has_language_host
        else "no: programs run inline, and `./bbp rehearse shell` brings a host of its own"
    )
    out.print(f"Python language host beside it: {host}", markup=False)
    out.print("Tried, in this order:")
    for attempt in found.tried:
        out.print(f"  {attempt.where}: {attempt.result}", markup=False, soft_wrap=True)


def _document(found: Engine) -> dict[str, object]:
    return {
        "version": found.version,
        "source": found.source,
        "command": str(found.command),
        "language_host": found.has_language_host,
        "tried": [{"where": attempt.where, "result": attempt.result} for attempt in found.tried],
    }
