"""`schema`: what a stack file may hold."""

from __future__ import annotations

from ops.console import print_json

EPILOG = "Example: ./bbp schema > bailbondpro.schema.json"


def schema() -> None:
    """Print a JSON Schema of the stack file, for editors."""
    from infra.settings import json_schema

    print_json(json_schema())
