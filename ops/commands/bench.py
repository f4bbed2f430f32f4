"""`bench`: what the program, the engine and the tools cost, as ratios to a flat program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail
from ops.options import JsonOption, a_file, explained, present

EPILOG = "Example: ./bbp bench --quick --out bench.json"


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="One phase of dev and small sizes: under four minutes on two quiet cores.")
    ] = False,
    row: Annotated[
        list[str] | None,
        typer.Option(
            "--row",
            help="Only this row: check, mocks, operations, journey, report, tools, flat; repeatable.",
            metavar="NAME",
        ),
    ] = None,
    rounds: Annotated[int | None, typer.Option("--rounds", help="Pairs of each row; five by default.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also write the JSON document to this file.", metavar="FILE", callback=a_file),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Measure this program beside a flat program of the same resources, on the same engine, in one run.

    The flat program is made from the state that an update exports: same resources, inputs and dependencies, no
    components and no settings. It runs with our repairs of the SDK and on the SDK as published. Rounds alternate
    between the sides; ratios of processor seconds scatter less than seconds of any clock. Quiet machines tell most.
    Exit code 1 where something could not be measured; no ratio is judged.
    """
    from ops.answers.bench.answer import benched
    from ops.answers.bench.run import BenchError
    from ops.answers.bench.scope import ScopeError, scope
    from ops.jsonable import plain
    from ops.views.bench import section

    try:
        wanted = scope(row or (), rounds, quick=quick)
    except ScopeError as error:
        fail(str(error), code=2)
    with explained():
        try:
            found = benched(wanted, quick=quick)
        except BenchError as error:
            fail(str(error))
        if out is not None:
            import json

            from sandbox.cache import write_atomically

            write_atomically(out, json.dumps(plain(found), indent=1) + "\n")
    present(found, section, as_json=json_output)
    if found.left_out:
        fail(f"{len(found.left_out)} sizes could not be measured")
