"""`rehearse`: the real engine in the simulated cloud."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.console import fail, note, out
from ops.options import (
    AdvanceOption,
    ApiServerOption,
    ClusterOption,
    ConfigOption,
    JsonOption,
    KubeconfigOption,
    PhaseOption,
    UntilOption,
    WithCommand,
    explained,
    handed_on,
    key_values,
    named_with_a_file,
    present,
    refuse_wrong,
)

if TYPE_CHECKING:
    from ops.answers.rehearse import Rehearsal
    from ops.rehearsal.session import RehearseOptions

SHELL = "shell"
COMMAND = WithCommand
"""`--` hands the rest on to the shell."""
EPILOG = "Example: ./bbp rehearse prod --phase microservices --fresh"


def rehearse(
    context: typer.Context,
    stack: Annotated[
        str | None, typer.Argument(help="Stack name; or `shell STACK [-- COMMAND]` for the plain CLI.")
    ] = None,
    words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    phase: PhaseOption = None,
    preview: Annotated[bool, typer.Option("--preview", help="Stop after the preview.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the stored rehearsal first.")] = False,
    config: ConfigOption = None,
    plan_out: Annotated[
        Path | None, typer.Option("--plan-out", help="Write the engine's preview JSON here.", metavar="FILE")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="Let something fail: create:aws:rds/instance:Instance:primary; repeatable."),
    ] = None,
    program: Annotated[
        Path | None,
        typer.Option(
            "--program",
            help="Rehearse the Pulumi program in this folder instead, with its own stack file and virtual environment.",
            metavar="DIR",
        ),
    ] = None,
    named: Annotated[
        str | None,
        typer.Option("--stack", help="The stack, by an option; with --program by default its only one, or dev."),
    ] = None,
    config_value: Annotated[
        list[str] | None,
        typer.Option(
            "--config-value",
            help="With --program: a value above its stack file, such as aws:region=us-west-2; repeatable.",
            metavar="KEY=VALUE",
        ),
    ] = None,
    exists: Annotated[
        Path | None,
        typer.Option(
            "--exists",
            help="What exists beforehand and is looked up, instead of sandbox.seed.yaml beside the program.",
            metavar="FILE",
        ),
    ] = None,
    api_server: ApiServerOption = False,
    kubeconfig: KubeconfigOption = None,
    cluster: ClusterOption = None,
    truth: Annotated[
        bool, typer.Option("--truth", help="Show for every type what stands behind each answer, and what is assumed.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail if anything about a type that holds data is assumed.")
    ] = False,
    advance: AdvanceOption = None,
    until: UntilOption = None,
    json_output: JsonOption = False,
    stop: Annotated[bool, typer.Option("--stop", help="With `shell`: stop its providers.")] = False,
) -> None:
    """Build a stack on the real engine in a simulated cloud: preview, update, and a second preview that must be empty.

    The state is kept: a second run with another --phase shows the change against what was rehearsed before.
    The clock of the simulated cloud stands still until --advance or --until moves it.
    `./bbp rehearse shell STACK` opens a shell in which `pulumi` works in that cloud, or prints its environment for
    `eval`; `./bbp rehearse shell STACK -- pulumi preview` runs one command and ends with its exit code.
    """
    of_a_program = {"--config-value": config_value}
    if program is None and (given := [name for name, value in of_a_program.items() if value]):
        fail(f"{', '.join(given)}: of another project's program: give its folder, too: --program DIR", code=2)
    of_the_platform = {"--phase": phase, "--api-server": api_server, "--kubeconfig": kubeconfig}
    if program is not None and (given := [name for name, value in of_the_platform.items() if value]):
        fail(f"{', '.join(given)}: not with --program: for the stacks of this platform alone", code=2)
    not_of_a_shell = {
        "--preview": preview,
        "--plan-out": plan_out,
        "--fault": fault,
        "--api-server": api_server,
        "--kubeconfig": kubeconfig,
        "--cluster": cluster,
        "--truth": truth,
        "--strict": strict,
        "--advance": advance,
        "--until": until,
        "--json": json_output,
    }
    command = handed_on(context)
    in_shell = stack == SHELL
    if in_shell:
        if given := [name for name, value in not_of_a_shell.items() if value]:
            fail(f"{', '.join(given)}: not with `shell`; give it to `pulumi` itself where it has it", code=2)
        stack = _of_shell(words or [], command, named, stop=stop, of_a_program=program is not None)
    elif words or command is not None:
        said = " ".join([*(words or ()), *(command or ())]) or "--"
        fail(f"{said}: only `shell` takes a command: ./bbp rehearse shell STACK -- COMMAND", code=2)
    elif stop:
        fail(f"--stop: only of `shell`: ./bbp rehearse shell {stack or named or 'STACK'} --stop", code=2)
    _one_move(advance, until, preview=preview)
    if program is None and not in_shell:
        refuse_wrong(_stack(stack, named, program), config, phase)
    from ops.rehearsal.session import RehearseOptions
    from sandbox.clock.moments import Move

    with explained():
        named_with_a_file(cluster, kubeconfig)
        options = RehearseOptions(
            *(_stack(stack, named, program), phase, preview, fresh, config, plan_out, tuple(fault or ()), api_server),
            *(kubeconfig, cluster),
            program=program,
            exists=exists,
            values=key_values(config_value or ()),
            move=Move(advance, until),
        )
        if in_shell:
            _shell(options, command or [], stop=stop)
            return
        from functools import partial

        from ops.answers.rehearse import rehearse as run
        from ops.views.rehearse import section

        result = run(options)
    present(result, partial(section, detailed=truth), as_json=json_output)
    _judge(result, options.stack, strict=strict)


def _judge(result: Rehearsal, stack: str, *, strict: bool) -> None:
    """End with what is wrong; a rehearsal that found nothing ends with 0."""
    if result.leaks:
        fail(f"the CDN would cache {result.leaks} personal responses; `./bbp cdn audit {stack}` lists them")
    if result.missing:
        fail(f"the Kubernetes API lacks {len(result.missing)} objects: {', '.join(result.missing)}")
    if not result.ok:
        still = len(result.unexplained)
        fail(f"a preview would still change {still} resources that wait for nothing; it must be empty")
    from ops.answers.truth import refusal

    if strict and (assumed := refusal(result.truth)):
        fail(assumed)


def _one_move(advance: str | None, until: str | None, *, preview: bool) -> None:
    """Refuse two moves of the clock, and one where nothing can wait."""
    if advance is not None and until is not None:
        fail("--advance and --until both move the clock: give one of them", code=2)
    if preview and (advance is not None or until is not None):
        fail("--preview updates nothing, so that nothing can wait: not with --advance or --until", code=2)


def _stack(stack: str | None, named: str | None, program: Path | None) -> str:
    """The stack, however it was given; a program of its own may have only one."""
    if stack is not None and named is not None and stack != named:
        fail(f"two stacks: {stack}, and --stack {named}; give one", code=2)
    if program is None:
        return stack or named or fail("which stack? `./bbp rehearse STACK`", code=2)
    from sandbox.program.foreign import stack_named

    return stack_named(program.absolute(), stack if stack is not None else named)


def _of_shell(
    words: list[str], command: list[str] | None, named: str | None, *, stop: bool, of_a_program: bool
) -> str | None:
    """The stack of `shell [STACK] [-- COMMAND]`; a command stands after `--` and nowhere else."""
    if more := words[1:]:
        call = shlex.join([words[0], "--", *more])
        fail(f"{shlex.join(more)}: a command stands after `--`: ./bbp rehearse shell {call}", code=2)
    if command is not None and stop:
        fail("--stop ends the providers and runs nothing: give it without `--` and a command", code=2)
    if command is not None and not any(word.strip() for word in command[:1]):
        fail("no command after `--`: give one, such as `-- pulumi preview`, or leave the `--` out", code=2)
    found = words[0] if words else named
    if found is None and not of_a_program:
        call = shlex.join(["--", *command]) if command else "[-- COMMAND]"
        fail(f"which stack? `./bbp rehearse shell STACK {call}`", code=2)
    return found


def _shell(options: RehearseOptions, command: list[str], *, stop: bool) -> None:
    """The plain CLI: one command, a shell at a terminal, or the environment for a shell of the user's."""
    from ops.rehearsal import shell

    if stop:
        note(shell.stop(options))
    elif command:
        raise SystemExit(shell.run(options, command))
    elif sys.stdin.isatty() and sys.stdout.isatty():
        raise SystemExit(shell.interactive(options))
    else:
        out.print("\n".join(shell.environment_lines(options)), markup=False, soft_wrap=True)
