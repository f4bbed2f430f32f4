"""Prints a traffic simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from ops.console import out
from ops.document.plots import clock
from planner.simulation import Assumptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.answers.simulate import SimulationReport
    from planner.simulation import Gap, Limit, Sample, Summary

ROWS = 16
"""Rows of the table; `--json` has up to 500."""


def render(report: SimulationReport) -> None:
    """Print the course of a run, its summary, and what breaks first."""
    run = report.simulation
    hours = f"{run.scenario.seconds / 3600:g} h"
    _say(f"\nTraffic on {report.planned.origin}: {run.scenario.name}, {hours}, seed {run.seed}")
    if run.scenario.note:
        _say(f"  {run.scenario.note}")
    _gaps(run.gaps)
    out.print(_course(run.thinned(ROWS)))
    _summary(run.summary, run.assumptions)
    if report.limit is not None:
        _limit(report.limit)
    standard = Assumptions().as_json()
    changed = [f"{name}={value:g}" for name, value in run.assumptions.as_json().items() if value != standard[name]]
    _say(f"  changed assumptions: {', '.join(changed)}" if changed else "  assumptions: all as documented (--json)")


def _say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)


def _gaps(gaps: Sequence[Gap]) -> None:
    if gaps:
        _say(f"  NOT SIMULATED, so nothing here is said about them, and --gate does not pass ({len(gaps)}):")
    for gap in gaps:
        _say(f"    {gap.kind} {gap.name}: {gap.why}")


def _course(samples: list[Sample]) -> Table:
    columns = ("At", "req/s", "pods", "ready", "nodes", "cpu %", "db %", "p50 ms", "p95 ms", "errors %", "USD/h")
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns:
        column.justify, column.no_wrap = "right", True
    for item in samples:
        table.add_row(
            clock(item.at),
            f"{item.rps:,.1f}",
            str(item.replicas),
            str(item.ready),
            str(item.nodes),
            f"{item.cpu_percent:.0f}",
            f"{item.database_percent:.0f}",
            f"{item.p50_ms:,.0f}",
            f"{item.p95_ms:,.0f}",
            f"{item.error_percent:.2f}",
            "?" if item.usd_per_hour is None else f"{item.usd_per_hour:.2f}",
        )
    return table


def _summary(summary: Summary, assumptions: Assumptions) -> None:
    cost = "unknown" if summary.cost_usd is None else f"{summary.cost_usd:,.2f} USD"
    _say(
        f"\n  {summary.requests:,.0f} requests, {summary.errors:,.0f} failed; up to {summary.peak_replicas} pods on "
        f"{summary.peak_nodes} nodes; {cost} without usage and Cloudflare"
    )
    _say(
        f"  response time: {_verdict(met=summary.latency_target_met)}: worst 95th percentile "
        f"{summary.worst_p95_ms:,.0f} ms at {clock(summary.worst_at)}, {summary.fast_percent:.2f} % of the time within "
        f"{assumptions.latency_target_ms:g} ms"
    )
    _say(
        f"  availability: {_verdict(met=summary.availability_target_met)}: {summary.availability_percent:.3f} % of "
        f"{assumptions.availability_target_percent:g} %"
    )
    first = summary.first_break
    if first is None:
        _say("  nothing breaks")
    else:
        what = "requests fail" if first.kind == "errors" else "answers are too slow"
        _say(f"  first to break: {first.resource} at {clock(first.at)}, {what}: {first.reason}")


def _limit(limit: Limit) -> None:
    carried = f"  limit: both hold up to {limit.factor:.3g} times this load, a peak of {limit.peak_rps:,.0f} a second"
    then = f"; then {limit.then.resource}: {limit.then.reason}" if limit.then else ", where the search ended"
    _say(carried + then)


def _verdict(*, met: bool) -> str:
    return "holds" if met else "DOES NOT HOLD"
