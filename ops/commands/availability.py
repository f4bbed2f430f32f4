"""`availability`: what stops when something fails?"""

from __future__ import annotations

from ops.console import fail
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

    Exit code 1 for a single point of failure, or for less than 99.9 % of promised uptime, that the stack file does not
    accept with a reason (bailbondpro:availability); what it accepts is printed.
    """
    from ops.answers.availability import availability as run
    from ops.views.availability import section

    with explained():
        report = run(stack, phase, config, plan)
    present(report, section, as_json=json_output)
    if not report.found.ok:
        titles = (point.title for point in report.found.single_points if not point.accepted)
        names = ", ".join(dict.fromkeys(titles))
        points = [f"single points of failure: {names}"] if names else []
        fail("; ".join([*points, *filter(None, [report.found.short_of_uptime])]))
