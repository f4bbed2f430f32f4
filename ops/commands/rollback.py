"""`rollback`: what a revert of a change does, and what it does not take back."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.console import fail
from ops.options import JsonOption, explained, present

group = typer.Typer(no_args_is_help=True, help="The way back from a change: what a revert does, and what it cannot do.")
"""`./bbp rollback`."""


@group.command(epilog="Example: ./bbp rollback plan --base HEAD~1 --stack prod")
def plan(
    base: Annotated[str, typer.Option("--base", help="Where to go back to: a branch, tag or commit.", metavar="REF")],
    head: Annotated[
        str | None, typer.Option("--head", help="What is deployed; without it the working tree.", metavar="REF")
    ] = None,
    stack: Annotated[str, typer.Option("--stack", help="One stack, or all.", metavar="STACK|all")] = "all",
    json_output: JsonOption = False,
) -> None:
    """Rehearse base, head on it, and base again: what a revert does on the engine, and what it leaves as it is.

    Nothing is deployed and no commit is made. Exit code 0: a revert takes all of it back; 1: a side cannot be
    rehearsed; 2: something is refused, lost or not taken back.
    """
    from ops.answers.review.review import ReviewOptions
    from ops.answers.rollback.plan import rollback
    from ops.views.rollback import rollback_json, section

    with explained():
        found = rollback(ReviewOptions(base, head, stack))
    present(found, section, as_json=json_output, document=rollback_json(found))
    if found.code == 1:
        said = "; ".join(f"{way.stack}: {way.why_not}" for way in found.ways if way.refused)
        fail(f"a side cannot be rehearsed: {said}")
    if found.code:
        names = ", ".join(way.stack for way in found.ways if not way.complete)
        fail(f"a revert does not take all of it back: {names}", code=found.code)
