"""Shows the steps of an upgrade, each as the edits of one deployment and what to know about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.upgrade.steps import Edit, Step, UpgradePlan
    from ops.document.blocks import Block


def section(plan: UpgradePlan) -> Section:
    """The steps in their order."""
    name = f"Upgrade of {plan.kind} from {plan.before} to {plan.after}"
    whose = f", {len(plan.steps)} steps; edits are those of Pulumi.{plan.stack}.yaml, one deployment for each step."
    proved = (
        "Every stack file on the way has passed the check. What a document says is told from what is assumed."
        if plan.rehearsed
        else "No rehearsal can prove this way: what a provider does to an older state, only the real one shows."
    )
    steps = tuple(_step(number, step) for number, step in enumerate(plan.steps, start=1))
    blocks: tuple[Block, ...] = (Text(text=f"{name}{whose}"), Text(text=proved), *steps)
    return Section(id="upgrade", title="Upgrade", blocks=blocks)


def edit_text(edit: Edit) -> str:
    """One edit as a line: the key, the value before and the value afterwards."""
    return f"{edit.key}: {_value(edit.old)} -> {_value(edit.new)}"


def _value(value: str | bool | None) -> str:  # noqa: FBT001 - a value of a stack file
    return "(none)" if value is None else json.dumps(value)


def _step(number: int, step: Step) -> Items:
    return Items(caption=f"Step {number}. {step.title}", items=tuple(_items(step)))


def _items(step: Step) -> Iterator[Item]:
    yield from (Item(text=f"by hand: {line}") for line in step.by_hand)
    yield from (Item(text=f"edit: {edit_text(edit)}") for edit in step.edits)
    yield from (Item(text=f"edit: {one.file}: {one.old} -> {one.new}") for one in step.file_edits)
    for one in step.service:
        yield Item(text=f"the service: {one.says}", detail=f"{'' if one.sure else 'assumed; '}{one.source}")
    yield from (Item(text=f"restarts: {line}") for line in step.restarts)
    for wait in step.waits:
        yield Item(text=f"wait: {wait.what}", detail=f"{'documented' if wait.documented else 'assumed'}: {wait.source}")
    yield Item(text=f"pulumi preview shows: {step.preview}")
    if step.no_return is not None:
        yield Item(text=f"point of no return: {step.no_return}", state="note")
    yield Item(text=f"way back: {step.back}")
    yield from (Item(text=f"check: {line}") for line in step.checks)
