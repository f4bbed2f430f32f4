"""`cost`: what a plan costs a month, and what would make it cost less."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.console import fail
from ops.exits import UNKNOWN
from ops.options import AgainstOption, ConfigOption, JsonOption, PhaseOption, PlanOption, explained, present

EPILOG = "Example: ./bbp cost prod --phase microservices --against horizontal --set users=1800"


def cost(
    stack: Annotated[str, typer.Argument(help="Stack name, for example dev or prod.")] = "prod",
    plan: PlanOption = None,
    phase: PhaseOption = None,
    against: AgainstOption = None,
    usage: Annotated[
        Path | None, typer.Option("--usage", help="YAML or JSON file with assumptions about usage.", metavar="FILE")
    ] = None,
    assumption: Annotated[
        list[str] | None, typer.Option("--set", help="One assumption, such as users=800; repeatable.")
    ] = None,
    simulated: Annotated[
        Path | None,
        typer.Option(
            "--simulated",
            help="Bill the requests of a simulated day: the answer of ./bbp simulate STACK --scenario daily --json.",
            metavar="FILE",
        ),
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", help="YAML or JSON file with measured use, for recommendations.", metavar="FILE"),
    ] = None,
    bills: Annotated[
        Path | None,
        typer.Option("--bills", help="YAML or JSON list of monthly bills in USD, for their trend.", metavar="FILE"),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario", help="Another way to pay, such as ec2-savings-plan, or all; repeatable.", metavar="NAME"
        ),
    ] = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Price a plan from dated list prices: by system and resource, per active user, against another phase or plan.

    What has no known price is named and not guessed: a sum with such a part is unknown, which is said first, and the
    exit code is 3; ./bbp prices refresh reads the prices of a region. A cost above the budget is a note and no failure.
    With --against the columns are "now" (the stack file's phase, else the earlier one), "then" and the difference,
    whichever of the two is named first.
    """
    from ops.answers.cost import CostOptions
    from ops.answers.cost import cost as run
    from ops.answers.costs.bills import BillsError
    from ops.views.cost import section, unknown_sum
    from planner.cost.scenarios import ScenarioError
    from planner.cost.usage import UsageError

    options = CostOptions(
        stack=stack,
        phase=phase,
        config=config,
        plan_file=plan,
        against=against,
        usage_file=usage,
        assumptions=tuple(assumption or ()),
        metrics_file=metrics,
        bills_file=bills,
        scenarios=tuple(scenario or ()),
        simulated_file=simulated,
    )
    with explained():
        try:
            report = run(options)
        except (UsageError, BillsError, ScenarioError) as error:
            raise typer.BadParameter(str(error)) from error
    present(report, section, as_json=json_output)
    if report.cost.total.unknown:
        fail(unknown_sum(report), code=UNKNOWN)
