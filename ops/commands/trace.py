"""`trace`: what the platform does with each statement of the scaling guide."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.console import fail
from ops.exits import UNKNOWN
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, explained, present

EPILOG = "Example: ./bbp trace --section 'Load Balancing' --stack prod --phase microservices"


def trace(
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", help="Compare properties with this stack's plan, in each phase that rows name.", metavar="STACK"
        ),
    ] = None,
    section: Annotated[
        str | None, typer.Option("--section", help="Only this chapter or section of the guide.", metavar="NAME")
    ] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Only rows without an answer and false ones.")] = False,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Check the ledger of the scaling guide: each statement, and where the platform keeps it.

    Keys must be in the stack file's schema, tests, deviations and clauses of the contract must exist, and with --stack
    the plan must have the values. Exit code 1 for a row that is false or has no answer; with --missing and without
    --stack 3, because nobody has looked whether a plan has what rows say of it.
    """
    from ops.answers.trace.answer import trace as run
    from ops.jsonable import plain
    from ops.views.trace import section as shown
    from ops.views.trace import without_answer

    if stack is None and (plan, phase, config) != (None, None, None):
        fail("--plan, --phase and --config say which plan of a stack: name the stack, too, with --stack", code=2)
    with explained():
        report = run(stack, phase, config, plan, section)
    document = {**report.as_json(), "rows": plain(report.failing)} if missing else report
    present(report, without_answer if missing else shown, as_json=json_output, document=document)
    if report.failing:
        fail(f"{len(report.failing)} of {len(report.rows)} rows are false or without an answer")
    if missing and stack is None and report.not_compared:
        fail(
            f"none is false, but {len(report.not_compared)} of {len(report.rows)} rows are not judged: they speak of "
            "plans, and none was named with --stack",
            code=UNKNOWN,
        )
