"""Two plans' costs beside each other: what runs now, what runs then, and from how many users on the larger one pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.cost.monthly import Amount

if TYPE_CHECKING:
    from planner.cost.monthly import Cost

ROUNDING_USD = 1e-9
"""Differences below are errors of adding doubles."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What one resource costs now and then.

    Attributes:
        urn: the resource.
        now: what it costs now; nothing when it does not exist yet.
        then: what it costs then; nothing when it is gone.
    """

    urn: str
    now: Amount
    then: Amount

    @property
    def usd(self) -> float | None:
        """The change; None where one side is unknown."""
        return change(self.now, self.then)


def change(now: Amount, then: Amount) -> float | None:
    """What is added to a sum; None where one of both is unknown."""
    return None if now.usd is None or then.usd is None else then.usd - now.usd


def difference(now: Cost, then: Cost) -> list[Difference]:
    """What changes between two plans: unknown changes behind the known ones, of which the largest is first.

    Equal costs are left out. What is unknown on a side is never equal.
    """
    old, new, nothing = now.by_resource(), then.by_resource(), Amount()
    found = [
        Difference(urn=urn, now=old.get(urn, nothing), then=new.get(urn, nothing))
        for urn in dict.fromkeys([*old, *new])
    ]
    return sorted(
        (item for item in found if item.usd is None or abs(item.usd) > ROUNDING_USD),
        key=lambda item: (item.usd is None, -abs(item.usd or 0), item.urn),
    )


def break_even_users(smaller: Cost, larger: Cost) -> float | None:
    """Active users from which the larger platform costs no more per user than the smaller one at its own users.

    Usage grows with users, so the larger platform costs its fixed part plus a part for each user:
    `fixed + share * users = rate * users`.

    Returns:
        The number of users, or None when no number of users is enough, the smaller platform has no users, or a part of
        a sum is unknown.
    """
    rate, fixed, assumed = smaller.per_user_usd, larger.fixed.usd, larger.assumed.usd
    if rate is None or fixed is None or assumed is None or not larger.usage.users:
        return None
    share = assumed / larger.usage.users
    return fixed / (rate - share) if rate > share else None
