"""The price book: dated list prices of regions, each with its source and how sure it is. What is not in it is unknown.

`planner/data/prices/` has one file for each region that is known; `aws.json` has what is carried over into regions that
nobody read it in, `global.json` what no region changes, and `book.json` the sources, the regions of AWS and reasons.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from planner.evidence import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

Confidence = Literal["sure", "likely", "carried", "unverified"]
"""sure: read from a copy of the vendor's own list. likely: several public sources agree, or generally known. carried:
read in other regions only, in each of which it is the same. unverified: of one source, or known to us only; check it
before relying on it."""
GLOBAL = "global"
"""Stands for every region of every vendor."""
COMMERCIAL = "aws"
"""The partition whose regions share what is carried over (AWS General Reference, partitions)."""
BOOK = "book.json"


class RegionError(EvidenceError):
    """Not a region of AWS; the message says which was meant, if one is near, and what there is."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price.

    Attributes:
        sku: what is sold, for example `ec2/m8g.large`.
        unit: `hour`, `month`, `GB-month`, `GB` and so on.
        usd: list price of one unit, on demand, without tax and discounts.
        region: AWS region, `aws` for one that is carried over, or `global`.
        confidence: how sure the number is.
        source: where it is from.
        date: when that was current.
        note: what the number covers.
    """

    sku: str
    unit: str
    usd: float
    region: str
    confidence: Confidence
    source: str
    date: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PriceBook:
    """All known prices, and reasons for some that are unknown.

    Attributes:
        prices: by SKU and region.
        reasons: why a SKU has no price, by SKU or by its first part and `/*`.
        hours_per_month: hours that what runs all month is billed for.
        partitions: regions of AWS by partition.
    """

    prices: Mapping[tuple[str, str], Price]
    reasons: Mapping[str, str]
    hours_per_month: int
    partitions: Mapping[str, tuple[str, ...]]

    def find(self, sku: str, region: str) -> Price | None:
        """The price of a SKU in a region, one that is carried over into it, or its global price; None when unknown."""
        carried = self.prices.get((sku, COMMERCIAL)) if region in self.partitions.get(COMMERCIAL, ()) else None
        return self.prices.get((sku, region)) or carried or self.prices.get((sku, GLOBAL))

    def why_unknown(self, sku: str, region: str) -> str:
        """Why a price is unknown."""
        known = self._files[sku]
        if known and not any(region in names for names in self.partitions.values()):
            return f"AWS has no region {region[:60]!r}"
        if known:
            return f"the price book has no {sku} for {region}; it has one for {known} other regions"
        family = sku.split("/", 1)[0] + "/*"
        return self.reasons.get(sku) or self.reasons.get(family) or f"the price book has no {sku}"

    @cached_property
    def _files(self) -> Counter[str]:
        """In how many regions each SKU has a price."""
        return Counter(price.sku for price in self.prices.values())

    def regions(self) -> tuple[str, ...]:
        """Regions that the book has a file of."""
        found = {price.region for price in self.prices.values()} - {COMMERCIAL, GLOBAL}
        return tuple(sorted(found))

    def of(self, region: str) -> tuple[Price, ...]:
        """The prices that were read for a region, by SKU."""
        return tuple(sorted((price for price in self.prices.values() if price.region == region), key=lambda p: p.sku))

    def checked(self, region: str) -> str:
        """A region, if AWS has one of that name.

        Raises:
            RegionError: AWS has none.
        """
        every = sorted(name for names in self.partitions.values() for name in names)
        if region not in every:
            near = "".join(f"; {name} is near" for name in get_close_matches(region, every, 1))
            raise RegionError(f"AWS has no region {region[:60]!r}{near}. There are {', '.join(every)}")
        return region


def parse_price_book(book: Mapping[str, Any], regions: Iterable[Mapping[str, Any]]) -> PriceBook:
    """The price book in parsed JSON documents.

    Args:
        book: sources, regions and reasons.
        regions: a document with a region and its prices for each file.

    Raises:
        ValueError: a price stands twice, is negative, or has no source in the document.
    """
    found: dict[tuple[str, str], Price] = {}
    for document in regions:
        region = document["region"]
        sources = {**book["sources"], **document.get("sources", {})}
        for row in document["prices"]:
            source = sources.get(row["source"])
            key = (row["sku"], region)
            if source is None or key in found or row["usd"] < 0:
                raise ValueError(
                    f"price {key} stands twice, is negative, or its source {row['source']!r} is not listed"
                )
            found[key] = Price(**{**row, "region": region, "source": source["title"], "date": source["date"]})
    return PriceBook(
        prices=MappingProxyType(found),
        reasons=MappingProxyType({row["sku"]: row["reason"] for row in book["unknown"]}),
        hours_per_month=book["hours_per_month"],
        partitions=MappingProxyType({name: tuple(regions) for name, regions in book["partitions"].items()}),
    )


def read_price_book(folder: Traversable) -> PriceBook:
    """The price book in a folder: `book.json` and one file for each region.

    Raises:
        ValueError: a file has something else in it.
    """
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".json") and item.name != BOOK)
    documents = [json.loads(folder.joinpath(name).read_text("utf-8")) for name in names]
    twice = [region for region, count in Counter(document["region"] for document in documents).items() if count > 1]
    if twice:
        raise ValueError(f"two files hold prices of {', '.join(twice)}")
    return parse_price_book(json.loads(folder.joinpath(BOOK).read_text("utf-8")), documents)


@cache
def price_book() -> PriceBook:
    """The price book that comes with the project."""
    return read_price_book(files("planner").joinpath("data/prices"))
