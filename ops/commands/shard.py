"""`shard of` and `shard plan`: where clients lie, and what moves when shards are added."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail, print_json
from ops.options import JsonOption

CountOption = Annotated[int, typer.Option("--count", help="Number of shards (guide: 4).", metavar="N")]


group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Where clients lie over the database shards.")


@group.command("of", epilog="Example: ./bbp shard of client-42")
def shard_of(
    client_ids: Annotated[list[str] | None, typer.Argument(help="Client ids.", metavar="CLIENT_ID...")] = None,
    ids_file: Annotated[
        Path | None, typer.Option("--ids-file", help="A JSON array of client ids; - is standard input.", metavar="FILE")
    ] = None,
    count: CountOption = 4,
    json_output: JsonOption = False,
) -> None:
    """Hash client ids as the application does and name their shards."""
    from ops.answers.shard import placements, read_ids, typed_ids
    from ops.views.shard import placement_text
    from planner.shards.clients import ShardError

    if (ids_file is None) == (not client_ids):
        fail("name client ids, or a file of them with --ids-file", code=2)
    try:
        ids = typed_ids(client_ids or ()) if ids_file is None else read_ids(ids_file)
        rows = placements(ids, count)
    except OSError as error:
        fail(f"{ids_file}: {error.strerror or error}")
    except ValueError as error:  # IdsError and ShardError
        fail(str(error), code=2 if isinstance(error, ShardError) else 1)
    if json_output:
        print_json(rows, ascii_only=True)  # a lone surrogate has no UTF-8
    else:
        sys.stdout.write(placement_text(rows) + "\n")


@group.command("placement", epilog="Example: ./bbp shard placement --plan plan.json")
def shard_placement(
    plan: Annotated[
        Path, typer.Option("--plan", help="A plan from `pulumi preview --json --show-sames`.", metavar="FILE")
    ],
    json_output: JsonOption = False,
) -> None:
    """Say where a plan's pods would read and write clients; exit code 2 where no move led there."""
    from ops.answers.shard import placed
    from ops.exits import UNSAFE
    from ops.options import explained, present
    from ops.views.shard import placement_section

    with explained():
        found = placed(plan)
    present(found, placement_section, as_json=json_output)
    if found.refused:
        raise SystemExit(UNSAFE)


@group.command("plan", epilog="Example: ./bbp shard plan --from 4 --to 8 --clients ids.json")
def shard_plan(
    before: Annotated[
        str,
        typer.Option(
            "--from", help="Number of shards that hold clients now, or primary: none does.", metavar="N|primary"
        ),
    ],
    after: Annotated[int, typer.Option("--to", help="Number of shards afterwards.", metavar="M")],
    clients: Annotated[
        Path | None,
        typer.Option(
            "--clients",
            help="All clients, for exact numbers: a JSON array of ids, or an object from id to number of rows.",
            metavar="FILE",
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Plan a move to shards: which clients go from where to where, in which steps, and what is safe meanwhile."""
    from ops.answers.shard import plan_json, read_clients
    from ops.document.terminal import show
    from ops.views.shard import section
    from planner.shards.clients import reshard

    if before != "primary" and not before.isdecimal():
        fail(f"--from is a number of shards, or primary, not {before}", code=2)
    try:
        ids, rows = (None, None) if clients is None else read_clients(clients)
        plan = reshard(0 if before == "primary" else int(before), after, ids, rows)
    except OSError as error:
        fail(f"{clients}: {error.strerror or error}")
    except ValueError as error:
        fail(str(error))
    if json_output:
        print_json(plan_json(plan), ascii_only=True)
    else:
        show(section(plan))
