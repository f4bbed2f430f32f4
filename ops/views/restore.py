"""Shows the steps back from a loss, each with what it takes, costs and cannot undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text
from ops.views.upgrade import edit_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.restore.model import RestorePlan, RestoreStep
    from ops.document.blocks import Block

LOST = {"point": "rows, at some moment", "bucket": "the bucket of documents", "region": "the region"}


def section(plan: RestorePlan) -> Section:
    """The steps in their order."""
    steps = tuple(step_items(number, step) for number, step in enumerate(plan.steps, start=1))
    blocks: tuple[Block, ...] = (
        Text(text=f"Lost: {LOST[plan.kind]}. {len(plan.steps)} steps; edits are those of Pulumi.{plan.edited}.yaml."),
        Text(text=f"What stays lost: {plan.loses}."),
        Items(caption="No step brings back", items=tuple(Item(text=line) for line in plan.gone)),
        *steps,
    )
    return Section(id="restore", title="Restore", blocks=blocks)


def step_items(number: int, step: RestoreStep) -> Items:
    """One step, with what it takes, costs and cannot undo."""
    return Items(caption=f"Step {number}. {step.title}", items=tuple(_items(step)))


def _items(step: RestoreStep) -> Iterator[Item]:
    yield from (Item(text=f"by hand: {line}") for line in step.by_hand)
    yield from (Item(text=f"edit: {edit_text(edit)}") for edit in step.edits)
    yield from (Item(text=f"run: {line}") for line in step.commands)
    yield Item(text=f"takes: {step.takes}")
    yield Item(text=f"costs: {step.costs}")
    if step.no_return is not None:
        yield Item(text=f"point of no return: {step.no_return}", state="note")
    yield Item(text=f"way back: {step.back}")
