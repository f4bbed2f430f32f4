"""`quotas`: what an AWS account must be allowed to have before a stack fits into it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, StackArgument, explained
from ops.console import out, print_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ./bbp quotas prod --phase microservices")(quotas)


def quotas(
    stack: StackArgument, config: ConfigOption = None, phase: PhaseOption = None, json_output: JsonOption = False
) -> None:
    """List the AWS quotas that a stack takes at its largest, and which to raise before the first update."""
    from infra.quotas import SOURCE, quota_needs
    from ops.check import check

    with explained():
        needs = quota_needs(check(stack, config, phase).settings_or_raise())
    if json_output:
        print_json({"quotas": [{**asdict(item), "raise_first": item.raise_first} for item in needs], "source": SOURCE})
        return
    for item in needs:
        mark = "RAISE" if item.raise_first else "fits "
        line = f"{mark} {item.needed:>4} of {item.default:>4}  {item.name} ({item.service} {item.code})"
        out.print(line, markup=False, soft_wrap=True)
    out.print(f"Defaults: {SOURCE}. Other stacks in the account take their own share.", markup=False, soft_wrap=True)
