"""`contract test`: a running application against what it promises the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail
from ops.exits import UNKNOWN
from ops.options import JsonOption, a_file, present

MAX_PID = 4_194_304
"""The most that Linux gives a process (proc(5), pid_max)."""

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What the platform and the application promise each other."
)


@group.callback()
def contract() -> None:
    """What the platform and the application promise each other."""


@group.command("test", epilog="Example: ./bbp contract test http://localhost:3000 --env-file app.env --log app.log")
def contract_test(
    url: Annotated[str, typer.Argument(help="The application's PORT, such as http://localhost:3000.", metavar="URL")],
    api: Annotated[
        str | None,
        typer.Option(
            "--api", help="Its API_PORT. Default: the same host, API_PORT of --env-file or 4000.", metavar="URL"
        ),
    ] = None,
    env_file: Annotated[
        Path | None,
        typer.Option(
            "--env-file",
            help="The variables that it was started with, one NAME=value in a line. Default: the contract's examples.",
            metavar="FILE",
            callback=a_file,
        ),
    ] = None,
    page: Annotated[str, typer.Option("--page", help="A page that names files under /static/.", metavar="PATH")] = "/",
    write: Annotated[
        str | None,
        typer.Option(
            "--write", help="A POST that creates something, on the API; it is made up to 15 times.", metavar="PATH"
        ),
    ] = None,
    body: Annotated[
        Path | None,
        typer.Option("--body", help="The JSON object that --write sends.", metavar="FILE", callback=a_file),
    ] = None,
    headers: Annotated[
        Path | None,
        typer.Option(
            "--headers",
            help="Headers that sign --write in, one Name: value in a line.",
            metavar="FILE",
            callback=a_file,
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option("--log", help="The file that its standard output goes to.", metavar="FILE", callback=a_file),
    ] = None,
    pid: Annotated[
        int | None,
        typer.Option(
            "--pid", help="Its process, which is ended by SIGTERM at the end.", metavar="N", min=2, max=MAX_PID
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Ask a running application for everything of the contract that it can show, one line for each clause.

    Exit code 0 only when every one was judged and is kept; 1 when one is broken, 3 when one was not judged.
    """
    from ops.answers.contract.inputs import InputsError, options, parts
    from ops.answers.contract.judging import UnreachableError, judged
    from ops.views.contract import section

    try:
        started = options(env_file=env_file, page=page, write=write, body=body, headers=headers, log=log, pid=pid)
        result = judged(parts(url, api, started), started)
    except InputsError as error:
        fail(str(error), code=2)
    except UnreachableError as error:
        fail(f"{url} does not answer: {error}; start the application, or name its PORT", code=UNKNOWN)
    present(result, section, as_json=json_output)
    raise typer.Exit(result.exit_code)
