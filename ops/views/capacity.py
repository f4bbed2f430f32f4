"""Shows the guide's projection, the platform beside it, and where the two contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.capacity.history import RATES
from ops.document.blocks import Section, Table, Text, Verdict
from planner.capacity.growth import Growth
from planner.capacity.history import WEEKS, YEARS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.capacity.history import History
    from ops.answers.capacity.projection import CapacityReport
    from ops.document.blocks import Block
    from planner.capacity.history import Band, Trend
    from planner.capacity.platform import PhaseChange

BEYOND = {
    "users": "Add services and shards as the guide's third phase does.",
    "requests": "Raise autoscaling.maxReplicas and pools.app.maxSize together (100 requests a second for each pod), "
    "then look at the databases' connections.",
    "storage": "Raise postgres.maxAllocatedStorageGib (`./bbp check` says how far), or move clients to shards "
    "(docs/sharding.md): `./bbp shard plan` says what moves.",
}
"""What to do where the last phase ends: the guide has no fourth."""
GUIDE = Growth()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
UNITS = {"users": "users", "requests": "requests in the busiest second", "storage": "GB"}


def verdict(report: CapacityReport) -> Verdict:
    """Until when the platform holds, by the guide's growth."""
    own = report.leaves_current
    known = any(platform.phase == report.current for platform in report.platforms)
    if not known:
        answer, detail = "unknown", "the platform of this phase is not valid in this configuration"
    elif own:
        answer = f"until month {own.month}"
        detail = f"{own.limit:,g} {UNITS[own.because]} carried, {own.load:,g} projected"
    else:
        answer = f"{report.projections[-1].month} months and more"
        detail = "by the growth that the scaling guide assumes"
    return Verdict(
        question="How long does it hold?",
        answer=answer,
        detail=detail,
        state="good" if known and not own else "note",
        section="capacity",
    )


def section(report: CapacityReport) -> Section:
    """The guide's projection, and what the platform carries in each phase."""
    blocks: list[Block] = [Text(text=line) for line in (*_start(report), *_answers(report))]
    if report.history is not None:
        blocks += _measured(report.history)
    blocks.append(_projection(report))
    if report.platforms:
        blocks += [_platforms(report), Text(text=_contradiction(report))]
    return Section(id="capacity", title="Capacity by month", blocks=tuple(blocks))


def _start(report: CapacityReport) -> Iterator[str]:
    rates, start = report.growth, report.baseline
    yield report.where()
    yield (
        f"Today: {start.users:,g} users, {start.requests_per_day:,g} requests a day and {start.storage_gb:,g} GB, the "
        "scaling guide's numbers where nothing else was given or measured."
    )
    yield (
        f"Growth a month: users {rates.users:.1%}, requests {rates.requests:.1%}, storage {rates.storage:.1%}. Cores, "
        "memory, servers and cost by the scaling guide's formulas. The busiest second is "
        f"{report.peak_factor:g} times the day's average."
    )


def _answers(report: CapacityReport) -> Iterator[str]:
    yield f"Today's {report.baseline.users:,g} users fit phase {report.fits}."
    if not report.changes and report.platforms:
        yield "No change of phase within the projection."
    yield from map(_change, report.changes)
    if not report.bottlenecks:
        yield "No bottleneck within twelve months on the guide's 16 cores and 64 GB."
    for item in report.bottlenecks:
        yield (
            f"Bottleneck {item.resource}: {item.current_utilization:.0f} % now, {item.projected_utilization:.0f} % in "
            f"twelve months, 80 % in {item.months_to_bottleneck} months. {item.recommendation}."
        )


def _change(change: PhaseChange) -> str:
    way = f"change to {change.to}" if change.to else "no phase is larger"
    return (
        f"Month {change.month}: {way}; {change.leaves} carries {change.limit:,g} {UNITS[change.because]}, "
        f"{change.load:,g} are projected.{'' if change.to else f' {BEYOND[change.because]}'}"
    )


def _measured(history: History) -> Iterator[Block]:
    """What dated measurements say, and the guide's rates beside it."""
    yield Text(
        text=f"Start and growth are those of {history.file}, whose last day is "
        f"{max(one.last for one in history.trends)}: month 0 is that day. Least squares of logarithms over the last "
        "twelve months; bands hold 90 %."
    )
    yield Table(
        caption="Growth a month, measured",
        columns=("", "Days", "From", "To", "Latest", "Lowest", "Rate", "Highest", "Guide", "In 12 months"),
        rows=tuple(
            (
                one.metric,
                str(one.days),
                one.first.isoformat(),
                one.last.isoformat(),
                f"{one.latest:,.6g}",
                *(f"{rate:.1%}" for rate in (one.rate.low, one.rate.middle, one.rate.high)),
                f"{getattr(GUIDE, RATES[one.metric]):.1%}",
                _band(one.at(12)),
            )
            for one in history.trends
        ),
        numbers=frozenset(range(1, 10)),
    )
    yield Table(
        caption="Month in which a phase is outgrown",
        columns=("Phase", "At the soonest", "Expected", "At the latest", "By the guide's rates"),
        rows=tuple(
            (one.leaves, *(_when(month) for month in (one.soonest, one.expected, one.latest, one.guide)))
            for one in history.endings
        ),
        numbers=frozenset(range(1, 5)),
    )
    yield from (Text(text=line) for line in _shapes(history.trends))
    yield from (Text(text=f"{line}.") for line in history.left_out)


def _shapes(trends: tuple[Trend, ...]) -> Iterator[str]:
    for span, names in (("week", WEEKDAYS), ("year", MONTHS)):
        unknown = []
        for one in trends:
            shares = one.weekdays if span == "week" else one.months
            if not shares:
                unknown.append(one.metric)
                continue
            busiest = max(range(len(shares)), key=lambda place: shares[place])
            yield f"{one.metric}: {names[busiest]} has {shares[busiest]:.0%} of the {span}'s mean."
        if unknown:
            wanted = f"{WEEKS} weeks measured day by day" if span == "week" else f"{YEARS} years"
            yield f"The shape of a {span} is not told for {', '.join(unknown)}: it takes {wanted}."


def _band(band: Band) -> str:
    return " to ".join(f"{side:,.0f}" if side >= 100 else f"{side:.3g}" for side in (band.low, band.high))  # noqa: PLR2004 - whole numbers from there on


def _when(month: int | None) -> str:
    return "not within it" if month is None else str(month)


def _projection(report: CapacityReport) -> Table:
    return Table(
        caption="Projection by the scaling guide's formulas",
        columns=("Month", "Users", "Requests/day", "Storage GB", "Cores", "Memory GB", "Servers", "USD/month"),
        rows=tuple(
            (
                str(item.month),
                f"{item.users:,}",
                f"{item.requests_per_day:,}",
                f"{item.storage_gb:,}",
                f"{item.cpu_cores:,}",
                f"{item.memory_gb:,}",
                f"{item.servers:,}",
                f"{item.cost_usd:,.2f}",
            )
            for item in report.projections
        ),
        numbers=frozenset(range(1, 8)),
    )


def _platforms(report: CapacityReport) -> Table:
    found = report.platforms
    users = [item.users for item in found]
    rows: tuple[tuple[str, list[str]], ...] = (
        ("active users", [f"{low:,} to {high:,}" if high else f"{low:,} and more" for low, high in users]),
        ("application pods", [f"{item.pods[0]} to {item.pods[1]}" for item in found]),
        ("cores of the pods", [f"{item.cores:g}" for item in found]),
        ("cores of the nodes", [f"{item.node_cores:,}" for item in found]),
        ("requests/s (100 a pod)", [f"{item.requests_per_second:,}" for item in found]),
        ("database connections", [f"{item.connections:,}" for item in found]),
        ("database IOPS", [f"{item.iops:,}" for item in found]),
        ("storage GiB", [f"{item.storage_gib:,}" for item in found]),
        ("cache memory GiB", [f"{item.cache_gib:g}" for item in found]),
        ("cores by the guide's formula", [f"{item.guide_cores:,}" for item in found]),
    )
    return Table(
        caption=f"What the platform of {report.stack} carries at most, by phase",
        columns=("", *(item.phase for item in found)),
        rows=tuple((title, *cells) for title, cells in rows),
        numbers=frozenset(range(1, len(found) + 1)),
    )


def _contradiction(report: CapacityReport) -> str:
    last, low = report.platforms[-1], report.platforms[0].guide_cores
    return (
        f"Why {low} to {last.guide_cores} cores against {last.cores:g}: the guide's formula gives one core 10,000 "
        "requests a day, which is 0.12 a second. Its own autoscaler adds a pod of one core at 100 a second, and ends "
        f"at {last.pods[1]} pods. The platform is sized by the autoscaler; the formula stands beside it."
    )
