"""`objectives`: does a stack reach what it is to reach?"""

from __future__ import annotations

from ops.console import fail
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

EPILOG = "Example: ./bbp objectives prod --phase microservices"


def objectives(
    stack: StackArgument,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Hold a plan to the guide's goals: availability, response time, errors, users, cost, recovery.

    Each is met, missed, or not judged, by the tool that knows, with what it rests on. Exit code 1 for what is missed,
    and in production also for what nobody judged, unless the stack file accepts it with a reason
    (bailbondpro:objectives, bailbondpro:availability).
    """
    from ops.answers.objectives import objectives as run
    from ops.views.objectives import section

    with explained():
        report = run(stack, phase, config, plan)
    present(report, section, as_json=json_output)
    if report.failing:
        missed = [answer.name for answer in report.failing if answer.verdict == "missed"]
        unjudged = [answer.name for answer in report.failing if answer.verdict == "not judged"]
        said = [f"missed: {', '.join(missed)}"] if missed else []
        said += [f"not judged: {', '.join(unjudged)}"] if unjudged else []
        fail("; ".join(said))
