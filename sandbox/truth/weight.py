"""How much an uncertain answer weighs: what holds data first, then how many there are, then what a mistake costs."""

from __future__ import annotations

from typing import Final

from sandbox.truth.grades import Aspect, Grade

STATEFUL: Final = 100
"""One resource that holds what cannot be made again weighs as much as this many that can: no mistake about a hundred
alarms loses a database."""
IMPORTANCE: Final = {
    Aspect.REPLACEMENT: 5,  # a replacement that nobody saw coming deletes what the object held
    Aspect.REFERENCES: 4,  # an update stops halfway, or a deletion that was thought safe takes something along
    Aspect.VALUES: 3,  # an update is refused, and what came before it stands
    Aspect.TIME: 3,  # a restart comes at another hour than was thought
    Aspect.ORDER: 2,  # something is down until its other half is there
    Aspect.OUTPUTS: 1,  # a text looks different than in the rehearsal
}
"""What a mistake about an aspect costs, from 1 (a different text) to 5 (lost data). Our judgement."""
DOUBT: Final = {Grade.REAL: 0, Grade.TABLE: 0, Grade.SCHEMA: 1, Grade.ASSUMED: 2}
"""What is derived from a schema is half known: its names and types are true, and no more is in it."""


def weight(aspect: Aspect, grade: Grade, resources: int, *, stateful: bool) -> int:
    """The weight of one answer; 0 for what is known.

    Args:
        aspect: what it is about.
        grade: how sure it is.
        resources: how many resources of its type the run has.
        stateful: whether the type holds what cannot be made again, or nobody knows whether it does.
    """
    return DOUBT[grade] * IMPORTANCE[aspect] * resources * (STATEFUL if stateful else 1)
