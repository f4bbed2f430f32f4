"""`quotas`: what an AWS account must be allowed to have before a stack fits into it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, explained
from ops.console import out, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp quotas dev prod --phase microservices")(quotas)


def quotas(
    stacks: Annotated[list[str], typer.Argument(help="Stacks that share one account, for example dev prod.")],
    config: ConfigOption = None,
    phase: PhaseOption = None,
    json_output: JsonOption = False,
) -> None:
    """List the AWS quotas that stacks take at their largest, and which to raise before the first update.

    Several stacks are summed, region by region. Defaults are known for us-east-1; of any other region the list says
    what to ask AWS for.
    """
    from infra.quotas import SOURCE, quota_needs, together
    from ops.inputs.stack_file import check

    if config is not None and len(stacks) > 1:
        raise typer.BadParameter("--config is one stack's file; name one stack with it")
    with explained():
        needs = together(
            need for stack in stacks for need in quota_needs(check(stack, config, phase).settings_or_raise())
        )
    if json_output:
        print_json(
            {
                "stacks": stacks,
                "quotas": [
                    {**asdict(item), "default": item.default if item.known else None, "verdict": item.verdict}
                    for item in needs
                ],
                "source": SOURCE,
            }
        )
        return
    marks = {"raise": "RAISE", "fits": "fits ", "ask": "ASK  "}
    for item in needs:
        of = f"{item.default:>4}" if item.known else "   ?"
        line = (
            f"{marks[item.verdict]} {item.needed:>4} of {of}  {item.name} ({item.region}, {item.service} {item.code})"
        )
        out.print(line, markup=False, soft_wrap=True)
    out.print(
        f"Defaults: {SOURCE}. Quotas hold for one account and region: {', '.join(stacks)} counted here, other stacks "
        "there take their own share.",
        markup=False,
        soft_wrap=True,
    )
    if any(not item.known for item in needs):
        out.print(
            "ASK: aws service-quotas get-service-quota --region REGION --service-code SERVICE --quota-code CODE",
            markup=False,
            soft_wrap=True,
        )
