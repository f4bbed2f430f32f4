"""What a preview costs before and after, by the same assumptions, and whether that is allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.cost.monthly import cost_of
from planner.cost.usage import Usage
from policies.gate.model import COST, STRANGE, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan
    from plan.steps import Preview
    from policies.gate import Finding

SHOWN = 3
"""Lines without a price that are named."""


@dataclass(frozen=True, kw_only=True)
class Money:
    """The monthly cost of a stack on both sides of a change, from list prices and the same use.

    Attributes:
        now_usd: what it costs; None where a part has no price, or unchanged resources are not named.
        then_usd: what it will cost; None as above.
        difference_usd: what is added; None where a part that changes has no price.
        unknown: what has no price, at most a few names.
    """

    now_usd: float | None
    then_usd: float | None
    difference_usd: float | None
    unknown: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        """What is added, of what it costs; None where that is nothing or not known."""
        if self.difference_usd is None or not self.now_usd:
            return None
        return 100 * self.difference_usd / self.now_usd


def money_of(preview: Preview) -> Money:
    """The cost of both sides."""
    usage = Usage()
    try:
        now, then = cost_of(preview.before, usage), cost_of(_standing(preview.after), usage)
    except STRANGE:
        return Money(now_usd=None, then_usd=None, difference_usd=None, unknown=("inputs of an unexpected form",))
    complete = not preview.hidden and not preview.unread
    unpriced = [*now.unknown(), *then.unknown()]
    # What stays as it is costs the same on both sides, whatever that is.
    same = {change.urn for change in preview.changes if change.kind in {"same", "read"}}
    moving = [line.name for line in unpriced if line.urn not in same]
    return Money(
        now_usd=now.total.usd if complete else None,
        then_usd=then.total.usd if complete else None,
        difference_usd=None if moving or preview.unread else then.total.known_usd - now.total.known_usd,
        unknown=tuple(dict.fromkeys(moving or [line.name for line in unpriced]))[:SHOWN],
    )


def _standing(plan: Plan) -> Plan:
    return replace(plan, resources=tuple(item for item in plan if item.op != "delete"))


def costs(preview: Preview, money: Money, most_usd: float | None, most_percent: float | None) -> Iterator[Finding]:
    """What costs more than is allowed, or cannot be compared with what is."""
    if most_usd is not None:
        if money.difference_usd is None:
            yield _unjudged(preview, money, f"a rise of at most {most_usd:,.2f} USD a month is allowed")
        elif money.difference_usd > most_usd:
            says = f"costs {money.difference_usd:,.2f} USD a month more; allowed are {most_usd:,.2f}"
            yield found(COST, preview.stack, says)
    if most_percent is not None:
        if money.percent is None:
            yield _unjudged(preview, money, f"a rise of at most {most_percent:g} % is allowed")
        elif money.percent > most_percent:
            says = f"costs {money.percent:,.1f} % more a month; allowed are {most_percent:g} %"
            yield found(COST, preview.stack, says)


def _unjudged(preview: Preview, money: Money, allowed: str) -> Finding:
    if preview.hidden:
        why = "unchanged resources are not named"
    elif money.unknown:
        why = f"nobody knows the price of {', '.join(money.unknown)}"
    else:
        why = "nothing stands that it could be compared with"
    return found(COST, preview.stack, f"{allowed}, and by how much it rises is not known: {why}", judged=False)
