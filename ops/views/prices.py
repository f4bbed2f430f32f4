"""Shows the price book: its regions, and what AWS's list changes in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Table, Text
from ops.views.cost import usd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.prices.book import BookOfPrices, RegionPrices
    from ops.answers.prices.refresh import ChangedPrice, Refreshed
    from ops.document.blocks import Block

NAMED = 3
"""SKUs without a price that a row names."""


def section(found: BookOfPrices) -> Section:
    """The regions, what a stack costs in each, and what is taken from other regions."""
    columns: tuple[str, ...] = ("Region", "Prices", "Read from AWS's list", "Oldest", "Newest")
    totals = (f"USD a month of {found.origin}", "No price") if found.origin else ()
    blocks: list[Block] = [
        Table(
            caption="Regions of the price book",
            columns=(*columns, *totals),
            rows=tuple(_row(item) for item in found.regions),
            numbers=frozenset({1, 2}),
        ),
        Text(
            text=f"In regions where nobody read them, these prices are carried over from others: "
            f"{', '.join(found.carried)}. Every other region of AWS has no prices; ./bbp prices refresh reads them."
        ),
    ]
    return Section(id="prices", title="Prices", blocks=tuple(blocks))


def _row(item: RegionPrices) -> tuple[str, ...]:
    row = (item.region, str(item.prices), str(item.sure), item.oldest, item.newest)
    if item.total is None:
        return row
    more = f" and {len(item.unknown) - NAMED} more" if item.unknown[NAMED:] else ""
    return (
        *row,
        f"unknown; {usd(item.total)}" if item.total.unknown else usd(item.total),
        ", ".join(item.unknown[:NAMED]) + more,
    )


def refreshed(found: Refreshed, *, written: bool) -> Section:
    """What the list changes in a region, what it does not have, and what became of the book."""
    return Section(id="prices", title=f"Prices of {found.region}", blocks=tuple(_blocks(found, written=written)))


def _blocks(found: Refreshed, *, written: bool) -> Iterator[Block]:
    read = ", ".join(f"{code} of {date}" for code, _, date in found.offers)
    yield Text(text=f"{found.found} prices read from {read}; {len(found.changes)} of them are new or differ.")
    if found.changes:
        yield Table(
            caption="From the book to the list, USD",
            columns=("SKU", "Unit", "Book", "List", "Difference"),
            rows=tuple(_change(change) for change in found.changes),
            numbers=frozenset({2, 3, 4}),
        )
    if found.absent:
        yield Text(text=f"Not in the files that were read: {', '.join(found.absent)}.")
    if found.kept:
        yield Text(text=f"Kept from their older sources: {', '.join(found.kept)}.")
    what = (
        "compared; nothing is written" if not written else f"written to {found.file}: review the change and commit it"
    )
    yield Text(text=f"The book is {what}.")


def _change(change: ChangedPrice) -> tuple[str, ...]:
    percent = change.percent
    before = "none" if change.before_usd is None else f"{change.before_usd:g}"
    return (
        change.sku,
        change.unit,
        before,
        f"{change.after_usd:g}",
        "new" if percent is None else f"{percent:+.1f} %",
    )
