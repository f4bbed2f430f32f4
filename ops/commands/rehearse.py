"""`rehearse`: the real engine in the simulated cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.commands.options import (
    ApiServerOption,
    ClusterOption,
    ConfigOption,
    JsonOption,
    KubeconfigOption,
    PhaseOption,
    explained,
    key_values,
    named_with_a_file,
    present,
)
from ops.console import fail, note, out

EPILOG = "Example: ./bbp rehearse prod --phase microservices --fresh"


def rehearse(
    stack: Annotated[
        str | None, typer.Argument(help="Stack name; or `shell STACK [-- COMMAND]` for the plain CLI.")
    ] = None,
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
            help="With --program: what exists beforehand, instead of sandbox.seed.yaml beside the program.",
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
    json_output: JsonOption = False,
    stop: Annotated[bool, typer.Option("--stop", help="With `shell`: stop its providers.")] = False,
) -> None:
    """Build a stack on the real engine in a simulated cloud: preview, update, and a second preview that must be empty.

    The state is kept: a second run with another --phase shows the change against what was rehearsed before.
    `./bbp rehearse shell STACK` starts the simulated providers and prints the environment for the plain Pulumi CLI.
    """
    if stack == "shell" or shell_stack is not None:
        others = {
            "--preview": preview,
            "--fresh": fresh,
            "--plan-out": plan_out,
            "--fault": fault,
            "--program": program,
            "--exists": exists,
            "--api-server": api_server,
            "--kubeconfig": kubeconfig,
            "--cluster": cluster,
            "--truth": truth,
            "--strict": strict,
            "--json": json_output,
        }
        if given := [name for name, value in others.items() if value]:
            fail(f"{', '.join(given)}: not with `shell`, which takes --phase, --config and --stop", code=2)
        _shell(stack or "", shell_stack, phase, config, stop=stop)
        return
    from functools import partial

    from ops.answers.rehearse import rehearse as run
    from ops.answers.truth import refusal
    from ops.rehearsal.session import RehearseOptions
    from ops.views.rehearse import section

    with explained():
        faults = tuple(fault or ())
        named_with_a_file(cluster, kubeconfig)
        of_a_program = {"--exists": exists, "--config-value": config_value}
        if program is None and (given := [name for name, value in of_a_program.items() if value]):
            fail(f"{', '.join(given)}: of another project's program: give its folder, too: --program DIR", code=2)
        own = {"--phase": phase, "--api-server": api_server, "--kubeconfig": kubeconfig}
        if program is not None and (given := [name for name, value in own.items() if value]):
            fail(f"{', '.join(given)}: not with --program: for the stacks of this platform alone", code=2)
        stack = _stack(stack, named, program)
        result = run(
            RehearseOptions(
                *(stack, phase, preview, fresh, config, plan_out, faults, api_server, kubeconfig, cluster),
                program=program,
                exists=exists,
                values=key_values(config_value or ()),
            )
        )
    present(result, partial(section, detailed=truth), as_json=json_output)
    if result.leaks:
        fail(f"the CDN would cache {result.leaks} personal responses; `./bbp cdn audit {stack}` lists them")
    if result.missing:
        fail(f"the Kubernetes API lacks {len(result.missing)} objects: {', '.join(result.missing)}")
    if not result.ok:
        fail(f"the second preview would still change {result.second_preview_changes} resources; it must be empty")
    if strict and (assumed := refusal(result.truth)):
        fail(assumed)


def _stack(stack: str | None, named: str | None, program: Path | None) -> str:
    """The stack, however it was given; a program of its own may have only one."""
    if stack is not None and named is not None and stack != named:
        fail(f"two stacks: {stack}, and --stack {named}; give one", code=2)
    if program is None:
        return stack or named or fail("which stack? `./bbp rehearse STACK`", code=2)
    from sandbox.program.foreign import stack_named

    return stack_named(program.absolute(), stack or named)


def _shell(first: str, second: str | None, phase: str | None, config: Path | None, *, stop: bool) -> None:
    if first != "shell" or second is None:
        fail("use `./bbp rehearse STACK` or `./bbp rehearse shell STACK`", code=2)
    from ops.rehearsal.shell import environment_lines
    from ops.rehearsal.shell import stop as stop_shell

    with explained():
        if stop:
            note(stop_shell(second))
        else:
            out.print("\n".join(environment_lines(second, phase, config)), markup=False, soft_wrap=True)
