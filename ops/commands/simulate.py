"""`simulate`: traffic against a planned platform, and the autoscaler's control loop, replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from ops.console import fail, note
from ops.exits import UNKNOWN
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

STACK_COMMAND = "stack"
"""The subcommand that a stack's name stands for."""


class StackGroup(TyperGroup):
    """A group whose first word is a subcommand or else the argument of its subcommand `stack`, where it has one."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer's own context class
        """Put `stack` before a first word that is no subcommand."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands and STACK_COMMAND in self.commands:
            args = [STACK_COMMAND, *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=StackGroup,
    no_args_is_help=True,
    help="Simulate traffic against a planned platform (simulate STACK), or replay the autoscaler (simulate hpa).",
)


@group.command(
    epilog="Example: ./bbp simulate prod --phase microservices --event deployment@12:00 --event zone-a@16:00"
)
def stack(
    stack: StackArgument = "prod",
    plan: PlanOption = None,
    phase: PhaseOption = None,
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario",
            help="steady, double, spike, daily, guide-growth, or a YAML or JSON file of points {at: seconds, rps: N}.",
            metavar="NAME|FILE",
        ),
    ] = "daily",
    peak_rps: Annotated[
        float | None, typer.Option("--peak-rps", help="Requests a second that the scenario is built on.", min=0)
    ] = None,
    users: Annotated[
        float | None, typer.Option("--users", help="Active users instead, 500 requests a day each.", min=0)
    ] = None,
    requests_per_day: Annotated[
        float | None, typer.Option("--requests-per-day", help="Requests a day instead.", min=0)
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="Length of a named scenario.")] = None,
    months: Annotated[int | None, typer.Option("--months", help="Months of guide-growth.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of arrivals and of nodes' start times.")] = 1,
    assume: Annotated[
        list[str] | None, typer.Option("--assume", help="One assumption, such as database_ms=20; repeatable.")
    ] = None,
    route: Annotated[
        list[str] | None,
        typer.Option(
            "--route",
            help="Percent of the requests that a Deployment answers, such as bailbondpro-web=30; repeatable. The "
            "others share the rest as assumed.",
        ),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            help="What happens in the meantime, and hours and minutes from the start: deployment@12:00 (or "
            "deployment:NAME), zone-a, node, pod (or pod:NAME), primary, replica (or replica:NAME), redis-shard, "
            "pooler; repeatable.",
            metavar="WHAT@TIME",
        ),
    ] = None,
    limit: Annotated[
        bool, typer.Option("--limit", help="Also find the largest multiple of the load that still holds.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write plots of the run to an SVG file.", metavar="FILE.svg")
    ] = None,
    gate: Annotated[
        bool,
        typer.Option(
            "--gate",
            help="Exit code 1 when response time or availability does not hold, nor again after an event, 3 when "
            "something on the way of a request is not simulated, or no drill has shown that pods become ready, "
            "so that nobody knows.",
        ),
    ] = False,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out", help="Let --gate pass without this one of what is not simulated; repeatable.", metavar="NAME"
        ),
    ] = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Send requests to a stack's planned platform: pods, nodes, response times, errors and cost over time.

    Says whether the guide's 200 ms and 99.9 % hold, what breaks first, and what is not simulated. The same seed gives
    the same result.
    """
    from ops.answers.simulate import SimulateOptions, run
    from ops.views.simulate import plot_page, simulated
    from planner.simulation import AssumptionError, EventError, RouteError, ScenarioError, SimulationError

    options = SimulateOptions(
        stack=stack,
        phase=phase,
        config=config,
        plan_file=plan,
        scenario=scenario,
        peak_rps=peak_rps,
        users=users,
        requests_per_day=requests_per_day,
        hours=hours,
        months=months,
        seed=seed,
        assumptions=tuple(assume or ()),
        routes=tuple(route or ()),
        events=tuple(event or ()),
        limit=limit,
    )
    with explained():
        try:
            report = run(options)
            unknown = report.open_gaps(leave_out or ())
        except (AssumptionError, EventError, RouteError, ScenarioError, SimulationError) as error:
            fail(str(error))
        if plot is not None:
            plot.write_text(plot_page(report), encoding="utf-8")
            note(f"wrote {plot}")
    present(report, simulated, as_json=json_output)
    if gate and not report.holds:
        raise SystemExit(1)
    if gate and unknown:
        names = "; ".join(gap.name for gap in unknown)
        fail(f"the gate cannot pass, these are not simulated or not drilled: {names}", code=UNKNOWN)


@group.command(epilog="Example: ./bbp simulate hpa --traces tests/data/hpa_controller_traces.json")
def hpa(
    traces: Annotated[
        Path, typer.Option("--traces", help="Recorded runs of a HorizontalPodAutoscaler controller.", metavar="FILE")
    ],
    json_output: JsonOption = False,
) -> None:
    """Replay recorded runs of a real controller; exit code 1 when the simulator decides otherwise anywhere.

    FILE is a JSON list of scenarios: name, min, max, current, behavior (as in autoscaling/v2), and three lists: dt
    (seconds before each look), rec (replicas that the metrics proposed) and out (replicas after the look).
    """
    from ops.answers.hpa import replay
    from ops.views.simulate import replayed

    with explained():
        result = replay(traces)
    present(result, replayed, as_json=json_output)
    if result.mismatches:
        raise SystemExit(1)
