"""Shows what the planned platform does under load, and what breaks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Figure, Item, Items, More, Section, Table, Text, Verdict
from ops.document.plots import Rule, Series, clock, line_plot, page
from planner.simulation import Assumptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.simulate import SimulationReport
    from ops.document.blocks import Block
    from planner.availability.drilled import PodsDrilled
    from planner.hpa.traces import Comparison
    from planner.simulation import Gap, Limit, Sample, Simulation, Summary

ROWS = 16
"""Rows of a run's course; `--json` has up to 500."""
PLOT_WIDTH = 520
"""Pixels below which a plot's texts cannot be read."""
PLOT_HEADROOM = 2.5
"""Response times are drawn up to so many times the target: a collapse must not flatten everything else."""
TITLES = {
    "daily": "A day at the top of the phase",
    "double": "Twice the load",
    "spike": "Ten times the load at once",
    "guide-growth": "Two years of the guide's growth",
}


def verdict(runs: Sequence[Simulation]) -> Verdict:
    """Whether an ordinary day keeps the guide's targets; the other scenarios are beyond what a phase promises."""
    first, gaps = runs[0].summary, runs[0].gaps
    holds = runs[0].holds
    others = [run.scenario.name for run in runs[1:] if not run.holds]
    return Verdict(
        question="Will it carry a day?",
        answer=f"{first.worst_p95_ms:,.0f} ms at worst" if holds else "targets missed",
        detail=f"{first.availability_percent:.3f} % of {first.requests:,.0f} requests answered"
        + (f"; targets missed in: {', '.join(others)}" if others else "; every other scenario holds, too")
        + (f"; not simulated, so unknown: {', '.join(gap.name for gap in gaps)}" if gaps else ""),
        state="bad" if not holds else "note" if others or gaps else "good",
        section="traffic",
    )


def section(
    runs: Sequence[Simulation],
    limit: Limit | None = None,
    origin: str = "the plan",
    *,
    pods: PodsDrilled,
) -> Section:
    """Every scenario in numbers, with its course and drawings.

    Args:
        runs: the scenarios; all but the first are folded away.
        limit: the largest multiple of the first one's load that holds, where somebody asked for it.
        origin: how to call the plan.
        pods: what a drill said of the pods that are simulated as ready.
    """
    assumed = runs[0].assumptions
    first = Text(
        text=f"Traffic on {origin}: requests over time against the planned platform, with its own autoscalers, node "
        "start times, queues and connection pools. The targets are the scaling guide's: "
        f"{assumed.latency_target_ms:g} ms and {assumed.availability_target_percent:g} %. It rests on assumptions "
        "about service times; the simulate command changes them, its --json lists them. The same seed gives the same "
        "result."
    )
    blocks: list[Block] = [first, _ready(pods), *_gaps(runs[0].gaps)]
    if len(runs) > 1:
        blocks.append(_beside(runs))
    blocks += [*_run(runs[0], limit), *_drawings(runs[0])]
    blocks += [More(title=_title(run), blocks=(*_run(run), *_drawings(run))) for run in runs[1:]]
    return Section(id="traffic", title="Traffic simulation", blocks=tuple(blocks))


def simulated(report: SimulationReport) -> Section:
    """One scenario on a plan."""
    return section((report.simulation,), report.limit, report.planned.origin, pods=report.pods)


def _ready(pods: PodsDrilled) -> Items:
    """Whether pods become ready as they are simulated: as drilled, or assumed."""
    if pods.ready == "survive":
        worst = pods.worst
        least = f"; at worst {worst[2]:.0%} of {worst[1]} were ready ({worst[0]})" if worst and worst[2] < 1 else ""
        said = f"Ready pods: as drilled on Kubernetes {pods.version}, from the fewest to the most{least}."
        return Items(items=(Item(text=said, state="good"),))
    if pods.ready == "fail":
        said = "Ready pods: the drill says that they do not become ready as simulated."
        return Items(items=(Item(text=said, detail=pods.sentence(), state="bad"),))
    said = "Ready pods: assumed; --gate does not pass unless `ready pods` is left out by its name."
    return Items(items=(Item(text=said, detail=pods.undecided, state="note"),))


def replayed(result: Comparison) -> Section:
    """How often the simulated controller decided as the recorded one."""
    lines = [f"{result.equal} of {result.scenarios} scenarios repeated exactly"]
    for item in result.mismatches:
        where = f"{item.name}: look {item.sync} after {item.seconds:g} s"
        lines.append(f"  {where}: {item.found} instead of {item.expected}")
    return Section(id="hpa", title="Autoscaler", blocks=tuple(Text(text=line) for line in lines))


def _beside(runs: Sequence[Simulation]) -> Table:
    return Table(
        caption="Simulated traffic",
        columns=("Scenario", "Requests/s", "Pods", "Nodes", "Worst p95", "Answered", "Verdict", "Breaks first"),
        rows=tuple(map(_row, runs)),
        numbers=frozenset({1, 2, 3, 4, 5}),
    )


def _row(run: Simulation) -> tuple[str | Cell, ...]:
    summary = run.summary
    return (
        _title(run),
        f"{summary.peak_rps:,.1f}",
        str(summary.peak_replicas),
        str(summary.peak_nodes),
        f"{summary.worst_p95_ms:,.0f} ms at {clock(summary.worst_at)}",
        f"{summary.availability_percent:.3f} %",
        Cell(text="holds" if run.holds else "misses its targets", state="good" if run.holds else "note"),
        _first_break(summary) or "nothing",
    )


def _first_break(summary: Summary) -> str:
    first = summary.first_break
    if first is None:
        return ""
    what = "requests fail" if first.kind == "errors" else "answers are too slow"
    return f"{first.resource} at {clock(first.at)}, {what}: {first.reason}"


def _gaps(gaps: Sequence[Gap]) -> list[Items]:
    if not gaps:
        return []
    items = tuple(Item(text=f"{gap.kind} {gap.name}: {gap.why}", state="note") for gap in gaps)
    caption = f"NOT SIMULATED, so nothing here is said about them, and --gate does not pass ({len(gaps)})"
    return [Items(caption=caption, items=items)]


def _title(run: Simulation) -> str:
    return TITLES.get(run.scenario.name, run.scenario.name)


def _run(run: Simulation, limit: Limit | None = None) -> tuple[Items | Table, ...]:
    """A run in sentences, its events, its stations and routes at their worst, and its course."""
    note = f" ({run.scenario.note})" if run.scenario.note else ""
    caption = f"{run.scenario.name}{note}, {run.scenario.seconds / 3600:g} h, seed {run.seed}"
    return (
        Items(caption=caption, items=tuple(_said(run, limit))),
        *_events(run),
        *_worst(run),
        _course(run.scenario.name, run.thinned(ROWS)),
    )


def _said(run: Simulation, limit: Limit | None) -> Iterator[Item]:
    summary, assumed = run.summary, run.assumptions
    cost = "unknown cost" if summary.cost_usd is None else f"{summary.cost_usd:,.2f} USD"
    yield Item(
        text=f"{summary.requests:,.0f} requests, {summary.errors:,.0f} failed; up to {summary.peak_replicas} pods on "
        f"{summary.peak_nodes} nodes; {cost} without usage and Cloudflare"
    )
    fast, served = summary.latency_target_met, summary.availability_target_met
    yield Item(
        text=f"response time: {_holds(met=fast)}: worst 95th percentile of a route {summary.worst_p95_ms:,.0f} ms "
        f"at {clock(summary.worst_at)}, {summary.fast_percent:.2f} % of the time within "
        f"{assumed.latency_target_ms:g} ms",
        state="good" if fast else "note",
    )
    yield Item(
        text=f"availability: {_holds(met=served)}: {summary.availability_percent:.3f} % of "
        f"{assumed.availability_target_percent:g} %",
        state="good" if served else "note",
    )
    broken = _first_break(summary)
    yield Item(text=f"first to break: {broken}" if broken else "nothing breaks")
    if limit is not None:
        then = f"; then {limit.then.resource}: {limit.then.reason}" if limit.then else ", where the search ended"
        held = f"limit: both hold up to {limit.factor:.3g} times this load, a peak of {limit.peak_rps:,.0f} a second"
        yield Item(text=held + then)
    standard = Assumptions().as_json()
    changed = [f"{name}={value:g}" for name, value in assumed.as_json().items() if value != standard[name]]
    yield Item(text=f"changed assumptions: {', '.join(changed)}" if changed else "assumptions: all as documented")


def _events(run: Simulation) -> list[Table]:
    """What each event cost; nothing where there was none."""
    if not run.events:
        return []
    return [
        Table(
            caption=f"Events of {run.scenario.name}",
            columns=("Event", "At", "Worst p95 ms", "Failed", "Answered", "Fewest ready pods", "Targets hold again"),
            rows=tuple(
                (
                    item.event,
                    clock(item.at),
                    f"{item.worst_p95_ms:,.0f}",
                    f"{item.failed:,.0f}",
                    Cell(
                        text=f"{item.availability_percent:.3f} %",
                        state="good" if item.availability_target_met else "bad",
                    ),
                    str(item.least_ready),
                    Cell(text="they hold throughout", state="good")
                    if not item.missed_seconds
                    else Cell(text=f"after {item.missed_seconds:,.0f} s", state="note")
                    if item.recovered
                    else Cell(text="not before the end or the next event", state="bad"),
                )
                for item in run.events
            ),
            numbers=frozenset({1, 2, 3, 4, 5}),
        )
    ]


def _worst(run: Simulation) -> tuple[Table, Table]:
    """The busiest moment of every station, and the slowest one of every route."""
    name = run.scenario.name
    stations = sorted(run.summary.stations, key=lambda item: -item.utilization_percent)
    routes = sorted(run.summary.routes, key=lambda item: -item.worst_p95_ms)
    return (
        Table(
            caption=f"Stations of {name} at their busiest",
            columns=("Station", "Kind", "Busy", "p95 ms in it", "At", "Pods or servers"),
            rows=tuple(
                (
                    item.name,
                    item.kind,
                    f"{item.utilization_percent:.0f} %",
                    "none ready" if item.p95_ms is None else f"{item.p95_ms:,.1f}",
                    clock(item.at),
                    str(item.count),
                )
                for item in stations
            ),
            numbers=frozenset({2, 3, 4, 5}),
        ),
        Table(
            caption=f"Routes of {name} at their slowest",
            columns=("Answered by", "Share", "p95 ms", "At"),
            rows=tuple(
                (item.name, f"{item.share_percent:.0f} %", f"{item.worst_p95_ms:,.0f}", clock(item.at))
                for item in routes
            ),
            numbers=frozenset({1, 2, 3}),
        ),
    )


def _holds(*, met: bool) -> str:
    return "holds" if met else "DOES NOT HOLD"


def _course(name: str, samples: Sequence[Sample]) -> Table:
    columns = ("At", "req/s", "pods", "ready", "nodes", "cpu %", "db %", "p50 ms", "p95 ms", "errors %", "USD/h")
    return Table(
        caption=f"Course of {name}",
        columns=columns,
        rows=tuple(
            (
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
            for item in samples
        ),
        numbers=frozenset(range(len(columns))),
    )


def _drawings(run: Simulation) -> list[Figure]:
    name = _title(run)
    subjects = ("load", "pods and nodes", "response time", "utilization", "errors")
    return [
        Figure(svg=svg, caption=f"{name}: {subject}", least_width=PLOT_WIDTH, half=True)
        for subject, svg in zip(subjects, plots(run), strict=True)
    ]


def plots(simulation: Simulation) -> list[str]:
    """Pictures of a run: load, pods and nodes, response times, errors."""
    samples = simulation.thinned()
    target = simulation.assumptions.latency_target_ms

    def line(label: str, name: str, *, stepped: bool = False) -> Series:
        return Series(label=label, stepped=stepped, points=tuple((item.at, getattr(item, name)) for item in samples))

    highest = max(item.p95_ms for item in samples)
    return [
        line_plot([line("requests", "rps")], title=f"Load: {simulation.scenario.name}", unit="1/s"),
        line_plot(
            [
                line("wanted pods", "replicas", stepped=True),
                line("ready pods", "ready", stepped=True),
                line("nodes", "nodes", stepped=True),
            ],
            title="Pods and nodes",
            unit="count",
        ),
        line_plot(
            [line("95th percentile", "p95_ms"), line("median", "p50_ms")],
            title="Response time" + (" (higher values are cut off)" if highest > PLOT_HEADROOM * target else ""),
            unit="ms",
            rules=[Rule(target, f"target {target:g} ms")],
            y_max=min(max(highest, target), PLOT_HEADROOM * target),
        ),
        line_plot(
            [line("of the processor requests", "cpu_percent"), line("busiest database", "database_percent")],
            title="Utilization",
            unit="%",
        ),
        line_plot([line("failed requests", "error_percent")], title="Errors", unit="%", y_max=_error_top(simulation)),
    ]


def _error_top(simulation: Simulation) -> float:
    return min(max([1.0, *(item.error_percent for item in simulation.samples)]), 100.0)


def plot_page(report: SimulationReport) -> str:
    """All plots of a run as one SVG document."""
    return page(plots(report.simulation), f"Traffic simulation of {report.planned.origin}")
