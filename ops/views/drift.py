"""Shows drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Document, Item, Items, Section, Text, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.drift.answer import Drift
    from ops.document.blocks import Block
    from policies.drift import Drifted


def section(found: Drift) -> Section:
    """The answer, then each resource with what changed, and what others own."""
    return Section(id="drift", title="Drift", blocks=tuple(_blocks(found)))


def document(found: Drift) -> Document:
    """The same as a page of its own, for an issue."""
    answer = Verdict(
        question="Is the cloud as the last update left it?",
        answer="no" if found.drift else "not judged" if found.troubles else "yes",
        detail=found.headline,
        state="bad" if found.exit_code else "good",
        section="drift",
    )
    shown = Section(id="drift", title="Drift", blocks=section(found).blocks[1:], open=True)
    return Document(title="Drift", subtitle=found.headline, verdicts=(answer,), sections=(shown,))


def _blocks(found: Drift) -> Iterator[Block]:
    yield Text(text=found.headline)
    if found.troubles:
        yield Items(caption="Not judged", items=tuple(Item(text=text, state="bad") for text in found.troubles))
    if found.drift:
        yield Items(caption="Changed by somebody", items=tuple(_item(one) for one in found.drift))
        yield Text(
            text="`pulumi preview --refresh --diff` shows what the next update would set back. Was the change meant, "
            "write it into the stack file; was it not, `pulumi up --refresh` takes it back."
        )
    owned = [(one, each) for one in found.found for each in one.owned]
    if owned:
        items = tuple(Item(text=f"{one.name} ({one.type}): {each.path}", detail=each.owner.who) for one, each in owned)
        yield Items(caption="Changed by what is there to change it", items=items)


def _item(one: Drifted) -> Item:
    what = "is gone" if one.gone else ", ".join(one.paths)
    return Item(text=f"{one.name} ({one.type}): {what}", detail=one.urn, state="bad")
