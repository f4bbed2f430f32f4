"""Shows a journey, step by step, what holds data first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.drill.found import CHANGE
from ops.document.blocks import Cell, Item, Items, More, Section, Table, Text, Verdict
from ops.views import truth
from ops.views.clock import time_line
from plan.paths import summary
from policies.stateful import STATEFUL, is_stateful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.journey import Journey, JourneyStep
    from ops.document.blocks import Block
    from plan import PlannedResource
    from planner.availability.drilled import Verdict as PodsVerdict
    from policies.stateful import Loss

OPERATIONS = ("create", "update", "replace", "delete", "same")
QUESTION = "Is the way there safe?"
PODS: dict[PodsVerdict, Cell] = {
    "survive": Cell(text="drilled", state="good"),
    "fail": Cell(text="drill failed", state="bad"),
    "not drilled": Cell(text="not drilled", state="note"),
}
"""What a drill says of a phase, in short."""


def verdict(journey: Journey | None, why_not: str) -> Verdict:
    """Whether the way here touches data."""
    if journey is None:
        return Verdict(question=QUESTION, answer="not rehearsed", detail=why_not, state="note", section="journey")
    steps = f"{len(journey.steps)} steps rehearsed on the real engine"
    safe = f"{steps}, after each a preview is empty once the maintenance windows have passed"
    undrilled = [step.end for step in journey.steps if step.pods.verdict == "not drilled"]
    failing = [step.end for step in journey.steps if step.pods.verdict == "fail"]
    said = [f"pods do not survive the drill in {', '.join(failing)}"] if failing else []
    said += [f"pods not drilled in {', '.join(undrilled)}"] if undrilled else []
    return Verdict(
        question=QUESTION,
        answer="no data is touched" if journey.ok else "not safe",
        detail="; ".join([safe, *said]) if journey.ok else "see the step that was refused",
        state="bad" if not journey.ok else "note" if said else "good",
        section="journey",
    )


def section(journey: Journey | None, why_not: str = "") -> Section:
    """Every step of the way, what each changes, how it is judged and how long it may take."""
    if journey is None:
        return Section(id="journey", title="Journey", blocks=(Text(text=f"Not rehearsed: {why_not}."),))
    safe = "safe: no data would be touched and every step is complete" if journey.ok else "NOT safe: see below"
    table = Table(
        caption="Steps, rehearsed on the real engine in a simulated cloud",
        columns=("From", "To", *(name.capitalize() for name in OPERATIONS), "Left to do", "Pods", "Verdict"),
        rows=tuple(map(_row, journey.steps)),
        numbers=frozenset(range(2, 3 + len(OPERATIONS))),
    )
    said = (block for number, step in enumerate(journey.steps, start=1) for block in _step(number, step))
    first = Text(text=f"Journey of {journey.stack}: {safe}.")
    sure = (truth.line(journey.truth),) if journey.steps else ()
    return Section(id="journey", title="Journey", blocks=(first, table, *sure, *said))


def _row(step: JourneyStep) -> tuple[str | Cell, ...]:
    counts = [str(len(step.with_op(op))) for op in OPERATIONS]
    verdict = Cell(text="safe" if step.ok else "refused", state="good" if step.ok else "bad")
    return (step.start or "nothing", step.end, *counts, str(len(step.second_preview)), PODS[step.pods.verdict], verdict)


def _step(number: int, step: JourneyStep) -> Iterator[Block]:
    """What a step does and how it is judged."""
    name = f"Step {number}, {step.start or 'nothing'} to {step.end}"
    if judged := tuple(_judged(step)):
        yield Items(caption=name, items=judged)
    changed = [item for op in ("delete", "replace", "update") for item in step.with_op(op)]
    if step.start is not None:
        changed += [item for item in step.with_op("create") if is_stateful(item)]
    if held := [item for item in changed if is_stateful(item)]:
        yield _changes(f"{name}: changes of what holds data", held)
    if others := [item for item in changed if not is_stateful(item)]:
        table = _changes(f"{name}: all other changes of what exists", others)
        yield More(title=f"{name}: {len(others)} other changes", blocks=(table,))
    if step.waiting:
        chain = f"One after another at most {step.chain.minutes} minutes: {', then '.join(step.chain.names)}."
        longest = (Text(text=chain),) if step.chain.minutes else ()
        yield More(title=f"{name}: how long it may take", blocks=(_waits(name, step), *longest))
    yield from _times(name, step)
    if step.no_return is not None:
        item, reason = step.no_return
        yield Text(text=f"{name}: point of no return at {item.op} of {item.name}: {reason}.")


def _times(name: str, step: JourneyStep) -> Iterator[Block]:
    """What waits for a window, what the update took along that had waited, and what happened in between."""
    if step.time is None or not (step.time.at_once or step.time.waiting):
        return
    waits, taken = len(step.time.waiting), len(step.time.flushed)
    said = f"{name}: {waits} changes wait, for a maintenance window or a restart" if waits else f"{name}: nothing waits"
    along = f"; the update took along what waited for {taken} objects" if taken else ""
    yield Text(text=f"{said}{along}.")
    yield More(title=f"{name}: when it happens", blocks=tuple(time_line.blocks(step.time)))


def _pods(step: JourneyStep) -> Iterator[Item]:
    """What the real scheduler said of the phase and of the way there."""
    state = PODS[step.pods.verdict].state
    yield Item(text=f"pods in {step.end}: {step.pods.sentence()}", state=state)
    if step.start is not None and step.way is None:
        what = f"drill {step.start} with scenario {CHANGE} first, then rehearse again"
        yield Item(text=f"pods on the way from {step.start}: not drilled", detail=what, state="note")
    elif step.way is not None:
        passed = "drilled, every workload went on" if step.way.passed else "; ".join(step.way.problems)
        yield Item(text=f"pods on the way from {step.start}: {passed}", state="good" if step.way.passed else "bad")


def _judged(step: JourneyStep) -> Iterator[Item]:
    if step.plan:
        yield from _pods(step)
    if step.placement:
        yield Item(text=f"shards: {step.placement}", state="note")
    for loss in step.losses:
        way = "set bailbondpro:allowShrink: true only when its data is gone or moved"
        yield Item(text=f"REFUSED {_loss(loss)}", detail=way, state="bad")
    yield from (Item(text=f"allowed by allowShrink: {_loss(loss)}", state="note") for loss in step.allowed)
    yield from (Item(text=f"REFUSED {message}", state="bad") for message in step.refused)
    for item in step.reboots:
        refused = "REFUSED " if item.refused else ""
        yield Item(text=f"{refused}{item.sentence()}", state="bad" if refused else "note")
    for one in step.gate:
        yield Item(text=f"the gate would stop {one.rule}, {one.name}: {one.says}", detail=one.fix, state="note")
    for left in step.second_preview:
        what = f"{left.op} {left.type} {left.name} {_paths(left)}".rstrip()
        yield Item(text=f"NOT DONE after the update: {what}", state="bad")


def _loss(loss: Loss) -> str:
    return f"{loss.op} of {loss.holds} {loss.urn.rsplit('::', 1)[-1]}: {loss.reason}"


def _paths(item: PlannedResource) -> str:
    return summary([path for path, _ in item.changed])


def _changes(caption: str, items: Sequence[PlannedResource]) -> Table:
    return Table(
        caption=caption,
        columns=("Operation", "Holds", "Resource", "Type", "Properties"),
        rows=tuple((item.op, STATEFUL.get(item.type, ""), item.name, item.type, _paths(item)) for item in items),
    )


def _waits(name: str, step: JourneyStep) -> Table:
    return Table(
        caption=f"{name}: bounds on waiting, not forecasts ({step.waiting[0].source})",
        columns=("Kind", "Operation", "How many", "Minutes at most"),
        rows=tuple(
            (wait.type.rsplit(":", 1)[-1], wait.op, str(wait.count), str(wait.at_most_minutes)) for wait in step.waiting
        ),
        numbers=frozenset({2, 3}),
    )
