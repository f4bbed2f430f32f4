"""The chapters about what may fail and what may happen: availability, journey, limits, policies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ops.document.blocks import Cell, More, Section, State, Table, Text, Verdict
from planner.availability import OBJECTIVE_PERCENT
from policies.stateful import is_stateful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.availability import AvailabilityReport
    from ops.answers.journey import Journey, JourneyStep
    from ops.answers.limits import LimitUse
    from ops.answers.policies import PolicyCheck
    from ops.document.blocks import Block
    from planner.availability_model import Function

FEW = 3
"""How many functions one cell names."""
LIMIT_STATES: dict[str, State] = {
    "ok": "good",
    "solved": "good",
    "near": "note",
    "full": "note",
    "over": "bad",
    "unknown": "note",
}
CHECK_STATES: dict[str, State] = {"ok": "good", "note": "note", "failed": "bad", "unknown": "bad"}


def availability_verdict(report: AvailabilityReport) -> Verdict:
    """What breaks first."""
    points = report.found.single_points
    open_points = sum(not point.accepted for point in points)
    if open_points:
        answer, state = f"{open_points} single points of failure", "bad"
    elif report.found.short_of_uptime:
        answer, state = "less uptime than accepted", "bad"
    else:
        answer, state = ("no single point of failure", "good") if not points else (f"{len(points)} accepted", "note")
    typed: State = "bad" if state == "bad" else "note" if state == "note" else "good"
    return Verdict(
        question="What may fail alone?",
        answer=answer,
        detail=f"{report.found.shown_percent:.3f} % is what the vendors promise together",
        state=typed,
        section="availability",
    )


def availability_section(report: AvailabilityReport) -> Section:
    """Single points, removals, and what vendors promise."""
    found = report.found
    blocks: list[Block] = []
    if found.single_points:
        blocks.append(_points(report))
    else:
        blocks.append(Text(text="No single point of failure: whatever fails alone, every function of users goes on."))
    reasons = dict.fromkeys(point.accepted for point in found.single_points if point.accepted)
    blocks += [Text(text=f"Accepted, because {reason}.") for reason in reasons]
    blocks.append(_removals(report))
    relation = "meets" if found.shown_percent >= OBJECTIVE_PERCENT else "is below"
    blocks.append(
        Text(
            text=f"What vendors promise for one request comes to {found.shown_percent:.3f} %, which {relation} the "
            f"scaling guide's {OBJECTIVE_PERCENT} %. A promise is a credit, no forecast."
            + (f" Nothing is promised for {', '.join(found.unpromised)}." if found.unpromised else "")
            + (f" Not accepted: {found.short_of_uptime}." if found.short_of_uptime else "")
        )
    )
    blocks.append(More(title="Service level agreements", blocks=(_promises(report),)))
    return Section(id="availability", title="Availability", blocks=tuple(blocks))


def _points(report: AvailabilityReport) -> Table:
    points = sorted(report.found.single_points, key=lambda point: (bool(point.accepted), point.kind, point.title))
    return Table(
        caption="Single points of failure",
        columns=("What", "Kind", "Without it stops", "What removes it", "Verdict"),
        rows=tuple(
            (
                point.title,
                point.kind,
                _few(point.stops),
                point.fix,
                Cell(text="accepted" if point.accepted else "not accepted", state="note" if point.accepted else "bad"),
            )
            for point in points
        ),
    )


def _removals(report: AvailabilityReport) -> Table:
    rows: list[tuple[str, ...]] = []
    quiet: Counter[str] = Counter()
    for removal in sorted(report.found.removals, key=lambda item: (item.element.kind, item.element.title)):
        if removal.stops or removal.pauses:
            element = removal.element
            rows.append((element.title, element.kind, _named(removal.stops), _named(removal.pauses)))
        else:
            quiet[removal.element.kind] += 1
    rows += [(f"any of {count}", kind, "nothing", "nothing") for kind, count in quiet.items()]
    columns = ("Without", "Kind", "Stops", "Pauses until another takes over")
    return Table(caption="Everything removed, one at a time", columns=columns, rows=tuple(rows))


def _named(functions: Sequence[Function]) -> str:
    return _few([item.title if item.critical else f"{item.title} (no request)" for item in functions]) or "nothing"


def _few(names: Sequence[str]) -> str:
    more = [f"and {len(names) - FEW} more"] if len(names) > FEW else []
    return "; ".join([*names[:FEW], *more])


def _promises(report: AvailabilityReport) -> Table:
    return Table(
        caption="Service level agreements",
        columns=("Part", "%", "Source"),
        rows=tuple(
            (promise.part, f"{promise.percent:g}" if promise.percent is not None else "none", promise.source)
            for promise in report.found.promises
        ),
        numbers=frozenset({1}),
    )


def journey_verdict(journey: Journey | None, why_not: str) -> Verdict:
    """Whether the way here touches data."""
    if journey is None:
        return Verdict(
            question="Is the way there safe?", answer="not rehearsed", detail=why_not, state="note", section="journey"
        )
    return Verdict(
        question="Is the way there safe?",
        answer="no data is touched" if journey.ok else "not safe",
        detail=f"{len(journey.steps)} steps rehearsed on the real engine, each with an empty second preview"
        if journey.ok
        else "see the step that was refused",
        state="good" if journey.ok else "bad",
        section="journey",
    )


def journey_section(journey: Journey | None, why_not: str) -> Section:
    """Every step from nothing to this phase."""
    if journey is None:
        return Section(id="journey", title="Journey", blocks=(Text(text=f"Not rehearsed: {why_not}."),))
    table = Table(
        caption="Steps, rehearsed on the real engine in a simulated cloud",
        columns=("From", "To", "Create", "Update", "Replace", "Delete", "Left to do", "Verdict"),
        rows=tuple(_step(step) for step in journey.steps),
        numbers=frozenset({2, 3, 4, 5, 6}),
    )
    return Section(
        id="journey", title="Journey", blocks=(table, *(block for step in journey.steps for block in _said(step)))
    )


def _step(step: JourneyStep) -> tuple[str | Cell, ...]:
    counts = [str(len(step.with_op(op))) for op in ("create", "update", "replace", "delete")]
    verdict = Cell(text="safe" if step.ok else "refused", state="good" if step.ok else "bad")
    return (step.start or "nothing", step.end, *counts, str(len(step.second_preview)), verdict)


def _said(step: JourneyStep) -> Iterator[Block]:
    name = f"{step.start or 'nothing'} to {step.end}"
    for loss in step.losses:
        yield Text(text=f"{name}: refused {loss.op} of {loss.holds} {loss.urn.rsplit('::', 1)[-1]}: {loss.reason}.")
    for loss in step.allowed:
        yield Text(text=f"{name}: allowed by allowShrink, {loss.op} of {loss.urn.rsplit('::', 1)[-1]}: {loss.reason}.")
    yield from (Text(text=f"{name}: {message}") for message in step.refused)
    if step.placement:
        yield Text(text=f"{name}: {step.placement}.")
    if step.start is None:
        return
    changed = [item for item in step.plan if is_stateful(item) and item.op == "update"]
    if changed:
        rows = tuple((item.name, ", ".join(path for path, _ in item.changed)) for item in sorted(changed, key=_name))
        caption = f"{name}: updates of what holds data, all in place"
        yield Table(caption=caption, columns=("Resource", "Properties"), rows=rows)
    if step.waiting:
        waits = tuple(
            (item.type.rsplit(":", 1)[-1], item.op, str(item.count), str(item.at_most_minutes)) for item in step.waiting
        )
        table = Table(
            caption=f"{name}: bounds on waiting ({step.waiting[0].source})",
            columns=("Kind", "Operation", "How many", "Minutes at most"),
            rows=waits,
            numbers=frozenset({2, 3}),
        )
        chain = f"One after another at most {step.chain.minutes} minutes: {', then '.join(step.chain.names)}."
        yield More(title=f"{name}: how long it may take", blocks=(table, Text(text=chain)))
    if step.no_return is not None:
        item, reason = step.no_return
        yield Text(text=f"{name}: point of no return at {item.op} of {item.name}: {reason}.")


def _name(item: object) -> str:
    return str(getattr(item, "name", ""))


def limits_verdict(uses: Sequence[LimitUse]) -> Verdict:
    """How near the nearest limit is that grows with load; names and what is solved only count when they are over."""
    own = [use for use in uses if use.area != "account"]
    growing = [use for use in own if use.share > 1 or (use.area != "names" and not use.solved)]
    nearest = max(growing, key=lambda use: use.share)
    raises = sum(use.share > 1 for use in uses if use.area == "account" and use.known)
    unknown = sum(not use.known for use in uses)
    over = any(use.share > 1 for use in own)
    note = f"; {raises} account quotas to raise first" if raises else ""
    note += f"; {unknown} account quotas of this region are not known" if unknown else ""
    return Verdict(
        question="How near are the limits?",
        answer=f"{nearest.share:.0%} of {nearest.title}",
        detail=f"the fullest of {len(growing)} limits that grow with load{note}",
        state="bad" if over else "note" if raises or unknown else "good",
        section="limits",
    )


def limits_section(uses: Sequence[LimitUse]) -> Section:
    """Bars of every limit, and the account's quotas apart."""
    own = [use for use in uses if use.area != "account"]
    quotas = [use for use in uses if use.area == "account"]
    return Section(
        id="limits",
        title="Limits used",
        blocks=(
            Text(
                text="What the stack takes at its largest: every autoscaler at its maximum, during a rollout. What is "
                "solved fills its limit on purpose: the pooler's pools are computed from it."
            ),
            _limits("Limits of the platform", own),
            Text(
                text="An account starts with these quotas (a new one may start lower). Where they do not suffice, have "
                "them raised before the first update: it takes hours to days."
            ),
            _limits("Quotas of the account", quotas),
        ),
    )


def _limits(caption: str, uses: Sequence[LimitUse]) -> Table:
    return Table(
        caption=caption,
        columns=("Limit", "Share", "Verdict", "Used", "Of", "Source"),
        rows=tuple(
            (
                use.title,
                Cell(text=f"{use.share:.0%}", share=use.share, state=_limit_state(use)),
                _limit_verdict(use),
                f"{use.used:,.1f}".removesuffix(".0"),
                f"{use.limit:,.0f} {use.unit}",
                use.source,
            )
            for use in uses
        ),
        numbers=frozenset({1, 3, 4}),
    )


def _limit_state(use: LimitUse) -> State:
    return "note" if use.area == "account" and use.known and use.share > 1 else LIMIT_STATES[use.state]


def _limit_verdict(use: LimitUse) -> Cell:
    word = "raise first" if use.area == "account" and use.known and use.share > 1 else use.state
    return Cell(text=word, state=_limit_state(use))


def policies_verdict(checks: Sequence[PolicyCheck]) -> Verdict:
    """Whether every policy holds."""
    failed = [check for check in checks if check.state == "failed"]
    unknown = [check for check in checks if check.state == "unknown"]
    notes = sum(check.state == "note" for check in checks)
    counts = {"fail": len(failed), "cannot be judged": len(unknown)}
    bad = ", ".join(f"{count} of {len(checks)} {what}" for what, count in counts.items() if count)
    return Verdict(
        question="Do all policies hold?",
        answer=bad or f"all {len(checks)} hold",
        detail="; ".join(check.title for check in (*failed, *unknown))
        or (f"{notes} with a note" if notes else "none needs a note"),
        state="bad" if bad else "good",
        section="policies",
    )


def policies_section(checks: Sequence[PolicyCheck]) -> Section:
    """Every policy with its verdict."""
    words = {"ok": "OK", "note": "Note", "failed": "Failed", "unknown": "Unknown"}
    return Section(
        id="policies",
        title="Policies",
        blocks=(
            Table(
                caption="What must hold for this plan",
                columns=("Policy", "Verdict", "Found"),
                rows=tuple(
                    (check.title, Cell(text=words[check.state], state=CHECK_STATES[check.state]), check.detail)
                    for check in checks
                ),
            ),
        ),
    )
