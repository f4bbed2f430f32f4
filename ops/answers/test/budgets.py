"""What each check and lane may take of the processors: a run of everything has half an hour on two cores.

Budgets are said, not enforced: how many processor seconds a test takes differs from machine to machine, and a lane
that fails for a slow machine would say nothing of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Processor seconds of a check or lane.

    Attributes:
        measured: what it took in a run of everything that built all programs first (two cores of an AMD EPYC that
            other work loaded, 2026-11-30).
        allowed: what it may take before the end of a run names it: a fifth more.
    """

    measured: int

    @property
    def allowed(self) -> int:
        """A fifth more than measured."""
        return round(self.measured * 1.2)


BUDGETS: Mapping[str, Budget] = {
    "mypy": Budget(measured=65),
    "unit": Budget(measured=335),
    "repo": Budget(measured=130),
    "stack": Budget(measured=810),
    "engine": Budget(measured=1075),
    "real": Budget(measured=635),
}
"""By the name of the check or lane."""


def over_budget(name: str, cpu_seconds: float) -> str | None:
    """The sentence about a check or lane that took more than it may, or None."""
    budget = BUDGETS.get(name)
    if budget is None or cpu_seconds <= budget.allowed:
        return None
    return (
        f"{name} took {cpu_seconds:.0f} processor seconds, {budget.allowed} are its budget: "
        "share what its tests build, or prove it in a cheaper lane (ops/answers/test/budgets.py)"
    )
