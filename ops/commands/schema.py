"""`schema`: what a stack file may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.console import print_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp schema > bailbondpro.schema.json")(schema)


def schema() -> None:
    """Print a JSON Schema of the stack file, for editors."""
    from infra.settings import json_schema

    print_json(json_schema())
