"""`rehearse`, `journey` and `destroy`: the real engine in the simulated cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.commands.options import ConfigOption, JsonOption, PhaseOption, StackArgument, explained
from ops.console import fail, note, out, print_json

UNSAFE = 2
"""Exit code of a journey that would touch data."""


ApiServerOption = Annotated[
    bool, typer.Option("--api-server", help="Apply Kubernetes objects to a real kube-apiserver, started for this run.")
]
KubeconfigOption = Annotated[
    Path | None,
    typer.Option("--kubeconfig", help="Apply them to this file's cluster instead, for example kind.", metavar="FILE"),
]


ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="The context of that file, by name; a cluster that is not on this machine must be named.",
        metavar="NAME",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: ./bbp rehearse prod --phase microservices --fresh")(rehearse)
    app.command(epilog="Example: ./bbp journey prod --path optimization,horizontal")(journey)
    app.command(epilog="Example: ./bbp destroy dev")(destroy)


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
        typer.Option("--fault", help="Let something fail: create:aws:rds/instance:Instance:primary; repeatable."),
    ] = None,
    api_server: ApiServerOption = False,
    kubeconfig: KubeconfigOption = None,
    cluster: ClusterOption = None,
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
    from ops.printing.rehearsal import render
    from ops.rehearse import RehearseOptions
    from ops.rehearse import rehearse as run

    with explained():
        faults = tuple(fault or ())
        _named_with_a_file(cluster, kubeconfig)
        result = run(
            RehearseOptions(stack, phase, preview, fresh, config, plan_out, faults, api_server, kubeconfig, cluster)
        )
    if json_output:
        print_json(result.as_json())
    else:
        render(result)
    if result.leaks:
        fail(f"the CDN would cache {result.leaks} personal responses; `./bbp cdn audit {stack}` lists them")
    if result.missing:
        fail(f"the Kubernetes API lacks {len(result.missing)} objects: {', '.join(result.missing)}")
    if not result.ok:
        fail(f"the second preview would still change {result.second_preview_changes} resources; it must be empty")


def _named_with_a_file(cluster: str | None, kubeconfig: Path | None) -> None:
    if cluster is not None and kubeconfig is None:
        fail(f"--cluster {cluster} names a context of a kubeconfig file: give the file, too: --kubeconfig FILE", code=2)


def _shell(first: str, second: str | None, phase: str | None, config: Path | None, *, stop: bool) -> None:
    if first != "shell" or second is None:
        fail("use `./bbp rehearse STACK` or `./bbp rehearse shell STACK`", code=2)
    from ops.shell import environment_lines
    from ops.shell import stop as stop_shell

    with explained():
        if stop:
            note(stop_shell(second))
        else:
            out.print("\n".join(environment_lines(second, phase, config)), markup=False, soft_wrap=True)


def journey(
    stack: StackArgument,
    path: Annotated[
        str, typer.Option("--path", help="Growth phases in order.")
    ] = "optimization,horizontal,microservices",
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Rehearse every step between growth phases and prove that none touches data; exit code 2 when one would."""
    from ops.journey import journey as run
    from ops.printing.journey import render

    with explained():
        result = run(stack, tuple(part.strip() for part in path.split(",")), config)
    if json_output:
        print_json(result.as_json())
    else:
        render(result)
    if not result.ok:
        raise SystemExit(UNSAFE)


def destroy(
    stack: StackArgument,
    api_server: ApiServerOption = False,
    kubeconfig: KubeconfigOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Empty a stack's sandbox, in the order in which the engine would destroy the real stack.

    With --kubeconfig also the objects that the rehearsal made in that file's cluster are deleted, nothing else there.
    """
    from ops.rehearse import destroy as run

    with explained():
        _named_with_a_file(cluster, kubeconfig)
        counts = run(stack, api_server=api_server, kubeconfig=kubeconfig, cluster=cluster)
    where = f" and the cluster of {kubeconfig}" if kubeconfig is not None else ""
    out.print(f"deleted {counts.get('delete', 0)} resources from the sandbox of {stack}{where}", markup=False)
