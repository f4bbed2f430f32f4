"""The command line of `./bbp`: one place that knows every command."""

from __future__ import annotations

import typer

from ops.commands import (
    availability,
    bench,
    bootstrap,
    capacity,
    cdn,
    check,
    cloudflare_ranges,
    contract,
    cost,
    cost_trend,
    destroy,
    diagram,
    drift,
    drill,
    engine,
    gate,
    github,
    init,
    journey,
    objectives,
    policy,
    preflight,
    prices,
    quotas,
    reboots,
    rehearse,
    render,
    report,
    restore,
    review,
    right_size,
    rollback,
    schema,
    shard,
    simulate,
    stacks,
    state,
    test,
    trace,
    upgrade,
)
from ops.console import fail
from ops.exits import INTERRUPTED
from ops.usage import Group

COMMANDS = (
    init,
    check,
    stacks,
    schema,
    engine,
    rehearse,
    journey,
    gate,
    policy,
    destroy,
    simulate,
    capacity,
    cost,
    cost_trend,
    prices,
    diagram,
    drill,
    availability,
    objectives,
    trace,
    right_size,
    report,
    review,
    rollback,
    shard,
    contract,
    render,
    cdn,
    quotas,
    preflight,
    bootstrap,
    reboots,
    drift,
    upgrade,
    restore,
    state,
    cloudflare_ranges,
    github,
    bench,
    test,
)
"""The command modules, in the order in which `--help` lists them."""

app = typer.Typer(
    name="bbp",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The BailBondPro platform: check, rehearse and plan it before anything is spent.",
    epilog="Exit codes: 0 judged and it holds; 1 a problem; 2 called wrongly, or a step that would touch data; "
    "3 cannot be answered; 130 stopped by Ctrl-C. Example: ./bbp rehearse dev",
)
for module in COMMANDS:
    name = module.__name__.rpartition(".")[2]
    group = getattr(module, "group", None)
    if isinstance(group, typer.Typer):
        app.add_typer(group, name=name.replace("_", "-"))
    else:
        kind = getattr(module, "COMMAND", None)
        app.command(name.replace("_", "-"), cls=kind, epilog=module.EPILOG)(getattr(module, name))


def main() -> None:
    """Run the command line; Ctrl-C ends with exit code 130 and one line."""
    try:
        app(prog_name="./bbp")
    except KeyboardInterrupt:
        fail("stopped; run the same command again to go on", code=INTERRUPTED)
