"""`test`: the static checks and the test lanes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = "Example: ./bbp test unit"


def test(
    lanes: Annotated[list[str] | None, typer.Argument(help="unit, repo, stack, engine, real; all by default.")] = None,
) -> None:
    """Run the static checks and the test lanes; with CI=true a lane that cannot run fails."""
    from ops.answers.test.lanes import run_lanes
    from ops.document.terminal import show
    from ops.views.test import section

    chosen: Sequence[str] = lanes or []
    ran = run_lanes(chosen, ci=os.environ.get("CI", "").lower() in {"1", "true"})
    show(section(ran))
    raise SystemExit(ran.code)
