"""`prices refresh` and `prices show`: the price book of each region, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail
from ops.exits import UNKNOWN
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, explained, present

STALE = 1
"""Exit code: the book differs from the list; where that cannot be had it is the shared `UNKNOWN`."""

group = typer.Typer(no_args_is_help=True, help="The price book: dated list prices of each region.")


@group.command(epilog="Example: ./bbp prices refresh --region eu-west-2 --from AmazonRDS.csv --from AWSELB.csv")
def refresh(
    region: Annotated[str, typer.Option("--region", help="Region of AWS, for example eu-west-2.", metavar="REGION")],
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="An offer file of AWS's price list, JSON or CSV; repeatable, one for each service.",
            metavar="FILE",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Compare only; exit code 1 where a price differs.")] = False,
    meant: Annotated[
        bool, typer.Option("--meant", help="Take prices that move by more than 3 times: somebody has looked.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Read AWS's public price list and replace a region's prices; what the files do not have stays as it is.

    Without --from the files are downloaded from pricing.us-east-1.amazonaws.com, which needs a network, no account, and
    room for the largest of them. Each price gets the day of its file's publication. Exit code 3 where the list cannot
    be had or read, is older than the book or dated after today, or has a price that is no price or moves by more than 3
    times without --meant: the book is then untouched.
    """
    from ops.answers.prices.refresh import RefreshError, write
    from ops.answers.prices.refresh import refresh as compare
    from ops.views.prices import refreshed

    with explained():
        try:
            found = compare(region, tuple(sources or ()), meant=meant)
            if not check:
                write(found)
        except RefreshError as error:
            fail(str(error), code=UNKNOWN)
    document = {**found.as_json(), "written": not check}
    present(found, lambda seen: refreshed(seen, written=not check), as_json=json_output, document=document)
    if check and found.changes:
        raise SystemExit(STALE)


@group.command(epilog="Example: ./bbp prices show prod --phase microservices")
def show(
    stack: Annotated[str | None, typer.Argument(help="A stack to price in every region.", show_default=False)] = None,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """List the regions of the price book; with a stack or a plan, what it would cost in each, and what has no price."""
    from ops.answers.cost import usage_of
    from ops.answers.prices.book import book_of_prices
    from ops.rehearsal.planned import planned
    from ops.views.prices import section

    with explained():
        if stack is None and plan is None:
            found = book_of_prices()
        else:
            subject = planned(stack or "prod", phase, config, plan)
            found = book_of_prices(subject.plan, usage_of(subject, {}), subject.origin)
    present(found, section, as_json=json_output)
