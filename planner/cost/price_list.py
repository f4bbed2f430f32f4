"""AWS's public price list: reads its offer files, and picks the rows that the price book wants.

An offer file has all prices of a service in a region, as JSON or CSV (AWS Billing User Guide, "Using the AWS Price List
Bulk API" and "Reading the service price list file"; columns and attributes read on files of 2026-08-31 and later).
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.cost.price_list_rules import ListRule

ON_DEMAND, CURRENCY, IN_A_REGION = "OnDemand", "USD", "AWS Region"
PLACES = 10
"""Digits behind the point of the list's prices (as in the files)."""
METADATA_ROWS = 12
"""A CSV file has its table's header behind a few rows of two cells (five in every file that was read)."""
_NOT_A_LETTER = re.compile(r"[^a-z0-9]")
_PREFIX = r"(?:[A-Z]{2,4}\d?-|[a-z]{2,4}(?:-[a-z]+)+-\d-)?"
"""Of a usage type: the short name of the region, none in us-east-1, or its code (read: EUW2-, EU-, eu-central-1-)."""


class PriceListError(ValueError):
    """A file is no offer file, or says two things; the message says which."""


@dataclass(frozen=True, kw_only=True)
class OfferRow:
    """One price of an offer file.

    Attributes:
        attributes: of its product, names in small letters without spaces.
        unit: of the list, such as Hrs.
        begin: from which quantity a month the price holds.
        usd: of one unit.
    """

    attributes: Mapping[str, str]
    unit: str
    begin: str
    usd: float


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An offer file.

    Attributes:
        code: of the service, for example AmazonRDS.
        version: as the list names it.
        published: day of its publication.
        rows: prices on demand in dollars.
    """

    code: str
    version: str
    published: str
    rows: tuple[OfferRow, ...]


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A price for the book.

    Attributes:
        sku: as the book calls it.
        unit: as the book counts it.
        usd: of one unit.
        offer: the service whose file has it.
    """

    sku: str
    unit: str
    usd: float
    offer: str


def read_offer(stream: TextIO, name: str, wanted: frozenset[str]) -> Offer:
    """An offer file, of which only products of these families, or of none, are kept.

    Args:
        stream: the file.
        name: how to call it in a message.
        wanted: families of products; a file of AmazonEC2 has half a million rows, of which the book wants a few dozen.

    Raises:
        PriceListError: it is no offer file.
    """
    first = stream.read(1)
    try:
        if first == "{":
            return _of_json(first + stream.read(), name, wanted)
        return _of_csv(stream, first, name, wanted)
    except (csv.Error, RecursionError) as error:
        raise PriceListError(f"{name} is no offer file of AWS's price list: {error}") from error


def _of_json(text: str, name: str, wanted: frozenset[str]) -> Offer:
    try:
        document = json.loads(text)
        terms = document["terms"].get(ON_DEMAND, {})
        rows = [
            OfferRow(attributes=attributes, unit=price["unit"], begin=str(price["beginRange"]), usd=float(usd))
            for sku, product in document["products"].items()
            if product.get("productFamily", "") in wanted
            for attributes in [
                _attributes({**product["attributes"], "productFamily": product.get("productFamily", "")})
            ]
            for term in terms.get(sku, {}).values()
            for price in term["priceDimensions"].values()
            if (usd := price["pricePerUnit"].get(CURRENCY)) is not None
        ]
        return Offer(
            code=str(document["offerCode"]),
            version=str(document["version"]),
            published=str(document["publicationDate"])[:10],
            rows=tuple(rows),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PriceListError(f"{name} is no offer file of AWS's price list: {type(error).__name__}: {error}") from error


def _of_csv(stream: TextIO, first: str, name: str, wanted: frozenset[str]) -> Offer:
    lines = csv.reader(_again(first, stream))
    about: dict[str, str] = {}
    header: list[str] = []
    for line in lines:
        if line and line[0] == "SKU":
            header = line
            break
        if len(line) > 1:
            about[line[0]] = line[1]
        if len(about) > METADATA_ROWS:
            break
    missing = {"OfferCode", "Version", "Publication Date"} - set(about)
    columns = {"TermType", "StartingRange", "Unit", "PricePerUnit", "Currency", "Product Family", "usageType"} - set(
        header
    )
    if missing or columns:
        lacks = ", ".join(sorted(missing | columns))
        raise PriceListError(f"{name} is no offer file of AWS's price list: it has no {lacks}")
    return Offer(
        code=about["OfferCode"],
        version=about["Version"],
        published=about["Publication Date"][:10],
        rows=tuple(_csv_rows(lines, header, name, wanted)),
    )


def _again(first: str, stream: TextIO) -> Iterator[str]:
    yield first + stream.readline()
    yield from stream


def _csv_rows(lines: Iterable[list[str]], header: list[str], name: str, wanted: frozenset[str]) -> Iterator[OfferRow]:
    place = {column: number for number, column in enumerate(header)}
    family, term, currency = place["Product Family"], place["TermType"], place["Currency"]
    for line in lines:
        if len(line) != len(header):
            raise PriceListError(f"{name} is cut short: a row has {len(line)} of {len(header)} cells")
        if line[term] != ON_DEMAND or line[currency] != CURRENCY or line[family] not in wanted:
            continue
        try:
            usd = float(line[place["PricePerUnit"]])
        except ValueError as error:
            raise PriceListError(f"{name} has a price that is no number: {line[place['PricePerUnit']]!r}") from error
        row = {column: line[number] for column, number in place.items()}
        yield OfferRow(attributes=_attributes(row), unit=row["Unit"], begin=row["StartingRange"], usd=usd)


def _attributes(found: Mapping[str, Any]) -> Mapping[str, str]:
    """The JSON files write instanceType where the CSV files write Instance Type."""
    return MappingProxyType({_NOT_A_LETTER.sub("", name.lower()): str(value) for name, value in found.items()})


def pick(offer: Offer, region: str, rules: Iterable[ListRule]) -> list[Picked]:
    """What the rules find in an offer file for a region: the price of the first unit of each SKU.

    Args:
        offer: the file.
        region: rows of other regions are passed over.
        rules: what to look for.

    Raises:
        PriceListError: the list has two prices for one SKU.
    """
    found: dict[str, Picked] = {}
    for rule in rules:
        if rule.offer != offer.code:
            continue
        shape = re.compile(_PREFIX + rule.usage)
        for row in offer.rows:
            if not _is(row, rule, region, shape):
                continue
            sku = rule.sku.format(type=row.attributes.get("instancetype", ""))
            priced = Picked(sku=sku, unit=rule.unit, usd=round(row.usd * rule.scale, PLACES), offer=offer.code)
            if found.setdefault(sku, priced).usd != priced.usd:
                raise PriceListError(
                    f"the file of {offer.code} has two prices for {sku} in {region}: {found[sku].usd} and {priced.usd}"
                )
    return list(found.values())


def _is(row: OfferRow, rule: ListRule, region: str, shape: re.Pattern[str]) -> bool:
    has = row.attributes
    return (
        float(row.begin or 0) == 0
        and row.unit in rule.list_units
        and region in {has.get("regioncode"), has.get("fromregioncode")}
        and has.get("locationtype", has.get("fromlocationtype")) == IN_A_REGION
        and shape.fullmatch(has.get("usagetype", "")) is not None
        and all(has.get(name) == value for name, value in rule.where.items())
    )
