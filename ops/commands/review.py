"""`review`: what a change does to every stack, from base to head."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.console import fail, print_json
from ops.options import JsonOption, a_folder_to_make, explained

if TYPE_CHECKING:
    from ops.answers.review.gate import GateVerdict

EPILOG = "Example: ./bbp review --base origin/main --out review"


def review(
    base: Annotated[
        str,
        typer.Option("--base", help="What the change goes into: a branch, tag or commit.", metavar="REF"),
    ],
    head: Annotated[
        str | None,
        typer.Option("--head", help="The change; without it the working tree, committed or not.", metavar="REF"),
    ] = None,
    stack: Annotated[str, typer.Option("--stack", help="One stack, or all.", metavar="STACK|all")] = "all",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Write index.html, comment.md and review.json here.",
            metavar="DIR",
            file_okay=False,
            callback=a_folder_to_make,
        ),
    ] = None,
    waivers: Annotated[
        Path | None, typer.Option("--waivers", help="A file of waivers, as `./bbp gate` takes it.", metavar="FILE")
    ] = None,
    most_usd: Annotated[
        float | None, typer.Option("--most-usd", min=0, help="Stop if a stack's monthly cost rises by more than this.")
    ] = None,
    most_percent: Annotated[
        float | None, typer.Option("--most-percent", min=0, help="Stop if it rises by more than this part of it.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Rehearse a change: base from nothing, then head on the state that base leaves, for every stack that it reaches.

    Compared is what head changed since it left base. Each side runs with its own program, tools and packages in a
    folder of its own, which is removed; your checkout is only read. What was rehearsed is kept by its content: the
    same base is not rehearsed twice. Exit code 0: judged, and the gate lets it pass; 1: a side cannot be rehearsed;
    2: the gate stops it; 3: something cannot be judged.
    """
    from ops.answers.gate import GateOptions
    from ops.answers.review.review import ReviewOptions
    from ops.answers.review.review import review as run
    from ops.exits import UNKNOWN
    from ops.views.review import document, print_review, review_json, write

    with explained():
        allowed = GateOptions(most_usd=most_usd, most_percent=most_percent)
        found = run(ReviewOptions(base, head, stack, waivers=waivers, allowed=allowed))
        shown = document(found)
        files = write(found, shown, out) if out is not None else ()
    if json_output:
        print_json({"files": files, **review_json(found)})
    else:
        print_review(shown)
    for step in found.steps:
        if step.state == "unknown":
            fail(f"{step.stack}: base cannot be rehearsed:\n{step.refused}")
        if step.state == "refused":
            fail(f"{step.stack}: head cannot be rehearsed:\n{step.refused}")
    if found.code:
        stops = [text for step in found.steps for text in _why(step.gate)]
        what = "cannot be judged" if found.code == UNKNOWN else "the gate stops this"
        fail(f"{what}: {'; '.join(stops)}", code=found.code)


def _why(verdict: GateVerdict) -> tuple[str, ...]:
    """What stops, or what is not known."""
    return tuple(says for says, _ in verdict.stops) or verdict.unknown
