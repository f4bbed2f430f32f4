"""`cloudflare-ranges`: are the addresses that the load balancer admits still Cloudflare's?"""

from __future__ import annotations

from typing import Annotated

import typer

from ops.console import fail
from ops.exits import UNKNOWN
from ops.options import JsonOption, present

STALE = 1
"""Exit code: the stored list differs from the published one; where that cannot be had it is the shared `UNKNOWN`."""

group = typer.Typer(no_args_is_help=True, help="The addresses that the load balancer admits: Cloudflare's ranges.")


@group.command(epilog="Example: ./bbp cloudflare-ranges refresh --check")
def refresh(
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; exit code 1 when the list has changed.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Download the official list and replace the stored copy; offline it says so and keeps the copy."""
    from datetime import UTC, datetime

    from ops.answers.cloudflare_ranges import RangesError, compare, write
    from ops.jsonable import picked
    from ops.views.cloudflare_ranges import section

    try:
        found = compare(datetime.now(UTC).date().isoformat())
        if not check:
            write(found.published)
    except RangesError as error:
        fail(str(error), code=UNKNOWN)
    document = {**picked(found, "equal", "added", "removed"), "written": not check}
    present(found, lambda seen: section(seen, written=not check), as_json=json_output, document=document)
    if check and not found.equal:
        raise SystemExit(STALE)


@group.command(epilog="Example: ./bbp cloudflare-ranges show --json")
def show(json_output: JsonOption = False) -> None:
    """Print the stored copy, its date, and how far it has been checked."""
    from components.network.cloudflare_ranges import cloudflare_ranges
    from ops.views.cloudflare_ranges import stored

    present(cloudflare_ranges(), stored, as_json=json_output)
