"""Shows what is wrong with a state, the way back, and what can be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.gate.answer import clean
from ops.document.blocks import Item, Items, Section, Text
from ops.views.restore import step_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.restore.model import RestorePlan
    from ops.answers.state.importing import ImportFile
    from ops.answers.state.model import Checked, Level
    from ops.document.blocks import Block
    from ops.document.blocks import State as Sign

CAPTIONS: dict[Level, tuple[str, Sign]] = {
    "broken": ("The engine refuses it", "bad"),
    "wrong": ("An update would do harm", "bad"),
    "not judged": ("Not judged", "bad"),
    "note": ("Worth knowing", "note"),
}
SHOWN = 40
"""Entries of a list of which a terminal shows more than anybody reads; `--json` has all of them."""
HAPPENED = {
    "lost": "its state is lost",
    "locked": "its state is locked",
    "corrupted": "its state is corrupted",
    "out-of-date": "its state is out of date",
}


def check_section(found: Checked) -> Section:
    """The answer in one line, then what was found, the worst first."""
    return Section(id="state", title="State", blocks=tuple(_checked(found)))


def _checked(found: Checked) -> Iterator[Block]:
    yield Text(text=clean(found.headline))
    told = [("stack", found.stack), ("written", found.written), ("by Pulumi", found.engine)]
    yield Text(text=clean(", ".join(f"{what} {value}" for what, value in told if value) or "it says nothing of itself"))
    for level, (caption, sign) in CAPTIONS.items():
        troubles = found.of(level)
        items = [Item(text=clean(f"{one.name}: {one.says}"), detail=one.fix, state=sign) for one in troubles[:SHOWN]]
        if len(troubles) > SHOWN:
            items.append(Item(text=f"and {len(troubles) - SHOWN} more (--json has them)"))
        if items:
            yield Items(caption=caption, items=tuple(items))


def plan_section(plan: RestorePlan) -> Section:
    """The steps in their order."""
    blocks: tuple[Block, ...] = (
        Text(text=f"Stack {plan.stack}: {HAPPENED[plan.kind]}. {len(plan.steps)} steps; stop where one puts it right."),
        Text(text=f"What stays lost: {plan.loses}."),
        Items(caption="No step brings back", items=tuple(Item(text=line) for line in plan.gone)),
        *(step_items(number, step) for number, step in enumerate(plan.steps, start=1)),
    )
    return Section(id="state", title="State", blocks=blocks)


def import_section(found: ImportFile) -> Section:
    """How many ids are known, then what has to be looked up and what cannot be imported."""
    return Section(id="state", title="State", blocks=tuple(_imported(found)))


def _imported(found: ImportFile) -> Iterator[Block]:
    yield Text(text=found.headline)
    for caption, entries in (("To be looked up", found.sought), ("Cannot be imported", found.lost)):
        items = [Item(text=clean(f"{one.name} ({one.type})"), detail=one.how, state="note") for one in entries[:SHOWN]]
        if len(entries) > SHOWN:
            items.append(Item(text=f"and {len(entries) - SHOWN} more (--json has them)"))
        if items:
            yield Items(caption=caption, items=tuple(items))
