"""Prints a journey, step by step, stateful resources first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.console import out
from plan.paths import summary
from policies.stateful import STATEFUL, is_stateful

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.journey import Journey, JourneyStep
    from plan import PlannedResource
    from policies.stateful import Loss


def render(journey: Journey) -> None:
    """Print every step and the verdict."""
    for number, step in enumerate(journey.steps, start=1):
        _step(number, step)
    verdict = "safe: no data would be touched and every step is complete" if journey.ok else "NOT safe: see above"
    out.print(f"\nJourney of {journey.stack}: {verdict}", markup=False)


def _step(number: int, step: JourneyStep) -> None:
    out.print(f"\nStep {number}: {step.start or 'nothing'} -> {step.end}", markup=False)
    for line in render_step(step):
        out.print(f"  {line}", markup=False, soft_wrap=True)


def render_step(step: JourneyStep) -> list[str]:
    """What a step does and how it is judged, line by line."""
    counts = ", ".join(f"{len(step.with_op(op))} {op}" for op in ("create", "update", "replace", "delete", "same"))
    empty = [f"shards: {step.placement}"] if step.placement else []
    return [counts, *_changes(step), *empty, *_verdicts(step), *_waiting(step)]


def _changes(step: JourneyStep) -> Iterator[str]:
    for op in ("delete", "replace", "update"):
        yield from (_line(item) for item in step.with_op(op))
    if step.start is not None:
        yield from (_line(item) for item in step.with_op("create") if is_stateful(item))


def _verdicts(step: JourneyStep) -> Iterator[str]:
    for loss in step.losses:
        yield f"REFUSED {_loss(loss)}"
        yield "        set bailbondpro:allowShrink: true only when its data is gone or moved"
    yield from (f"allowed by allowShrink: {_loss(loss)}" for loss in step.allowed)
    yield from (f"REFUSED {message}" for message in step.refused)
    yield from (f"{'REFUSED ' if item.refused else ''}{item.sentence()}" for item in step.reboots)
    yield from (f"NOT DONE after the update: {_line(item)}" for item in step.second_preview)


def _loss(loss: Loss) -> str:
    return f"{loss.op} of {loss.holds} {loss.urn.rsplit('::', 1)[-1]}: {loss.reason}"


def _waiting(step: JourneyStep) -> Iterator[str]:
    for wait in step.waiting:
        kind = wait.type.rsplit(":", 1)[-1]
        yield f"waiting: {wait.count} x {kind} {wait.op}, at most {wait.at_most_minutes} min"
    if step.chain.minutes:
        yield f"one after another at most {step.chain.minutes} min: {', then '.join(step.chain.names)}"
    if step.waiting:
        yield f"(bounds, not forecasts: {step.waiting[0].source})"
    if step.no_return is not None:
        item, reason = step.no_return
        yield f"point of no return: {item.op} of {item.name}: {reason}"


def _line(item: PlannedResource) -> str:
    marker = f" [{STATEFUL[item.type]}]" if is_stateful(item) else ""
    paths = summary([path for path, _ in item.changed])
    changed = f": {paths}" if paths else ""
    return f"{item.op:8}{marker} {item.type} {item.name}{changed}"
