"""The chapters about cost and capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import More, Section, Table, Text, Verdict
from plan import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.capacity import CapacityReport
    from ops.answers.cost import CostReport
    from ops.document.blocks import Block
    from planner.cost import Amount, Line
    from planner.platform import PhaseChange

TITLES = {system.key: system.title for system in SYSTEMS}
LARGEST = 12
"""Charges that stand in the open; the rest is folded away."""
EVERY = 3
"""Months between the rows of the projection, the first and the last one included."""
UNITS = {"users": "users", "requests": "requests in the busiest second", "storage": "GB"}


def cost_verdict(report: CostReport) -> Verdict:
    """What it costs, against its budget; no number stands for a sum with an unknown part."""
    total, budget = report.cost.total, report.budget
    detail = f"{report.cost.coverage.percent:.0f} % of what costs is priced"
    if budget is not None:
        detail = f"{budget.sentence()}; {detail}"
    known = f"{total.known_usd:,.0f} USD"
    clear = not total.unknown and (budget is None or budget.state == "under")
    return Verdict(
        question="What does it cost?",
        answer=f"unknown; {known} a month of it are known" if total.unknown else f"{known} a month",
        detail=detail,
        state="good" if clear else "note" if report.judged else "bad",
        section="cost",
    )


def cost_section(report: CostReport) -> Section:
    """Systems, charges, what is unknown and what would save."""
    cost, usage = report.cost, report.cost.usage
    each = (
        ""
        if cost.per_user_usd is None
        else f" That is {cost.per_user_usd:,.2f} USD for each of {usage.users:,g} active users."
    )
    texts: list[Block] = [
        Text(
            text=f"{_first(report)}List prices of {cost.region}, on demand, without tax: {_usd(cost.fixed)} USD are "
            f"decided by the plan, {_usd(cost.assumed)} USD rest on assumptions about usage, and "
            f"{cost.unverified_usd:,.2f} USD on prices that are not verified.{each} The scaling guide's formula for "
            f"that load says {report.guide.cost_usd:,.2f} USD."
        ),
        _systems(report),
    ]
    lines = sorted(cost.lines, key=lambda line: (-(line.monthly_usd or 0), line.name, line.charge.sku))
    texts.append(_charges(f"The {min(LARGEST, len(lines))} largest charges", lines[:LARGEST]))
    if lines[LARGEST:]:
        rest = _charges("All other charges", lines[LARGEST:])
        texts.append(More(title=f"{len(lines) - LARGEST} more charges", blocks=(rest,)))
    return Section(id="cost", title="Cost", blocks=(*texts, *_unknown(report), *_savings(report), _assumptions(report)))


def _first(report: CostReport) -> str:
    """What has to be said before any number."""
    unknown = report.cost.total.unknown
    return (
        f"The cost is unknown: {unknown} charges have no known price, and no sum here is a total. " if unknown else ""
    )


def _usd(amount: Amount) -> str:
    return f"{amount.known_usd:,.2f}{' + ?' if amount.unknown else ''}"


def _systems(report: CostReport) -> Table:
    total = report.cost.total
    rows = [
        (TITLES.get(key, key), _usd(part), f"{100 * part.known_usd / total.usd:.1f}" if total.usd else "-")
        for key, part in report.cost.by_system().items()
    ]
    whole = "Known part" if total.unknown else "Total"
    return Table(
        caption="By system, USD a month",
        columns=("System", "USD", "%"),
        rows=(*rows, (whole, _usd(total), "100.0" if total.usd else "-")),
        numbers=frozenset({1, 2}),
        total=True,
    )


def _charges(caption: str, lines: list[Line]) -> Table:
    return Table(
        caption=f"{caption}, USD a month",
        columns=("Resource", "USD", "Quantity", "Price row", "Why"),
        rows=tuple(
            (
                line.name,
                "unknown" if line.monthly_usd is None else f"{line.monthly_usd:,.2f}",
                f"{line.charge.quantity:,g} {line.charge.unit}",
                f"{line.charge.sku}, {line.price.date}, {line.price.confidence}" if line.price else line.charge.sku,
                line.charge.why,
            )
            for line in lines
        ),
        numbers=frozenset({1, 2}),
    )


def _unknown(report: CostReport) -> Iterator[Block]:
    found = report.cost.unknown()
    if found:
        rows = tuple((line.name, line.charge.sku, line.unknown) for line in sorted(found, key=lambda line: line.name))
        yield Table(caption="Not in the total: no known price", columns=("Resource", "SKU", "Why"), rows=rows)
    else:
        yield Text(text="Every kind of resource that costs something has a price.")


def _savings(report: CostReport) -> Iterator[Block]:
    if report.recommendations:
        yield Table(
            caption="What would save, by the scaling guide's rules",
            columns=("Resource", "USD a month", "Rule", "Because"),
            rows=tuple(
                (
                    item.name,
                    "unknown" if item.saving_usd is None else f"{item.saving_usd:,.2f}",
                    item.title,
                    item.because,
                )
                for item in report.recommendations
            ),
            numbers=frozenset({1}),
        )


def _assumptions(report: CostReport) -> More:
    rows = tuple((name, str(value)) for name, value in report.cost.usage.as_json().items())
    table = Table(caption="Assumptions about usage", columns=("Name", "Value"), rows=rows)
    return More(title="Assumptions about usage", blocks=(table,))


def capacity_verdict(report: CapacityReport, phase: str) -> Verdict:
    """Until when the platform holds, by the guide's growth."""
    own = report.leaves_current
    if not any(platform.phase == phase for platform in report.platforms):
        return _verdict("unknown", "the platform of this phase is not valid in this configuration", note=True)
    if own:
        detail = f"{own.limit:,g} {UNITS[own.because]} carried, {own.load:,g} projected"
        return _verdict(f"until month {own.month}", detail, note=True)
    return _verdict(f"{report.projections[-1].month} months and more", "by the growth that the scaling guide assumes")


def _verdict(answer: str, detail: str, *, note: bool = False) -> Verdict:
    return Verdict(
        question="How long does it hold?",
        answer=answer,
        detail=detail,
        state="note" if note else "good",
        section="capacity",
    )


def capacity_section(report: CapacityReport) -> Section:
    """The guide's projection, and what the platform carries in each phase."""
    rates = report.growth
    start = report.baseline
    blocks: list[Block] = [
        Text(
            text=f"From {start.users:,g} users, {start.requests_per_day:,g} requests a day and {start.storage_gb:,g} "
            f"GB, with {rates.users:.0%}, {rates.requests:.0%} and {rates.storage:.0%} more of them each month, as the "
            "scaling guide assumes: not your numbers unless you give them to the capacity command. Cores, servers and "
            f"cost are the guide's formulas. The busiest second is {report.peak_factor:g} times the day's average."
        ),
        *(Text(text=_change(change)) for change in report.changes),
        _projection(report),
    ]
    if report.platforms:
        blocks.append(_platforms(report))
    return Section(id="capacity", title="Capacity by month", blocks=tuple(blocks))


def _change(change: PhaseChange) -> str:
    way = f"change to {change.to}" if change.to else "grow beyond the table of phases"
    return (
        f"Month {change.month}: {way}; {change.leaves} carries {change.limit:,g} {UNITS[change.because]}, "
        f"{change.load:,g} are projected."
    )


def _projection(report: CapacityReport) -> Table:
    last = report.projections[-1].month
    return Table(
        caption="Projection by the scaling guide's formulas",
        columns=("Month", "Users", "Requests a day", "Storage GB", "Cores", "Servers", "USD a month"),
        rows=tuple(
            (
                str(item.month),
                f"{item.users:,}",
                f"{item.requests_per_day:,}",
                f"{item.storage_gb:,}",
                f"{item.cpu_cores:,}",
                f"{item.servers:,}",
                f"{item.cost_usd:,.0f}",
            )
            for item in report.projections
            if item.month in {1, last} or item.month % EVERY == 0
        ),
        numbers=frozenset(range(1, 7)),
    )


def _platforms(report: CapacityReport) -> Table:
    all_of = report.platforms
    rows: tuple[tuple[str, list[str]], ...] = (
        ("active users", [f"{low:,} to {high:,}" if high else f"{low:,} and more" for low, high in _users(report)]),
        ("application pods", [f"{item.pods[0]} to {item.pods[1]}" for item in all_of]),
        ("cores of the pods", [f"{item.cores:g}" for item in all_of]),
        ("cores of the nodes", [f"{item.node_cores:,}" for item in all_of]),
        ("requests a second, 100 a pod", [f"{item.requests_per_second:,}" for item in all_of]),
        ("database connections", [f"{item.connections:,}" for item in all_of]),
        ("database IOPS", [f"{item.iops:,}" for item in all_of]),
        ("storage GiB", [f"{item.storage_gib:,}" for item in all_of]),
        ("cache memory GiB", [f"{item.cache_gib:g}" for item in all_of]),
        ("cores by the guide's formula", [f"{item.guide_cores:,}" for item in all_of]),
    )
    return Table(
        caption="What the platform carries at most, by phase",
        columns=("", *(item.phase for item in all_of)),
        rows=tuple((title, *cells) for title, cells in rows),
        numbers=frozenset(range(1, len(all_of) + 1)),
    )


def _users(report: CapacityReport) -> list[tuple[int, int | None]]:
    return [item.users for item in report.platforms]
