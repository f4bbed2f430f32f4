"""Which objectives a preview would miss that were met before: availability, as the removals of parts show it.

An objective is a function of a preview that gives findings; `GateOptions.objectives` takes any number of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from infra.problems import ConfigError
from plan.tokens import DATABASE, DEPLOYMENT, NODE_GROUP
from planner.availability.analysis import availability
from policies.gate.model import OBJECTIVES, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from plan import Plan
    from plan.steps import Preview
    from planner.availability.accepted import Accepted
    from policies.gate import Finding

NEEDED = (DEPLOYMENT, NODE_GROUP, DATABASE)
"""What a request passes in every phase; of a plan without one of these, nothing can be said."""
PHASE = "microservices"
"""The phase whose promises a plan is held to where its configuration names none."""


def objectives_of(preview: Preview) -> Iterator[Finding]:
    """New single points of failure that nobody accepted, and uptime that is no longer promised.

    A drill says more about pods (`./bbp drill`); what it says is no part of a preview.
    """
    sides = (preview.before, preview.after)
    if preview.hidden or not all(side.of_type(token) for side in sides for token in NEEDED):
        return  # unchanged resources that are not named are a finding of their own; what is made anew misses nothing
    before, after = (availability(side, phase=_phase(preview.after)) for side in sides)
    known = {(point.kind, point.title) for point in before.single_points}
    fresh = [point for point in after.single_points if (point.kind, point.title) not in known]
    less = after.composite_percent < before.composite_percent
    if not fresh and not less:
        return
    accepted = _accepted(preview.after)
    for point in fresh:
        if point.kind != "drill" and not (accepted and accepted.reason(point.stops)):
            lost = ", ".join(point.stops)
            yield found(OBJECTIVES, point.urn or preview.stack, f"{point.title} would fail alone: {lost} ({point.fix})")
    after = replace(after, accepted=accepted) if accepted else after
    if less and after.short_of_uptime:
        yield found(OBJECTIVES, preview.stack, after.short_of_uptime)


def _accepted(plan: Plan) -> Accepted | None:
    """What the stack accepts, by the configuration in the plan; None where that is not valid here."""
    from ops.answers.availability import accepted_of  # noqa: PLC0415 - settings are heavy, and most plans lose nothing

    settings = settings_in(plan)
    return None if settings is None else accepted_of(settings.availability)


def settings_in(plan: Plan) -> Settings | None:
    """What a stack wants, by the configuration in its plan; None where that is not valid here."""
    from infra.settings import load  # noqa: PLC0415 - settings are heavy, and most plans need none
    from infra.settings.reading.stack_file import read_config_map  # noqa: PLC0415 - as above

    first = next(iter(plan), None)
    try:
        return load(read_config_map(plan.config), first.urn.split(":")[2] if first else None)
    except ConfigError:
        return None


def _phase(plan: Plan) -> str:
    return next((value for key, value in plan.config.items() if key.endswith(":phase")), PHASE)
