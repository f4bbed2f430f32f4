"""What a plan costs a month: every charge priced from the price book, or reported as unknown; never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan import SYSTEMS
from planner.charges import bill
from planner.plan_values import region_of
from planner.prices import price_book
from planner.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan
    from planner.charges import Billing
    from planner.charges_model import Charge
    from planner.prices import Price, PriceBook

HOURLY = {"hour", "vCPU-hour"}
"""Units of which a quantity runs all month; an LCU-hour is counted, it does not run."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One charge of one resource, with its price.

    Attributes:
        urn: the resource.
        name: its logical name.
        type: its type token.
        system: the system that it belongs to.
        charge: what is billed and why.
        price: the row of the price book; None when the price is unknown.
        unknown: why the price is unknown; empty when it is known.
        hours: hours of a month for units that run all month, otherwise 1.
    """

    urn: str
    name: str
    type: str
    system: str
    charge: Charge
    price: Price | None
    unknown: str
    hours: int

    @property
    def monthly_usd(self) -> float | None:
        """Monthly USD; 0 for nothing of an unknown price, None for something of an unknown price."""
        if self.charge.quantity == 0:
            return 0.0
        return None if self.price is None else self.charge.quantity * self.price.usd * self.hours

    def as_json(self) -> dict[str, Any]:
        """The line, traceable to its price."""
        price = self.price
        return {
            "urn": self.urn,
            "name": self.name,
            "type": self.type,
            "system": self.system,
            "sku": self.charge.sku,
            "quantity": self.charge.quantity,
            "unit": self.charge.unit,
            "why": self.charge.why,
            "assumed": self.charge.assumed,
            "monthly_usd": self.monthly_usd,
            "price": {
                "usd": price.usd,
                "region": price.region,
                "confidence": price.confidence,
                "source": price.source,
                "date": price.date,
            }
            if price
            else None,
            "unknown": self.unknown or None,
        }


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much of a plan the total covers, by kinds of resources and by charges.

    Attributes:
        kinds: types that cost something, or that no rule says anything about.
        unpriced: of these, types with a charge of unknown price or without a rule.
        resources: resources of the plan.
        free: of these, those that cost nothing.
    """

    kinds: tuple[str, ...]
    unpriced: tuple[str, ...]
    resources: int
    free: int

    @property
    def percent(self) -> float:
        """Priced kinds in percent of all that cost something."""
        return 100.0 if not self.kinds else 100 * (len(self.kinds) - len(self.unpriced)) / len(self.kinds)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The monthly cost of a plan."""

    lines: tuple[Line, ...]
    coverage: Coverage
    usage: Usage
    region: str

    @property
    def total_usd(self) -> float:
        """Everything of known price."""
        return known(self.lines)

    @property
    def fixed_usd(self) -> float:
        """What the plan alone decides."""
        return known(line for line in self.lines if not line.charge.assumed)

    @property
    def assumed_usd(self) -> float:
        """What rests on assumptions about usage."""
        return self.total_usd - self.fixed_usd

    @property
    def per_user_usd(self) -> float | None:
        """Cost of an active user; None without users."""
        return self.total_usd / self.usage.users if self.usage.users else None

    @property
    def unverified_usd(self) -> float:
        """The part whose prices are not verified."""
        return known(line for line in self.lines if line.price and line.price.confidence == "unverified")

    def unknown(self) -> list[Line]:
        """Lines that cost an unknown amount."""
        return [line for line in self.lines if line.monthly_usd is None]

    def by_system(self) -> dict[str, float]:
        """USD by system, in the order of the systems, then the rest."""
        order = {system.key: number for number, system in enumerate(SYSTEMS)}
        sums: dict[str, float] = {}
        for line in sorted(self.lines, key=lambda line: order.get(line.system, len(order))):
            sums[line.system] = sums.get(line.system, 0) + (line.monthly_usd or 0)
        return sums

    def by_resource(self) -> dict[str, float]:
        """USD by resource URN."""
        sums: dict[str, float] = {}
        for line in self.lines:
            sums[line.urn] = sums.get(line.urn, 0) + (line.monthly_usd or 0)
        return sums


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What one resource costs before and after.

    Attributes:
        urn: the resource.
        before: USD a month before, 0 when it does not exist yet.
        after: USD a month after, 0 when it is gone.
    """

    urn: str
    before: float
    after: float

    @property
    def usd(self) -> float:
        """The change."""
        return self.after - self.before


def known(lines: Iterable[Line]) -> float:
    """The sum of all lines of known price."""
    return sum((line.monthly_usd or 0) for line in lines)


def cost_of(plan: Plan, usage: Usage | None = None, book: PriceBook | None = None) -> Cost:
    """What a plan costs a month.

    Args:
        plan: the plan; what it deletes is not billed.
        usage: assumptions about usage.
        book: prices; those that come with the project by default.
    """
    assumptions, prices = usage or Usage(), book or price_book()
    region = region_of(plan) or "unknown region"
    billings = bill(plan, assumptions)
    lines = [_line(billing, charge, region, prices) for billing in billings for charge in billing.charges]
    return Cost(lines=tuple(lines), coverage=_coverage(billings, lines), usage=assumptions, region=region)


def _line(billing: Billing, charge: Charge, region: str, book: PriceBook) -> Line:
    price = book.find(charge.sku, region)
    if price is not None and price.unit != charge.unit:
        raise AssertionError(f"{charge.sku} is sold by {price.unit}, and its rule bills by {charge.unit}")
    return Line(
        urn=billing.item.urn,
        name=billing.item.name,
        type=billing.item.type,
        system=billing.item.system,
        charge=charge,
        price=price,
        unknown="" if price else book.why_unknown(charge.sku, region),
        hours=book.hours_per_month if charge.unit in HOURLY else 1,
    )


def _coverage(billings: list[Billing], lines: list[Line]) -> Coverage:
    costly = {billing.item.type for billing in billings if billing.charges or not billing.ruled}
    unruled = {billing.item.type for billing in billings if not billing.ruled}
    unknown = {line.type for line in lines if line.monthly_usd is None}
    return Coverage(
        kinds=tuple(sorted(costly)),
        unpriced=tuple(sorted(unruled | unknown)),
        resources=len(billings),
        free=sum(1 for billing in billings if billing.free),
    )


def difference(before: Cost, after: Cost) -> list[Difference]:
    """What changes between two plans, the largest change first; equal costs are left out."""
    old, new = before.by_resource(), after.by_resource()
    found = [Difference(urn=urn, before=old.get(urn, 0), after=new.get(urn, 0)) for urn in dict.fromkeys([*old, *new])]
    return sorted((item for item in found if abs(item.usd) > 1e-9), key=lambda item: (-abs(item.usd), item.urn))  # noqa: PLR2004 - rounding of doubles


def break_even_users(smaller: Cost, larger: Cost) -> float | None:
    """Active users from which the larger platform costs no more per user than the smaller one at its own users.

    Usage grows with users, so the larger platform costs its fixed part plus a part for each user:
    `fixed + share * users = rate * users`.

    Returns:
        The number of users, or None when no number of users is enough, or the smaller platform has no users.
    """
    rate = smaller.per_user_usd
    if rate is None or not larger.usage.users:
        return None
    share = larger.assumed_usd / larger.usage.users
    return larger.fixed_usd / (rate - share) if rate > share else None
