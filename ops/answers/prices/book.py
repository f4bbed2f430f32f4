"""What the price book holds: its regions, and what a stack would cost in each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.cost.monthly import cost_of
from planner.cost.prices import COMMERCIAL, GLOBAL, price_book

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plan import Plan
    from planner.cost.monthly import Amount
    from planner.cost.prices import PriceBook
    from planner.cost.usage import Usage


@dataclass(frozen=True, kw_only=True)
class RegionPrices:
    """What the book has of a region.

    Attributes:
        region: of AWS.
        prices: how many.
        oldest: day of the oldest price.
        newest: day of the newest one.
        sure: how many were read from a copy of AWS's list.
        total: what a stack costs there a month; None where none was named.
        unknown: SKUs of that stack that the region has no price of.
    """

    region: str
    prices: int
    oldest: str
    newest: str
    sure: int
    total: Amount | None = None
    unknown: tuple[str, ...] = ()

    @property
    def complete(self) -> bool | None:
        """Whether every charge of the stack has a price; None where none was named."""
        return None if self.total is None else not self.total.unknown


@dataclass(frozen=True, kw_only=True)
class BookOfPrices:
    """The price book.

    Attributes:
        regions: by name.
        carried: SKUs whose price is carried over into regions where nobody read it.
        everywhere: SKUs whose price no region changes.
        origin: what the totals are of; empty where no stack was named.
    """

    regions: tuple[RegionPrices, ...]
    carried: tuple[str, ...]
    everywhere: tuple[str, ...]
    origin: str = ""

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Regions in which a part of the stack has no price."""
        return tuple(item.region for item in self.regions if item.complete is False)


def book_of_prices(
    plan: Plan | None = None, usage: Usage | None = None, origin: str = "", book: PriceBook | None = None
) -> BookOfPrices:
    """What the book holds, and what a plan would cost in each of its regions.

    Args:
        plan: priced as if it lay in each region.
        usage: assumptions about usage.
        origin: how to call the plan.
        book: prices; those that come with the project by default.
    """
    prices = book or price_book()
    return BookOfPrices(
        regions=tuple(_region(prices, region, plan, usage) for region in prices.regions()),
        carried=tuple(price.sku for price in prices.of(COMMERCIAL)),
        everywhere=tuple(price.sku for price in prices.of(GLOBAL)),
        origin=origin,
    )


def _region(book: PriceBook, region: str, plan: Plan | None, usage: Usage | None) -> RegionPrices:
    prices = book.of(region)
    dates = sorted(price.date for price in prices)
    kinds: Mapping[str, int] = Counter(price.confidence for price in prices)
    cost = None if plan is None else cost_of(plan, usage, book, region)
    return RegionPrices(
        region=region,
        prices=len(prices),
        oldest=dates[0],
        newest=dates[-1],
        sure=kinds["sure"],
        total=cost.total if cost else None,
        unknown=tuple(dict.fromkeys(line.charge.sku for line in cost.unknown())) if cost else (),
    )
