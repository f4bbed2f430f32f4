"""Whether prices of a list may stand in the book as sure: their day, their size, and how far they move."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from plan.days import read_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.cost.price_list import Offer, Picked

MOST_TIMES = 3
"""How many times a price may grow or shrink before somebody has to say that it is meant: list prices of AWS move by
some percent, and a slipped point or another unit by a factor of ten and more (our choice)."""


def unsound(
    offers: Iterable[Offer], picked: Mapping[str, Picked], old: Mapping[str, Any], today: date | None = None
) -> Iterator[str]:
    """What keeps prices of offers from replacing those of the book, in words, whoever looked at them.

    Args:
        offers: what was read.
        picked: the prices, by SKU.
        old: the region's document in the book.
        today: the day of the refresh; by default today, in UTC.
    """
    now = today or datetime.now(UTC).date()
    sources = old.get("sources", {})
    for offer in offers:
        published = read_day(offer.published)
        if published is None:
            yield f"the offer of {offer.code} was published on {offer.published[:20]!r}, which is no day"
            continue
        if published > now:
            yield f"the offer of {offer.code} was published on {published}, which is after today"
        had = {
            row["source"] for row in old["prices"] if row["sku"] in picked and picked[row["sku"]].offer == offer.code
        }
        newest = max(
            (day for name in had if (day := read_day(str(sources.get(name, {}).get("date", ""))))), default=None
        )
        if newest is not None and published < newest:
            yield f"the offer of {offer.code} is of {published}, and the book has prices of {newest}"
    for sku, one in sorted(picked.items()):
        if one.usd <= 0:
            yield f"{sku} would cost {one.usd:g} USD: nothing that the book prices is free"


def jumps(picked: Mapping[str, Picked], old: Mapping[str, Any]) -> Iterator[str]:
    """Prices that move further than list prices do, in words.

    Args:
        picked: the prices, by SKU.
        old: the region's document in the book.
    """
    before = {row["sku"]: row["usd"] for row in old["prices"]}
    for sku, one in sorted(picked.items()):
        had = before.get(sku)
        if had and one.usd > 0 and not had / MOST_TIMES <= one.usd <= had * MOST_TIMES:
            yield f"{sku} from {had:g} to {one.usd:g} USD"
