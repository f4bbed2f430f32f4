"""`check`: is a stack file valid?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import note
from ops.options import ConfigOption, JsonOption, PhaseOption, StackArgument, explained, present

EPILOG = "Example: ./bbp check prod --phase microservices"


def check(
    stack: StackArgument,
    config: ConfigOption = None,
    phase: PhaseOption = None,
    waivers: Annotated[
        Path | None,
        typer.Option("--waivers", help="Check this file of waivers, too, before a gate needs it.", metavar="FILE"),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Check a stack file: every problem at once, with its key, value, what is allowed, and the smallest fix."""
    if waivers is not None:
        from datetime import UTC, datetime

        from ops.answers.gate import usable_waivers

        with explained():
            usable_waivers(waivers, datetime.now(UTC).date())
    from ops.answers.check import notices_of
    from ops.inputs.stack_file import check as run
    from ops.views.check import section

    result = run(stack, config, phase)
    present(result, section, as_json=json_output)
    if not json_output:
        for notice in notices_of(result.settings):
            note(notice)
    if result.problems:
        raise SystemExit(1)
