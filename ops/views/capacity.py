"""Prints a capacity report: the guide's projection, the platform beside it, and where the two contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from ops.console import out

if TYPE_CHECKING:
    from ops.answers.capacity import CapacityReport
    from planner.platform import PhaseChange


def render(report: CapacityReport) -> None:
    """Print everything that the report holds."""
    rates, start = report.growth, report.baseline
    out.print(
        f"\n{report.where()}\nToday: {start.users:,g} users, {start.requests_per_day:,g} requests a day and "
        f"{start.storage_gb:,g} GB, the scaling guide's numbers where you gave none.\n"
        f"Growth a month: users {rates.users:.1%}, requests {rates.requests:.1%}, storage {rates.storage:.1%}. "
        "Cores, memory, servers and cost by the scaling guide's formulas.",
        markup=False,
        soft_wrap=True,
    )
    out.print(_projections(report))
    _bottlenecks(report)
    _fit(report)
    if report.platforms:
        out.print(f"\nWhat the platform of {report.stack} carries at most, by phase:", markup=False, soft_wrap=True)
        out.print(_platforms(report))
        _contradiction(report)


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _projections(report: CapacityReport) -> Table:
    table = _table("Month", "Users", "Requests/day", "Storage GB", "Cores", "Memory GB", "Servers", "USD/month")
    for item in report.projections:
        table.add_row(
            str(item.month),
            f"{item.users:,}",
            f"{item.requests_per_day:,}",
            f"{item.storage_gb:,}",
            f"{item.cpu_cores:,}",
            f"{item.memory_gb:,}",
            f"{item.servers:,}",
            f"{item.cost_usd:,.2f}",
        )
    return table


def _bottlenecks(report: CapacityReport) -> None:
    if not report.bottlenecks:
        out.print("No bottleneck within twelve months on the guide's 16 cores and 64 GB.", markup=False, soft_wrap=True)
    for item in report.bottlenecks:
        out.print(
            f"Bottleneck {item.resource}: {item.current_utilization:.0f} % now, {item.projected_utilization:.0f} % in "
            f"twelve months, 80 % in {item.months_to_bottleneck} months. {item.recommendation}.",
            markup=False,
            soft_wrap=True,
        )


def _platforms(report: CapacityReport) -> Table:
    table = _table("", *[item.phase for item in report.platforms])
    rows: list[tuple[str, list[str]]] = [
        ("active users", [f"{low:,} to {high:,}" if high else f"{low:,} and more" for low, high in _users(report)]),
        ("application pods", [f"{item.pods[0]} to {item.pods[1]}" for item in report.platforms]),
        ("cores of the pods", [f"{item.cores:g}" for item in report.platforms]),
        ("cores of the nodes", [f"{item.node_cores:,}" for item in report.platforms]),
        ("requests/s (100 a pod)", [f"{item.requests_per_second:,}" for item in report.platforms]),
        ("database connections", [f"{item.connections:,}" for item in report.platforms]),
        ("database IOPS", [f"{item.iops:,}" for item in report.platforms]),
        ("storage GiB", [f"{item.storage_gib:,}" for item in report.platforms]),
        ("cache memory GiB", [f"{item.cache_gib:g}" for item in report.platforms]),
        ("cores by the guide's formula", [f"{item.guide_cores:,}" for item in report.platforms]),
    ]
    for title, cells in rows:
        table.add_row(title, *cells)
    return table


def _users(report: CapacityReport) -> list[tuple[int, int | None]]:
    return [item.users for item in report.platforms]


def _fit(report: CapacityReport) -> None:
    out.print(f"\nToday's {report.baseline.users:,g} users fit phase {report.fits}.", markup=False, soft_wrap=True)
    if not report.changes and report.platforms:
        out.print("No change of phase within the projection.", markup=False, soft_wrap=True)
    for change in report.changes:
        out.print(_change(change), markup=False, soft_wrap=True)


def _change(change: PhaseChange) -> str:
    units = {"users": "users", "requests": "requests in the busiest second", "storage": "GB"}
    way = f"change to {change.to}" if change.to else "grow beyond the table of phases"
    return (
        f"Month {change.month}: {way}; {change.leaves} carries {change.limit:,g} {units[change.because]}, "
        f"{change.load:,g} are projected."
    )


def _contradiction(report: CapacityReport) -> None:
    last = report.platforms[-1]
    low = report.platforms[0].guide_cores
    out.print(
        f"\nWhy {low} to {last.guide_cores} cores against {last.cores:g}: the guide's formula gives one core 10,000 "
        f"requests a day, which is 0.12 a second. Its own autoscaler adds a pod of one core at 100 a second, and ends "
        f"at {last.pods[1]} pods. The platform is sized by the autoscaler; the formula stands beside it.",
        markup=False,
        soft_wrap=True,
    )
