"""`availability`: what stops when something fails?"""

from __future__ import annotations

from ops.console import fail
from ops.exits import UNKNOWN
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

EPILOG = "Example: ./bbp availability prod --phase microservices"


def availability(
    stack: StackArgument,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Remove every zone, node, gateway, database, cache node and pod, and say what stops.

    Exit code 1 for a single point of failure, a scenario of `drill` that failed, or less than 99.9 % of promised
    uptime, that the stack file does not accept with a reason (bailbondpro:availability); what it accepts is printed.
    Exit code 3 for production whose pods were not drilled: that they survive is said by the real scheduler alone.
    """
    from ops.answers.availability import availability as run
    from ops.views.availability import section

    with explained():
        report = run(stack, phase, config, plan)
    present(report, section, as_json=json_output)
    if report.found.failed:
        open_points = [point for point in report.found.single_points if not point.accepted]
        names = ", ".join(dict.fromkeys(point.title for point in open_points if point.kind != "drill"))
        drilled = ", ".join(point.title for point in open_points if point.kind == "drill")
        points = [f"single points of failure: {names}"] if names else []
        points += [f"scenarios of the drill that fail: {drilled}"] if drilled else []
        fail("; ".join([*points, *filter(None, [report.found.short_of_uptime])]))
    if report.found.undecided:
        fail(f"whether the pods survive cannot be said: {report.found.undecided}", code=UNKNOWN)
