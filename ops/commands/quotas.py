"""`quotas`: what an AWS account must be allowed to have before a stack fits into it."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.options import ConfigOption, JsonOption, PhaseOption, explained, present

EPILOG = "Example: ./bbp quotas dev prod --phase microservices"


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
    from ops.answers.quotas import quotas as run
    from ops.views.quotas import section

    if config is not None and len(stacks) > 1:
        raise typer.BadParameter("--config is one stack's file; name one stack with it")
    with explained():
        found = run(stacks, config, phase)
    present(found, section, as_json=json_output)
