"""Options and arguments that several commands share, and how they end."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from typer.core import TyperCommand

from ops.console import fail, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typer._click.core import Context

    from ops.document.blocks import Section

T = TypeVar("T")


def a_file(value: Path | None) -> Path | None:
    """What an option that names a file was given; an empty name is the folder one stands in, and no file."""
    if value is not None and value.is_dir():
        said = "an empty name" if value == Path() else f"{value}, a folder"
        raise typer.BadParameter(f"must name a file, not {said}")
    return value


def a_folder(value: Path | None) -> Path | None:
    """What an option that names a folder to look into was given; one that is not there has nothing, and no answer."""
    if value is not None and not value.is_dir():
        raise typer.BadParameter(f"{value} {'is a file' if value.exists() else 'does not exist'}; name a folder")
    return value


def a_folder_to_make(value: Path | None) -> Path | None:
    """What an option that names a folder was given; one below a file is refused before anything else is done."""
    if value is not None and not (above := next(path for path in (value, *value.parents) if path.exists())).is_dir():
        raise typer.BadParameter(f"{value} cannot be made: {above} is a file")
    return value


HANDED_ON = "--"
"""What stands before the command of another program."""

StackArgument = Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")]
PhaseOption = Annotated[
    str | None,
    typer.Option("--phase", help="Growth phase to use instead of the file's: optimization, horizontal, microservices."),
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Another stack file instead of Pulumi.<STACK>.yaml.", metavar="FILE")
]
PlanOption = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        help="A plan that `pulumi preview --json --show-sames` or `rehearse --plan-out` wrote.",
        metavar="FILE",
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", help="A growth phase or a plan file to compare with.", metavar="PHASE|FILE"),
]
PrometheusOption = Annotated[
    str | None,
    typer.Option(
        "--prometheus",
        help="Read the same measures from this Prometheus; BBP_PROMETHEUS_TOKEN holds a bearer token where it wants "
        "one.",
        metavar="URL",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

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
AdvanceOption = Annotated[
    str | None,
    typer.Option(
        "--advance",
        help="Then move the simulated clock by this much: 8d, 36h, 90m, 2w, 1d12h. What waits happens in its order.",
        metavar="TIME",
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        help="Then move it to this moment, UTC: 'sunday 05:00' (the next one), 2026-12-06T05:00Z.",
        metavar="MOMENT",
    ),
]


def present(answer: T, view: Callable[[T], Section], *, as_json: bool, document: object = None) -> None:
    """Print an answer: one JSON document, by default of the answer itself, or what its view says."""
    if as_json:
        print_json(answer if document is None else document)
        return
    from ops.document.terminal import show

    show(view(answer))


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that a user can cause or meet into one message and an exit code; defects keep their traceback."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        from ops.explain import explain

        explained_error = explain(error)
        if explained_error is None:
            raise
        fail(explained_error.message, code=explained_error.code)


def refuse_wrong(stack: str, config: Path | None = None, *phases: str | None) -> None:
    """End with what is wrong with a stack's file, before anything heavy is loaded that would only wait for it.

    Args:
        stack: the stack name.
        config: another stack file.
        phases: growth phases to check it in; None for the file's own, and so are none.
    """
    with explained():
        from ops.inputs.stack_file import settings_of

        for phase in phases or (None,):
            settings_of(stack, config, phase)


class WithCommand(TyperCommand):
    """A command that hands on another program's command: all that follows the first `--`, whatever it looks like."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Take the other program's command out before options and names are looked for."""
        if HANDED_ON in args:
            place = args.index(HANDED_ON)
            ctx.meta[HANDED_ON] = args[place + 1 :]
            args = args[:place]
        return super().parse_args(ctx, args)


def handed_on(context: typer.Context) -> list[str] | None:
    """The command after `--`; None where there is no `--`."""
    found = context.meta.get(HANDED_ON)
    return None if found is None else [str(word) for word in found]


def named_with_a_file(cluster: str | None, kubeconfig: Path | None) -> None:
    """Refuse the name of a context without the file that has it."""
    if cluster is not None and kubeconfig is None:
        fail(f"--cluster {cluster} names a context of a kubeconfig file: give the file, too: --kubeconfig FILE", code=2)


def key_values(texts: Iterable[str]) -> dict[str, str]:
    """Texts of the form KEY=VALUE, by key; the last of one key counts."""
    for text in texts:
        if not text.partition("=")[0].strip() or "=" not in text:
            fail(f"--config-value {text}: must be KEY=VALUE, such as aws:region=us-west-2", code=2)
        if text.partition("=")[0].count(":") > 1:
            fail(f"--config-value {text}: a key is NAME or NAMESPACE:NAME, such as aws:region=us-west-2", code=2)
    return {key.strip(): value for key, _, value in (text.partition("=") for text in texts)}
