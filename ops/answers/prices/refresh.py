"""Brings a region of the price book up to date from AWS's public price list: from files, or from AWS itself."""

from __future__ import annotations

import json
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.instance_classes import instance_classes
from ops.answers.prices.sound import MOST_TIMES, jumps, unsound
from ops.foreign import one_line
from planner.cost.price_list import Offer, Picked, PriceListError, pick, read_offer
from planner.cost.price_list_rules import FAMILIES, OFFERS, RULES
from planner.cost.prices import BOOK, parse_price_book, read_price_book
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from planner.cost.prices import PriceBook

FOLDER = Path(__file__).resolve().parents[3] / "planner" / "data" / "prices"
ADDRESS = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/{offer}/current/{region}/index.csv"
"""An offer file (AWS Billing User Guide, "Getting price list files manually"; unverified 2026-11-30)."""
TIMEOUT_SECONDS = 60
CHUNK, LARGEST = 1 << 20, 3 << 30
"""Bytes; the file of AmazonEC2 of a region has a few hundred MB (unverified 2026-11-30)."""
OF_TYPES = {"ec2/": "ec2", "rds/postgres/": "rds", "elasticache/valkey/": "elasticache"}
MODE = 0o644


class RefreshError(Exception):
    """The list could not be had or read; the message says why. The book is untouched."""


SHOWN = 3
"""How many wrong prices a message names."""


@dataclass(frozen=True, kw_only=True)
class ChangedPrice:
    """A price before and after.

    Attributes:
        sku: what is sold.
        unit: how it is counted.
        before_usd: what the book had; None for a new one.
        after_usd: what the list has.
    """

    sku: str
    unit: str
    before_usd: float | None
    after_usd: float

    @property
    def percent(self) -> float | None:
        """The change; None for a new price."""
        return None if not self.before_usd else 100 * (self.after_usd - self.before_usd) / self.before_usd


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """A region of the book against the list.

    Attributes:
        region: of AWS.
        file: of the book.
        offers: service, version and day of each file that was read.
        found: SKUs that the files have a price of.
        changes: prices that differ, or are new.
        kept: SKUs of the region that the files do not have: their older prices stay.
        absent: what a rule looks for in a file that was read, and did not find.
        document: the region's new file.
    """

    region: str
    file: Path
    offers: tuple[tuple[str, str, str], ...]
    found: int
    changes: tuple[ChangedPrice, ...]
    kept: tuple[str, ...]
    absent: tuple[str, ...]
    document: str

    def as_json(self) -> dict[str, Any]:
        """The machine-readable comparison."""
        return {
            "region": self.region,
            "file": str(self.file),
            "offers": [dict(zip(("code", "version", "date"), offer, strict=True)) for offer in self.offers],
            "found": self.found,
            "changes": [{**vars(change), "percent": change.percent} for change in self.changes],
            "kept": list(self.kept),
            "absent": list(self.absent),
        }


def download(url: str, target: Path) -> None:
    """The file at an address of AWS's.

    Raises:
        RefreshError: no answer, or one without an end.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "bailbondpro-platform"})  # noqa: S310 - a constant https host
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer, target.open("wb") as stream:  # noqa: S310 - as above
            while block := answer.read(CHUNK):
                stream.write(block)
                if stream.tell() > LARGEST:
                    raise RefreshError(f"{url} has no end; the book is kept")
    except (urllib.error.URLError, HTTPException, TimeoutError, OSError) as error:
        reason = one_line(getattr(error, "reason", error))
        raise RefreshError(
            f"{url} gives no answer ({reason}); the book is kept. Without a network: --from FILE, once for each service"
        ) from error


def refresh(
    region: str,
    sources: Sequence[Path],
    folder: Path = FOLDER,
    fetch: Callable[[str, Path], None] = download,
    *,
    meant: bool = False,
) -> Refreshed:
    """Hold a region of the book against the list.

    Args:
        region: of AWS.
        sources: offer files; none for those that AWS publishes now.
        folder: the book.
        fetch: puts the file at an address somewhere.
        meant: somebody says that prices which move far are right.

    Raises:
        RefreshError: the list could not be had or read, has nothing of the region, or what cannot be its price.
        RegionError: AWS has no such region.
    """
    try:
        book = read_price_book(folder)
    except (OSError, ValueError, KeyError) as error:
        raise RefreshError(f"the price book in {folder} cannot be read: {error}") from error
    book.checked(region)
    offers: list[Offer] = []
    picked: dict[str, Picked] = {}
    wanted = wanted_skus(book)
    for offer in _offers(region, sources, fetch):
        if offer.code in {read.code for read in offers}:
            raise RefreshError(f"two files are of {offer.code}; give one of each service")
        try:
            picked |= {one.sku: one for one in pick(offer, region, RULES) if one.sku in wanted}
        except PriceListError as error:
            raise RefreshError(f"{error}; the book is kept") from error
        offers.append(replace(offer, rows=()))
    if not picked:
        read = ", ".join(offer.code for offer in offers) or "no file"
        raise RefreshError(f"the files have no price that the book wants in {region} (read: {read}); the book is kept")
    old = _old(region, folder)
    if wrong := list(unsound(offers, picked, old)):
        raise RefreshError(f"{_first(wrong)}; the book is kept")
    if not meant and (far := list(jumps(picked, old))):
        raise RefreshError(
            f"{len(far)} prices move by more than {MOST_TIMES} times ({_first(far)}); the book is kept. If AWS means "
            "them: --meant"
        )
    return _compared(region, folder, offers, picked)


def _first(texts: list[str]) -> str:
    more = f", and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return "; ".join(texts[:SHOWN]) + more


def _old(region: str, folder: Path) -> dict[str, Any]:
    file = folder / f"{region}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {"region": region, "prices": []}
    return found


def wanted_skus(book: PriceBook) -> frozenset[str]:
    """What the book wants of a region: all that it has of any, and every class that the platform knows."""
    classes = {prefix + name for prefix, service in OF_TYPES.items() for name in instance_classes(service)}
    return frozenset(classes | {sku for sku, _ in book.prices})


def write(found: Refreshed) -> None:
    """Replace the region's file, checked by the reader that every command uses.

    Raises:
        RefreshError: the folder cannot be written; the old file is untouched.
    """
    book = json.loads(found.file.with_name(BOOK).read_text("utf-8"))
    parse_price_book(book, [json.loads(found.document)])
    try:
        write_atomically(found.file, found.document, mode=MODE)
    except OSError as error:
        raise RefreshError(f"{found.file} cannot be written: {error.strerror or error}; the book is kept") from error


def _offers(region: str, sources: Sequence[Path], fetch: Callable[[str, Path], None]) -> Iterator[Offer]:
    if sources:
        for path in sources:
            yield _read(path, str(path))
        return
    with tempfile.TemporaryDirectory() as folder:
        for code in OFFERS:
            url, target = ADDRESS.format(offer=code, region=region), Path(folder) / "index.csv"
            fetch(url, target)
            yield _read(target, url)


def _read(path: Path, name: str) -> Offer:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return _parsed(stream, name)
    except (OSError, UnicodeDecodeError) as error:
        raise RefreshError(
            f"{name} cannot be read: {getattr(error, 'strerror', None) or error}; the book is kept"
        ) from error


def _parsed(stream: TextIO, name: str) -> Offer:
    try:
        return read_offer(stream, name, FAMILIES)
    except PriceListError as error:
        raise RefreshError(f"{error}; the book is kept") from error


def _compared(region: str, folder: Path, offers: list[Offer], picked: dict[str, Picked]) -> Refreshed:
    file = folder / f"{region}.json"
    old = _old(region, folder)
    before = {row["sku"]: row for row in old["prices"]}
    rows = [
        {"sku": one.sku, "unit": one.unit, "usd": one.usd, "confidence": "sure", "source": one.offer}
        | ({"note": before[one.sku]["note"]} if _counts_on(before.get(one.sku)) else {})
        for one in picked.values()
    ]
    kept = [row for row in old["prices"] if row["sku"] not in picked]
    used = {row["source"] for row in kept}
    sources = {name: source for name, source in old.get("sources", {}).items() if name in used}
    sources |= {
        offer.code: {
            "title": f"AWS Price List, offer file {offer.code}, version {offer.version}, of {region}",
            "date": offer.published,
        }
        for offer in offers
        if any(one.offer == offer.code for one in picked.values())
    }
    read = {offer.code for offer in offers}
    return Refreshed(
        region=region,
        file=file,
        offers=tuple((offer.code, offer.version, offer.published) for offer in offers),
        found=len(picked),
        changes=tuple(_changes(before, picked)),
        kept=tuple(sorted(row["sku"] for row in kept)),
        absent=tuple(
            rule.sku for rule in RULES if rule.offer in read and "{" not in rule.sku and rule.sku not in picked
        ),
        document=_written(region, sources, [*rows, *kept]),
    )


def _counts_on(row: dict[str, Any] | None) -> bool:
    """Whether a note says what the number covers; one about a doubt goes with the number it doubts."""
    return bool(row and row.get("note") and row["confidence"] == "sure")


def _changes(before: dict[str, dict[str, Any]], picked: dict[str, Picked]) -> Iterator[ChangedPrice]:
    for sku, one in sorted(picked.items()):
        had = before.get(sku, {}).get("usd")
        if had is None or had != one.usd:
            yield ChangedPrice(sku=sku, unit=one.unit, before_usd=had, after_usd=one.usd)


def _written(region: str, sources: dict[str, Any], rows: Iterable[dict[str, Any]]) -> str:
    """One price a line: a change of one price is a change of one line."""
    named = ",\n".join(f"    {json.dumps(name)}: {json.dumps(source)}" for name, source in sorted(sources.items()))
    about = f'  "sources": {{\n{named}\n  }},\n' if sources else ""
    prices = ",\n".join(f"    {json.dumps(row)}" for row in sorted(rows, key=lambda row: row["sku"]))
    return f'{{\n  "region": {json.dumps(region)},\n{about}  "prices": [\n{prices}\n  ]\n}}\n'
