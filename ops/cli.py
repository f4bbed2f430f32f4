"""The commands of `./bbp`. Each imports what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail, note, out, print_json

app = typer.Typer(
    name="bbp",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The BailBondPro platform: check, rehearse and plan it before anything is spent.",
)

PhaseOption = Annotated[
    str | None,
    typer.Option("--phase", help="Growth phase to use instead of the file's: optimization, horizontal, microservices."),
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Another stack file instead of Pulumi.<STACK>.yaml.", metavar="FILE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command(epilog="Example: ./bbp check prod --phase microservices")
def check(
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")],
    config: ConfigOption = None,
    phase: PhaseOption = None,
    json_output: JsonOption = False,
) -> None:
    """Check a stack file: every problem at once, with its key, value, what is allowed, and the smallest fix."""
    from ops.check import check as run

    result = run(stack, config, phase)
    if json_output:
        print_json(result.as_json())
    else:
        out.print(result.as_text(), markup=False)
    if result.problems:
        raise SystemExit(1)


@app.command(epilog="Example: ./bbp schema > bailbondpro.schema.json")
def schema() -> None:
    """Print a JSON Schema of the stack file, for editors."""
    from infra.settings import json_schema

    print_json(json_schema())


@app.command(epilog="Example: ./bbp engine")
def engine(json_output: JsonOption = False) -> None:
    """Say which Pulumi engine is used, where it comes from, and what else was tried; get one if there is none."""
    from sandbox.engine import EngineNotFoundError, find_or_build

    try:
        found = find_or_build(note)
    except EngineNotFoundError as error:
        fail(str(error))
    if json_output:
        tried = [{"where": attempt.where, "result": attempt.result} for attempt in found.tried]
        document = {"version": found.version, "source": found.source, "command": str(found.command)}
        print_json({**document, "language_host": found.has_language_host, "tried": tried})
        return
    out.print(f"Pulumi {found.version} from {found.source}: {found.command}", markup=False)
    host = "yes: the plain CLI runs the program, too" if found.has_language_host else "no: programs run inline"
    out.print(f"Python language host beside it: {host}", markup=False)
    out.print("Tried, in this order:")
    for attempt in found.tried:
        out.print(f"  {attempt.where}: {attempt.result}", markup=False)


@app.command(epilog="Example: ./bbp rehearse prod --phase microservices --fresh")
def rehearse(
    stack: Annotated[str, typer.Argument(help="Stack name; or `shell STACK` for the plain CLI's environment.")],
    shell_stack: Annotated[str | None, typer.Argument(hidden=True)] = None,
    phase: PhaseOption = None,
    preview: Annotated[bool, typer.Option("--preview", help="Stop after the preview.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the stored rehearsal first.")] = False,
    config: ConfigOption = None,
    plan_out: Annotated[
        Path | None, typer.Option("--plan-out", help="Write the engine's preview JSON here.", metavar="FILE")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="Let something fail: create:aws:rds/instance:Instance:*-primary; repeatable."),
    ] = None,
    json_output: JsonOption = False,
    stop: Annotated[bool, typer.Option("--stop", help="With `shell`: stop its providers.")] = False,
) -> None:
    """Build a stack on the real engine in a simulated cloud: preview, update, and a second preview that must be empty.

    The state is kept: a second run with another --phase shows the change against what was rehearsed before.
    `./bbp rehearse shell STACK` starts the simulated providers and prints the environment for the plain Pulumi CLI.
    """
    if stack == "shell" or shell_stack is not None:
        _shell(stack, shell_stack, phase, config, stop=stop)
        return
    from ops.rehearse import RehearseOptions
    from ops.rehearse import rehearse as run
    from ops.report_rehearsal import render

    with _explained():
        result = run(RehearseOptions(stack, phase, preview, fresh, config, plan_out, tuple(fault or ())))
    if json_output:
        print_json(result.as_json())
    else:
        render(result)
    if not result.ok:
        fail(f"the second preview would still change {result.second_preview_changes} resources; it must be empty")


def _shell(first: str, second: str | None, phase: str | None, config: Path | None, *, stop: bool) -> None:
    if first != "shell" or second is None:
        fail("use `./bbp rehearse STACK` or `./bbp rehearse shell STACK`", code=2)
    from ops.shell import environment_lines
    from ops.shell import stop as stop_shell

    with _explained():
        if stop:
            note(stop_shell(second))
        else:
            out.print("\n".join(environment_lines(second, phase, config)), markup=False, soft_wrap=True)


@app.command(epilog="Example: ./bbp journey prod --path optimization,horizontal")
def journey(
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")],
    path: Annotated[
        str, typer.Option("--path", help="Growth phases in order.")
    ] = "optimization,horizontal,microservices",
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Rehearse every step between growth phases and prove that none touches data; exit code 2 when one would."""
    from ops.journey import journey as run
    from ops.report_journey import render

    with _explained():
        result = run(stack, tuple(part.strip() for part in path.split(",")), config)
    if json_output:
        print_json(result.as_json())
    else:
        render(result)
    if not result.ok:
        raise SystemExit(2)


@app.command(epilog="Example: ./bbp destroy dev")
def destroy(stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")]) -> None:
    """Empty a stack's sandbox, in the order in which the engine would destroy the real stack."""
    from ops.rehearse import destroy as run

    with _explained():
        counts = run(stack)
    out.print(f"deleted {counts.get('delete', 0)} resources from the sandbox of {stack}", markup=False)


@app.command(epilog="Example: ./bbp test unit")
def test(
    lanes: Annotated[list[str] | None, typer.Argument(help="unit, stack, engine, real; all by default.")] = None,
) -> None:
    """Run the static checks and the test lanes; with CI=true a lane that cannot run fails."""
    import os

    from ops.lanes import run_lanes

    raise SystemExit(run_lanes(lanes or [], ci=os.environ.get("CI", "").lower() in {"1", "true"}))


def _explained() -> _Explained:
    return _Explained()


class _Explained:
    """Turns the errors that a user can cause or meet into one message and an exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        from ops.explain import explain

        explained = explain(error)
        if explained is not None:
            fail(explained.message, code=explained.code)


def main() -> None:
    """Run the command line; Ctrl-C ends with exit code 130 and one line."""
    try:
        app()
    except KeyboardInterrupt:
        fail("stopped; run the same command again to go on", code=130)
