"""`diagram`: the architecture of a plan as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import AgainstOption, ConfigOption, JsonOption, PhaseOption, PlanOption, explained, present

EPILOG = "Example: ./bbp diagram prod --phase microservices --against horizontal --out a.svg"


def diagram(
    out: Annotated[Path, typer.Option("--out", help="The SVG file to write.", metavar="FILE", dir_okay=False)],
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    plan: PlanOption = None,
    phase: PhaseOption = None,
    against: AgainstOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Draw a plan as SVG: its real resources and counts, by system and by availability zone.

    The file follows the reader's light or dark scheme. With --against, what is added, changed and removed is marked.
    """
    from ops.answers.diagram import DiagramOptions
    from ops.answers.diagram import diagram as run
    from ops.views.diagram import drawn

    with explained():
        found = run(DiagramOptions(stack, out, phase, config, plan, against))
    present(found, drawn, as_json=json_output)
