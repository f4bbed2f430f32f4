"""`gate`: whether a preview may be deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import JsonOption, explained, present

EPILOG = "Example: ./bbp gate --plan plan.json --waivers waivers.yaml --most-percent 10"


def gate(
    plan: Annotated[
        Path,
        typer.Option(
            "--plan", help="What `pulumi preview --json --show-sames` or `rehearse --plan-out` wrote.", metavar="FILE"
        ),
    ],
    waivers: Annotated[
        Path | None,
        typer.Option(
            "--waivers", help="YAML file: rule, urn, owner, reason and expires of each waiver.", metavar="FILE"
        ),
    ] = None,
    reviewed: Annotated[
        Path | None,
        typer.Option(
            "--reviewed", help="The preview that somebody looked at: nothing but that may happen.", metavar="FILE"
        ),
    ] = None,
    most_usd: Annotated[
        float | None, typer.Option("--most-usd", min=0, help="Stop if the monthly cost rises by more than this.")
    ] = None,
    most_percent: Annotated[
        float | None, typer.Option("--most-percent", min=0, help="Stop if it rises by more than this part of it.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Judge any preview, real or rehearsed: does it lose data, protection or uptime, open a door, or cost too much?

    Steps are ranked by what hangs on them, and each replacement names the property that forces it. Exit code 2 where
    something stops the change or could not be judged, unless a waiver of exactly that rule and URN is in force; 1 where
    a file cannot be read, or the waivers are to be corrected. docs/gate.md lists the rules.
    """
    from ops.answers.gate import GateOptions, gate_file
    from ops.views.gate import section

    with explained():
        answer = gate_file(plan, waivers, GateOptions(most_usd=most_usd, most_percent=most_percent), reviewed=reviewed)
    present(answer, section, as_json=json_output)
    if answer.exit_code:
        raise SystemExit(answer.exit_code)
