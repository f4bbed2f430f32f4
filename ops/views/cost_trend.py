"""Shows where bills go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.cost_trend.trends import CostTrend
    from ops.document.blocks import Block
    from planner.cost.trends import ServiceTrend

SHOWN_MONTHS = 6
SHOWN_SERVICES = 20
SHOWN_ANOMALIES = 20


def section(found: CostTrend) -> Section:
    """Months by service with the guide's trend, what stands out, and USD for a user."""
    trends = found.trends
    months = trends.months[-SHOWN_MONTHS:]
    blocks: list[Block] = [
        Text(
            text=f"Bills of {', '.join(found.files)}: {len(trends.months)} complete months from {trends.months[0]} to "
            f"{trends.months[-1]}, as the invoice has them."
        )
    ]
    blocks += [Text(text=f"{month} is not over, and left out.") for month in found.left_out]
    blocks.append(
        Table(
            caption="USD a month",
            columns=("Service", *months, "%", "Trend"),
            rows=tuple(map(_row, [trends.total, *trends.services[:SHOWN_SERVICES]])),
            numbers=frozenset(range(1, len(months) + 2)),
        )
    )
    more = len(trends.services) - SHOWN_SERVICES
    if more > 0:
        blocks.append(Text(text=f"({more} more services: --json has them)"))
    if trends.anomalies:
        shown = trends.anomalies[:SHOWN_ANOMALIES]
        blocks.append(
            Items(
                caption=f"What stands out ({len(trends.anomalies)})",
                items=tuple(
                    Item(text=f"{one.month}: {one.service} cost {one.usd:,.2f} USD, usual was {one.usual_usd:,.2f}")
                    for one in shown
                ),
            )
        )
    else:
        blocks.append(Text(text="No month stands out against those before it."))
    if trends.per_user:
        blocks.append(
            Table(
                caption=f"USD a month for an active user: {trends.user_trend or 'no trend yet'}",
                columns=("Month", "USD"),
                rows=tuple((month, f"{usd:,.2f}") for month, usd in trends.per_user.items()),
                numbers=frozenset({1}),
            )
        )
    else:
        blocks.append(Text(text="USD for a user: give --history with users of these months."))
    return Section(id="cost-trend", title="Where bills go", blocks=tuple(blocks))


def _row(one: ServiceTrend) -> tuple[str, ...]:
    percent = "" if one.percent is None else f"{one.percent:.1f}"
    return (one.service, *(f"{usd:,.2f}" for usd in one.monthly_usd[-SHOWN_MONTHS:]), percent, one.trend or "not known")
