"""Limits of what a stack accepts: in production a function by its name and not everything, and until a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra import phases
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

LEAST_LETTERS = 5
"""Letters of a function's name beside wildcards: `reads*` is the shortest that names one kind (our choice)."""


@rule(
    "accepted-losses-named",
    source="scaling guide, Scaling Objectives: no single point of failure",
    areas=("availability", "environment"),
)
def accepted_losses_are_named(settings: Settings) -> Iterator[Finding]:
    """A wildcard for everything would accept in production what nobody has looked at, today's and tomorrow's."""
    if not settings.environment.production:
        return
    for index, loss in enumerate(settings.availability.accepted_losses):
        if sum(letter.isalpha() for letter in loss.stops) < LEAST_LETTERS:
            yield Finding(
                path=f"availability.acceptedLosses[{index}].stops",
                value=loss.stops,
                allowed=f"a function with {LEAST_LETTERS} letters of its name at least in production, such as `the way "
                "out of *`: this would accept every outage",
                fix="name each function, as `./bbp availability` prints it after `without it no`",
            )


@rule(
    "accepted-with-an-end",
    source="scaling guide, Scaling Objectives; docs/adr/0075",
    areas=("availability", "objectives", "environment"),
)
def what_is_accepted_ends(settings: Settings) -> Iterator[Finding]:
    """What production accepts beyond the defaults of its phase is looked at again: it has a last day."""
    if not settings.environment.production:
        return
    losses, objectives = settings.availability.accepted_losses, settings.objectives.accepted
    uptime = settings.availability.accepted_uptime
    stated = [
        *((f"availability.acceptedLosses[{at}]", one.reason, one.until) for at, one in enumerate(losses)),
        *((f"objectives.accepted[{at}]", one.reason, one.until) for at, one in enumerate(objectives)),
        *([("availability.acceptedUptime", uptime.reason, uptime.until)] if uptime else []),
    ]
    for path, reason, until in stated:
        if until is None and reason not in OF_PHASES:
            yield Finding(
                path=f"{path}.until",
                value=None,
                allowed="a last day in production, after which somebody looks again",
                fix="add `until: YYYY-MM-DD`, the day by which it is to be repaired or accepted anew",
            )


OF_PHASES = frozenset(item["reason"] for item in (*phases.FIRST_LOSSES, *phases.LAST_OBJECTIVES))
"""Reasons of what production's phases accept by default: they end with the phase."""
RULES = (accepted_losses_are_named, what_is_accepted_ends)
