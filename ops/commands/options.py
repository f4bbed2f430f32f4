"""Options and arguments that several commands share, and how they end."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.console import fail

if TYPE_CHECKING:
    from collections.abc import Iterator

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
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


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
