"""`engine`: which Pulumi engine is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.commands.options import (
    JsonOption,
    explained,
    present,
)

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp engine")(engine)


def engine(json_output: JsonOption = False) -> None:
    """Say which Pulumi engine is used, where it comes from, and what else was tried; get one if there is none."""
    from ops.answers.engine import engine as run
    from ops.views.engine import section

    with explained():
        found = run()
    present(found, section, as_json=json_output)
