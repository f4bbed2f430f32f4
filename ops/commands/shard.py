"""`shard of` and `shard plan`: where clients lie, and what moves when shards are added."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail, print_json
from ops.options import JsonOption, a_file

_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,60}")
"""What a service's name may begin with here: nothing that a line [NAME] of a service file, or a terminal, reads."""


def _a_prefix(value: str) -> str:
    if not _PREFIX.fullmatch(value):
        raise typer.BadParameter(f"must be 1 to 60 letters, digits, dots, - and _, not {value[:60]!a}")
    return value


CountOption = Annotated[int, typer.Option("--count", help="Number of shards (guide: 4).", metavar="N")]


SchemaOption = Annotated[
    Path,
    typer.Option(
        "--schema",
        help="Which column of each table names its client (docs/sharding.md).",
        metavar="FILE",
        callback=a_file,
    ),
]
ServiceOption = Annotated[
    str,
    typer.Option(
        "--service",
        help="Beginning of the services in PGSERVICEFILE: PREFIX-primary, PREFIX-shard-0 and so on.",
        metavar="PREFIX",
        callback=_a_prefix,
    ),
]


group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Where clients lie over the database shards.")


@group.command("of", epilog="Example: ./bbp shard of client-42")
def shard_of(
    client_ids: Annotated[list[str] | None, typer.Argument(help="Client ids.", metavar="CLIENT_ID...")] = None,
    ids_file: Annotated[
        Path | None,
        typer.Option(
            "--ids-file", help="A JSON array of client ids; - is standard input.", metavar="FILE", callback=a_file
        ),
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
        Path,
        typer.Option(
            "--plan", help="A plan from `pulumi preview --json --show-sames`.", metavar="FILE", callback=a_file
        ),
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
        typer.Option("--from", help="Number of shards that hold clients, or primary: none does.", metavar="N|primary"),
    ],
    after: Annotated[str, typer.Option("--to", help="Number of shards afterwards, or primary.", metavar="M|primary")],
    clients: Annotated[
        Path | None,
        typer.Option(
            "--clients",
            help="All clients, for exact numbers: a JSON array of ids, or an object from id to number of rows.",
            metavar="FILE",
            callback=a_file,
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Plan a move to more shards, fewer or the primary: who goes where, in which steps, what is safe meanwhile."""
    from ops.answers.shard import plan_json, read_clients
    from ops.document.terminal import show
    from ops.views.shard import section
    from planner.shards.clients import ShardError, count_of, reshard

    try:
        counts = count_of(before, "--from"), count_of(after, "--to")
    except ShardError as error:
        fail(str(error), code=2)
    try:
        ids, rows = (None, None) if clients is None else read_clients(clients)
        plan = reshard(*counts, ids, rows)
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
    step: Annotated[
        str,
        typer.Argument(
            help="publish, copy, catch-up, cut-over, keep and clean-up, in this order; back, cancel or status. Each "
            "may be started again.",
            metavar="STEP",
            show_default=False,
        ),
    ],
    schema: SchemaOption,
    service: ServiceOption,
    before: Annotated[
        str | None,
        typer.Option("--from", help="With publish: where clients lie. Default: primary.", metavar="N|primary"),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--to", help="With publish: where they will lie. Default: 4.", metavar="M|primary"),
    ] = None,
    at_most: Annotated[
        float | None,
        typer.Option(
            "--pause-at-most",
            help="With cut-over and back: seconds after which they give up. Default: 30.",
            metavar="S",
            min=1,
            max=3600,
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="With keep: carry over what is there, and end.")] = False,
    drop_shared: Annotated[
        bool,
        typer.Option(
            "--drop-shared",
            help="With cut-over and back: give up rows of no client that shards which clients leave have otherwise "
            "than the primary.",
        ),
    ] = False,
    drop_copies: Annotated[
        bool,
        typer.Option(
            "--drop-copies",
            help="With cancel: give up copies also where the place that they come from was restored, and they may be "
            "newer.",
        ),
    ] = False,
    print_only: Annotated[
        bool, typer.Option("--print", help="With publish: print all statements for every server, and run none.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Move clients between real servers, step by step: from publish to cut-over, back, or on to clean-up.

    No step deletes a row at its old place but clean-up. Passwords stand in PGPASSFILE, never here. Exit code 3 where
    status was not answered by every server, 2 where a server is another one, or of another moment, than the move says.
    """
    from ops.answers.shards.errors import MoveError
    from ops.answers.shards.status import standing
    from ops.answers.shards.steps import Asked, check_step, moved, printed
    from ops.console import note
    from ops.exits import UNKNOWN, UNSAFE
    from ops.options import present
    from ops.views.shard_move import moved_section, standing_section
    from planner.shards.clients import ShardError, count_of

    given = {
        "--from": before,
        "--to": after,
        "--pause-at-most": at_most,
        "--once": once,
        "--print": print_only,
        "--drop-shared": drop_shared,
        "--drop-copies": drop_copies,
    }
    try:
        check_step(step, [name for name, value in given.items() if value is not None and value is not False])
        for option, count in (("--from", before), ("--to", after)):
            if count is not None:
                count_of(count, option)
    except (MoveError, ShardError) as error:
        fail(str(error), code=2)
    if print_only and json_output:
        fail("--print writes statements of SQL, which are no JSON: leave --json out", code=2)
    asked = Asked(
        schema,
        service,
        "primary" if before is None else before,
        "4" if after is None else after,
        30.0 if at_most is None else at_most,
        once,
        drop_shared,
        drop_copies,
    )
    try:
        if print_only:
            sys.stdout.write(printed(asked) + "\n")
            return
        if step == "status":
            found = standing(schema, service)
            present(found, standing_section, as_json=json_output)
            raise typer.Exit(UNKNOWN if found.silent else UNSAFE if found.contradicting else 0)
        result = moved(step, asked, note)
    except OSError as error:
        fail(f"{schema}: {error.strerror or error}")
    except MoveError as error:
        fail(str(error))
    present(result, moved_section, as_json=json_output)


@group.command("verify", epilog="Example: ./bbp shard verify --schema shards.yaml --service prod")
def shard_verify(
    schema: SchemaOption,
    service: ServiceOption,
    stands: Annotated[
        bool,
        typer.Option(
            "--served-stands",
            help="List what differs, and let it stand as clients are served it: after a server was restored, and what "
            "it lost was written there.",
        ),
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Compare counts and checksums of every client and table between old and new places.

    Exit code 2 where anything differs, or where the last writes of a client are not carried over yet.
    """
    from ops.answers.shards.errors import MoveError
    from ops.answers.shards.steps import verified
    from ops.console import note
    from ops.exits import UNSAFE
    from ops.options import present
    from ops.views.shard_move import verified_section

    try:
        result = verified(schema, service, note, stands=stands)
    except OSError as error:
        fail(f"{schema}: {error.strerror or error}")
    except MoveError as error:
        fail(str(error))
    present(result, verified_section, as_json=json_output)
    if not result.verification.complete:
        raise SystemExit(UNSAFE)
