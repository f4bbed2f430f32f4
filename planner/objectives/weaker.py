"""Goals that ask for less than production's own: what is met by asking for less is not met. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.objectives.model import against

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.objectives.judge import Goals
    from planner.objectives.model import Answer, Name


def held_to(answers: Iterable[Answer], goals: Goals, least: Goals) -> list[Answer]:
    """Answers, of which those whose goal is weaker than it may be are missed.

    Args:
        answers: as they were judged by the stack's own goals.
        goals: those.
        least: what production asks for unless its file says otherwise: the guide's, and ours where it has none.
    """
    own, standard = _numbers(goals), _numbers(least)
    return [_held(answer, own.get(answer.name), standard.get(answer.name)) for answer in answers]


def _held(answer: Answer, own: float | None, standard: float | None) -> Answer:
    if own is None or standard is None or against(own, standard, answer.name) == "met":
        return answer
    return replace(
        answer,
        verdict="missed" if answer.verdict == "met" else answer.verdict,
        weaker=own,
        found=f"{answer.found}; the goal itself is weaker than {standard:,g}",
        fix=answer.fix
        or f"ask for {standard:,g}, or accept it in objectives.accepted with a reason, value {own:g} and until",
    )


def _numbers(goals: Goals) -> dict[Name, float | None]:
    """The number of each goal, in its own unit; cents are compared as they are printed."""
    usd = goals.usd_per_user
    return {
        "response": goals.response_ms,
        "errors": goals.error_percent,
        "load": goals.users,
        "cost": None if usd is None else round(usd, 2),
        "recovery-point": goals.recovery_point_minutes,
        "recovery-time": goals.recovery_time_minutes,
    }
