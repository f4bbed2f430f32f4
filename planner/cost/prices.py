"""The price book: dated list prices, each with its source and how sure it is. What is not in it is unknown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Confidence = Literal["sure", "likely", "unverified"]
"""sure: read from a price table or the vendor. likely: several public sources agree, or generally known. unverified:
known to us only; check it before relying on it."""
GLOBAL = "global"


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price.

    Attributes:
        sku: what is sold, for example `ec2/m8g.large`.
        unit: `hour`, `month`, `GB-month`, `GB` and so on.
        usd: list price of one unit, on demand, without tax and discounts.
        region: AWS region, or `global`.
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
    """All known prices, and reasons for some that are unknown."""

    prices: Mapping[tuple[str, str], Price]
    reasons: Mapping[str, str]
    hours_per_month: int

    def find(self, sku: str, region: str) -> Price | None:
        """The price of a SKU in a region, or its global price; None when unknown."""
        return self.prices.get((sku, region)) or self.prices.get((sku, GLOBAL))

    def why_unknown(self, sku: str, region: str) -> str:
        """Why a price is unknown."""
        known = sorted({price.region for price in self.prices.values() if price.sku == sku})
        if known:
            return f"the price book has {sku} for {', '.join(known)} only, not for {region}"
        family = sku.split("/", 1)[0] + "/*"
        return self.reasons.get(sku) or self.reasons.get(family) or f"the price book has no {sku}"


def parse_price_book(document: Mapping[str, Any]) -> PriceBook:
    """The price book in a parsed JSON document.

    Raises:
        ValueError: a price stands twice, is negative, or has no source in the document.
    """
    found: dict[tuple[str, str], Price] = {}
    for row in document["prices"]:
        source = document["sources"].get(row["source"])
        key = (row["sku"], row["region"])
        if source is None or key in found or row["usd"] < 0:
            raise ValueError(f"price {key} stands twice, is negative, or its source {row['source']!r} is not listed")
        found[key] = Price(**{**row, "source": source["title"], "date": source["date"]})
    reasons = {row["sku"]: row["reason"] for row in document["unknown"]}
    return PriceBook(
        prices=MappingProxyType(found),
        reasons=MappingProxyType(reasons),
        hours_per_month=document["hours_per_month"],
    )


@cache
def price_book() -> PriceBook:
    """The price book that comes with the project."""
    return parse_price_book(json.loads(files("planner").joinpath("data/prices.json").read_text("utf-8")))
