"""`engine`: which Pulumi engine is used."""

from __future__ import annotations

from ops.options import JsonOption, explained, present

EPILOG = "Example: ./bbp engine"


def engine(json_output: JsonOption = False) -> None:
    """Say which Pulumi engine is used, where it comes from, and what else was tried; get one if there is none."""
    from ops.answers.engine import engine as run
    from ops.views.engine import section

    with explained():
        found = run()
    present(found, section, as_json=json_output)
