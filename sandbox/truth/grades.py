"""The grades of certainty, and the six aspects of a resource type that are graded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """What stands behind an answer, the surest first."""

    REAL = "real"
    """A real component answered: the engine, an API server, a computation that the provider makes in the same way."""
    TABLE = "table"
    """A row with a public source answered."""
    SCHEMA = "schema"
    """It was derived from a published schema alone, such as the installed SDK's."""
    ASSUMED = "assumed"
    """Nobody looked it up, or it is simplified."""


class Aspect(StrEnum):
    """What is graded of a type."""

    VALUES = "values"
    """Which inputs the service refuses."""
    REFERENCES = "references"
    """What must exist, whose name is taken, what cannot be deleted."""
    REPLACEMENT = "replacement"
    """Which changes make a new object."""
    OUTPUTS = "outputs"
    """What the provider computes."""
    ORDER = "order"
    """What happens before what."""
    TIME = "time"
    """What waits, for how long, and what restarts."""


GRADES = {
    Grade.REAL: "real component",
    Grade.TABLE: "table with source",
    Grade.SCHEMA: "schema",
    Grade.ASSUMED: "assumed",
}
"""The grades in words."""


@dataclass(frozen=True)
class Answer:
    """How sure one aspect of one type is.

    Attributes:
        grade: what stands behind it.
        why: the component, the facts, or what nobody looked up.
        source: the public document; empty where there is none.
        fix: the smallest change that would make it surer; empty where it is no assumption.
    """

    grade: Grade
    why: str
    source: str = ""
    fix: str = ""
