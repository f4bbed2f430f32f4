"""What an objective is, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from plan.days import said_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Verdict = Literal["met", "missed", "not judged"]
Name = Literal[
    "availability", "pods", "response", "errors", "load", "growth", "cost", "recovery-point", "recovery-time"
]
HIGHER_IS_BETTER: frozenset[str] = frozenset(("availability", "load"))
"""Objectives whose value must be reached; of the others it must not be exceeded."""


@dataclass(frozen=True, kw_only=True)
class AcceptedObjective:
    """An objective that may be missed up to a value, or stay unjudged.

    Attributes:
        objective: its name.
        value: the worst value that is enough; None where it may only stay unjudged.
        reason: why.
        until: the last day of it; None for no end.
    """

    objective: str
    value: float | None
    reason: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One objective and what is known of it.

    Attributes:
        name: which one.
        goal: what it asks for, in words.
        found: what was found, in words; of one that is not judged why.
        verdict: whether it is reached.
        tool: the command that says more.
        value: what was found as a number; None where there is none.
        evidence: what the answer rests on.
        accepted: why it may be as it is; empty where nobody said so.
        fix: the smallest change that would help; empty where it is met or none is known.
        weaker: the goal's own number, where that is weaker than it may be; it is accepted only with an end.
    """

    name: Name
    goal: str
    found: str
    verdict: Verdict
    tool: str
    value: float | None = None
    evidence: tuple[str, ...] = ()
    accepted: str = ""
    fix: str = ""
    weaker: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it is met, or accepted as it is."""
        return self.verdict == "met" or bool(self.accepted)


def against(value: float, goal: float, name: Name) -> Verdict:
    """Whether a value reaches an objective."""
    reached = value >= goal if name in HIGHER_IS_BETTER else value <= goal
    return "met" if reached else "missed"


def with_accepted(answer: Answer, accepted: Sequence[AcceptedObjective], today: date) -> Answer:
    """An answer with the reason why it may be as it is, where the configuration gives one that still holds.

    What may stay unjudged may not be missed; and what may be missed to a value may not stay unjudged. A goal that is
    weaker than it may be is accepted like a value that misses it, and only with an end.

    Args:
        answer: what was found.
        accepted: what the configuration accepts.
        today: the day of the judgement.
    """
    for item in accepted:
        if item.objective != answer.name or answer.verdict == "met":
            continue
        if item.until is not None and item.until < today:
            continue
        if answer.weaker is not None and item.until is None:
            continue
        if answer.verdict == "not judged":
            holds = item.value is None
        elif answer.weaker is not None and item.value is not None:
            worst = [answer.weaker] if answer.value is None else [answer.weaker, answer.value]
            holds = all(against(value, item.value, answer.name) == "met" for value in worst)
        elif item.value is None or answer.value is None:
            holds = False
        else:
            holds = against(answer.value, item.value, answer.name) == "met"
        if holds:
            return replace(answer, accepted=f"{item.reason}{said_until(item.until, today)}")
    return answer
