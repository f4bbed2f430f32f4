"""What a plan costs a month: every charge priced from the price book, or reported as unknown; never guessed.

A sum with an unknown part is unknown: it carries what is known of it, and no total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan import SYSTEMS
from planner.cost.charges import bill, charged
from planner.cost.charges_model import Charge
from planner.cost.prices import price_book
from planner.cost.usage import Usage
from planner.plan_values import region_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan
    from planner.cost.charges import Billing
    from planner.cost.prices import Confidence, Price, PriceBook

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
class Amount:
    """A sum of USD a month of which a part may be unknown.

    Attributes:
        known_usd: what is known of it; the sum is at least that.
        unknown: how many of its parts are unknown.
    """

    known_usd: float = 0.0
    unknown: int = 0

    @property
    def usd(self) -> float | None:
        """The sum; None where a part of it is unknown."""
        return None if self.unknown else self.known_usd

    def __add__(self, other: Amount) -> Amount:
        """Both together, unknown as soon as one of them is."""
        return Amount(known_usd=self.known_usd + other.known_usd, unknown=self.unknown + other.unknown)


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
    def total(self) -> Amount:
        """Everything."""
        return amount(self.lines)

    @property
    def aws(self) -> Amount:
        """What AWS bills: everything but Cloudflare, which sends an invoice of its own."""
        return amount(line for line in self.lines if not line.charge.sku.startswith("cloudflare/"))

    @property
    def fixed(self) -> Amount:
        """What the plan alone decides."""
        return amount(line for line in self.lines if not line.charge.assumed)

    @property
    def assumed(self) -> Amount:
        """What rests on assumptions about usage."""
        return amount(line for line in self.lines if line.charge.assumed)

    @property
    def per_user_usd(self) -> float | None:
        """Cost of an active user; None without users and where the total is unknown."""
        total = self.total.usd
        return total / self.usage.users if total is not None and self.usage.users else None

    @property
    def unverified_usd(self) -> float:
        """The part whose prices are not verified."""
        return self._of("unverified")

    @property
    def carried_usd(self) -> float:
        """The part whose prices were read in other regions and are carried over."""
        return self._of("carried")

    def _of(self, confidence: Confidence) -> float:
        return amount(line for line in self.lines if line.price and line.price.confidence == confidence).known_usd

    def unknown(self) -> list[Line]:
        """Lines that cost an unknown amount."""
        return [line for line in self.lines if line.monthly_usd is None]

    def by_system(self) -> dict[str, Amount]:
        """Sums by system, in the order of the systems, then the rest."""
        order = {system.key: number for number, system in enumerate(SYSTEMS)}
        sums: dict[str, Amount] = {}
        for line in sorted(self.lines, key=lambda line: order.get(line.system, len(order))):
            sums[line.system] = sums.get(line.system, Amount()) + amount([line])
        return sums

    def by_resource(self) -> dict[str, Amount]:
        """Sums by resource URN."""
        sums: dict[str, Amount] = {}
        for line in self.lines:
            sums[line.urn] = sums.get(line.urn, Amount()) + amount([line])
        return sums


def amount(lines: Iterable[Line]) -> Amount:
    """The sum of lines."""
    prices = [line.monthly_usd for line in lines]
    known = [usd for usd in prices if usd is not None]
    return Amount(known_usd=sum(known), unknown=len(prices) - len(known))


def cost_of(plan: Plan, usage: Usage | None = None, book: PriceBook | None = None, region: str | None = None) -> Cost:
    """What a plan costs a month.

    Args:
        plan: the plan; what it deletes is not billed.
        usage: assumptions about usage.
        book: prices; those that come with the project by default.
        region: price it as if it lay there; by default in the plan's own region.
    """
    assumptions, prices = usage or Usage(), book or price_book()
    region = region or region_of(plan) or "unknown region"
    billings = bill(plan, assumptions)
    lines = [_line(billing, charge, region, prices) for billing in billings for charge in billing.charges]
    lines += [_unruled(billing) for billing in billings if not billing.ruled]
    return Cost(lines=tuple(lines), coverage=_coverage(billings, lines), usage=assumptions, region=region)


def total_of(plan: Plan, usage: Usage, region: str, book: PriceBook | None = None) -> Amount:
    """What `cost_of` would sum up to, without its lines: for plans that are only compared by what they cost.

    Args:
        plan: the plan; what it deletes is not billed.
        usage: assumptions about usage.
        region: price it as if it lay there.
        book: prices; those that come with the project by default.
    """
    prices, known, unknown = book or price_book(), 0.0, 0
    for charges, ruled in charged(plan, usage):
        unknown += not ruled
        for charge in charges:
            if charge.quantity == 0:
                continue
            price = prices.find(charge.sku, region)
            if price is None:
                unknown += 1
            else:
                known += charge.quantity * price.usd * hours_of(charge, prices)
    return Amount(known_usd=known, unknown=unknown)


def hours_of(charge: Charge, book: PriceBook) -> int:
    """Hours of a month for units that run all month, otherwise 1."""
    return book.hours_per_month if charge.unit in HOURLY else 1


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
        hours=hours_of(charge, book),
    )


def _unruled(billing: Billing) -> Line:
    """A resource of which nothing is known, as a charge of unknown price: it would else be in no sum."""
    return Line(
        urn=billing.item.urn,
        name=billing.item.name,
        type=billing.item.type,
        system=billing.item.system,
        charge=Charge(sku=billing.item.type, quantity=1, unit="month", why="no rule says what it costs"),
        price=None,
        unknown=f"no rule says what a resource of type {billing.item.type} costs",
        hours=1,
    )


def _coverage(billings: list[Billing], lines: list[Line]) -> Coverage:
    costly = {billing.item.type for billing in billings if billing.charges or not billing.ruled}
    unknown = {line.type for line in lines if line.monthly_usd is None}
    return Coverage(
        kinds=tuple(sorted(costly)),
        unpriced=tuple(sorted(unknown)),
        resources=len(billings),
        free=sum(1 for billing in billings if billing.free),
    )
