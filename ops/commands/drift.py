"""`drift`: has the cloud changed since the last update?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import JsonOption, explained, present

EPILOG = "Example: pulumi refresh --preview-only --json -s prod > refresh.json; ./bbp drift --plan refresh.json"


def drift(
    plan: Annotated[
        Path, typer.Option("--plan", help="What `pulumi refresh --preview-only --json` printed.", metavar="FILE")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write it as Markdown; an empty file where there is no drift.", metavar="FILE"),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Say what the cloud has otherwise than the last update left it, apart from what autoscalers and services own.

    Exit code 2 for drift, 3 where the refresh says less than everything, 1 where the file is none.
    """
    from ops.answers.drift.answer import drift_of
    from ops.document.markdown import comment
    from ops.views.drift import document, section

    with explained():
        found = drift_of(plan)
        if out is not None:
            out.write_text(comment(document(found)) if found.exit_code else "", "utf-8")
    present(found, section, as_json=json_output)
    if found.exit_code:
        raise SystemExit(found.exit_code)
