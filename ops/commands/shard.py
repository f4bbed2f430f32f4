"""`shard of` and `shard plan`: where clients lie, and what moves when shards are added."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail, print_json
from ops.options import JsonOption

CountOption = Annotated[int, typer.Option("--count", help="Number of shards (guide: 4).", metavar="N")]


SchemaOption = Annotated[
    Path,
    typer.Option("--schema", help="Which column of each table names its client (docs/sharding.md).", metavar="FILE"),
]
ServiceOption = Annotated[
    str,
    typer.Option(
        "--service",
        help="Beginning of the services in PGSERVICEFILE: PREFIX-primary, PREFIX-shard-0 and so on.",
        metavar="PREFIX",
    ),
]


class MoveStep(StrEnum):
    """What `shard move` does next."""

    PUBLISH = "publish"
    COPY = "copy"
    CATCH_UP = "catch-up"
    CUT_OVER = "cut-over"
    KEEP = "keep"
    BACK = "back"
    CLEAN_UP = "clean-up"
    STATUS = "status"


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


@group.command("move", epilog="Example: ./bbp shard move publish --schema shards.yaml --service prod --to 4")
def shard_move(
    step: Annotated[MoveStep, typer.Argument(help="In this order; each may be started again.", show_default=False)],
    schema: SchemaOption,
    service: ServiceOption,
    before: Annotated[
        str, typer.Option("--from", help="With publish: where clients lie now.", metavar="N|primary")
    ] = "primary",
    after: Annotated[str, typer.Option("--to", help="With publish: where they will lie.", metavar="M|primary")] = "4",
    at_most: Annotated[
        float,
        typer.Option("--pause-at-most", help="Seconds after which cut-over and back give up.", metavar="S", min=1),
    ] = 30.0,
    once: Annotated[bool, typer.Option("--once", help="With keep: carry over what is there, and end.")] = False,
    print_only: Annotated[
        bool, typer.Option("--print", help="With publish: print all statements for every server, and run none.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Move clients between real servers, step by step: from publish to cut-over, back, or on to clean-up.

    No step deletes a row at its old place but clean-up. Passwords stand in PGPASSFILE, never here.
    """
    from ops.answers.shards.errors import MoveError
    from ops.answers.shards.steps import Asked, count_of, moved, printed
    from ops.console import note
    from ops.options import present
    from ops.views.shard_move import moved_section

    try:
        asked = Asked(schema, service, count_of(before), count_of(after), at_most, once)
        if print_only:
            sys.stdout.write(printed(asked) + "\n")
            return
        result = moved(step.value, asked, note)
    except OSError as error:
        fail(f"{schema}: {error.strerror or error}")
    except MoveError as error:
        fail(str(error))
    present(result, moved_section, as_json=json_output)


@group.command("verify", epilog="Example: ./bbp shard verify --schema shards.yaml --service prod")
def shard_verify(schema: SchemaOption, service: ServiceOption, json_output: JsonOption = False) -> None:
    """Compare counts and checksums of every client and table between old and new places.

    Exit code 2 where anything differs, or where the last writes of a client are not carried over yet.
    """
    from ops.answers.shards.errors import MoveError
    from ops.answers.shards.steps import verified
    from ops.exits import UNSAFE
    from ops.options import present
    from ops.views.shard_move import verified_section

    try:
        result = verified(schema, service)
    except OSError as error:
        fail(f"{schema}: {error.strerror or error}")
    except MoveError as error:
        fail(str(error))
    present(result, verified_section, as_json=json_output)
    if not result.verification.complete:
        raise SystemExit(UNSAFE)
