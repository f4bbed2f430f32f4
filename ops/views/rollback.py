"""Shows the way back: what a revert does, and what it does not take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.document.blocks import Item, Items, Section, Text
from ops.jsonable import picked, plain
from ops.views.review import step_json, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.review.step import Step
    from ops.answers.rollback.plan import Rollback, WayBack
    from ops.document.blocks import Block, State


def section(found: Rollback) -> Section:
    """Each stack: what the revert does on the engine, and what of the way there it leaves."""
    first = Text(text=f"The way back from {found.head} to {found.base}.")
    blocks = (block for way in found.ways for block in _way(way))
    return Section(id="rollback", title="Rollback", blocks=(first, *blocks))


def _way(way: WayBack) -> Iterator[Block]:
    if way.step is None:
        state: State = "bad" if way.refused else "note"
        lines = tuple(Item(text=line, state=state) for line in way.why_not.splitlines())
        yield Items(caption=f"Stack {way.stack}", items=lines)
        return
    answer = "a revert takes all of it back" if way.complete else "a revert does not take all of it back"
    counts = ", ".join(f"{count} to {op}" for op, count in way.step.counts().items() if count) or "nothing to do"
    yield Items(
        caption=f"Stack {way.stack}",
        items=(Item(text=f"{answer}; on the engine it has {counts}", state="good" if way.complete else "bad"),),
    )
    yield from _refusals(way.step)
    yield from tables.way_back(way.stuck)
    gone = [item for item in way.step.changes if item.op in {"delete", "replace"}]
    yield from tables.taken("What the revert takes away", gone)
    yield from tables.in_place("What it changes in place", [item for item in way.step.changes if item.op == "update"])
    yield from tables.created([item for item in way.step.changes if item.op == "create"])
    if way.step.restarts:
        yield Items(caption="What stops and starts again", items=tuple(Item(text=text) for text in way.step.restarts))
    yield from tables.clock(way.step.moments)
    yield from tables.waits(way.step)


def _refusals(step: Step) -> Iterator[Items]:
    if step.refused:
        lines = tuple(Item(text=line, state="bad") for line in step.refused.splitlines())
        yield Items(caption="The revert is refused", items=lines)
    if step.losses:
        lost = tuple(Item(text=f"{loss.op} of {loss.holds}: {loss.reason}", state="bad") for loss in step.losses)
        yield Items(caption="The revert would lose", items=lost)


def rollback_json(found: Rollback) -> dict[str, Any]:
    """The machine-readable way back."""
    return {
        **picked(found, "base", "head", "notes"),
        "exit_code": found.code,
        "stacks": [
            {
                **picked(way, "stack", "complete"),
                "why_not": way.why_not or None,
                "not_taken_back": plain(way.stuck),
                "revert": None if way.step is None else step_json(way.step),
            }
            for way in found.ways
        ],
    }
