"""Limits of what a stack accepts to lose: in production a function by its name, not everything at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


RULES = (accepted_losses_are_named,)
