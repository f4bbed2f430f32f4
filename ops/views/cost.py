"""Prints what a plan costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from ops.console import out
from plan import SYSTEMS
from planner.cost import Amount
from planner.cost_difference import change

if TYPE_CHECKING:
    from ops.answers.cost import Comparison, CostReport
    from planner.cost import Cost

LARGEST = 12
"""How many lines and differences are shown; `--json` has all."""
MORE = " + ?"
"""Stands behind a sum of which a part is unknown."""
TITLES = {system.key: system.title for system in SYSTEMS}


def render(report: CostReport) -> None:
    """Print totals, systems, the largest lines, assumptions, recommendations and the comparison."""
    cost = report.cost
    _say(f"\nMonthly cost of {report.planned.origin}, list prices of {cost.region} on demand, without tax")
    if cost.total.unknown:
        _say(
            f"UNKNOWN: {cost.total.unknown} charges have no known price, {coverage_of(cost)}. The sums below are what "
            f"is known of them, `{MORE}` marks those with an unknown part, and none of them is a total."
        )
    out.print(_systems(report))
    _coverage(report)
    _say(f"\nThe {min(LARGEST, len(cost.lines))} largest charges:")
    out.print(_lines(report))
    _context(report)
    if report.comparison:
        _comparison(report.comparison)
    _recommendations(report)


def _say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def usd(amount: Amount) -> str:
    """A sum, marked where a part of it is unknown."""
    return f"{amount.known_usd:,.2f}{MORE if amount.unknown else ''}"


def signed(change: float | None) -> str:
    """A change with its sign."""
    return "unknown" if change is None else f"{change:+,.2f}"


def coverage_of(cost: Cost) -> str:
    """How much is priced, in words."""
    coverage = cost.coverage
    return f"{coverage.percent:.0f} % of the {len(coverage.kinds)} kinds of resources that cost are priced in full"


def _systems(report: CostReport) -> Table:
    if report.comparison:
        return _systems_of_both(report.comparison)
    total, table = report.cost.total, _table("System", "USD", "%")
    for key, part in report.cost.by_system().items():
        share = f"{100 * part.known_usd / total.usd:.1f}" if total.usd else "-"
        table.add_row(TITLES.get(key, key), usd(part), share)
    table.add_section()
    table.add_row("Total" if total.usd is not None else "Known part", usd(total), "")
    return table


def _systems_of_both(found: Comparison) -> Table:
    _say(f"Now: {found.now.origin}. Then: {found.then.origin}.")
    table = _table("System", "now USD", "then USD", "difference")
    now, then = found.now.cost.by_system(), found.then.cost.by_system()
    for key in dict.fromkeys([*now, *then]):
        old, new = now.get(key, Amount()), then.get(key, Amount())
        table.add_row(TITLES.get(key, key), usd(old), usd(new), signed(change(old, new)))
    table.add_section()
    whole = "Total" if found.usd is not None else "Known part"
    table.add_row(whole, usd(found.now.cost.total), usd(found.then.cost.total), signed(found.usd))
    return table


def _coverage(report: CostReport) -> None:
    cost, coverage = report.cost, report.cost.coverage
    _say(
        f"{coverage_of(cost)}; {coverage.free} of {coverage.resources} resources are free.\n"
        f"{usd(cost.assumed)} USD rest on assumptions about usage, {cost.unverified_usd:,.2f} USD on prices that are "
        "not verified."
    )
    for name in coverage.unpriced:
        _say(f"  not priced in full: {name}")
    for line in cost.unknown():
        _say(f"  unknown: {line.name}, {line.charge.sku} ({line.unknown})")


def _lines(report: CostReport) -> Table:
    table = Table("Resource", "SKU", "Quantity", "USD", "Why", "Price of", box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"  # a name cut short leads nowhere
    for column in table.columns[2:4]:
        column.justify = "right"
    for line in sorted(report.cost.lines, key=lambda line: -(line.monthly_usd or 0))[:LARGEST]:
        price = line.price
        table.add_row(
            line.name,
            line.charge.sku,
            f"{line.charge.quantity:,g} {line.charge.unit}",
            "unknown" if line.monthly_usd is None else f"{line.monthly_usd:,.2f}",
            line.charge.why,
            f"{price.date}, {price.confidence}" if price else "unknown",
        )
    return table


def _context(report: CostReport) -> None:
    cost, usage = report.cost, report.cost.usage
    if cost.per_user_usd is not None:
        _say(f"\nPer active user, of {usage.users:,g}: {cost.per_user_usd:,.2f} USD.")
    _say(
        f"The scaling guide's formula for that load: {report.guide.servers} servers, {report.guide.cost_usd:,.2f} USD; "
        f"{_beside(cost.aws, report.guide.cost_usd)}."
    )
    if report.budget is not None:
        _say(f"The plan's budget, of AWS alone: {report.budget.sentence()}.")
    assumed = ", ".join(f"{name} {value}" for name, value in usage.as_json().items())
    _say(f"Assumptions (change them with --set name=value): {assumed}")


def _beside(aws: Amount, formula_usd: float) -> str:
    """What AWS is planned at beside the guide's formula; a sum with an unknown part is only ever above it."""
    apart, least = aws.known_usd - formula_usd, "at least " if aws.unknown else ""
    planned = f"AWS is planned at {least}{aws.known_usd:,.2f} USD"
    if aws.unknown and apart <= 0:
        return f"{planned}, so no difference can be told"
    return f"{planned}, {least}{abs(apart):,.2f} USD {'over' if apart > 0 else 'below'} it"


def _comparison(comparison: Comparison) -> None:
    _say(f"\nFrom now to then: {signed(comparison.usd)} USD a month")
    table = _table("Resource", "now USD", "then USD", "difference")
    for item in comparison.differences[:LARGEST]:
        table.add_row(item.urn.rsplit("::", 1)[-1], usd(item.now), usd(item.then), signed(item.usd))
    out.print(table)
    unknown = comparison.now.cost.total.unknown or comparison.then.cost.total.unknown
    if unknown:
        _say("Break-even: unknown, like a part of the sums.")
    elif comparison.break_even_users is None:
        _say("Break-even: at no number of users does the larger one cost as little per user as the smaller one.")
    else:
        _say(
            f"Break-even: from {comparison.break_even_users:,.0f} active users on, the larger one costs no more per "
            "user than the smaller one at its own users."
        )


def _recommendations(report: CostReport) -> None:
    if not report.recommendations:
        return
    _say("\nThe scaling guide's recommendations (its shares; a commitment's real discount depends on its terms):")
    table = _table("Resource", "saves USD", "rule", "because")
    for item in report.recommendations:
        saving = "unknown" if item.saving_usd is None else f"{item.saving_usd:,.2f}"
        table.add_row(item.name, saving, item.title, item.because)
    out.print(table)
