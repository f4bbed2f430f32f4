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
    notices = _of_waivers(waivers) if waivers is not None else ()
    from ops.answers.check import notices_of
    from ops.inputs.stack_file import check as run
    from ops.views.check import section

    result = run(stack, config, phase)
    told = {**result.as_json(), "waivers": notices} if waivers is not None else None
    present(result, section, as_json=json_output, document=told)
    if not json_output:
        for notice in (*notices_of(result.settings), *notices):
            note(notice)
    if result.problems:
        raise SystemExit(1)


def _of_waivers(file: Path) -> tuple[str, ...]:
    """What to know of a file of waivers; one that is to be corrected ends the command."""
    from datetime import UTC, datetime

    from ops.answers.gate import usable_waivers
    from ops.inputs.stack_file import ROOT
    from policies.gate import notices

    today = datetime.now(UTC).date()
    with explained():
        found = usable_waivers(file, today)
    stacks = [one.name.removeprefix("Pulumi.").removesuffix(".yaml") for one in ROOT.glob("Pulumi.*.yaml")]
    return notices(found, today, stacks)
