"""A charge, and what the rules that make charges look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plan import Plan
    from planner.cost.usage import Usage


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One thing that a resource is billed for.

    Attributes:
        sku: what is bought, as the price book calls it.
        quantity: how many at a time for `hour` (it then runs all month), otherwise how many a month.
        unit: unit of the quantity, as in the price book.
        why: where the quantity is from.
        assumed: whether it rests on an assumption about usage and not on the plan.
    """

    sku: str
    quantity: float
    unit: str
    why: str
    assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What rules look at besides the resource itself."""

    plan: Plan
    usage: Usage

    def count(self, token: str) -> int:
        """How many resources of a type will exist."""
        return len(self.plan.of_type(token))
