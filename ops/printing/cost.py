"""Prints what a plan costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from ops.console import out
from plan import SYSTEMS

if TYPE_CHECKING:
    from ops.cost import Comparison, CostReport

LARGEST = 12
"""How many lines and differences are shown; `--json` has all."""
TITLES = {system.key: system.title for system in SYSTEMS}


def render(report: CostReport) -> None:
    """Print totals, systems, the largest lines, assumptions, recommendations and the comparison."""
    cost = report.cost
    _say(f"\nMonthly cost of {report.planned.origin}, list prices of {cost.region} on demand, without tax")
    out.print(_systems(report))
    _coverage(report)
    _say(f"\nThe {min(LARGEST, len(cost.lines))} largest charges:")
    out.print(_lines(report))
    _context(report)
    if report.comparison:
        _comparison(report.comparison, report)
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


def _systems(report: CostReport) -> Table:
    cost = report.cost
    other = report.comparison.cost.by_system() if report.comparison else None
    table = _table("System", "USD", "%", *(["before", "change"] if other is not None else []))
    sums = cost.by_system()
    for key in dict.fromkeys([*sums, *(other or {})]):
        usd = sums.get(key, 0)
        cells = [f"{usd:,.2f}", f"{100 * usd / cost.total_usd:.1f}" if cost.total_usd else "-"]
        if other is not None:
            before = other.get(key, 0)
            cells += [f"{before:,.2f}", f"{usd - before:+,.2f}"]
        table.add_row(TITLES.get(key, key), *cells)
    table.add_section()
    total = [f"{cost.total_usd:,.2f}", ""]
    if report.comparison:
        before = report.comparison.cost.total_usd
        total += [f"{before:,.2f}", f"{cost.total_usd - before:+,.2f}"]
    table.add_row("Total", *total)
    return table


def _coverage(report: CostReport) -> None:
    cost, coverage = report.cost, report.cost.coverage
    _say(
        f"The total prices {coverage.percent:.0f} % of the {len(coverage.kinds)} kinds of resources that cost; "
        f"{coverage.free} of {coverage.resources} resources are free.\n{cost.assumed_usd:,.2f} USD rest on "
        f"assumptions about usage, {cost.unverified_usd:,.2f} USD on prices that are not verified."
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
            f"{line.monthly_usd or 0:,.2f}",
            line.charge.why,
            f"{price.date}, {price.confidence}" if price else "unknown",
        )
    return table


def _context(report: CostReport) -> None:
    cost, usage = report.cost, report.cost.usage
    if cost.per_user_usd is not None:
        _say(f"\nPer active user, of {usage.users:,g}: {cost.per_user_usd:,.2f} USD.")
    _say(
        f"The scaling guide's formula for that load: {report.guide.servers} servers, {report.guide.cost_usd:,.2f} USD."
    )
    if report.budget_usd is not None:
        over = cost.total_usd - report.budget_usd
        word = "over" if over > 0 else "under"
        _say(f"The plan's budget: {report.budget_usd:,.2f} USD; the plan is {abs(over):,.2f} USD {word} it.")
    assumed = ", ".join(f"{name} {value}" for name, value in usage.as_json().items())
    _say(f"Assumptions (change them with --set name=value): {assumed}")


def _comparison(comparison: Comparison, report: CostReport) -> None:
    _say(f"\nAgainst {comparison.origin}: {report.cost.total_usd - comparison.cost.total_usd:+,.2f} USD a month")
    table = _table("Resource", "before", "after", "change")
    for item in comparison.differences[:LARGEST]:
        table.add_row(item.urn.rsplit("::", 1)[-1], f"{item.before:,.2f}", f"{item.after:,.2f}", f"{item.usd:+,.2f}")
    out.print(table)
    if comparison.break_even_users is None:
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
        table.add_row(item.name, f"{item.saving_usd:,.2f}", item.title, item.because)
    out.print(table)
