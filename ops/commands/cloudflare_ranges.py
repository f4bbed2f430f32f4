"""`cloudflare-ranges`: are the addresses that the load balancer admits still Cloudflare's?"""

from __future__ import annotations

from typing import Annotated

import typer

from ops.commands.options import JsonOption
from ops.console import fail, out, print_json
from ops.exits import UNKNOWN

STALE = 1
"""Exit code: the stored list differs from the published one; where that cannot be had it is the shared `UNKNOWN`."""

ranges_app = typer.Typer(no_args_is_help=True, help="The addresses that the load balancer admits: Cloudflare's ranges.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    ranges_app.command(epilog="Example: ./bbp cloudflare-ranges refresh --check")(refresh)
    ranges_app.command(epilog="Example: ./bbp cloudflare-ranges show --json")(show)
    app.add_typer(ranges_app, name="cloudflare-ranges")


def refresh(
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; exit code 1 when the list has changed.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Download the official list and replace the stored copy; offline it says so and keeps the copy."""
    from datetime import UTC, datetime

    from ops.answers.cloudflare_ranges import RangesError, compare, write

    try:
        found = compare(datetime.now(UTC).date().isoformat())
        if not check:
            write(found.published)
    except RangesError as error:
        fail(str(error), code=UNKNOWN)
    if json_output:
        print_json({"equal": found.equal, "added": found.added, "removed": found.removed, "written": not check})
    else:
        lines = [*(f"new     {block}" for block in found.added), *(f"retired {block}" for block in found.removed)]
        verdict = "current" if found.equal else "compared" if check else "replaced: review the change and deploy it"
        out.print("\n".join([*lines, f"stored list of {found.stored.date}: {verdict}"]), markup=False, soft_wrap=True)
    if check and not found.equal:
        raise SystemExit(STALE)


def show(json_output: JsonOption = False) -> None:
    """Print the stored copy, its date, and how far it has been checked."""
    from dataclasses import asdict

    from components.network.cloudflare_ranges import cloudflare_ranges

    stored = cloudflare_ranges()
    if json_output:
        print_json(asdict(stored))
        return
    out.print("\n".join(stored.all), markup=False)
    out.print(f"{stored.source}, {stored.date}: {stored.note}", markup=False, soft_wrap=True)
