"""Shows a new stack's file: what stands against it, or what is in it and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import render
from ops.answers.check import notices_of
from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from ops.answers.init.compose import NewStack
    from ops.document.blocks import Block


def section(found: NewStack) -> Section:
    """Problems, or the file's text, what was left out of another stack's, what it gives up, and the next steps."""
    if found.problems:
        # Not the draft's name: nobody can open that any more.
        said = f"{render(found.problems, title=found.file.name)}\n\nNothing was written."
        return Section(id="init", title="New stack", blocks=(Text(text=said),))
    blocks: list[Block] = [
        Text(text=f"{found.file.name} {'is written' if found.written else 'would be'}:"),
        Text(text=found.content.rstrip()),
    ]
    if found.left_out:
        items = tuple(Item(text=key) for key in found.left_out)
        blocks.append(Items(caption="Left out, because it says what the other stack has been through", items=items))
    if notices := notices_of(found.settings):
        blocks.append(Items(caption="To know", items=tuple(Item(text=text) for text in notices)))
    if found.order:
        blocks.append(Text(text=f"A merge deploys {' -> '.join(found.order)}."))
    steps = tuple(Item(text=f"{number}. {step}") for number, step in enumerate(found.next_steps, start=1))
    return Section(id="init", title="New stack", blocks=(*blocks, Items(caption="Next", items=steps)))
